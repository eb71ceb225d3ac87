"""How much padding keeps the size, and how soon a map vanishes without."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import network, output, table
from archlens.errors import SpecError

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.2"
TEACHES = (
    "At stride 1 a map keeps its size if D·(K − 1) cells are added, half of them on each side; where that is an odd number, as "
    "for an even kernel, one side gets a cell more. Without padding every layer takes D·(K − 1) cells away, and a small map is "
    "soon used up."
)
FORMULA = (
    "same   P = D·(K − 1) / 2 on each side        at stride S: O = ⌈W / S⌉",
    "       TensorFlow: (O − 1)·S + D·(K − 1) + 1 − W in all, the smaller half in front",
    "valid  L layers leave W − L·D·(K − 1)",
)

_WIDTH = 32
_STRIDED = ((224, 7, 2), (112, 3, 2), (113, 3, 2), (32, 5, 2), (32, 3, 3))
_VALID = ((5, 3), (28, 3), (32, 3), (33, 3), (224, 3), (32, 5), (224, 7))


def tables() -> tuple[Table, ...]:
    """Padding by kernel and dilation, with a stride, and none at all."""
    padded = ("kernel", "dilation", "in front", "behind", "to write", "output")
    strided = ("pixels", "kernel", "stride", "output", "each side", "TensorFlow: in front", "TensorFlow: behind")
    valid = ("pixels", "kernel", "after 1 layer", "after 5", "after 10", "layers that fit", "left in the end")
    return (
        table(f"padding that keeps a row of {_WIDTH}", padded, _padded()),
        table(
            "with a stride: padding on each side, and what TensorFlow calls SAME",
            strided,
            starmap(_strided, _STRIDED),
        ),
        table("valid: what layers without padding leave", valid, starmap(_valid, _VALID)),
    )


def _padded() -> Iterator[tuple[Cell, ...]]:
    for dilation in (1, 2):
        for kernel in (1, 2, 3, 4, 5, 7):
            added = dilation * (kernel - 1)
            front, behind = added // 2, added - added // 2
            written = "same" if _same_fits(kernel, dilation) else f"padding=[[{front}, {behind}]]"
            row = network(f"1x{_WIDTH}", f'conv: "1 {kernel} {written} dilation={dilation}"').analyze()
            yield kernel, dilation, front, behind, written, output(row)[-1]


def _same_fits(kernel: int, dilation: int) -> bool:
    """Whether `same` pads both sides alike; else it is an error of the spec."""
    try:
        network(f"1x{_WIDTH}", f"conv: 1 {kernel} same dilation={dilation}").analyze()
    except SpecError:
        return False
    return True


def _strided(pixels: int, kernel: int, stride: int) -> tuple[Cell, ...]:
    size = output(network(f"1x{pixels}", f"conv: 1 {kernel} /{stride} same").analyze())[-1]
    needed = max((size - 1) * stride + kernel - pixels, 0)
    return pixels, kernel, stride, size, (kernel - 1) // 2, needed // 2, needed - needed // 2


def _valid(pixels: int, kernel: int) -> tuple[Cell, ...]:
    def left(layers: int) -> Cell:
        if layers > fit:
            return None
        return int(output(network(f"1x{pixels}", f"{{conv: 1 {kernel}, repeat: {layers}}}").analyze())[-1])

    fit = (pixels - 1) // (kernel - 1)
    return pixels, kernel, left(1), left(5), left(10), fit, left(fit)
