"""How one receptive field grows → a page, JSON or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archlens.analysis.sight import AxisSight
from archlens.analysis.trails import Step
from archlens.analysis.walk import FieldWalk, sums
from archlens.graph.model import title
from archlens.layers.dims import axis_names
from archlens.layers.windows import Window
from archlens.report.csv import safe
from archlens.report.explain_reach import HOW, meeting_texts
from archlens.report.numbers import each, grouped, percent, plain_number, size_text, sizes_text
from archlens.report.operations import typed_operation
from archlens.report.pages import Block, Chain, Grid, Heading, Rows, Text

__all__ = [
    "CSV_HEAD",
    "growth_text",
    "operation",
    "said_field",
    "share_text",
    "walk_blocks",
    "walk_csv",
    "walk_json",
    "walk_title",
]

_HEAD = ("layer", "operation", "K", "S", "D", "P", "jump in", "growth", "field", "jump out", "start", "map")
_NUMERIC = (False, False, True, True, True, True, True, True, True, True, True, True)
_RULES = (
    "K_eff = D·(K − 1) + 1, which is K where D = 1; jump: input pixels between neighbours on the map; start: the first pixel "
    "that unit 0 sees, negative in the padding"
)


def walk_title(walk: FieldWalk) -> str:
    """What the network is called."""
    return title(walk.graph.name, walk.graph.variant)


def said_field(walk: FieldWalk) -> str:
    """`212`, `76×150×150`, or that it is the whole map."""
    return "the whole input" if all(walk.field.whole) else each(walk.field.size)


def operation(walk: FieldWalk, step: Step) -> str:
    """`conv 64 3×3 /2`."""
    node = walk.graph.nodes[step.node]
    layer = node.layer
    return typed_operation(layer.type_name, layer.arguments, len(walk.size), brief=True)


def walk_blocks(walk: FieldWalk) -> list[Block]:
    """The page: the steps, the sum that they make, what comes of it."""
    shape = walk.graph.shapes[walk.graph.inputs[walk.way.input]]
    name = "" if walk.way.input == "input" else f"{walk.way.input} "
    blocks: list[Block] = [
        Heading(walk_title(walk), 1, f"receptive field {said_field(walk)}"),
        Text(f"of {walk.node.path}, {size_text(walk.node.output_shapes[0])}; the input {name}is {size_text(shape)}", faint=True),
        Heading("Growth"),
    ]
    if not walk.steps:
        return [*blocks, Text("1: every unit sees the one pixel at its own place.")]
    blocks += [_grid(walk), *_rules(walk), Heading("What comes of it"), Rows(tuple(_facts(walk)))]
    return [*blocks, *[Text(text, faint=True) for text in _notes(walk)]]


def _grid(walk: FieldWalk) -> Grid:
    first = (walk.way.input, "", "", "", "", "", "", "", "1", "1", "0", sizes_text(walk.size))
    rows = [first, *[row for step in walk.steps for row in _rows(walk, step)]]
    kept = [place for place, head in enumerate(_HEAD) if head != "D" or any(row[place] not in ("", "1") for row in rows)]
    table = tuple([tuple([row[place] for place in kept]) for row in rows])
    return Grid(tuple([_HEAD[place] for place in kept]), table, tuple([_NUMERIC[place] for place in kept]))


def _rows(walk: FieldWalk, step: Step) -> Iterator[tuple[str, ...]]:
    """A row where all axes agree, else one for those that do; none for axes on which the layer changes nothing."""
    node = walk.graph.nodes[step.node]
    axes = range(len(walk.size))
    alike: dict[tuple[str, ...], list[int]] = {}
    for axis in axes:
        if _changes(step, axis):
            alike.setdefault(_row(step, axis), []).append(axis)
    shape = size_text(node.output_shapes[0][1:]) if len(node.output_shapes[0]) > 2 else size_text(node.output_shapes[0])
    names = axis_names(len(walk.size))
    told = (operation(walk, step), shape)
    for row, along in alike.items():
        letters = ", ".join([names[axis][0] for axis in along])  # short: where a table is narrow, the names of layers give way
        name = f" ({letters})" if len(along) < len(axes) else ""
        yield (f"{node.path}{name}", told[0], *row, told[1])
        told = ("", "")


def _changes(step: Step, axis: int) -> bool:
    before, after = step.before, step.after
    return (before.size[axis], before.jump[axis], before.start[axis], before.whole[axis]) != (
        after.size[axis],
        after.jump[axis],
        after.start[axis],
        after.whole[axis],
    )


def _row(step: Step, axis: int) -> tuple[str, ...]:
    before, after = step.before, step.after
    window = step.windows[axis] if step.windows else None
    if after.whole[axis]:
        return ("", "", "", "", str(before.jump[axis]), "", "all", "", "")
    numbers = ("", "", "", "")
    if isinstance(window, Window) and step.is_recurrence(axis):
        numbers = (str(window.kernel), str(window.stride), str(window.dilation), str(window.padding))
    told = (
        str(before.jump[axis]),
        growth_text(step, axis),
        grouped(after.size[axis]),
        str(after.jump[axis]),
        str(after.start[axis]),
    )
    return (*numbers, *told)


def growth_text(step: Step, axis: int) -> str:
    """What a step adds: `(3 − 1)·8 = 16`; `+4, resampled` where no window does."""
    window = step.windows[axis] if step.windows else None
    added = step.after.size[axis] - step.before.size[axis]
    if isinstance(window, Window) and step.is_recurrence(axis):
        reached = window.dilation * (window.kernel - 1) + 1
        return f"({reached} − 1)·{step.before.jump[axis]} = {grouped(added)}"
    how = HOW.get(type(window).__name__, "axes rearranged")
    return f"{'+' if added >= 0 else '−'}{grouped(abs(added))}, {how}"


def _rules(walk: FieldWalk) -> Iterator[Block]:
    yield Chain("growth", ("(K_eff − 1)·jump in",), _RULES)
    if all(walk.field.whole):
        return
    named = dict(zip(axis_names(len(walk.size)), [sums(walk, axis) for axis in range(len(walk.size))], strict=True))
    alike = len({str(parts) for parts in named.values()}) == 1
    for axis, (name, parts) in enumerate(named.items()):
        if parts and (axis == 0 or not alike):
            steps = (f"1 + {' + '.join([f'{taps}·{jump}' for jump, taps in parts])}", grouped(walk.field.size[axis]))
            yield Chain(
                "field" if alike else f"field ({name})",
                steps,
                "" if axis else "Σ (K_eff − 1) over the layers that read each jump, times it",
            )


def _facts(walk: FieldWalk) -> Iterator[tuple[str, str]]:
    if all(walk.field.whole):
        yield "field", f"every unit of {walk.node.path} sees the whole input"
    else:
        bound = "" if walk.field.exact else "at most "
        yield "field", f"{bound}{sizes_text(walk.field.size)} of {sizes_text(walk.size)} pixels"
        yield "jump", f"{each(walk.field.jump)}: so many pixels lie between what neighbours on the map look at"
    axes = walk.sight.inputs.get(walk.way.input, ())
    if axes:
        unit = ",".join(map(str, walk.sight.unit))
        yield "centre", f"unit {unit} reads from pixel {_ends(axes, 0)} to {_ends(axes, 1)}: {share_text(walk)} of the input"
        reached = [max(0, -axis.reach[0]) for axis in axes], [max(0, axis.reach[1] - axis.size + 1) for axis in axes]
        if any(reached[0]) or any(reached[1]):
            before, after = [each(tuple(pixels)) for pixels in reached]
            pixels = "pixel" if before == "1" else "pixels"
            yield "padding", f"it reaches {before} {pixels} into the padding before the input, {after} after it"
        holes = [f"{axis.coverage:.0%}" for axis in axes]
        if any(axis.coverage < 1 for axis in axes):
            yield "holes", f"of the pixels in between it reads {' × '.join(dict.fromkeys(holes))} along each axis"
    yield "outgrown", _outgrown(walk)
    if walk.whole:
        yield "all", f"{walk.whole} is the first whose every unit sees the whole input"


def _ends(axes: Sequence[AxisSight], end: int) -> str:
    """The first pixel, or the last, that is read along each axis."""
    return "(" + ", ".join([grouped(axis.inside[end]) for axis in axes]) + ")" if len(axes) > 1 else grouped(axes[0].inside[end])


def share_text(walk: FieldWalk) -> str:
    """`89.6 %`: the part of the input that the centre unit reads."""
    return percent(round(walk.share * 1_000_000), 1_000_000)


def _outgrown(walk: FieldWalk) -> str:
    place = walk.exceeds
    if place is None:
        return "no layer of the way sees more than the input is large"
    path = walk.graph.nodes[walk.steps[place].node].path
    return f"from {path} on, step {place + 1} of {len(walk.steps)}, the field is larger than the input"


def _notes(walk: FieldWalk) -> Iterator[str]:
    if walk.others == 1:
        yield f"1 other layer that {walk.node.path} depends on leaves the field as it is, or lies on a way that sees less."
    elif walk.others:
        others = f"{grouped(walk.others)} other layers that {walk.node.path} depends on"
        yield f"{others} leave the field as it is, or lie on ways that see less."
    yield from meeting_texts(walk.graph, walk.way)
    yield "Local field: gates and statistics over the map are not followed; `archlens field` shows what any one unit sees."


def walk_json(walk: FieldWalk) -> dict[str, Any]:
    """The same for tools; a value for each axis of the input."""
    axes = walk.sight.inputs.get(walk.way.input, ())
    return {
        "schema": 1,
        "name": walk.graph.name,
        "spec": walk.graph.spec,
        "variant": walk.graph.variant,
        "at": walk.node.path,
        "input": walk.way.input,
        "input_size": walk.size,
        "receptive_field": walk.field.size,
        "jump": list(map(plain_number, walk.field.jump)),
        "start": walk.field.start,
        "whole_map": all(walk.field.whole),
        "exact": walk.field.exact,
        "centre": {
            "unit": walk.sight.unit,
            "reach": [axis.reach for axis in axes],
            "inside": [axis.inside for axis in axes],
            "coverage": [axis.coverage for axis in axes],
            "share": walk.share,
        },
        "walk": [_step_json(walk, step) for step in walk.steps],
        "other_layers": walk.others,
        "exceeds_input_at": None if walk.exceeds is None else walk.graph.nodes[walk.steps[walk.exceeds].node].path,
        "whole_from": walk.whole,
        "meetings": [
            {"path": walk.graph.nodes[one.node].path, "taken": one.taken, "other": one.other} for one in walk.way.meetings
        ],
    }


def _step_json(walk: FieldWalk, step: Step) -> dict[str, Any]:
    node = walk.graph.nodes[step.node]
    windows = [window if isinstance(window, Window) else None for window in step.windows or (None,) * len(walk.size)]
    return {
        "path": node.path,
        "type": node.layer.type_name,
        "kernel": [window and window.kernel for window in windows],
        "stride": [window and window.stride for window in windows],
        "dilation": [window and window.dilation for window in windows],
        "padding": [window and window.padding for window in windows],
        "jump_before": list(map(plain_number, step.before.jump)),
        "growth": [after - before for before, after in zip(step.before.size, step.after.size, strict=True)],
        "receptive_field": step.after.size,
        "jump": list(map(plain_number, step.after.jump)),
        "start": step.after.start,
        "whole": step.after.whole,
        "output_shape": node.output_shapes[0],
        "line": node.span.line if node.span else None,
    }


CSV_HEAD = (
    "network",
    "path",
    "type",
    "kernel",
    "stride",
    "dilation",
    "padding",
    "jump_before",
    "growth",
    "receptive_field",
    "jump",
    "start",
    "output_shape",
    "line",
)


def walk_csv(walk: FieldWalk) -> Iterator[list[object]]:
    """A row for each step; what has a value for each axis as a spec writes sizes, `3x3`."""
    for step in walk.steps:
        values = _step_json(walk, step)
        yield [safe(walk_title(walk)), *[safe(_cell(values[name])) for name in CSV_HEAD[1:]]]


def _cell(value: Any) -> object:
    if isinstance(value, list | tuple):
        return "x".join(["" if one is None else str(one) for one in value])
    return "" if value is None else value
