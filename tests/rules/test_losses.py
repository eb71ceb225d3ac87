"""The figures of `normalized-before-loss`: the least that torch's losses can become."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

import archlens
from archlens.pytorch.build import build_layer
from tests.rules.judging import found_in, spec, told

BOUNDED = ("softmax", "softmin", "sigmoid", "hardsigmoid", "tanh", "softsign", "relu6", "hardtanh: -2 3")


def _told(loss: str, line: str, classes: int) -> str:
    (found,) = told(spec("8", [f"linear: {classes}", line]) + f"loss: {loss}\n", "normalized-before-loss")
    return found


def _module(line: str) -> torch.nn.Module:
    (node,) = archlens.load_text(spec("8", [line])).graph.nodes
    return build_layer(node.layer, (1, 8))


@pytest.mark.parametrize("line", BOUNDED)
def test_the_least_loss(line: str) -> None:
    """It is neared with scores that say the right class as loudly as they can, and random ones stay above it."""
    module = _module(line)
    for classes in (2, 10, 1000):
        loudest = torch.full((1, classes), -1e4)
        loudest[0, 0] = 1e4
        if line == "softmin":
            loudest = -loudest
        right = torch.zeros(1, dtype=torch.long)
        least = functional.cross_entropy(module(loudest), right).item()
        assert f"never falls below {least:.2f} ({classes:,} classes)" in _told("cross_entropy", line, classes)
        others = torch.randn(500, classes) * torch.logspace(-2, 4, 500)[:, None]
        assert functional.cross_entropy(module(others), right.expand(500), reduction="none").min() >= least - 1e-5
    if line not in ("softmax", "softmin"):
        binary = functional.binary_cross_entropy_with_logits
        one, zero = (binary(module(torch.full((1, 8), value)), torch.full((1, 8), float(value > 0))) for value in (1e4, -1e4))
        assert f"for a 1 never below {one:.2f} and for a 0 never below {zero:.2f}" in _told(binary.__name__, line, 8)


def test_torch_stops_where_it_is_told_to() -> None:
    for line in ("linear: 8", "relu", "tanh", "log_softmax", "gelu"):
        text = spec("8", ["linear: 8", "relu", line]) + "loss: binary_cross_entropy\n"
        (found,) = [one for one in found_in(text) if one.rule == "normalized-before-loss"]
        assert found.diagnostic.severity == "error"
        scores = _module(line)(torch.randn(64, 8) * 5)
        with pytest.raises(RuntimeError, match="between 0 and 1"):
            functional.binary_cross_entropy(scores, torch.ones_like(scores))
