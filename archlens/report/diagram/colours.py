"""What the colours of a diagram say, and the legend that says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from archlens.report.diagram.looks import Fill
from archlens.report.diagram.model import Box, Diagram
from archlens.report.numbers import bytes_text, short
from archlens.report.picture.letters import words_width
from archlens.report.picture.scene import Curve, Item, Rect, Text
from archlens.report.picture.themes import HEATS, SIGNS, family_role

__all__ = ["COLOURINGS", "Colouring", "Key", "colouring", "legend", "legend_height"]

_LINE = 24
_CHIP = 15
_SIZE = 11


class Key(NamedTuple):
    """An entry of a legend: a swatch, or a dashed line where there is no fill."""

    fill: Fill | None
    text: str


class Colouring(NamedTuple):
    """fill: of each box. keys: the entries of the legend."""

    fill: Callable[[Box], Fill]
    keys: tuple[Key, ...]


def colouring(diagram: Diagram, by: str = "family") -> Colouring:
    """The colours by a name of `COLOURINGS`."""
    found = COLOURINGS[by](diagram)
    marks = [Key(None, "skip")] if any(edge.skip for edge in diagram.edges) else []
    return found._replace(keys=(*found.keys, *marks))


def _by_family(diagram: Diagram) -> Colouring:
    shown = {family_role(box.family) for box in diagram.boxes if box.kind in ("layer", "block")}
    return Colouring(_family_fill, tuple([Key(_fill_of(role), role) for role in SIGNS if role in shown]))


def _family_fill(box: Box) -> Fill:
    return _fill_of(family_role(box.family))


def _fill_of(role: str) -> Fill:
    return Fill(role, f"{role}.edge", SIGNS[role])


def _by_figure(value: Callable[[Box], int | None], said: Callable[[int], str], name: str) -> Callable[[Diagram], Colouring]:
    """By a figure of one layer or block: from none to the most that any has, in equal steps."""

    def found(diagram: Diagram) -> Colouring:
        most = max([value(box) or 0 for box in diagram.boxes if box.kind in ("layer", "block")], default=0)

        def fill(box: Box) -> Fill:
            step = -(-(value(box) or 0) * (len(HEATS) - 1) // most) if most else 0
            return Fill(HEATS[min(step, len(HEATS) - 1)], "line", "")  # a join, which has no colour, may have more

        ends = {0: f"{name}: {said(0)}", len(HEATS) - 1: said(most)}
        keys = tuple([Key(Fill(role, "line", ""), ends.get(step, "")) for step, role in enumerate(HEATS)])
        return Colouring(fill, keys if most else keys[:1])

    return found


def _by_training(diagram: Diagram) -> Colouring:
    learning, still, none = [Fill(role, f"{role}.edge", "") for role in ("activation", "recurrent", "join")]

    def fill(box: Box) -> Fill:
        return none if not (box.params or box.shared) else still if box.frozen else learning

    shown = [fill(box) for box in diagram.boxes if box.kind in ("layer", "block")]
    names = ((learning, "learns"), (still, "frozen"), (none, "no parameters"))
    return Colouring(fill, tuple([Key(one, name) for one, name in names if one in shown]))


def _by_field(diagram: Diagram) -> Colouring:
    """By the longest side of the field; one that is the whole map counts as the most."""
    boxes = [box for box in diagram.boxes if box.kind in ("layer", "block")]
    most = max([max(box.receptive_field) for box in boxes if box.receptive_field], default=1)
    whole = any(box.receptive_field == () for box in boxes)

    def side(box: Box) -> int | None:
        return None if box.receptive_field is None else max(box.receptive_field, default=most)

    def said(size: int) -> str:
        return f"{size:,} px{', or all' if whole else ''}" if size else "none"

    return _by_figure(side, said, "receptive field")(diagram)


COLOURINGS: Mapping[str, Callable[[Diagram], Colouring]] = {
    "family": _by_family,
    "params": _by_figure(lambda box: box.params, short, "params"),
    "macs": _by_figure(lambda box: box.macs, short, "MACs"),
    "memory": _by_figure(lambda box: box.live_bytes, bytes_text, "bytes alive"),
    "receptive-field": _by_field,
    "trainable": _by_training,
}
"""By name, what colours can say."""


def legend_height(keys: Sequence[Key], width: float) -> float:
    """Pixels that the legend takes."""
    return _LINE * (1 + max([row for _, row, _ in _rows(keys, width)], default=-1))


def legend(keys: Sequence[Key], left: float, top: float, width: float) -> Iterator[Item]:
    """The entries in rows of this width."""
    for x, row, (fill, text) in _rows(keys, width):
        at, y = left + x, top + row * _LINE
        if fill is None:
            yield Curve(((at, y + 8), (at + 22, y + 8)), "skip", 1.5, True)
        else:
            yield Rect(at, y, _CHIP, _CHIP, fill.edge if fill.chip else fill.fill, "" if fill.chip else fill.edge, 1, 3)
            if fill.chip:
                yield Text(at + _CHIP / 2, y + 11.5, fill.chip, 11, "middle", True, "paper")
        if text:
            yield Text(at + _swatch(fill), y + 12, text, _SIZE, fill="faint")


def _rows(keys: Sequence[Key], width: float) -> Iterator[tuple[float, int, Key]]:
    """Where each entry goes: x, and which row."""
    x, row = 0.0, 0
    for key in keys:
        wide = _swatch(key.fill) + words_width(key.text, _SIZE) + (16 if key.text else 0)
        if x and x + wide > width:
            x, row = 0.0, row + 1
        yield x, row, key
        x += wide


def _swatch(fill: Fill | None) -> float:
    return 28 if fill is None else _CHIP + 5
