"""Which digits become other digits when they are flipped or turned, as bitmaps."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import steady, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.5"
CLAIM = "Beware label-breaking transforms: a vertical flip turns a 6 into a 9."
CORRECTION = (
    "Turning by 180° does, which is a vertical and a horizontal flip in one. A vertical flip of a 6 is the mirror image of a "
    "9, and no digit. The advice stands, with another example: on these bitmaps either flip turns a 2 into a 5."
)
SOURCE = "the bitmaps of the first table"

_SEVEN_SEGMENTS = """
### ..# ### ### #.# ### ### ### ### ###
#.# ..# ..# ..# #.# #.. #.. ..# #.# #.#
#.# ..# ### ### ### ### ### ..# ### ###
#.# ..# #.. ..# ..# ..# #.# ..# #.# ..#
### ..# ### ### ..# ### ### ..# ### ###
"""
_MOVES: dict[str, Callable[[Tensor], Tensor]] = {
    "flipped vertically": lambda glyph: glyph.flip(0),
    "flipped horizontally": lambda glyph: glyph.flip(1),
    "turned by 180°": lambda glyph: glyph.rot90(2, (0, 1)),
}


@steady
def measure() -> Measurement:
    """Ten digits of 3×5 cells; nothing is random."""
    digits = _digits()
    nine = digits[9]
    shown = {"6": digits[6], **{f"6 {name}": move(digits[6]) for name, move in _MOVES.items()}, "9": nine}
    pictures = Table("bitmaps", tuple(shown), tuple([tuple([_line(glyph[row]) for glyph in shown.values()]) for row in range(5)]))
    differ = {name: int((move(digits[6]) != nine).sum()) for name, move in _MOVES.items()}
    cells = Table("a 6, moved, and a 9", ("6", "cells that differ from the 9"), tuple(differ.items()))
    becomes = Table(
        "which digit each becomes; none where it is no digit any more",
        ("digit", *_MOVES),
        tuple([(str(digit), *[_named(move(glyph), digits) for move in _MOVES.values()]) for digit, glyph in enumerate(digits)]),
    )
    because = (
        f"a 6 flipped vertically differs from a 9 in {differ['flipped vertically']} of {nine.numel()} cells, turned by 180° in "
        f"{differ['turned by 180°']}"
    )
    return Measurement((pictures, cells, becomes), verdict(differ["flipped vertically"] == 0), because)


def _digits() -> list[Tensor]:
    rows = [line.split() for line in _SEVEN_SEGMENTS.split("\n") if line]
    return [torch.tensor([[sign == "#" for sign in row[digit]] for row in rows]) for digit in range(10)]


def _named(glyph: Tensor, digits: list[Tensor]) -> str:
    return next((str(digit) for digit, one in enumerate(digits) if torch.equal(one, glyph)), "none")


def _line(row: Tensor) -> str:
    return "".join(["#" if cell else "." for cell in row])
