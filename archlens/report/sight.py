"""What a unit sees → text: a line an axis, and a strip of the pixels it reads."""

from __future__ import annotations

import json
from collections.abc import Sequence

from archlens.analysis.sight import AxisSight, Sight
from archlens.errors import printable
from archlens.layers.dims import axis_names
from archlens.report.grid import Paint, draw, plain, wrapped
from archlens.report.numbers import grouped, size_text

__all__ = ["render_sight", "sight_json"]

_HEAD = ("axis", "pixels", "from", "to", "inside", "from", "to", "read", "strict")
_PADDING, _UNREAD, _READ, _SOME = "░", "·", "█", "▒"
_MEANING = (
    "pixels: its receptive field, padding counted; inside: the part of it in the image; read: pixels of that part that reach the"
    " unit; strict: with gates and statistics over the map."
)


def render_sight(title: str, found: Sight, width: int = 80, paint: Paint = plain) -> str:
    """The report on one unit for a terminal."""
    where = f"unit {_unit(found.unit)} of {found.path}, {size_text(found.output)}" if found.unit else f"any unit of {found.path}"
    lines = [paint(printable(title), "title"), *wrapped("", printable(where), width, 0, paint, "faint")]
    if not found.inputs:
        return "\n".join([*lines, "", "It sees nothing of an input with spatial axes."])
    for name, axes in found.inputs.items():
        names = axis_names(len(axes))
        rows = [_row(label, axis) for label, axis in zip(names, axes, strict=True)]
        columns = list(map(list, zip(_HEAD, *rows, strict=True)))
        numeric = [False, *[True] * (len(_HEAD) - 1)]
        head = f"of {name} " if len(found.inputs) > 1 else ""
        lines += ["", *([paint(head, "group")] if head else [])]
        lines += draw(columns, numeric, ["head", *[""] * len(rows)], paint, footer=False)
        lines += ["", *[f"{label:<7} {_strip(axis, width - 8)}" for label, axis in zip(names, axes, strict=True)]]
    legend = f"{_READ} read  {_SOME} in part  {_UNREAD} not read  {_PADDING} padding, from pixel to pixel of the whole axis"
    notes = [line for text in (legend, _MEANING) for line in wrapped("", text, width, 0, paint, "faint")]
    return "\n".join([*lines, "", *notes])


def sight_json(title: str, found: Sight) -> str:
    """The same as one JSON object; intervals as [first, last]."""
    inputs = {
        name: [
            {
                "size": axis.size,
                "receptive_field": axis.length,
                "reach": axis.reach,
                "strict": axis.strict,
                "inside": axis.inside,
                "read": axis.read,
                "coverage": axis.coverage,
            }
            for axis in axes
        ]
        for name, axes in found.inputs.items()
    }
    report = {"schema": 1, "name": title, "path": found.path, "output_shape": found.output, "unit": found.unit, "inputs": inputs}
    return json.dumps(report, indent=2)


def _unit(unit: Sequence[int]) -> str:
    return ",".join(map(str, unit))


def _row(label: str, axis: AxisSight) -> list[str]:
    inside = axis.inside[1] - axis.inside[0] + 1
    strict = axis.strict[1] - axis.strict[0] + 1
    read = f"{len(axis.read) / inside:.0%}"
    return [
        label,
        *map(grouped, (axis.length, *axis.reach, inside, *axis.inside)),
        read,
        grouped(strict),
    ]


def _strip(axis: AxisSight, width: int) -> str:
    """The axis and the padding that is seen, one sign a pixel or, where there is no room, for several."""
    first, last = min(axis.reach[0], 0), max(axis.reach[1], axis.size - 1)
    step = -(-(last - first + 1) // max(width, 8))
    read = set(axis.read)
    signs = []
    for start in range(first, last + 1, step):
        cell = range(start, min(start + step, last + 1))
        inside = [pixel for pixel in cell if 0 <= pixel < axis.size]
        seen = sum(pixel in read for pixel in inside)
        if not inside:
            signs.append(_PADDING)
        else:
            signs.append(_READ if seen == len(inside) else _SOME if seen else _UNREAD)
    return "".join(signs)
