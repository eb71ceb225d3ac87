"""What a dilated convolution covers, and what it never touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import starmap

from archlens.analysis.lesson import Cell, Table
from archlens.analysis.sight import AxisSight
from archlens.chapter.small import network, output, share, table
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.3"
TEACHES = (
    "A 3×3 filter with dilation 2 covers 5×5 pixels and reads 9 of them; the map keeps its size only if the padding grows too, "
    "P = D. Layers of equal dilation all leave out the same pixels, a grid of holes, while 1, 2, 4 leave none and see further."
)
FORMULA = ("K_eff = D·(K − 1) + 1", "O = ⌊(W + 2P − K_eff) / S⌋ + 1", "receptive field = 1 + Σ D·(K − 1)        at stride 1")

_LAYERS = ((3, 1), (3, 2), (3, 3), (3, 4), (5, 2))
_STACKS = ((1, 1, 1), (1, 2, 4), (1, 2, 5), (2, 2, 2), (1, 2, 9), (4, 4, 4))


def tables() -> tuple[Table, ...]:
    """One layer, and three one on the other."""
    layers = ("kernel", "dilation", "covers", "weights", "pixels read", "holes", "32×32 → at P = 0", "at P = D·(K − 1)/2")
    stacks = ("dilations", "weights", "receptive field", "pixels in it", "read", "holes %", "along a row: x is read")
    return (
        table("one filter on one channel", layers, starmap(_layer, _LAYERS)),
        table("three 3×3 layers: the pixels that one unit reads", stacks, map(_stack, _STACKS)),
    )


def _sight(dilations: Sequence[int], kernel: int = 3) -> tuple[int, AxisSight]:
    """The weights of a stack on a map that is wide enough, and what its centre sees along a row."""
    lines = [f"conv: 1 {kernel} same dilation={d} bias=false" for d in dilations]
    stack = network("1x64x64", *lines)
    return stack.analyze().totals.params, stack.sight().inputs["input"][0]


def _layer(kernel: int, dilation: int) -> tuple[Cell, ...]:
    weights, row = _sight([dilation], kernel)
    sizes = [
        size_text((1, *output(network("1x32x32", f"conv: 1 {kernel} {padding} dilation={dilation}").analyze())[1:]))
        for padding in ("valid", "same")
    ]
    read = len(row.read) ** 2
    covers = f"{row.length}×{row.length}"
    return f"{kernel}×{kernel}", dilation, covers, weights, read, row.length**2 - read, *sizes


def _stack(dilations: Sequence[int]) -> tuple[Cell, ...]:
    weights, row = _sight(dilations)
    pixels, read = row.length**2, len(row.read) ** 2
    strip = "".join(_strip(row))
    said = ", ".join(map(str, dilations))
    return said, weights, f"{row.length}×{row.length}", pixels, read, share(pixels - read, pixels), strip


def _strip(row: AxisSight) -> Iterator[str]:
    for pixel in range(row.reach[0], row.reach[1] + 1):
        yield "x" if pixel in row.read else "·"
