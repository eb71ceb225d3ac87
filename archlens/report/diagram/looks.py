"""One box of a diagram: how large it is and what it looks like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archlens.report.diagram.layout import Place
from archlens.report.diagram.model import Box
from archlens.report.diagram.words import figures, heading, tooltip
from archlens.report.numbers import ranges
from archlens.report.picture.letters import fitted, words_width
from archlens.report.picture.scene import Group, Item, Rect, Text

__all__ = ["Fill", "badge", "badge_width", "box_group", "box_size"]

_TITLE, _SMALL = 13, 11
_CHIP = 15  # the square with the letter of the family
_PAD = 9
_WIDEST = 330  # of words
_STACK = 4  # how far a copy stands out behind
_BADGE = 6  # around the words of a badge


class Fill(NamedTuple):
    """What a box is filled with and outlined in, by role. chip: the letter on it; empty where colours
    say something else than families."""

    fill: str
    edge: str
    chip: str


def box_size(box: Box) -> tuple[float, float]:
    """Width and height in pixels, with the copies behind it."""
    if box.kind == "join":
        wide = words_width(_join_words(box), _TITLE, True) + 12
        return max(wide, 24), 24
    if box.kind in ("input", "output"):
        return words_width(box.path, _TITLE, True) + words_width(figures(box), _SMALL) + 3 * _PAD + 6, 28
    first = _CHIP + 6 + _first_width(box) + (badge_width(box.times) + 8 if box.times > 1 else 0)
    wide = max(first, words_width(figures(box), _SMALL) + (_frozen_width() if box.frozen else 0)) + 2 * _PAD
    behind = _STACK * min(box.times - 1, 2)
    return wide + behind, 42 + behind


def box_group(box: Box, place: Place, number: int, fill: Fill) -> Group:
    """The box at its place."""
    if box.kind == "join":
        items = _join(box, place)
    elif box.kind in ("input", "output"):
        items = _end(box, place)
    else:
        items = _layer(box, place, fill)
    data = {"path": box.path, "layers": ranges(box.layers)} if box.layers else {}
    return Group(tuple(items), f"box {box.kind}", tooltip(box), data)


def _layer(box: Box, place: Place, fill: Fill) -> Iterator[Item]:
    behind = _STACK * min(box.times - 1, 2)
    x, y, width, height = place.x, place.y + behind, place.width - behind, place.height - behind
    for step in range(min(box.times - 1, 2), 0, -1):
        yield Rect(x + step * _STACK, y - step * _STACK, width, height, fill.fill, fill.edge, 1, 6)
    yield Rect(x, y, width, height, fill.fill, fill.edge, 2 if box.kind == "block" else 1.2, 6, box.frozen)
    left, faint = x + _PAD, "faint" if fill.chip else "ink"  # colours of a figure are strong
    if fill.chip:
        yield Rect(left, y + 6, _CHIP, _CHIP, fill.edge, "", 1, 3)
        yield Text(left + _CHIP / 2, y + 6 + 11.5, fill.chip, 11, "middle", True, "paper")
        left += _CHIP + 6
    title = fitted(heading(box), _WIDEST, _TITLE, True)
    yield Text(left, y + 18, title, _TITLE, bold=True)
    rest = _folded(box)
    if rest:
        yield Text(left + words_width(title, _TITLE, True), y + 18, rest, _SMALL, fill=faint)
    if box.times > 1:
        yield from badge(x + width - badge_width(box.times) - 6, y + 6, box.times)
    yield Text(x + _PAD, y + 34, figures(box), _SMALL, fill=faint)
    if box.frozen:
        yield Text(x + width - _PAD, y + 34, "frozen", _SMALL, "end", True, "frozen")


def _join(box: Box, place: Place) -> Iterator[Item]:
    x, y, width, height = place
    yield Rect(x, y, width, height, "join", "join.edge", 1.2, height / 2)
    yield Text(x + width / 2, y + height / 2 + 4.5, _join_words(box), _TITLE, "middle", True)


def _end(box: Box, place: Place) -> Iterator[Item]:
    x, y, width, height = place
    yield Rect(x, y, width, height, "inset", "rule", 1, height / 2)
    yield Text(x + _PAD + 3, y + 18.5, box.path, _TITLE, bold=True)
    yield Text(x + width - _PAD - 3, y + 18.5, figures(box), _SMALL, "end", fill="faint")


def _join_words(box: Box) -> str:
    return " ".join([heading(box), *box.folded])


def _folded(box: Box) -> str:
    return fitted("".join([f" · {name}" for name in box.folded]), _WIDEST / 2, _SMALL)


def _first_width(box: Box) -> float:
    return words_width(fitted(heading(box), _WIDEST, _TITLE, True), _TITLE, True) + words_width(_folded(box), _SMALL)


def badge_width(times: int) -> float:
    """Pixels that `badge` takes."""
    return words_width(f"×{times}", 11, True) + 2 * _BADGE


def badge(x: float, y: float, times: int) -> Iterator[Item]:
    """`×3` on a dark ground, by its upper left corner."""
    wide = badge_width(times)
    yield Rect(x, y, wide, _CHIP, "ink", "", 1, _CHIP / 2)
    yield Text(x + wide / 2, y + 11.5, f"×{times}", 11, "middle", True, "paper")


def _frozen_width() -> float:
    return words_width("frozen", _SMALL, True) + 10
