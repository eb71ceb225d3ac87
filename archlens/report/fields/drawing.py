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
from archlens.report.fields.text import said_field, walk_title
from archlens.report.numbers import each, grouped, percent, sizes_text
from archlens.report.picture.letters import fitted
from archlens.report.picture.lines import heading
from archlens.report.picture.scene import Scene, Text

__all__ = ["field_scene", "fields_scene"]

_WIDTH = 1100
_EDGE = 14
_BOXES = 585
_HIGH = 430


def field_scene(walk: FieldWalk) -> Scene:
    """The drawing of one network. Raises UsageError where nothing on the way widens the field."""
    if not walk.steps:
        raise UsageError(f"nothing to draw: every unit of {walk.node.path} sees the one pixel at its own place")
    title = f"{walk_title(walk)}: receptive field {said_field(walk)}" + ("" if all(walk.field.whole) else f" {unit_name(walk)}")
    top, items = heading(title, _WIDTH)
    shown = looks(walk)
    items.append(Text(_EDGE, top + 14, _subtitle(walk), 13, fill="faint"))
    top += 34
    if len(walk.size) == 1:
        bottom, strips = strip_items(walk, shown, _EDGE, top, _WIDTH - 2 * _EDGE)
        items += [*strips, *growth_items(walk, _EDGE, bottom + 18, _WIDTH - 2 * _EDGE, 300)]
        top = bottom + 18 + 300
    else:
        items += box_items(walk, shown, _EDGE, top, _BOXES, _HIGH)
        items += growth_items(walk, _BOXES + 35, top, _WIDTH - _BOXES - 35 - _EDGE, _HIGH)
        top += _HIGH + 8
    if len(walk.size) == 3:
        items.append(Text(_EDGE, top + 8, _time(walk, shown), 13))
        top += 26
    if has_cone(walk):
        along = f"Along the {axis_names(len(walk.size))[-1]}; K: kernel, S: stride, D: dilation"
        items.append(Text(_EDGE, top + 22, f"What one unit of {_name(walk)} reads, map by map", 15, bold=True))
        items.append(Text(_EDGE, top + 41, along, 13, fill="faint"))
        top, cone = cone_items(walk, _EDGE, top + 58, _WIDTH - 2 * _EDGE)
        items += cone
    return Scene(_WIDTH, top + 8, tuple(items), title, _description(walk, shown))


def fields_scene(walks: Sequence[FieldWalk]) -> Scene:
    """The drawing of several networks."""
    return growths_chart(walks)


def _subtitle(walk: FieldWalk) -> str:
    jump = "" if all(walk.field.whole) else f", jump {each(walk.field.jump)}"
    share = percent(round(walk.share * 1_000_000), 1_000_000)
    return f"of {_name(walk)}{jump}; its centre unit sees {share} of the input {sizes_text(walk.size)}"


def _name(walk: FieldWalk) -> str:
    """The path of the layer, cut where it is too long for a line."""
    return fitted(walk.node.path, _WIDTH / 2, 15, True)


def _time(walk: FieldWalk, shown: Sequence[Look]) -> str:
    """What is seen of the first of three axes, which the boxes do not show."""
    seen = ", ".join([f"{look.name} {grouped(look.axes[0].length)}" for look in shown])
    return f"Drawn are height and width. Along the {axis_names(3)[0]}, of {walk.size[0]}: {seen}"


def _description(walk: FieldWalk, shown: Sequence[Look]) -> str:
    seen = "; ".join([f"{look.name} {sizes_text(tuple([axis.length for axis in look.axes]))}" for look in shown])
    return f"The input {sizes_text(walk.size)} and what the centre unit of each stage sees of it: {seen}"
