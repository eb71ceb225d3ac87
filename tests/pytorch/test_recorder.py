"""The recorder on modules that archlens did not build: nothing is missed, nothing is changed."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

import archlens
from archlens.pytorch.flops import Flops, math_attention
from archlens.pytorch.recorder import Recorder, leaves_of
from tests.layers.vision import torchvision

MODELS = ["alexnet", "vgg16", "resnet18", "resnet50", "vit_b_16", "googlenet", "mobilenet_v2", "densenet121", "efficientnet_b0"]


def model(name: str) -> nn.Module:
    package = torchvision()
    if package is None:
        pytest.skip("torchvision is not installed")
    more = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}  # heads that only training uses
    with torch.device("meta"):
        return getattr(package.models, name)(**more).eval()


@pytest.mark.parametrize("name", MODELS)
def test_torchvisions_models_are_those_of_the_specs(name: str) -> None:
    network = archlens.load("vit_b16" if name == "vit_b_16" else name)
    module, static = model(name), network.analyze()
    theirs = [tuple(value.shape) for value in module.parameters()]
    ours = [tuple(value.shape) for value in network.build("meta").parameters()]
    assert sorted(ours) == sorted(theirs)
    if name != "vit_b_16":  # which declares its class token and positions before all else
        assert ours == theirs
    counter = Flops(leaves_of(module))
    with math_attention(), torch.no_grad(), counter:
        module(torch.empty(1, 3, 224, 224, device="meta"))
    assert sum(counter.forward.values()) == 2 * static.totals.macs


class Small(nn.Module):
    """Functions beside modules, one module twice."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
        self.again = nn.Conv2d(4, 4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.body(x)
        y = functional.relu(self.again(x)) + self.again(x)
        return y.mean((2, 3)).flatten(1)


def recorded(module: nn.Module, *inputs: torch.Tensor) -> list[str]:
    with torch.no_grad(), Recorder(module, leaves_of(module), inputs, functions=True) as recorder:
        module(*inputs)
    return [layer.path for layer in recorder.layers]


def test_functions_are_layers_too() -> None:
    paths = recorded(Small(), torch.randn(1, 3, 8, 8))
    assert paths == ["body.0", "body.1", "again", "relu", "again", "add", "mean", "flatten"]


def test_nothing_of_the_module_is_changed() -> None:
    module, x = Small(), torch.randn(1, 3, 8, 8)
    module.train()
    before, wanted = {key: value.clone() for key, value in module.state_dict().items()}, module(x)
    recorded(module, x)
    assert module.training
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())
    assert not any(one._forward_hooks or one._forward_pre_hooks for one in module.modules())
    assert torch.equal(module(x), wanted)


def test_hooks_go_where_a_run_fails() -> None:
    module = Small()
    with pytest.raises(RuntimeError):
        recorded(module, torch.randn(1, 5, 8, 8))
    assert not any(one._forward_hooks or one._forward_pre_hooks for one in module.modules())


def test_bytes_of_a_run() -> None:
    """A layer that makes 4·8·8 values and lets go of the 3·8·8 it read."""
    network = nn.Sequential(nn.Conv2d(3, 4, 1, bias=False), nn.Identity())
    x = torch.randn(1, 3, 8, 8)
    with torch.no_grad(), Recorder(network, leaves_of(network), [x]) as recorder:
        y = network[0](x)
        del x
        network[1](y)
    conv, identity = recorder.layers
    assert (conv.allocated_bytes, conv.freed_bytes, conv.peak_bytes) == (1024, 768, 1792)
    assert (identity.allocated_bytes, identity.freed_bytes, identity.peak_bytes) == (0, 0, 1024)
    assert recorder.peak_bytes == 1792


def test_flops_by_layer_add_up_to_torchs_own() -> None:
    """Of a network whose layers meet in joins, where torch's table by module is wrong."""
    module = Small()
    with FlopCounterMode(display=False) as wanted:
        module(torch.randn(1, 3, 8, 8)).sum().backward()
    with Flops(leaves_of(module)) as counter:
        module(torch.randn(1, 3, 8, 8)).sum().backward()
    assert sum(counter.forward.values()) + sum(counter.backward.values()) == wanted.get_total_flops()
    conv, again = 2 * 64 * 4 * 27, 2 * 64 * 4 * 4
    assert counter.forward == {"body.0": conv, "again": 2 * again}
    assert counter.backward == {"body.0": conv, "again": 4 * again}
