"""Words beside what they name, so that none lies on another: the first place of several that is free."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from archlens.report.picture.letters import words_width
from archlens.report.picture.scene import Point, Text

__all__ = ["Area", "along", "around", "placed", "text_area"]

_SIDES = ((1, 0), (0, -1), (0, 1), (-1, 0), (0.75, -0.75), (0.75, 0.75), (-0.75, -0.75), (-0.75, 0.75))
_RINGS = (0, 12, 26, 42)
_LATER = 1  # square pixels that a place may cover more than the next one


class Area(NamedTuple):
    """A rectangle by its sides."""

    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: Area) -> float:
        """How many square pixels both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0

    def holds(self, other: Area) -> bool:
        """Whether `other` lies within."""
        return self.left <= other.left and self.top <= other.top and self.right >= other.right and self.bottom >= other.bottom


def text_area(text: Text) -> Area:
    """What a line of words covers."""
    wide = words_width(text.text, text.size, text.bold)
    left = text.x - {"start": 0, "middle": wide / 2, "end": wide}[text.anchor]
    return Area(left, text.y - 0.8 * text.size, left + wide, text.y + 0.25 * text.size)


def around(x: float, y: float, radius: float, text: str, size: float, fill: str = "ink", bold: bool = False) -> list[Text]:
    """Places for words outside a circle, the nearest first."""
    found = []
    for ring in _RINGS:
        for right, down in _SIDES:
            away = radius + 5 + ring
            anchor = "start" if right > 0 else "end" if right < 0 else "middle"
            baseline = y + down * away + size * (0.35 if not down else 0.75 if down > 0 else -0.1)
            found.append(Text(x + right * away, baseline, text, size, anchor, bold, fill))
    return found


def along(points: Sequence[Point], thick: float = 10, step: float = 6) -> list[Area]:
    """What a line through points covers, with some room, in pieces."""
    found = []
    for (x, y), (to_x, to_y) in pairwise(points):
        pieces = max(1, round(max(abs(to_x - x), abs(to_y - y)) / step))
        for piece in range(pieces + 1):
            at_x, at_y = x + (to_x - x) * piece / pieces, y + (to_y - y) * piece / pieces
            found.append(Area(at_x - thick / 2, at_y - thick / 2, at_x + thick / 2, at_y + thick / 2))
    return found


def placed(
    wanted: Sequence[Sequence[Text]], taken: Sequence[Area], within: Area, words: Sequence[Text] = ()
) -> list[Text | None]:
    """For each line of words the place, of those it may have, that covers the least of what is `taken`; an earlier one may cover
    a little more.

    None lies on words, those that are there already (`words`) too, and all lie `within`; None where there is no such place.
    """
    areas = [text_area(text) for text in words]
    found: list[Text | None] = []
    for places in wanted:
        best: tuple[float, Text, Area] | None = None
        for place, text in enumerate(places):
            if best is not None and best[0] <= place * _LATER:
                break
            area = text_area(text)
            if not within.holds(area) or any(area.shared(other) for other in areas):
                continue
            cost = place * _LATER + sum([area.shared(other) for other in taken])
            if best is None or cost < best[0]:
                best = cost, text, area
        found.append(best and best[1])
        if best:
            areas.append(best[2])
    return found
