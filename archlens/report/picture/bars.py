"""Charts of bars: a few with their names beside them, or hundreds next to each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from archlens.report.picture.axes import TICK, Axis, Plot, Scale, axis_items, axis_room, scale
from archlens.report.picture.letters import fitted, words_width
from archlens.report.picture.lines import heading, legend
from archlens.report.picture.scene import Curve, Group, Item, Rect, Scene, Text
from archlens.report.picture.themes import SIGNS

__all__ = ["FEW", "Bar", "bar_chart", "column_items"]

FEW = 30
"""Bars that have a line and a name each; more stand next to each other."""

_ROW = 26
_THICK = 17
_NAME = 13
_LONGEST_NAME = 300


class Bar(NamedTuple):
    """One bar. role: of its colour, a family of layers or another. group: of neighbours that belong together, a stage; named
    under columns. tooltip: by default its name and value."""

    name: str
    value: float
    role: str = "series0"
    group: str = ""
    tooltip: str = ""
    data: Mapping[str, str] = {}


def bar_chart(
    title: str,
    bars: Sequence[Bar],
    values: Axis,
    *,
    count: str = "layer",
    key: Mapping[str, str] | None = None,
    few: int = FEW,
    width: float = 1000,
    height: float = 380,
    description: str = "",
) -> Scene:
    """Bars from top to bottom with their names, or columns where there are more than `few`.

    values: the axis of what they show. count: what the columns are numbered as. key: words for roles, in the order in which
    they are to stand under the title; by default those of the families among the bars where there are several.
    """
    top, items = heading(title, width)
    named = key if key is not None else {bar.role: bar.role for bar in bars if bar.role in SIGNS}
    if len(named) > 1:
        top, said = legend([(word, _key_sign(role, strong=len(bars) > few)) for role, word in named.items()], width, top)
        items += said
    if len(bars) <= few:
        high, drawn = _rows(bars, values, width, top)
    else:
        high, drawn = height, _columns(bars, values, width, height, top, count)
    most = max(bars, key=lambda bar: bar.value, default=None)
    said_most = f"{len(bars)} bars; the longest is {most.name}, {values.text(most.value)}" if most else "no bars"
    return Scene(width, high, (*items, *drawn), title, description or said_most)


def _colours(role: str, strong: bool) -> tuple[str, str]:
    """What fills a bar, and its outline: of families the pale colour with an outline, or the strong one, of columns, which may be
    so thin that they would be all outline."""
    if role not in SIGNS:
        return role, ""
    return (f"{role}.edge", "") if strong else (role, f"{role}.edge")


def _key_sign(role: str, strong: bool) -> tuple[Item, ...]:
    """In the colours that the bars have."""
    fill, stroke = _colours(role, strong)
    letter = (Text(0, 4, SIGNS[role], 10, "middle", True, stroke or "paper"),) if role in SIGNS else ()
    return Rect(-9, -7, 18, 14, fill, stroke, radius=2), *letter


def _tip(bar: Bar, values: Axis) -> str:
    return bar.tooltip or f"{bar.name}: {values.text(bar.value)}"


def _rows(bars: Sequence[Bar], values: Axis, width: float, top: float) -> tuple[float, list[Item]]:
    """A line for each bar: its name, the bar, its value; and how high all is."""
    left = 14 + min(max([words_width(bar.name, _NAME) for bar in bars], default=0), _LONGEST_NAME) + 10
    room = max([words_width(values.text(bar.value), TICK) for bar in bars], default=0) + 16
    across = scale(values, [bar.value for bar in bars], left, width - 14 - room)
    across = (
        across._replace(high=max([bar.value for bar in bars], default=1) or 1)
        if not values.log and values.high is None
        else across
    )
    items: list[Item] = [Text(left, top + 18, values.label, 13)] if values.label else []
    top += 28 if values.label else 10
    for number, bar in enumerate(bars):
        at = top + number * _ROW
        fill, stroke = _colours(bar.role, strong=False)
        end = across.at(bar.value)
        letter = [Text(left + 5, at + 16.5, SIGNS[bar.role], 10, "start", True, stroke)] if stroke and end - left > 18 else []
        parts: list[Item] = [
            Text(left - 8, at + 17, fitted(bar.name, left - 22, _NAME), _NAME, "end"),
            *([Rect(left, at + (_ROW - _THICK) / 2, max(end - left, 1), _THICK, fill, stroke, radius=2)] if bar.value else []),
            *letter,
            Text(end + 7, at + 17, values.text(bar.value), TICK, fill="faint"),
        ]
        items.append(Group(tuple(parts), "bar", _tip(bar, values), bar.data))
    bottom = top + len(bars) * _ROW
    return bottom + 12, [*items, Curve(((left, top), (left, bottom)), "line")]


def _columns(bars: Sequence[Bar], values: Axis, width: float, height: float, top: float, count: str) -> list[Item]:
    upright = scale(values, [bar.value for bar in bars], height - 58, top + 34)
    across = Scale(0.5, len(bars) + 0.5, 14 + axis_room(values, upright.ticks), width - 14, False, ())
    plot = Plot(across, upright)
    grouped = any(bar.group for bar in bars)
    x = Axis("" if grouped else count)
    if not grouped:
        whole = scale(Axis(whole=True), [1, len(bars)], 0, 1, 9).ticks
        plot = plot._replace(x=across._replace(ticks=tuple([one for one in whole if 1 <= one <= len(bars)])))
    items = axis_items(plot, x, values)
    return [*items, *column_items(plot, bars, values), *(_stages(plot, bars) if grouped else [])]


def column_items(plot: Plot, bars: Sequence[Bar], values: Axis) -> list[Item]:
    """Columns at 1, 2, 3 … of the axis of `plot` that lies across."""
    step = plot.x.at(2) - plot.x.at(1)
    wide = max(step * 0.8 if step < 12 else step - 3, 0.6)
    items: list[Item] = []
    for number, bar in enumerate(bars, 1):
        fill, stroke = _colours(bar.role, strong=True)
        y = plot.y.at(bar.value)
        high = max(plot.y.start - y, 0.8 if bar.value else 0)
        column = Rect(plot.x.at(number) - wide / 2, plot.y.start - high, wide, high, fill, stroke)
        items.append(Group((column,) if high else (), "bar", _tip(bar, values), bar.data))
    return items


def _stages(plot: Plot, bars: Sequence[Bar]) -> Iterator[Item]:
    """A line under neighbours of one group, and its name where there is room; two rows, so that more names have it."""
    at, free = 1, [-1e9, -1e9]
    bottom = plot.y.start
    for name, members in groupby(bars, key=lambda bar: bar.group):
        size = len(list(members))
        left, right = plot.x.at(at - 0.5), plot.x.at(at + size - 0.5)
        at += size
        if not name:
            continue
        yield Curve(((left + 1, bottom + 8), (right - 1, bottom + 8)), "line", 2)
        half, middle = words_width(name, TICK) / 2, (left + right) / 2
        for row in (0, 1):
            if middle - half > max(free[row], 2) and middle + half < plot.x.end + 14:
                yield Text(middle, bottom + 24 + 17 * row, name, TICK, "middle", fill="faint")
                free[row] = middle + half + 8
                break
