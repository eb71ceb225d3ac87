"""The receptive field by depth, as a curve: of one network over its jumps, or of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from archlens.analysis.walk import FieldWalk
from archlens.layers.dims import axis_names
from archlens.report.fields.looks import unit_name
from archlens.report.fields.text import growth_text, operation, walk_title
from archlens.report.numbers import each, grouped
from archlens.report.picture.axes import Axis, Plot, axis_items, axis_room
from archlens.report.picture.labels import Area
from archlens.report.picture.letters import words_width
from archlens.report.picture.lines import Level, Series, line_chart, line_items, series_scales
from archlens.report.picture.scene import Item, Rect, Scene, Text

__all__ = ["DEPTH", "growth_items", "growths_chart"]

DEPTH = Axis("layers that widen or move it, from the input on", whole=True)
"""What lies along the curves."""


_SPREAD = 6  # times between fields from which an axis of several networks is logarithmic


def growth_items(walk: FieldWalk, left: float, top: float, wide: float, high: float) -> list[Item]:
    """The field after each step: bands show the jump, by which each tap of a kernel counts; the input's size is dashed."""
    series = _axes_of(walk)
    levels = [Level(size, f"input {name}{grouped(size)} {unit_name(walk)}") for size, name in _drawn_sizes(walk).items()]
    x, y = DEPTH, Axis(f"receptive field, {unit_name(walk)}")
    across, up = series_scales(series, x, y, levels)
    room = max([words_width(one.name, 13, bold=True) for one in series]) + 12 if len(series) > 1 else 8
    start = left + axis_room(y, up.ticks)
    plot = Plot(across._replace(start=start, end=left + wide - room), up._replace(start=top + high - 46, end=top + 44))
    within = Area(plot.x.start, plot.y.end - 4, left + wide, plot.y.start)
    items = [*_bands(walk, plot), *axis_items(plot, x, y._replace(label="")), *line_items(plot, series, x, y, (), levels, within)]
    return [Text(left, top + 12, y.label, 13), *items]


def _drawn_sizes(walk: FieldWalk) -> dict[int, str]:
    """Of the axes that are no time, with what each is called where they differ."""
    sizes = walk.size[-2:]
    if len(set(sizes)) == 1:
        return {sizes[0]: ""}
    return dict(zip(sizes, [f"{name} " for name in axis_names(len(sizes))], strict=True))


def _axes_of(walk: FieldWalk) -> list[Series]:
    """A line for each axis, one for those that agree."""
    names = axis_names(len(walk.size))
    alike: dict[tuple[int, ...], list[int]] = {}
    for axis in range(len(walk.size)):
        alike.setdefault(tuple([step.after.size[axis] for step in walk.steps]), []).append(axis)
    found = []
    for sizes, axes in alike.items():
        tips = ("the input: 1", *[_tip(walk, place, axes[0]) for place in range(len(sizes))])
        data = _data(walk)
        points = tuple([(float(place), float(size)) for place, size in enumerate((1, *sizes))])
        found.append(Series(", ".join([names[axis] for axis in axes]), points, tips, data, step=False))
    return found


def _data(walk: FieldWalk) -> tuple[dict[str, str], ...]:
    """Of each point: the layer, and its number, by which a page finds it."""
    return {"layer": walk.way.input}, *[
        {"layer": walk.graph.nodes[step.node].path, "layers": str(step.node)} for step in walk.steps
    ]


def _tip(walk: FieldWalk, place: int, axis: int) -> str:
    step = walk.steps[place]
    node = walk.graph.nodes[step.node]
    size = "all" if step.after.whole[axis] else grouped(step.after.size[axis])
    return f"{node.path}\n{operation(walk, step)}\n{growth_text(step, axis)}\nfield {size}, jump {step.after.jump[axis]}"


def _bands(walk: FieldWalk, plot: Plot) -> Iterator[Item]:
    """Behind the curve: the steps that read maps of one jump, which stands above them where there is room."""
    at = 0
    for number, (jump, steps) in enumerate(groupby(walk.steps, key=lambda step: step.before.jump[-1])):
        count = len(list(steps))
        start, end = plot.x.at(at), plot.x.at(at + count)
        at += count
        if number % 2 == 0:
            yield Rect(start, plot.y.end, end - start, plot.y.start - plot.y.end, "panel")
        said = next((text for text in (f"jump {jump}", str(jump)) if words_width(text, 12) < end - start - 2), "")
        if said:
            yield Text((start + end) / 2, plot.y.end - 6, said, 12, "middle", fill="faint")


def growths_chart(walks: Sequence[FieldWalk]) -> Scene:
    """A curve for each network, along the last axis of its input."""
    series = [
        Series(
            walk_title(walk),
            tuple([(float(place), float(size)) for place, size in enumerate((1, *[step.after.size[-1] for step in walk.steps]))]),
            ("the input: 1", *[f"{walk_title(walk)}: {_tip(walk, place, -1)}" for place in range(len(walk.steps))]),
            _data(walk),
        )
        for walk in walks
    ]
    sizes = {walk.size[-1]: unit_name(walk) for walk in walks}
    ends = [walk.field.size[-1] for walk in walks]
    levels = [Level(size, f"input {grouped(size)} {name}") for size, name in sizes.items()] if len(sizes) <= 2 else []
    units = " or ".join(sorted({unit_name(walk) for walk in walks}))
    said = "; ".join([f"{walk_title(walk)} {each(walk.field.size)}" for walk in walks])
    return line_chart(
        "Receptive fields",
        series,
        DEPTH,
        Axis(f"receptive field, {units}", log=max(ends) > _SPREAD * min(ends)),
        levels=levels,
        height=520,
        description=f"By depth, along the last axis of the input: {said}",
    )
