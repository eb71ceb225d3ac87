"""Which layers a drawing shows: a handful on the way, each with what its centre unit sees."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from archlens.analysis.sight import AxisSight, sight
from archlens.analysis.trails import Step
from archlens.analysis.walk import FieldWalk
from archlens.report.numbers import each, grouped, size_text, sizes_text

__all__ = ["MOST", "Look", "look_data", "look_tip", "looks", "unit_name"]

MOST = 7
_MANY = 100


class Look(NamedTuple):
    """A layer of the way. name: short. axes: what its centre unit sees along each axis of the input."""

    name: str
    step: Step
    axes: tuple[AxisSight, ...]


def looks(walk: FieldWalk) -> list[Look]:
    """At most `MOST` of the steps, from the input on: the last of each stage that sees more than those before; where they are
    more, not those that see little less than the next. The last is seen as by the layer that was asked for."""
    nodes = walk.graph.nodes
    scopes = [nodes[step.node].path.partition("/")[0] for step in walk.steps]
    stages: list[tuple[str, Step]] = []
    for scope, step in zip(scopes, walk.steps, strict=True):
        if stages and stages[-1][1].after.size == step.after.size:
            continue
        if stages and stages[-1][0] == scope:
            stages.pop()
        stages.append((scope, step))
    if len(stages) < 3 and len(walk.steps) <= MOST:
        stages = [(nodes[step.node].path, step) for step in walk.steps]
    stages = stages[:: -max(1, len(stages) // _MANY)][::-1]  # of very many, every so many are enough to choose from
    while len(stages) > MOST:
        ratios = [sum(after.size) / sum(before.size) for before, after in pairwise([step.after for _, step in stages])]
        stages.pop(ratios.index(min(ratios)))
    seen = [*[sight(walk.graph, nodes[step.node].path) for _, step in stages[:-1]], walk.sight]
    found = [Look(name, step, one.inputs.get(walk.way.input, ())) for (name, step), one in zip(stages, seen, strict=True)]
    return [look for look in found if look.axes]


def unit_name(walk: FieldWalk) -> str:
    """What one value of the input along an axis is."""
    return "samples" if len(walk.size) == 1 else "px"


def look_data(look: Look) -> dict[str, str]:
    """For scripts: what it is called, and the number of the layer, by which a page finds it."""
    return {"layer": look.name, "layers": str(look.step.node)}


def look_tip(walk: FieldWalk, look: Look) -> str:
    """What a reader sees who points at it."""
    node = walk.graph.nodes[look.step.node]
    sees = sizes_text(tuple([axis.length for axis in look.axes]))
    ranges = "×".join([f"{grouped(axis.reach[0])}…{grouped(axis.reach[1])}" for axis in look.axes])
    return "\n".join(
        [
            node.path,
            f"its centre unit sees {sees} {unit_name(walk)}: {ranges}",
            f"field {each(look.step.after.size)}, jump {each(look.step.after.jump)}, map {size_text(node.output_shapes[0])}",
        ]
    )
