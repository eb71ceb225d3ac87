"""Dead weights are those whose gradient is 0 in torch, and the smaller window that is proposed gives the same result."""

from __future__ import annotations

import re
from random import Random

import torch
from torch.nn.functional import conv2d, conv_transpose2d, pad

import archlens
from archlens.network import Network
from tests.rules.judging import spec, told


def conv(random: Random) -> str:
    """The line of a convolution, plain or transposed."""

    def size(low: int, high: int) -> str:
        return f"{random.randint(low, high)}x{random.randint(low, high)}"

    kind = random.choice(["conv", "conv", "conv_transpose"])
    return f"{kind}: 1 {size(1, 5)} /{size(1, 3)} padding={size(0, 4)} dilation={size(1, 3)} bias=false"


def output(network: Network, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """What the network's one layer makes of x."""
    layer = network.graph.nodes[0].layer
    arguments = layer.torch_kwargs((1, 1, *x.shape[2:]))
    uneven = layer.torch_pad((1, 1, *x.shape[2:]))
    how = {"stride": arguments["stride"], "padding": arguments["padding"], "dilation": arguments["dilation"]}
    if layer.type_name == "conv_transpose":
        return conv_transpose2d(x, weight, output_padding=arguments["output_padding"], **how)
    return conv2d(pad(x, uneven["pad"]) if uneven else x, weight, **how)


def test_dead_weights_have_no_gradient() -> None:
    random = Random(11)
    torch.manual_seed(0)
    seen = proposed = 0
    while seen < 40:
        height, width, line = random.randint(1, 5), random.randint(1, 5), conv(random)
        text = spec(f"1x{height}x{width}", [line])
        try:
            network = archlens.load_text(text, "drawn.yaml")
            weights = network.graph.nodes[0].layer.parameter_shapes((1, 1, height, width))["weight"]
        except archlens.SpecError:
            continue
        weight = torch.rand(weights, dtype=torch.float64, requires_grad=True)
        x = torch.rand(1, 1, height, width, dtype=torch.float64) + 0.1
        out = output(network, x, weight)
        out.sum().backward()
        assert weight.grad is not None
        dead = int((weight.grad == 0).sum())
        found = told(text, "dead-taps")
        assert len(found) == (dead > 0), text
        if dead:
            seen += 1
            assert f"{dead:,} of its {weight.numel():,} weights" in found[0], text
            better = re.search(r"`(\S+)` (?:with `(padding=[^`]*)`|without padding) gives the same", found[0])
            if better:
                proposed += 1
                changed = re.sub(r"1 \S+ (/\S+) padding=\S+", rf"1 {better[1]} \1 {better[2] or ''}", line)
                smaller = archlens.load_text(text.replace(line, changed), "smaller.yaml")
                rows, columns = (weight.grad[0, 0].sum(axis).nonzero().flatten().tolist() for axis in (1, 0))
                left = weight.detach()[:, :, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
                assert torch.allclose(out, output(smaller, x, left)), (text, changed)
    assert proposed > 15
