"""What the figures of cards and errata are read from: shipped networks and small ones, each analysed once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from math import prod

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.sight import AxisSight
from archlens.chapter import small
from archlens.chapter.concepts import patches, separable
from archlens.network import load

__all__ = [
    "attention_share",
    "backward_macs",
    "cells",
    "convolutions",
    "field",
    "full_mobilenet",
    "head_share",
    "jump",
    "layers_to_see",
    "linear",
    "made",
    "paper_error",
    "projections",
    "row_read",
    "shipped",
    "side",
    "weights",
]


@cache
def shipped(name: str, side: int | None = None) -> Analysis:
    """The network that ships under this name; on images of another side if one is given."""
    return load(name, input=f"3x{side}x{side}" if side else None).analyze()


@cache
def made(image: str, *lines: str) -> Analysis:
    """The network whose input is `image`, `3x32x32`, and whose layers are `lines`."""
    return small.network(image, *lines).analyze()


@cache
def full_mobilenet() -> Analysis:
    """MobileNet with a full 3×3 convolution in place of each depthwise one and the 1×1 after it."""
    return separable.full().analyze()


@cache
def row_read(image: str, *lines: str) -> AxisSight:
    """What the centre unit of such a network sees along the first axis of the image."""
    return small.network(image, *lines).sight().inputs["input"][0]


def side(analysis: Analysis) -> int:
    """Cells of the output along its last axis."""
    return int(small.output(analysis)[-1])


def cells(analysis: Analysis) -> int:
    """Cells of the output, the channels not counted."""
    return int(prod(small.output(analysis)[1:]))


def field(analysis: Analysis) -> int:
    """The receptive field of a network, along its first axis."""
    found = analysis.totals.receptive_field
    assert found is not None  # it reads an image
    return found[0]


def jump(analysis: Analysis) -> int:
    """Pixels between the units of the last map: the product of all strides."""
    assert analysis.trunk is not None
    found = analysis.layers[analysis.trunk].receptive_field
    assert found is not None
    return int(found.jump[0])


def weights(layer: LayerFacts, filters: int | None = None) -> int:
    """Of a convolution or linear layer, without biases; of `filters` of its filters or neurons if given."""
    out, *rest = layer.parameter_shapes["weight"]
    return (out if filters is None else filters) * prod(rest)


def linear(analysis: Analysis) -> list[LayerFacts]:
    """Its fully connected layers."""
    return small.of_family(analysis.layers, "linear")


def convolutions(analysis: Analysis) -> list[LayerFacts]:
    """Its convolutions of any kind."""
    return small.of_family(analysis.layers, "convolution")


def projections(resnet: Analysis) -> list[LayerFacts]:
    """The convolutions on the shortcuts of a ResNet."""
    return [layer for layer in convolutions(resnet) if "/shortcut/" in layer.path]


def head_share(analysis: Analysis) -> float:
    """Of all parameters those in fully connected layers, in percent."""
    return small.share(small.params(linear(analysis)), analysis.totals.params)


def attention_share(name: str, side: int) -> float:
    """Of the MACs of a Vision Transformer those of comparing tokens with tokens and gathering their values, in percent."""
    vit = load(name, params={"side": side}).analyze()
    return small.share(patches.attention_macs(vit), vit.totals.macs)


def backward_macs(analysis: Analysis) -> int:
    """Multiply–accumulates of a backward pass."""
    return sum(analysis.training.backward_macs)


def layers_to_see(pixels: int, lines: Callable[[int], list[str]]) -> int:
    """How many times `lines`, told which time it is, must be asked until a unit sees that many pixels."""
    stack: list[str] = []
    for i in count(1):
        stack += lines(i)
        if small.field(made("1x256x256", *stack).layers[-1]) >= pixels:
            break
    return i


def paper_error(name: str) -> str:
    """The top-1 error on ImageNet that the paper of a shipped network gives, in percent."""
    return f"{shipped(name).meta['paper_top1_error']:.2f}"
