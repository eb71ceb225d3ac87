"""Power-average pooling: its cases and torch's answers."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from tests.layers.drawing import arguments, flags, maps, often, on, per_axis, sizes
from tests.layers.running import Ran, forward
from tests.layers.sized import MAP, SEQUENCE, VOLUME
from tests.layers.sized import on as sized


def lp_pool(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape) - 2
    return arguments(
        {
            "norm_type": often(st.sampled_from([1, 2, 3, 1.5, 2.0, -1]), st.just(0)),
            "kernel_size": per_axis(often(st.integers(1, 4), st.just(0)), rank),
        },
        stride=per_axis(sizes, rank),
        ceil_mode=flags,
    )


def oracle(given: dict[str, Any], x: torch.Tensor) -> Ran:
    rank = x.dim() - 2
    if rank == 1:  # torch's lp_pool1d wants plain numbers
        given = {name: value[0] if isinstance(value, tuple) else value for name, value in given.items()}
    return forward(getattr(nn, f"LPPool{rank}d")(**given), x)


CASES = {"lp_pool": on(maps(), lp_pool)}
ORACLES = {"lp_pool": oracle}
SIZED = {
    "lp_pool": [
        sized(MAP, norm_type=2, kernel_size="b"),
        sized(SEQUENCE, norm_type=1.5, kernel_size=3, stride="b", ceil_mode=True),
        sized(VOLUME, norm_type=2, kernel_size=(2, 3, 4), stride=3, ceil_mode=True),
    ]
}
ILLEGAL = {"lp_pool": [sized(MAP, norm_type=2, kernel_size=8), sized(VOLUME, norm_type=2, kernel_size=6, ceil_mode=True)]}
STRICTER: dict[str, Any] = {}
LOOSER: dict[str, Any] = {}
WIDER: dict[str, Any] = {}
