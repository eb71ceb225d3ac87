"""Attention told not to know where its tokens stand gives the same in another order, in that order; other attention does not."""

from __future__ import annotations

from random import Random

import torch
from torch import nn

import archlens
from tests.rules.judging import found_in, spec

torch.set_num_threads(1)

SIDE, PATCH = 12, 4
TOKENS = (SIDE // PATCH) ** 2

BLIND = (
    ["conv: 8 4x4 /4"],
    ["conv: 8 2x2 /2", "relu", "conv: 8 2x2 /2"],
    ["conv: 8 1x1", "gelu", "avg_pool: 2", "batch_norm", "max_pool: 2", "conv: 8 1x1"],
    ["conv: 8 4x4 /4", "group_norm: 2", "layer_norm: channels_first=true", "instance_norm"],
)
SEEING = (
    ["conv: 8 5x5 /4 padding=1"],
    ["conv: 8 3x3 same", "conv: 8 4x4 /4"],
    ["conv: 8 1x1 padding=2", "max_pool: 5 /4"],
    ["locally_connected: 8 4x4 /4"],
)
TOKENIZED = (["tokens"], ["flatten: 2", "permute: [0, 2, 1]"])
KEEPING = (
    [],
    ["layer_norm", "linear: 8", "silu"],
    ["multiply: {x: [], scale: [parameter: 1x8]}"],
    ["add: {x: [], mlp: [rms_norm, linear: 16, relu, linear: 8]}"],
    ["{concat: {a: [linear: 4], b: [linear: 4]}, dim: 2}"],
)
TELLING = (
    [f"add: {{x: [], position: [parameter: {TOKENS}x8]}}"],
    ["gru: 8"],
    ["permute: [0, 2, 1]", f"linear: {TOKENS}", "permute: [0, 2, 1]"],
)


def _network(lines: list[str]) -> tuple[str, nn.Module]:
    text = spec(f"3x{SIDE}x{SIDE}", lines)
    module = archlens.load_text(text).build()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.5)
    return text, module.double().eval()


def test_order_of_tokens() -> None:
    """Patches of an image change places, and the tokens that come out with them."""
    random = Random(3)
    torch.manual_seed(0)
    seen = {True: 0, False: 0}
    for turn in range(60):
        seeing, telling = (turn % 3 == 1), (turn % 3 == 2)
        lines = [*random.choice(SEEING if seeing else BLIND), *random.choice(TOKENIZED), *random.choice(KEEPING)]
        lines += random.choice(TELLING) if telling else []
        lines += [*random.choice(KEEPING), "multihead_attention: 2", *random.choice(KEEPING)]
        text, module = _network(lines)
        told = any(one.rule == "attention-without-position" for one in found_in(text))
        x = torch.randn(1, 3, SIDE, SIDE, dtype=torch.double)
        order = torch.randperm(TOKENS)
        grid = x.unfold(2, PATCH, PATCH).unfold(3, PATCH, PATCH).reshape(1, 3, TOKENS, PATCH, PATCH)[:, :, order]
        side = SIDE // PATCH
        shuffled = grid.reshape(1, 3, side, side, PATCH, PATCH).permute(0, 1, 2, 4, 3, 5).reshape(x.shape)
        with torch.no_grad():
            same = torch.allclose(module(x)[:, order], module(shuffled), atol=1e-9)
        assert told == same == (not seeing and not telling), lines
        seen[told] += 1
    assert min(seen.values()) > 10
