"""The maps of a small network as rows of cells, one over the other, and the cone of what one unit reads of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from archlens.analysis.trails import Step
from archlens.analysis.walk import FieldWalk
from archlens.layers.windows import Window, taps
from archlens.report.fields.looks import unit_name
from archlens.report.picture.letters import fitted, words_width
from archlens.report.picture.scene import Curve, Group, Item, Rect, Text

__all__ = ["cone_items", "has_cone"]

_WIDEST, _DEEPEST = 32, 6  # the field, and the steps, of a network that is small
_ROW = 62
_CELL = 26
_LABEL = 13
_LEFT, _RIGHT = 190, 110


class _Row(NamedTuple):
    """A map along the last axis. centre: of unit 0, in input pixels from the left edge of pixel 0. read: its units that the one
    on top depends on, those in the padding too."""

    name: str
    units: int
    centre: float
    jump: float
    field: int
    read: tuple[int, ...]
    taps: dict[int, tuple[int, ...]]

    def at(self, unit: int) -> float:
        return self.centre + unit * self.jump


def has_cone(walk: FieldWalk) -> bool:
    """Whether the network is small, and every step a window."""
    windows = all(isinstance(_window(step), Window) and step.is_recurrence(len(walk.size) - 1) for step in walk.steps)
    return windows and 0 < len(walk.steps) <= _DEEPEST and walk.field.size[-1] <= _WIDEST


def _window(step: Step) -> object:
    return step.windows[-1] if step.windows else None


def _name(walk: FieldWalk, step: Step) -> str:
    """`conv3 · K 3, D 2`."""
    window = step.windows[-1] if step.windows else None
    path = walk.graph.nodes[step.node].path
    if not isinstance(window, Window):
        return path
    more = [f"{letter} {value}" for letter, value in (("S", window.stride), ("D", window.dilation)) if value != 1]
    said = f" · {', '.join([f'K {window.kernel}', *more])}"
    return fitted(path, _LEFT - 16 - words_width(said, _LABEL, True), _LABEL, True) + said


def _rows(walk: FieldWalk) -> list[_Row]:
    """From the last map to the input."""
    read = {walk.graph.nodes[walk.steps[-1].node].output_shapes[0][-1] // 2}
    found = []
    for step in reversed(walk.steps):
        after, window = step.after, step.windows[-1] if step.windows else Window(1)
        units = walk.graph.nodes[step.node].output_shapes[0][-1]
        links = {unit: tuple(taps(window, unit)) for unit in sorted(read) if 0 <= unit < units}
        centre = after.start[-1] + after.size[-1] / 2
        found.append(_Row(_name(walk, step), units, centre, float(after.jump[-1]), after.size[-1], tuple(sorted(read)), links))
        read = {tap for reached in links.values() for tap in reached}
    return [*found, _Row(walk.way.input, walk.size[-1], 0.5, 1, 1, tuple(sorted(read)), {})]


def cone_items(walk: FieldWalk, left: float, top: float, wide: float) -> tuple[float, list[Item]]:
    """The rows, the last map on top; and how far down they reach."""
    rows = _rows(walk)
    ends = [row.at(unit) + side * row.jump / 2 for row in rows for unit, side in ((row.read[0], -1), (row.read[-1], 1))]
    first, last = min(ends) - 1.5, max(ends) + 1.5
    names = min(_LEFT, max([words_width(row.name, _LABEL, bold=True) for row in rows]) + 20)
    scale = min((wide - names - _RIGHT) / (last - first), _CELL * 1.6)
    middle = left + names + (wide - names - _RIGHT) / 2
    items: list[Item] = []

    def place(at: float) -> float:
        return middle + (at - (first + last) / 2) * scale

    for number, row in enumerate(rows):
        y = top + number * _ROW
        places = [place(row.at(unit)) for unit in range(_first(row, first), _last(row, last) + 1)]
        if number + 1 < len(rows):
            items += _links(row, rows[number + 1], y, place)
        items += _cells(row, places, _first(row, first), y, min(row.jump * scale, 4 * _CELL))
        items += _words(walk, row, number, len(rows), (left + names, left + wide - _RIGHT), y)
    return top + len(rows) * _ROW - (_ROW - _CELL) + 8, items


def _first(row: _Row, first: float) -> int:
    """The first unit that is drawn: of those there are, or read in the padding."""
    least = -(-(first - row.centre + row.jump / 2) // row.jump)
    return min(max(int(least), 0), row.read[0])


def _last(row: _Row, last: float) -> int:
    most = (last - row.centre - row.jump / 2) // row.jump
    return max(min(int(most), row.units - 1), row.read[-1])


def _links(row: _Row, below: _Row, y: float, place: Callable[[float], float]) -> list[Item]:
    """Lines from each unit to all that it reads, there and back."""
    return [
        Curve(
            tuple([point for tap in reached for point in ((place(row.at(unit)), y + _CELL), (place(below.at(tap)), y + _ROW))]),
            "skip",
        )
        for unit, reached in row.taps.items()
    ]


def _cells(row: _Row, places: Sequence[float], first: int, y: float, pitch: float) -> list[Item]:
    wide = pitch - min(3, pitch * 0.12)
    items: list[Item] = []
    for unit, x in enumerate(places, first):
        inside = 0 <= unit < row.units
        fill, stroke = ("heat5", "accent") if unit in row.read else ("panel", "rule")
        fill = fill if inside else "inset"
        cell = Rect(x - wide / 2, y, wide, _CELL, fill, stroke, 1.25, min(2, wide / 4), dashed=not inside)
        items.append(Group((cell,), "cell", f"{row.name}: unit {unit}" + ("" if inside else ", padding"), {"unit": str(unit)}))
    return items


def _words(walk: FieldWalk, row: _Row, number: int, count: int, sides: tuple[float, float], y: float) -> list[Item]:
    """The name of a row before, and what its units see after it; sides: between which the cells lie."""
    last = number == count - 1
    read = len([unit for unit in row.read if 0 <= unit < row.units])
    said = f"reads {read} {unit_name(walk)}" if last else f"sees {row.field} {unit_name(walk)}"
    return [
        Text(sides[0] - 14, y + 17.5, fitted(row.name, _LEFT - 16, _LABEL, number == 0), _LABEL, "end", number == 0),
        Text(sides[1] + 14, y + 17.5, said, _LABEL, "start", number == 0 or last, "accent" if number == 0 else "ink"),
    ]
