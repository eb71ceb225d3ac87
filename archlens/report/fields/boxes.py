"""The input to scale, and on it what the centre units see: boxes one in the other, strips for inputs of one axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archlens.analysis.sight import AxisSight
from archlens.analysis.walk import FieldWalk
from archlens.report.fields.looks import Look, look_data, look_tip, unit_name
from archlens.report.numbers import grouped, runs, sizes_text
from archlens.report.picture.letters import fitted, words_width
from archlens.report.picture.scene import Circle, Curve, Group, Item, Rect, Text
from archlens.report.picture.themes import HEATS

__all__ = ["box_items", "strip_items"]

_LABEL = 13
_NAMES = 175  # pixels at the right for names
_GRID = 64  # the largest input whose pixels are drawn
_MOST_RUNS = 3_000  # pieces of what is read with holes
_HATCH = 7


class _World(NamedTuple):
    """From input pixels to those of the picture."""

    left: float
    top: float
    scale: float
    first_x: int
    first_y: int

    def rect(self, x: tuple[int, int], y: tuple[int, int]) -> tuple[float, float, float, float]:
        """Left, top, width and height of the pixels from the first to the last along x and y."""
        scale = self.scale
        left, top = self.left + (x[0] - self.first_x) * scale, self.top + (y[0] - self.first_y) * scale
        return left, top, (x[1] - x[0] + 1) * scale, (y[1] - y[0] + 1) * scale


def box_items(walk: FieldWalk, shown: Sequence[Look], left: float, top: float, wide: float, high: float) -> list[Item]:
    """Boxes of what centre units see along the last two axes, with their names at the right, in a space `wide` × `high`."""
    size_y, size_x = walk.size[-2:]
    pairs = [(look.axes[-2], look.axes[-1]) for look in shown]
    first_y, last_y = _hull([y for y, _ in pairs], size_y)
    first_x, last_x = _hull([x for _, x in pairs], size_x)
    room = wide - _NAMES
    scale = min(room / (last_x - first_x + 1), (high - 24) / (last_y - first_y + 1))
    world = _World(left, top, scale, first_x, first_y)
    frame = world.rect((0, size_x - 1), (0, size_y - 1))
    items: list[Item] = []
    if shown:
        y, x = pairs[-1]
        items += _hatched(world.rect(x.reach, y.reach), frame)
    items.append(Rect(*frame, "panel"))
    for place in reversed(range(len(shown))):
        parts = [Rect(*world.rect(x, y), _heat(place, len(shown))) for y, x in _read(*pairs[place])]
        items.append(Group(tuple(parts), "sees", look_tip(walk, shown[place]), look_data(shown[place])))
    if max(size_y, size_x) <= _GRID:
        items += _grid(frame, size_x, size_y)
    for place, (y, x) in enumerate(pairs):
        last = place == len(pairs) - 1
        items.append(Rect(*world.rect(x.reach, y.reach), "", "accent" if last else "ink", 2.5 if last else 1.25))
    items.append(Rect(*frame, "", "ink", 2.5))
    bottom = top + (last_y - first_y + 1) * scale
    padded = (first_y, first_x, last_y, last_x) != (0, 0, size_y - 1, size_x - 1)
    said = f"input {sizes_text(walk.size)}" + ("; hatched: padding" if padded else "")
    holes = any(len(axis.read) < _inside(axis) for pair in pairs for axis in pair)
    items.append(Text(left, bottom + 18, said + ("; coloured: the pixels that are read" if holes else ""), _LABEL, fill="faint"))
    corners = [world.rect(x.reach, y.reach) for y, x in pairs]
    names = [f"{_length(y, x)} {unit_name(walk)}" for y, x in pairs]
    return [*items, *_named(walk, shown, names, [(x + w, y) for x, y, w, _ in corners], left + room + 14, top, bottom)]


def _length(y: AxisSight, x: AxisSight) -> str:
    return grouped(x.length) if x.length == y.length else f"{grouped(y.length)}×{grouped(x.length)}"


def _hull(axes: Sequence[AxisSight], size: int) -> tuple[int, int]:
    """The first and the last pixel that has to be drawn."""
    return min([axis.reach[0] for axis in axes] + [0]), max([axis.reach[1] for axis in axes] + [size - 1])


def _inside(axis: AxisSight) -> int:
    """Pixels of the input within the reach, read or not."""
    return min(axis.reach[1], axis.size - 1) - max(axis.reach[0], 0) + 1


def _heat(place: int, count: int) -> str:
    """The smallest in the strongest colour."""
    return HEATS[1 + round((len(HEATS) - 2) * (count - 1 - place) / max(count - 1, 1))]


def _read(y: AxisSight, x: AxisSight) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The stretches that are read, of y and of x; one over all where they are too many to draw."""
    rows, columns = runs(y.read), runs(x.read)
    if len(rows) * len(columns) > _MOST_RUNS:
        rows, columns = [y.inside], [x.inside]
    return [(row, column) for row in rows for column in columns]


def _hatched(outer: tuple[float, float, float, float], inner: tuple[float, float, float, float]) -> Iterator[Item]:
    """What of a rectangle lies outside another: tinted, with lines from lower left to upper right."""
    left, top, wide, high = outer
    yield Rect(left, top, wide, high, "inset")
    inner_left, inner_top, inner_right, inner_bottom = inner[0], inner[1], inner[0] + inner[2], inner[1] + inner[3]
    total = left + top
    for step in range(1, int((wide + high) / _HATCH) + 1):
        level = total + step * _HATCH  # of x + y along the line
        start, end = max(left, level - top - high), min(left + wide, level - top)
        cut, on = max(inner_left, level - inner_bottom), min(inner_right, level - inner_top)
        pieces = [(start, end)] if cut >= on else [(start, min(cut, end)), (max(on, start), end)]
        for begin, stop in pieces:
            if stop - begin > 0.5:
                yield Curve(((begin, level - begin), (stop, level - stop)), "rule")


def _grid(frame: tuple[float, float, float, float], size_x: int, size_y: int) -> Iterator[Item]:
    """Lines up and down, and from side to side, that turn on the frame."""
    left, top, wide, high = frame
    columns = [(left + x * wide / size_x, end) for x in range(1, size_x) for end in _turned(x, top, top + high)]
    rows = [(end, top + y * high / size_y) for y in range(1, size_y) for end in _turned(y, left, left + wide)]
    yield from (Curve(tuple(points), "rule", 0.75) for points in (columns, rows) if points)


def _turned(number: int, start: float, end: float) -> tuple[float, float]:
    return (start, end) if number % 2 else (end, start)


def _named(
    walk: FieldWalk,
    shown: Sequence[Look],
    sizes: Sequence[str],
    corners: Sequence[tuple[float, float]],
    at: float,
    top: float,
    bottom: float,
) -> Iterator[Item]:
    """A name for each box, the largest on top, each with a line to the upper right corner of its box."""
    heights: list[float] = []
    for _, y in reversed(corners):
        heights.append(max(y, heights[-1] + 23 if heights else top + 8))
    for place in reversed(range(len(heights))):  # those below the picture push up those above them
        heights[place] = min(heights[place], bottom - 23 * (len(heights) - 1 - place))
    for place, (look, size, (x, y)) in enumerate(zip(reversed(shown), reversed(sizes), reversed(corners), strict=True)):
        level = heights[place]
        last = place == 0
        role = "accent" if last else "ink"
        said = f" · {size}"
        name = fitted(look.name, _NAMES - 24 - words_width(said, _LABEL, bold=last), _LABEL, bold=last)
        parts = (
            Curve(((x, y), (at - 12, level), (at, level)), role if last else "line"),
            Circle(x, y, 2.5, role),
            Text(at + 4, level + 4.5, name + said, _LABEL, "start", last, role),
        )
        yield Group(parts, "name", look_tip(walk, look), look_data(look))


def strip_items(walk: FieldWalk, shown: Sequence[Look], left: float, top: float, wide: float) -> tuple[float, list[Item]]:
    """For an input of one axis: it as a strip, over it a bar for what each centre unit sees; and how far down they reach."""
    axes = [look.axes[0] for look in shown]
    first, last = _hull(axes, walk.size[0])
    names = min(max([words_width(look.name, _LABEL) for look in shown], default=0), 200) + 12
    sizes = max([words_width(f"{grouped(axis.length)} {unit_name(walk)}", _LABEL) for axis in axes], default=0) + 12
    scale = (wide - names - sizes) / (last - first + 1)
    world = _World(left + names, top, scale, first, 0)
    items: list[Item] = []
    for place, (look, axis) in enumerate(zip(shown, axes, strict=True)):
        y = top + place * 30
        x, _, length, _ = world.rect(axis.reach, (0, 0))
        parts: list[Item] = [Text(left + names - 10, y + 15, fitted(look.name, names - 12, _LABEL), _LABEL, "end")]
        frame = world.rect((0, walk.size[0] - 1), (0, 0))
        if axis.reach[0] < 0 or axis.reach[1] >= axis.size:
            parts += _hatched((x, y, max(length, 2), 20), (frame[0], y, frame[2], 20))
        pieces = runs(axis.read)
        for piece in pieces if len(pieces) <= _MOST_RUNS else [axis.inside]:
            start, _, long, _ = world.rect(piece, (0, 0))
            parts.append(Rect(start, y, max(long, 2), 20, _heat(place, len(shown))))
        final = place == len(shown) - 1
        parts.append(Rect(x, y, max(length, 2), 20, "", "accent" if final else "ink", 2.5 if final else 1.25))
        parts.append(Text(x + max(length, 2) + 8, y + 15, f"{grouped(axis.length)} {unit_name(walk)}", _LABEL, bold=final))
        items.append(Group(tuple(parts), "sees", look_tip(walk, look), look_data(look)))
    bottom = top + len(shown) * 30
    start, _, long, _ = world.rect((0, walk.size[0] - 1), (0, 0))
    items += [
        Rect(start, bottom + 2, long, 20, "panel", "ink", 2.5),
        Text(left + names - 10, bottom + 17, walk.way.input, _LABEL, "end"),
        Text(start + 8, bottom + 17, f"{grouped(walk.size[0])} {unit_name(walk)}", _LABEL, fill="faint"),
    ]
    return bottom + 30, items
