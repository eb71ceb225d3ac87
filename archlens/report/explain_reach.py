"""How a receptive field came about: each step from the input on, as a table or for a tool."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archlens.analysis.receptive_field import ReceptiveField
from archlens.analysis.trails import Meeting, Reach, Step
from archlens.graph.model import Graph
from archlens.layers.dims import axis_names
from archlens.layers.windows import AxisMap, Window
from archlens.report.numbers import each, grouped, plain_number
from archlens.report.pages import Block, Chain, Grid, Heading, Text

__all__ = ["HOW", "meeting_texts", "reach_blocks", "reach_json"]

_HEAD = ("layer", "K", "S", "D", "P", "field", "jump", "start")
_NUMERIC = (False, True, True, True, True, False, True, True)
_RULE = "K_eff = D·(K − 1) + 1, which is K where D = 1; the input has field 1, jump 1, start 0"
_MEETINGS = 3  # joins named; the rest are counted
HOW = {
    "Whole": "the whole map",
    "Fixed": "one cell",
    "Gate": "a gate",
    "Adaptive": "cells of a grid",
    "Transposed": "transposed",
    "Nearest": "resampled",
    "Interpolated": "resampled",
    "Corners": "resampled",
    "Cubic": "resampled",
    "Window": "paths together",
}
"""How an axis is read that no window slides along, by the name of its map."""


def reach_blocks(graph: Graph, found: Reach, field: ReceptiveField) -> list[Block]:
    """The part of a page about one field."""
    shape = graph.shapes[graph.inputs[found.input]][2:]
    every = all(field.whole)
    blocks: list[Block] = [
        Heading("Receptive field", 2, "the whole map" if every else f"{each(field.size)} (the input is {each(shape)})")
    ]
    if not found.steps:
        return [*blocks, Text("1: every unit sees the one input cell at its own place")]
    blocks += [
        Chain("field", ("field before + (K_eff − 1)·jump before",), _RULE),
        Chain("jump", ("jump before · S",)),
        Chain("start", ("start before − P · jump before",)),
    ]
    first = (found.input, "", "", "", "", "1", "1", "0")
    rows = [first, *[row for step in found.steps for row in _rows(graph, step)]]
    kept = [place for place, head in enumerate(_HEAD) if head != "D" or any(row[place] not in ("", "1") for row in rows)]
    table = tuple([tuple([row[place] for place in kept]) for row in rows])
    blocks.append(Grid(tuple([_HEAD[place] for place in kept]), table, tuple([_NUMERIC[place] for place in kept])))
    blocks += [Text(text) for text in meeting_texts(graph, found)]
    if not every:
        blocks.append(Text(_seen(field)))
    return blocks


def _rows(graph: Graph, step: Step) -> Iterator[tuple[str, ...]]:
    """A row where all axes agree, else one for each."""
    rows = [_row(step, axis) for axis in range(len(step.after.size))]
    path = graph.nodes[step.node].path
    if len(set(rows)) == 1:
        yield (path, *rows[0])
    else:
        names = axis_names(len(rows))
        yield from [(f"{path} ({name})", *row) for name, row in zip(names, rows, strict=True)]


def _row(step: Step, axis: int) -> tuple[str, ...]:
    before, after = step.before, step.after
    window: AxisMap | None = step.windows[axis] if step.windows else None
    if after.whole[axis]:
        return ("", "", "", "", "all", "", "")
    jump, start = str(after.jump[axis]), str(after.start[axis])
    if isinstance(window, Window) and step.is_recurrence(axis):
        reached = window.dilation * (window.kernel - 1) + 1
        worked = f"{before.size[axis]} + ({reached} − 1)·{before.jump[axis]} = {after.size[axis]}"
        numbers = (window.kernel, window.stride, window.dilation, window.padding)
        return (*map(str, numbers), worked, jump, start)
    how = HOW.get(type(window).__name__, "axes rearranged")
    return ("", "", "", "", f"{before.size[axis]} → {after.size[axis]}, {how}", jump, start)


def meeting_texts(graph: Graph, found: Reach) -> Iterator[str]:
    """Where paths meet, and that the widest counts."""
    if not found.meetings:
        return
    shown = [_meeting(graph, one) for one in found.meetings[:_MEETINGS]]
    more = len(found.meetings) - len(shown)
    last = f", …and {more} more" if more else ""
    count = "a join" if len(found.meetings) == 1 else f"{len(found.meetings)} joins"
    yield f"Paths meet at {count}; the table follows the one that sees the most: {'; '.join(shown)}{last}."


def _meeting(graph: Graph, one: Meeting) -> str:
    return f"{graph.nodes[one.node].path} ({each(one.taken)}, another {each(one.other)})"


def _seen(field: ReceptiveField) -> str:
    """Which input cells unit u sees."""
    axes = list(zip(field.size, field.jump, field.start, strict=True))
    names = axis_names(len(axes))
    stretches = [f"{_place(jump, start)} … {_place(jump, start + size - 1)}" for size, jump, start in axes]
    alike = len(set(stretches)) == 1
    parts = stretches[:1] if alike else [f"{text} ({name})" for text, name in zip(stretches, names, strict=True)]
    bound = "" if field.exact else "at most "
    return f"Unit u sees {bound}the input cells {' and '.join(parts)}; those outside the input are padding."


def _place(jump: Any, offset: int) -> str:
    """`32·u − 90`."""
    unit = "u" if jump == 1 else f"{jump}·u"
    return unit if not offset else f"{unit} {'+' if offset > 0 else '−'} {grouped(abs(offset))}"


def reach_json(graph: Graph, found: Reach | None, field: ReceptiveField | None) -> dict[str, Any] | None:
    """The field and its steps; None where there is none."""
    if found is None or field is None:
        return None
    return {
        "input": found.input,
        "whole_map": all(field.whole),
        **_field_json(field),
        "steps": [
            {
                "path": graph.nodes[step.node].path,
                "windows": _windows_json(step),
                "before": _field_json(step.before),
                "after": _field_json(step.after),
            }
            for step in found.steps
        ],
        "meetings": [{"path": graph.nodes[one.node].path, "taken": one.taken, "other": one.other} for one in found.meetings],
    }


def _field_json(field: ReceptiveField) -> dict[str, Any]:
    return {"size": field.size, "jump": list(map(plain_number, field.jump)), "start": field.start}


def _windows_json(step: Step) -> list[dict[str, Any] | None]:
    """Kernel, stride, padding and dilation by axis, None for an axis that is read otherwise."""
    return [window._asdict() if isinstance(window, Window) else None for window in step.windows or ()]
