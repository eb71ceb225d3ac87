"""The way through a graph that decides a figure: what makes a receptive field large, or a network deep.

A receptive field is the hull over all paths, and a chain explains it best: going back from a layer, at every join the
input that sees the most. On a chain of windows each step is the recurrence of Araujo, Norris & Sim (Distill 2019),

    r_out = r_in + (K_eff - 1)·jump_in    jump_out = jump_in·S    start_out = start_in - P·jump_in    K_eff = D·(K - 1) + 1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archlens.analysis.reading import Read, reads_of
from archlens.analysis.receptive_field import ReceptiveField, TensorFields
from archlens.graph.model import Graph
from archlens.layers.windows import AxisMap, Window

__all__ = ["Meeting", "Reach", "Step", "deepest_trail", "reach"]


class Meeting(NamedTuple):
    """A layer where paths meet: what the way taken has seen there, and the most that another has seen."""

    node: int
    taken: tuple[int, ...]
    other: tuple[int, ...]


class Step(NamedTuple):
    """One layer that changes the field, on the way from the input.

    windows: how it reads each axis of the input's map; None where it reads otherwise (tokens, say).
    before, after: the field of the tensor it reads, and of what it puts out.
    """

    node: int
    windows: tuple[AxisMap, ...] | None
    before: ReceptiveField
    after: ReceptiveField

    def is_recurrence(self, axis: int) -> bool:
        """Whether the recurrence of the module's text gives this step along `axis` of the input."""
        window = self.windows[axis] if self.windows else None
        if not isinstance(window, Window):
            return False
        before, after = self.before, self.after
        return (
            after.size[axis] == before.size[axis] + window.dilation * (window.kernel - 1) * before.jump[axis]
            and after.jump[axis] == before.jump[axis] * window.stride
            and after.start[axis] == before.start[axis] - window.padding * before.jump[axis]
        )


class Reach(NamedTuple):
    """How a layer's field came about. input: the network input it lies on. steps, meetings: from that input on."""

    input: str
    steps: tuple[Step, ...]
    meetings: tuple[Meeting, ...]


def reach(graph: Graph, node: int, fields: TensorFields) -> Reach | None:
    """The steps of the local field of the first output of layer number `node`; None where it has no field.

    fields: of every tensor, as `tensor_fields` gives them. Time: linear in the layers on the way.
    """
    tensor = graph.nodes[node].outputs[0]
    figures = fields.figures
    field = figures[tensor]
    if field is None:
        return None
    steps: list[Step] = []
    meetings: list[Meeting] = []
    while graph.producers[tensor] >= 0:
        at = graph.producers[tensor]
        seen = figures[tensor]
        paths = _paths(graph, at, tensor, figures)
        if seen is None or not paths:
            break
        read, before = max(paths, key=lambda path: sum(path[1].size))
        source = graph.nodes[at].inputs[read.position]
        others = [other.size for _, other in paths if other is not before]
        if others:
            meetings.append(Meeting(at, before.size, max(others, key=sum)))
        if (seen.size, seen.jump, seen.start, seen.whole) != (before.size, before.jump, before.start, before.whole):
            on_map = fields.is_map[tensor] and fields.is_map[source]
            steps.append(Step(at, read.straight if on_map else None, before, seen))
        tensor = source
    return Reach(field.input, tuple(reversed(steps)), tuple(reversed(meetings)))


def _paths(graph: Graph, at: int, tensor: int, figures: Sequence[ReceptiveField | None]) -> list[tuple[Read, ReceptiveField]]:
    """The inputs that the field of `tensor` comes from, each with its own field."""
    node, seen = graph.nodes[at], figures[tensor]
    found = []
    for read in reads_of(node, node.outputs.index(tensor), strict=False):
        field = figures[node.inputs[read.position]]
        if field is not None and seen is not None and field.input == seen.input:
            found.append((read, field))
    return found


def deepest_trail(graph: Graph, weighs: Sequence[bool]) -> tuple[int, ...]:
    """The weight layers on the longest path, by node number, from the input on; weighs: as for `longest_path`."""
    depth = [0] * len(graph.shapes)
    for node, counts in zip(graph.nodes, weighs, strict=True):
        for tensor in node.outputs:
            depth[tensor] = max([depth[i] for i in node.inputs], default=0) + counts
    tensor = max(graph.outputs.values(), key=lambda output: depth[output], default=-1)
    trail = []
    while tensor >= 0 and graph.producers[tensor] >= 0:
        at = graph.producers[tensor]
        if weighs[at]:
            trail.append(at)
        tensor = max(graph.nodes[at].inputs, key=lambda before: depth[before], default=-1)
    return tuple(reversed(trail))
