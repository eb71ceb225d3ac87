"""Small filters one on the other against a large one that sees as far."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import field, network, table

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.4"
TEACHES = (
    "Two 3×3 convolutions see as far as one 5×5, three as far as one 7×7, with 28 % and 45 % fewer weights and a nonlinearity "
    "more for each. What they cost is memory: every layer more puts out a map of its own, which training must keep."
)
FORMULA = (
    "one K×K        weights = K²·C²             field = K",
    "n of 3×3       weights = n · 9·C²          field = 1 + 2n",
)

_STACKS = {"one 5×5": (5, 1), "two 3×3": (3, 2), "one 7×7": (7, 1), "three 3×3": (3, 3)}
_CHANNELS = (64, 128, 256)


def tables() -> tuple[Table, ...]:
    """Both pairs for several numbers of channels, and how the field grows."""
    head = ("channels", "stack", "field", "weights", "MACs", "values of maps", "ReLUs", "fewer weights %")
    grown = ("3×3 layers", "field", "as one", "weights / C²", "of the one / C²")
    return (
        table("on a map of 56×56, without biases; channels in, between and out", head, _rows()),
        table("how the field grows", grown, map(_grown, range(1, 6))),
    )


def _rows() -> Iterator[tuple[Cell, ...]]:
    for channels in _CHANNELS:
        large = 0
        for said, (kernel, count) in _STACKS.items():
            lines = [f"conv: {channels} {kernel}x{kernel} same bias=false", "relu"] * count
            analysis = network(f"{channels}x56x56", *lines).analyze()
            weights = analysis.totals.params
            maps = sum([layer.activations for layer in analysis.layers if layer.params])
            large = weights if count == 1 else large
            fewer = None if count == 1 else 100 * (large - weights) / large
            yield channels, said, field(analysis.layers[-1]), weights, analysis.totals.macs, maps, count, fewer


def _grown(count: int) -> tuple[Cell, ...]:
    stack = network("1x56x56", *["conv: 1 3x3 same bias=false"] * count).analyze()
    size = field(stack.layers[-1])
    one = network("1x56x56", f"conv: 1 {size} same bias=false").analyze()
    return count, size, f"{size}×{size}", stack.totals.params, one.totals.params
