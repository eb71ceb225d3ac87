"""How a receptive field grows: the layers that widen or move it, on the way that sees the most, from the input on."""

from __future__ import annotations

from typing import NamedTuple

from archlens.analysis.receptive_field import ReceptiveField, receptive_fields, tensor_fields
from archlens.analysis.sight import Sight, sight
from archlens.analysis.staircase import Rational
from archlens.analysis.trails import Reach, Step, reach
from archlens.analysis.trunk import trunk_of
from archlens.errors import UsageError
from archlens.graph.find import find_layer
from archlens.graph.model import Graph, Node
from archlens.layers.windows import Window

__all__ = ["FieldWalk", "field_walk", "sums"]


class FieldWalk(NamedTuple):
    """The way to the field of layer `node`, which is the network's unless another was asked for.

    field: of that layer. way: its steps from the input on, and where paths meet. size: the input's spatial sizes. sight: what
    the centre unit sees, on every input. others: layers that it depends on and that are no step. whole: the first layer of the
    network, by path, whose every unit sees the whole input; None where there is none.
    """

    graph: Graph
    node: Node
    field: ReceptiveField
    way: Reach
    size: tuple[int, ...]
    sight: Sight
    others: int
    whole: str | None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The layers that change the field, in order."""
        return self.way.steps

    @property
    def exceeds(self) -> int | None:
        """The place of the first step whose field is larger than the input along every axis; None where none is."""
        return next((place for place, step in enumerate(self.steps) if _larger(step.after, self.size)), None)

    @property
    def share(self) -> float:
        """Which part of the input lies between the first and the last pixel, along each axis, that the centre unit reads."""
        part = 1.0
        for axis in self.sight.inputs.get(self.way.input, ()):
            part *= (axis.inside[1] - axis.inside[0] + 1) / axis.size
        return part


def field_walk(graph: Graph, at: str | None = None) -> FieldWalk:
    """The way to the field of a layer.

    at: its path or the end of it; by default the layer whose field is the network's. Raises UsageError for a layer that there
    is not or that sees nothing of an input with spatial axes, and without `at` where no layer moves a window.
    """
    trunk = trunk_of(graph, receptive_fields(graph).local)
    seen = sight(graph, at if at is not None or trunk.layer is None else graph.nodes[trunk.layer].path)
    node = find_layer(graph, seen.path)
    number = graph.producers[node.outputs[0]]
    way = reach(graph, number, fields := tensor_fields(graph))
    field = fields.figures[node.outputs[0]]
    if way is None or field is None:
        raise UsageError(f"{node.path} of {graph.spec} sees nothing of an input with spatial axes")
    size = graph.shapes[graph.inputs[way.input]][2:]
    others = len(_needed(graph, number)) - len(way.steps)
    whole = None if trunk.whole is None else graph.nodes[trunk.whole].path
    return FieldWalk(graph, node, field, way, size, seen, others, whole)


def sums(walk: FieldWalk, axis: int) -> list[tuple[Rational, int]] | None:
    """The field along `axis` as 1 + Σ taps·jump: by jump the sum of K_eff − 1 over the steps; None where one is no window."""
    found: dict[Rational, int] = {}
    for step in walk.steps:
        window = step.windows[axis] if step.windows else None
        if not isinstance(window, Window) or not step.is_recurrence(axis):
            return None
        jump = step.before.jump[axis]
        found[jump] = found.get(jump, 0) + window.dilation * (window.kernel - 1)
    return [(jump, taps) for jump, taps in found.items() if taps]


def _larger(field: ReceptiveField, size: tuple[int, ...]) -> bool:
    return all(whole or seen > there for whole, seen, there in zip(field.whole, field.size, size, strict=True))


def _needed(graph: Graph, number: int) -> set[int]:
    """The layers that layer `number` depends on, and itself."""
    found = {number}
    for at in range(number, -1, -1):
        if at in found:
            found.update([graph.producers[tensor] for tensor in graph.nodes[at].inputs if graph.producers[tensor] >= 0])
    return found
