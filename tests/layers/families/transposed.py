"""Transposed convolution: its cases and torch's answers."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from tests.layers.drawing import Case, arguments, flags, maps, often, on, per_axis, sizes
from tests.layers.running import Ran, forward
from tests.layers.sized import MAP, SEQUENCE, VOLUME
from tests.layers.sized import on as sized


def conv_transpose(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape) - 2
    cuts = often(st.integers(0, 2), st.integers(-1, 4))
    return arguments(
        {"out_channels": st.integers(1, 6), "kernel_size": per_axis(sizes, rank)},
        stride=per_axis(sizes, rank),
        padding=often(per_axis(cuts, rank), st.sampled_from(["same", "valid"])),
        output_padding=per_axis(often(st.just(0), st.integers(-1, 3)), rank),
        groups=often(st.just(1), st.integers(0, 4)) | st.just(shape[1]),
        bias=flags,
        dilation=per_axis(often(st.just(1), sizes), rank),
    )


def oracle(given: dict[str, Any], x: torch.Tensor) -> Ran:
    if given.get("padding") == "valid":
        del given["padding"]
    cls = getattr(nn, f"ConvTranspose{x.dim() - 2}d")
    return forward(cls(x.shape[1], **given), x)


def _is_empty(case: Case) -> bool:
    """Whether the output has an axis of size 0: padding cuts exactly what there is."""

    def spread(name: str, default: int) -> tuple[int, ...]:
        value = case.arguments.get(name, default)
        return value if isinstance(value, tuple) else (value,) * (len(case.shapes[0]) - 2)

    if isinstance(case.arguments.get("padding"), str):
        return False
    given = [
        spread(*item) for item in (("kernel_size", 1), ("stride", 1), ("padding", 0), ("output_padding", 0), ("dilation", 1))
    ]
    axes = zip(case.shapes[0][2:], *given, strict=True)
    return 0 in [(n - 1) * s - 2 * p + d * (k - 1) + extra + 1 for n, k, s, p, extra, d in axes]


CASES = {"conv_transpose": on(maps(), conv_transpose)}
ORACLES = {"conv_transpose": oracle}
SIZED = {
    "conv_transpose": [
        sized(MAP, out_channels="a", kernel_size=2, stride=2),
        sized(MAP, out_channels="a", kernel_size=("b", 3), stride="b", output_padding=0, groups=2, bias=False),
        sized(SEQUENCE, out_channels="c", kernel_size="a", padding=1, groups="c"),
        sized(VOLUME, out_channels=3, kernel_size=3, stride=2, padding=1, output_padding=1, dilation="b"),
    ]
}
ILLEGAL = {
    "conv_transpose": [
        sized(MAP, out_channels="a", kernel_size=2, stride="b", output_padding=1),
        sized(MAP, out_channels="a", kernel_size=2, groups="b"),
        sized(SEQUENCE, out_channels="b", kernel_size=2, groups=2),
        sized(MAP, out_channels="a", kernel_size=1, padding=3),
    ]
}
STRICTER = {"conv_transpose": ("torch gives out an empty map, in some batches", _is_empty)}
LOOSER: dict[str, Any] = {}
WIDER = {"conv_transpose": ("a group of channels is told as all of them", lambda case: case.arguments.get("groups", 1) != 1)}
