"""What archlens ships, each variant by itself, and how much of it a fast test runs."""

from __future__ import annotations

import functools
from typing import Any

import archlens
from archlens.errors import UsageError
from archlens.network import Network
from archlens.spec.load import load_specs

__all__ = ["ALIKE", "DIFFERENT", "HEAVY", "LARGE", "NETWORKS", "macs", "smaller", "targets"]

LARGE = 1_000_000_000
"""Multiply–accumulates of a network that tests which need no values, or run it several times, run on meta; slow ones do not."""

HEAVY = 5_000_000_000
"""Those of a network that only slow tests run whole."""

ALIKE = (
    *("vgg13", "vgg19", "fcn16s", "fcn32s", "vit_b32", "vit_l16", "deit_tiny", "inception_v3"),
    *("resnet34", "resnet101", "resnet152", "resnet50_features", "resnet50_finetune", "resnet56", "resnet110"),
    *("plain18", "plain34"),  # ResNets without shortcuts
    *("darknet53", "fc_200"),  # the backbone of YOLOv3; an MLP of one layer
)
"""More of the same layers as another that ships, or fewer: what is proven layer by layer is proven by that one."""

_SMALLER: dict[str, dict[str, Any]] = {
    "alexnet": {"input": "3x96x96"},
    "alexnet_2012:one_tower": {"input": "3x99x99"},
    "alexnet_2012:two_towers": {"input": "3x99x99"},
    "c3d": {"input": "3x16x32x32"},
    "convnext_tiny": {"input": "3x64x64"},
    "darknet53": {"input": "3x64x64"},
    "deeplabv3_resnet50": {"params": {"side": 64}},
    "densenet121": {"input": "3x64x64"},
    "efficientnet_b0": {"input": "3x64x64"},
    "faster_rcnn_vgg16": {"input": {"image": "3x64x96", "boxes": "5x4"}},
    "fc_200": {"input": "3x20x20"},
    "fcn16s": {"params": {"side": 32}},
    "fcn32s": {"params": {"side": 32}},
    "fcn8s": {"params": {"side": 32}},
    "googlenet": {"input": "3x64x64"},
    "mobilenet_v1:1.0_224": {"params": {"resolution": 64}},
    "mobilenet_v2": {"input": "3x64x64"},
    "r3d_18": {"input": "3x8x32x32"},
    "resnet18": {"input": "3x64x64"},
    "resnet50": {"input": "3x64x64"},
    "resnet50_v1": {"input": "3x64x64"},
    "squeezenet1_1": {"input": "3x64x64"},
    "unet:paper": {"params": {"side": 188, "sizes": [8, 8, 8, 8]}},
    "unet:same": {"params": {"side": 64, "sizes": [8, 16, 32, 64]}},
    "vgg11": {"input": "3x32x32"},
    "vgg16": {"input": "3x32x32"},
    "vit_b16": {"params": {"side": 64, "depth": 2}},
    "vit_l16": {"params": {"side": 64, "depth": 2}},
    "yolov1": {"input": "3x64x64"},
    "yolov3": {"input": "3x64x64"},
}


def smaller(name: str) -> Network:
    """A network at a size that costs little to run, where it has one."""
    return archlens.load(name, **_SMALLER.get(name, {}))


@functools.cache
def macs(name: str) -> int:
    """What a network costs to run. Asked in a test, so that none is analysed while tests are collected."""
    return archlens.load(name).analyze().totals.macs


def targets(name: str) -> list[str]:
    """A spec by name or path as `archlens.load` takes it, or each of its variants."""
    try:
        return [f"{name}:{spec.variant}" for spec in load_specs(f"{name}:all")]
    except UsageError:  # it has none
        return [name]


def _worth_running(name: str) -> list[str]:
    """The first and the last of many variants; none that is shipped by a name of its own too."""
    found = targets(name)
    return [one for one in dict.fromkeys((found[0], found[-1])) if one.partition(":")[2] not in archlens.shipped()]


NETWORKS = [target for name in sorted(archlens.shipped()) for target in _worth_running(name)]
"""What ships, for tests that build it."""

DIFFERENT = [name for name in NETWORKS if name not in ALIKE]
"""Of those the ones that prove something that no other does; slow tests run all."""
