"""A long layout in columns side by side, cut where one box leads on: as wide as a slide instead of as tall as a tower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from archlens.report.diagram.layout import Arrow, Layout, Place
from archlens.report.diagram.model import Edge
from archlens.report.picture.scene import Point

__all__ = ["Room", "in_columns"]

_MOST = 5  # columns, unless more are asked for
_WIDEST = 1200  # pixels of a picture whose words can be read on 1,000
_SLIDE = 16 / 9
_GAIN = 1.2  # how much larger another column must make it
_UNDER = 13  # below a column, for the arrow that leaves
_ROUND = 8  # radius of the corners of that arrow
_TIP = 7  # length of its head


class Room(NamedTuple):
    """Pixels between columns, for the arrow that goes up and sizes beside arrows; and over the boxes of a column, for the arrow
    that comes in."""

    between: float
    over: float


def in_columns(layout: Layout, edges: Sequence[Edge], count: int | None, room: Room, direction: str = "down") -> Layout:
    """The same in up to `count` columns as equal in height as can be; of a layout to the `right`, in rows.

    Fewer where there are too few places to cut: no box, cluster or skip is cut, and no arrow but those that leave one box for the
    next column. edges: those of the diagram. count: None for what comes nearest to a slide and can be read on 1,000 pixels.
    """
    upright = layout if direction == "down" else layout.turned()
    places = _places_to_cut(upright, edges)
    found = []
    for number in range(1, _MOST + 1) if count is None else (count,):
        cuts = _chosen(places, upright.height, number)
        one = _side_by_side(upright, cuts, room) if cuts else upright
        found.append(one if direction == "down" else one.turned())
    best, *others = found
    for one in others:
        if one.width <= _WIDEST and _scale(one) > _GAIN * _scale(best):
            best = one
    return best


def _scale(one: Layout) -> float:
    """How large it is on a slide that it fills."""
    return min(_SLIDE / max(one.width, 1), 1 / max(one.height, 1))


def _reach(arrow: Arrow) -> tuple[float, float]:
    """From which height to which it goes."""
    heights = [y for _, y in (*arrow.points, arrow.tip)]
    return min(heights), max(heights)


def _places_to_cut(layout: Layout, edges: Sequence[Edge]) -> list[float]:
    """Heights at which there is nothing but arrows from one box."""
    solid = sorted([(place.y, place.y + place.height) for place in (*layout.boxes, *layout.clusters)])
    reaches = [_reach(arrow) for arrow in layout.arrows]
    found, low = [], 0.0
    for top, bottom in solid:
        if top > low and low:
            middle = (low + top) / 2
            crossing = [edge for edge, (first, last) in zip(edges, reaches, strict=True) if first < middle < last]
            if len({edge.tail for edge in crossing}) == 1 and not any(edge.skip for edge in crossing):
                found.append(middle)
        low = max(low, bottom)
    return found


def _chosen(places: Sequence[float], height: float, count: int) -> list[float]:
    """Up to `count` - 1 of them, so that the highest column is as low as it can be."""

    def cuts(most: float) -> list[float] | None:
        """Where to cut so that no column is higher; None where there is no way."""
        taken: list[float] = []
        start = 0.0
        while height - start > most:
            within = [place for place in places if start < place <= start + most]
            if not within or len(taken) == count - 1:
                return None
            start = within[-1]
            taken.append(start)
        return taken

    ends = [0.0, *places, height]
    lengths = sorted({last - first for at, first in enumerate(ends) for last in ends[at + 1 :]})
    return next((found for length in lengths if (found := cuts(length)) is not None), [])


def _side_by_side(layout: Layout, cuts: Sequence[float], room: Room) -> Layout:
    ends = [0.0, *cuts, layout.height]

    def column(height: float) -> int:
        return sum([height > cut for cut in cuts])

    solid = (*layout.boxes, *layout.clusters)
    lefts, widths, offset = [], [], 0.0
    for number in range(len(ends) - 1):
        sides = [(one.x, one.x + one.width) for one in solid if column(one.y) == number]
        inner = [arrow for arrow in layout.arrows if {column(y) for y in _reach(arrow)} == {number}]
        sides += [(x, x) for arrow in inner for x, _ in arrow.points]
        left, right = min(side for side, _ in sides), max(side for _, side in sides)
        lefts.append(offset - left)
        widths.append(right - left)
        offset += right - left + room.between
    tops = [room.over - first if number else 0.0 for number, first in enumerate(ends[:-1])]

    def at(point: Point, number: int) -> Point:
        return point[0] + lefts[number], point[1] + tops[number]

    def place(one: Place) -> Place:
        number = column(one.y)
        return one._replace(x=one.x + lefts[number], y=one.y + tops[number])

    bottoms = [last + top + _UNDER for last, top in zip(ends[1:], tops, strict=True)]

    def arrow(one: Arrow) -> Arrow:
        first, last = column(one.points[0][1]), column(one.tip[1])
        if first == last:
            return Arrow(tuple([at(point, first) for point in one.points]), at(one.tip, first))
        gutter = sum(widths[: first + 1]) + (first + 0.7) * room.between
        return _around(at(one.points[0], first), at(one.tip, last), gutter, bottoms[first])

    boxes, clusters = tuple(map(place, layout.boxes)), tuple(map(place, layout.clusters))
    height = max([*bottoms[:-1], layout.height + tops[-1]])
    return Layout(offset - room.between, height, boxes, tuple(map(arrow, layout.arrows)), clusters)


def _around(start: Point, tip: Point, gutter: float, bottom: float) -> Arrow:
    """Down to `bottom`, up the gutter, over the next column and into it."""
    corners = [start, (start[0], bottom), (gutter, bottom), (gutter, _ROUND), (tip[0], _ROUND), (tip[0], tip[1] - _TIP)]
    return Arrow(tuple(_rounded(corners)), tip)


def _rounded(corners: Sequence[Point]) -> Iterator[Point]:
    """A line through corners as cubic pieces: straight, then around the corner."""
    yield corners[0]
    here = corners[0]
    for corner, after in pairwise(corners[1:]):
        before, leaving = _short_of(corner, here), _short_of(corner, after)
        yield from (here, before, before, corner, corner, leaving)
        here = leaving
    yield from (here, corners[-1], corners[-1])


def _short_of(corner: Point, other: Point) -> Point:
    """The point a little before a corner on the way from or to another."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = (dx * dx + dy * dy) ** 0.5
    part = min(_ROUND, length / 2) / length if length else 0
    return corner[0] + dx * part, corner[1] + dy * part
