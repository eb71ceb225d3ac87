"""Charts of lines: several series over one axis, each named at its end, told apart by colour, sign and dash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, cos, pi, sin
from typing import NamedTuple

from archlens.report.picture.axes import Axis, Plot, Scale, axis_items, axis_room, scale
from archlens.report.picture.labels import Area, along, around, placed
from archlens.report.picture.letters import fitted, words_width
from archlens.report.picture.scene import Circle, Curve, Group, Item, Point, Polygon, Rect, Scene, Text
from archlens.report.picture.themes import SERIES

__all__ = ["Level", "Mark", "Series", "heading", "legend", "line_chart", "line_items", "series_scales", "sign"]

_LABEL = 13
_SIGNS_A_LINE = 8
_WIDEST_LABEL = 190
_THICK = 2.5
_DOT, _DOTS = 3, 60  # how large a point is drawn where there are at most so many; of more, as wide as the line
_SHIFTS = (0, *[sign * step for step in range(5, 90, 5) for sign in (-1, 1)])


class Series(NamedTuple):
    """One line. points: in the values of the axes. tips, data: of each point, as `Group` has them; tips are by default its
    values. role: of its colour, by default one for its place. dashed: by default every other line of a chart.
    step: whether a value holds until the next one comes. area: the role that fills what is below; nothing by default."""

    name: str
    points: tuple[Point, ...]
    tips: tuple[str, ...] = ()
    data: tuple[Mapping[str, str], ...] = ()
    role: str = ""
    dashed: bool | None = None
    step: bool = False
    area: str = ""


class Mark(NamedTuple):
    """A point that is pointed out, in the values of the axes."""

    x: float
    y: float
    text: str
    tooltip: str = ""
    data: Mapping[str, str] = {}


class Level(NamedTuple):
    """A height that is pointed out: a dashed line across, named."""

    y: float
    text: str


def line_chart(
    title: str,
    series: Sequence[Series],
    x: Axis,
    y: Axis,
    *,
    marks: Sequence[Mark] = (),
    levels: Sequence[Level] = (),
    width: float = 1000,
    height: float = 440,
    description: str = "",
) -> Scene:
    """Lines over an axis, named at their ends and, where there are several, in a line under the title."""
    top, items = heading(title, width)
    if len(series) > 1:
        bottom, named = legend([(one.name, _legend_sign(one, number)) for number, one in enumerate(series)], width, top)
        top, items = bottom, items + named
    left, right = series_scales(series, x, y, [*levels, *marks])
    room = _room_at_the_end(series, left)
    plot = Plot(
        left._replace(start=14 + axis_room(y, right.ticks), end=width - 18 - room),
        right._replace(start=height - (56 if x.label else 34), end=top + 34),
    )
    items += axis_items(plot, x, y)
    items += line_items(plot, series, x, y, marks, levels, Area(plot.x.start, top + 26, width - 4, plot.y.start - 4))
    said = description or "; ".join([one.name for one in series])
    return Scene(width, height, tuple(items), title, said)


def heading(title: str, width: float) -> tuple[float, list[Item]]:
    """The title, and how far down it reaches."""
    return (34, [Text(14, 26, fitted(title, width - 28, 17, bold=True), 17, bold=True)]) if title else (6, [])


def legend(entries: Sequence[tuple[str, tuple[Item, ...]]], width: float, top: float) -> tuple[float, list[Item]]:
    """Names after their signs, which are drawn around (0, 0), in rows; and how far down they reach."""
    items: list[Item] = []
    at, baseline = 14.0, top + 15
    for name, drawn in entries:
        name = fitted(name, width - 80, _LABEL)
        wide = 34 + words_width(name, _LABEL) + 22
        if at > 14 and at + wide > width:
            at, baseline = 14.0, baseline + 21
        items += [moved(item, at + 13, baseline - 4.5) for item in drawn]
        items.append(Text(at + 34, baseline, name, _LABEL))
        at += wide
    return baseline + 6, items


def moved(item: Item, right: float, down: float) -> Item:
    """The same shape elsewhere."""
    match item:
        case Polygon(points) | Curve(points):
            return item._replace(points=tuple([(x + right, y + down) for x, y in points]))
        case Group(items):
            return item._replace(items=tuple([moved(inner, right, down) for inner in items]))
        case _:
            return item._replace(x=item.x + right, y=item.y + down)


def series_scales(series: Sequence[Series], x: Axis, y: Axis, more: Sequence[Level | Mark] = ()) -> tuple[Scale, Scale]:
    """The scales that hold all points, without pixels."""
    points = [point for one in series for point in one.points]
    ends = [at for at, _ in points]
    along_x = x if x.high is not None else x._replace(high=max(ends, default=1))
    return scale(along_x, ends, 0, 1, 9), scale(y, [*[at for _, at in points], *[one.y for one in more]], 0, 1, 6)


def _room_at_the_end(series: Sequence[Series], across: Scale) -> float:
    """What the names at the right need, of lines that end near it."""
    late = [one.name for one in series if len(series) > 1 and one.points and across.at(one.points[-1][0]) > 0.8]
    return min(max([words_width(name, _LABEL, bold=True) for name in late], default=0), _WIDEST_LABEL) + 8


def line_items(
    plot: Plot, series: Sequence[Series], x: Axis, y: Axis, marks: Sequence[Mark], levels: Sequence[Level], within: Area | None
) -> list[Item]:
    """The lines, what is pointed out, and names at the ends where there is room `within`; None is no names."""
    items: list[Item] = []
    drawn = [_pixels(plot, one) for one in series]
    lines = [area for path in drawn for area in along(path)]
    bounds = within or Area(plot.x.start, plot.y.end, plot.x.end, plot.y.start)
    heights = [plot.y.at(level.y) for level in levels]
    items += [Curve(((plot.x.start, at), (plot.x.end, at)), "line", 1.5, dashed=True) for at in heights]
    for number, (one, path) in enumerate(zip(series, drawn, strict=True)):
        items += _line(plot, one, number, path, x, y, len(series) > 1)
    spots = [plot.at(mark.x, mark.y) for mark in marks]
    levelled = [_beside_level(plot, level.text, at) for level, at in zip(levels, heights, strict=True)]
    pointed = [around(*spot, 6, mark.text, _LABEL, bold=True) for spot, mark in zip(spots, marks, strict=True)]
    lines += [Area(plot.x.start, at - 0.2, plot.x.end, at + 0.2) for at in (*heights, *map(plot.y.at, plot.y.ticks))]
    said = placed([*levelled, *pointed], lines, bounds)
    for mark, spot, text in zip(marks, spots, said[len(levels) :], strict=True):
        ring = Circle(*spot, 5.5, "paper", "accent", 2.5)
        items.append(Group((ring, *([text] if text else [])), "mark", mark.tooltip or mark.text, mark.data))
    items += [text for text in said[: len(levels)] if text]
    if within and len(series) > 1:
        items += _named_ends(series, drawn, lines, within, [text for text in said if text])
    return items


def _beside_level(plot: Plot, text: str, at: float) -> list[Text]:
    """Places for the name of a height: above or below it, at the right, the left, or between."""
    left, right = plot.x.start + 8, plot.x.end - 8
    across = [(right, "end"), (left, "start"), *[(left + (right - left) * part / 8, "middle") for part in (4, 5, 3, 6, 2)]]
    return [Text(x, y, text, _LABEL, anchor, fill="faint") for y in (at - 6, at + 16) for x, anchor in across]


def _ends(one: Series, number: int, path: Sequence[Point], within: Area) -> list[Text]:
    """Places for the name of a line: after its end, at its height, then further up and down; or above its end."""
    x, y = path[-1]
    role = one.role or SERIES[number % len(SERIES)]
    name = fitted(one.name, max(within.right - x - 8, 40), _LABEL, bold=True)
    after = [Text(x + 8, y + 4.5 + down, name, _LABEL, "start", True, role) for down in _SHIFTS]
    above = [Text(x + 4, y - 10 - abs(up), one.name, _LABEL, "end", True, role) for up in _SHIFTS[::2]]
    return [*after[:7], *above[:3], *after[7:], *above[3:]]


def _named_ends(
    series: Sequence[Series], drawn: Sequence[list[Point]], taken: Sequence[Area], within: Area, words: Sequence[Text]
) -> Iterator[Item]:
    """The names at the ends, each with a thin line where it is some way off."""
    ended = [(one, number, path) for number, (one, path) in enumerate(zip(series, drawn, strict=True)) if path]
    names = placed([_ends(*one, within) for one in ended], taken, within, words)
    for (_, _, path), name in zip(ended, names, strict=True):
        x, y = path[-1]
        if name:
            level = name.y - 4.5
            if name.anchor == "start" and abs(level - y) > 14:
                yield Curve(((x + 4, y), (name.x - 2, level)), "rule")
            if name.anchor == "end" and y - level > 24:
                yield Curve(((x, y), (x, name.y + 3)), "rule")
            yield name


def _pixels(plot: Plot, one: Series) -> list[Point]:
    """The line as pixels, with the corners of its steps."""
    points = [plot.at(x, y) for x, y in one.points]
    if not one.step:
        return points
    return [spot for (_, before), (x, y) in zip(points[:1] + points, points, strict=False) for spot in ((x, before), (x, y))]


def _line(plot: Plot, one: Series, number: int, path: Sequence[Point], x: Axis, y: Axis, signs: bool) -> list[Item]:
    """What is below the line, the line, and each of its points; signs: whether it is told from others by a shape."""
    if not path:
        return []
    role = one.role or SERIES[number % len(SERIES)]
    dashed = _is_dashed(one, number)
    items: list[Item] = []
    if one.area:
        items.append(Polygon(((path[0][0], plot.y.start), *path, (path[-1][0], plot.y.start)), one.area))
    items.append(Curve(tuple(path), role, _THICK, dashed))
    count = len(one.points)
    every = max(1, ceil(count / _SIGNS_A_LINE))
    for place, (at_x, at_y) in enumerate(one.points):
        spot = plot.at(at_x, at_y)
        signed = signs and (place == count - 1 or (place % every == 0 and place + every / 2 < count))
        shape = sign(number, role, 4.5) if signed else Circle(0, 0, _DOT if count <= _DOTS else _THICK / 2, role)
        tip = one.tips[place] if one.tips else f"{one.name}: {x.text(at_x)}, {y.text(at_y)}"
        items.append(Group((moved(shape, *spot),), "point", tip, one.data[place] if one.data else {}))
    return items


def _legend_sign(one: Series, number: int) -> tuple[Item, ...]:
    role = one.role or SERIES[number % len(SERIES)]
    dashed = _is_dashed(one, number)
    return Curve(((-13, 0), (13, 0)), role, _THICK, dashed), sign(number, role, 4.5)


def _is_dashed(one: Series, number: int) -> bool:
    """Every other line; where colours and signs come again, the others."""
    return (number + number // len(SERIES)) % 2 == 1 if one.dashed is None else one.dashed


def sign(number: int, role: str, radius: float) -> Item:
    """One of eight shapes around (0, 0), the second cue to which line it is."""
    kind = number % 8
    if kind == 0:
        return Circle(0, 0, radius, role)
    if kind == 1:
        return Rect(-radius * 0.9, -radius * 0.9, radius * 1.8, radius * 1.8, role)
    corners, turn, inner = ((3, 0, 1), (4, 0, 1), (3, 1, 1), (4, 0, 0.35), (5, 0, 1), (5, 0, 0.45))[kind - 2]
    step = pi / corners
    rays = range(2 * corners) if inner < 1 else range(0, 2 * corners, 2)
    lengths = [radius * 1.3 * (inner if ray % 2 else 1) for ray in rays]
    angles = [(ray + turn) * step - pi / 2 for ray in rays]
    return Polygon(
        tuple([(length * cos(angle), length * sin(angle)) for length, angle in zip(lengths, angles, strict=True)]), role
    )
