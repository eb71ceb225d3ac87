"""How receptive fields grow, drawn: what the centre units see of the input, the growth by depth, the cone of a small network."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.analysis.walk import FieldWalk
from archlens.errors import UsageError
from archlens.layers.dims import axis_names
from archlens.report.fields.boxes import box_items, strip_items
from archlens.report.fields.cone import cone_items, has_cone
from archlens.report.fields.growth import growth_items, growths_chart
from archlens.report.fields.looks import Look, looks, unit_name
from archlens.report.fields.text import said_field, share_text, walk_title
from archlens.report.numbers import each, grouped, sizes_text
from archlens.report.picture.letters import fitted
from archlens.report.picture.lines import heading
from archlens.report.picture.scene import Item, Scene, Text

__all__ = ["field_scene", "fields_scene"]

_WIDTH = 1100
_EDGE = 14
_BOXES = 585
_HIGH = 430


def field_scene(walk: FieldWalk) -> Scene:
    """The drawing of one network. Raises UsageError where nothing on the way widens the field."""
    if not walk.steps:
        raise UsageError(f"nothing to draw: every unit of {walk.node.path} sees the one pixel at its own place")
    title = f"{walk_title(walk)}: receptive field {_said_field(walk)}"
    top, items = heading(title, _WIDTH)
    shown = looks(walk)
    items.append(Text(_EDGE, top + 14, fitted(_subtitle(walk), _WIDTH - 2 * _EDGE, 13), 13, fill="faint"))
    top += 34
    if len(walk.size) == 1:
        bottom, strips = strip_items(walk, shown, _EDGE, top, _WIDTH - 2 * _EDGE)
        items += [*strips, *growth_items(walk, _EDGE, bottom + 18, _WIDTH - 2 * _EDGE, 300)]
        top = bottom + 18 + 300
    else:
        items += box_items(walk, shown, _EDGE, top, _BOXES, _HIGH)
        items += _beside(walk, _BOXES + 35, top, _WIDTH - _BOXES - 35 - _EDGE)
        top += _HIGH + 8
    if len(walk.size) == 3:
        items.append(Text(_EDGE, top + 8, _time(walk, shown), 13))
        top += 26
    if has_cone(walk) and not _is_one_step(walk):
        top, cone = _cone(walk, _EDGE, top + 8, _WIDTH - 2 * _EDGE)
        items += cone
    return Scene(_WIDTH, top + 8, tuple(items), title, _description(walk, shown))


def fields_scene(walks: Sequence[FieldWalk]) -> Scene:
    """The drawing of several networks."""
    return growths_chart(walks)


def _is_one_step(walk: FieldWalk) -> bool:
    """Whether a curve of its growth would have nothing to show, and its cone all."""
    return len(walk.steps) == 1 and len(walk.size) > 1 and has_cone(walk)


def _beside(walk: FieldWalk, left: float, top: float, wide: float) -> list[Item]:
    """At the right of the boxes."""
    return _cone(walk, left, top, wide)[1] if _is_one_step(walk) else growth_items(walk, left, top, wide, _HIGH)


def _cone(walk: FieldWalk, left: float, top: float, wide: float) -> tuple[float, list[Item]]:
    """The cone under its title; and how far down it reaches."""
    along = f"Along the {axis_names(len(walk.size))[-1]}; K: kernel, S: stride, D: dilation"
    top_map = walk.graph.nodes[walk.steps[-1].node].path
    title = fitted(f"What one unit of {top_map} reads, map by map", wide, 15, bold=True)
    bottom, cone = cone_items(walk, left, top + 50, wide)
    return bottom, [Text(left, top + 14, title, 15, bold=True), Text(left, top + 33, along, 13, fill="faint"), *cone]


def _said_field(walk: FieldWalk) -> str:
    """`1,688 px`, `76×150×150 px`, or that it is the whole input."""
    if all(walk.field.whole):
        return said_field(walk)
    return f"{each(tuple([grouped(size) for size in walk.field.size]))} {unit_name(walk)}"


def _subtitle(walk: FieldWalk) -> str:
    jump = "" if all(walk.field.whole) else f", jump {each(walk.field.jump)}"
    unit, axes = walk.sight.unit, walk.sight.axes
    # of tokens in a row the one in the middle is seldom that of the picture
    middle = "its centre unit" if len(unit) != 1 or len(walk.size) == 1 else f"unit {unit[0]} of {walk.sight.output[axes[0]]}"
    size = sizes_text(tuple([grouped(size) for size in walk.size]))
    whole = f"; {walk.whole} is the first to see all of it" if walk.whole not in (None, walk.node.path) and walk.share < 1 else ""
    return f"of {_name(walk.node.path)}{jump}; {middle} sees {share_text(walk)} of the input {size}{whole}"


def _name(path: str) -> str:
    """The path of a layer, cut where it is too long for a line."""
    return fitted(path, _WIDTH / 2, 15, True)


def _time(walk: FieldWalk, shown: Sequence[Look]) -> str:
    """What is seen of the first of three axes, which the boxes do not show."""
    seen = ", ".join([f"{look.name} {grouped(look.axes[0].length)}" for look in shown])
    return f"Drawn are height and width. Along the {axis_names(3)[0]}, of {walk.size[0]}: {seen}"


def _description(walk: FieldWalk, shown: Sequence[Look]) -> str:
    seen = "; ".join([f"{look.name} {sizes_text(tuple([axis.length for axis in look.axes]))}" for look in shown])
    return f"The input {sizes_text(walk.size)} and what the centre unit of each stage sees of it: {seen}"
