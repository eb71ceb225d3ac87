"""The one layer that `linear-collapse` names computes what the two compute: torch on random pairs of layers."""

from __future__ import annotations

from math import prod
from random import Random

import torch
from torch import nn
from torch.nn import functional

import archlens
from archlens.graph.model import Node
from archlens.rules.waste.linear_collapse import single
from tests.rules.judging import found_in, spec

torch.set_num_threads(1)

SIZE = 17  # of the map along each axis
CHANNELS = 2


def _nodes(size: str, *lines: str) -> tuple[Node, ...]:
    return archlens.load_text(spec(size, lines)).graph.nodes


def _conv(random: Random, rank: int) -> tuple[str, dict[str, tuple[int, ...]], bool]:
    """A line, its numbers per axis, and whether it has a bias."""
    choices = {"kernel_size": (1, 2, 3), "stride": (1, 1, 2), "padding": (0, 1, 2), "dilation": (1, 1, 2)}
    given = {name: tuple([random.choice(values) for _ in range(rank)]) for name, values in choices.items()}
    bias = random.random() < 0.5
    words = " ".join([f"{name}={'x'.join(map(str, values))}" for name, values in given.items()])
    return f"conv: {random.randint(1, 4)} {words} bias={str(bias).lower()}", given, bias


def test_one_convolution_is_two() -> None:
    """Its kernel is what the two make of each value of one window. Outputs are then the same but for those of the border, where
    the second reads zeros; sizes and parameters are those that archlens finds for the line."""
    random = Random(5)
    torch.manual_seed(0)
    for _ in range(40):
        rank = random.choice((1, 2))
        size = "x".join([str(CHANNELS), *[str(SIZE)] * rank])
        (line, here, bias), (other, there, bias2) = _conv(random, rank), _conv(random, rank)
        first, second = _nodes(size, line, other)
        told, params = single(first, second) or ("", 0)
        (one,) = _nodes(size, told)
        assert one.output_shapes == second.output_shapes, (line, other, told)
        assert one.layer.params(*one.input_shapes) == params
        kind = (nn.Conv1d, nn.Conv2d)[rank - 1]
        pair = [
            kind(CHANNELS, first.output_shapes[0][1], **here, bias=bias).double(),
            kind(first.output_shapes[0][1], second.output_shapes[0][1], **there, bias=bias2).double(),
        ]
        arguments = one.layer.arguments
        with torch.no_grad():
            bare = [getattr(functional, f"conv{rank}d")] * 2

            def two(x: torch.Tensor, padded: bool, pair: list = pair, bare: list = bare) -> torch.Tensor:
                for module, function in zip(pair, bare, strict=True):
                    pad = module.padding if padded else 0
                    x = function(x, module.weight, module.bias, module.stride, pad, module.dilation)
                return x

            kernel = (CHANNELS, *one.layer.spread("kernel_size", rank))
            units = torch.eye(prod(kernel), dtype=torch.double).reshape(-1, *kernel)
            constant = two(torch.zeros_like(units[:1]), padded=False)
            weight = (two(units, padded=False) - constant).flatten(1).T.reshape(-1, *kernel)
            x = torch.randn(1, CHANNELS, *[SIZE] * rank, dtype=torch.double)
            alone = bare[0](x, weight, constant.flatten(), arguments["stride"], arguments["padding"])
            both = two(x, padded=True)
            for axis in range(rank):
                k, s, p, d = (there[name][axis] for name in ("kernel_size", "stride", "padding", "dilation"))
                made = first.output_shapes[0][2 + axis]
                inside = [u for u in range(both.shape[2 + axis]) if u * s >= p and u * s - p + d * (k - 1) < made]
                both, alone = (t.index_select(2 + axis, torch.tensor(inside)) for t in (both, alone))
            assert both.numel()
            torch.testing.assert_close(alone, both)


def test_one_linear_layer_is_two_and_never_larger_where_it_is_told() -> None:
    random = Random(6)
    for _ in range(200):
        before, between, after = (random.randint(1, 12) for _ in range(3))
        biases = [random.choice(["true", "false"]) for _ in range(2)]
        lines = [f"linear: {between} bias={biases[0]}", f"linear: {after} bias={biases[1]}"]
        first, second = _nodes(str(before), *lines)
        told, params = single(first, second) or ("", 0)
        (one,) = _nodes(str(before), told)
        assert one.layer.arguments["bias"] == ("true" in biases)
        assert one.layer.params(*one.input_shapes) == params
        text = f"archlens: 1\ninput: {before}\nlayers: [{lines[0].join('{}')}, {lines[1].join('{}')}]\n"
        found = [one for one in found_in(text) if one.rule == "linear-collapse"]
        # The product of two matrices has full rank where the room between lets it.
        product = torch.randn(after, between) @ torch.randn(between, before)
        assert bool(found) == (int(torch.linalg.matrix_rank(product)) == min(before, after))
        assert not found or before * after <= before * between + between * after
