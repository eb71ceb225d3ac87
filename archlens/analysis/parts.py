"""A total as the sum of its parts: by block, by layer, and the tensors that are alive when memory is fullest."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from archlens.analysis.facts import LayerFacts
from archlens.graph.model import Graph

__all__ = ["Moment", "Part", "fullest_moment", "parts_of"]


class Part(NamedTuple):
    """A block or a layer (`is_block` says which), its figure, and how many layers it has."""

    path: str
    value: int
    layers: int
    is_block: bool


def parts_of(layers: Sequence[LayerFacts], figure: str, scope: str = "") -> tuple[Part, ...]:
    """What a figure of `layers` is the sum of: the blocks and layers that stand in `scope`, largest first.

    figure: a count of `LayerFacts`. Parts of 0 are left out. A scope that holds one block only is gone into.
    """
    depth = len(scope.split("/")) if scope else 0
    while True:
        sums: dict[str, list[int]] = {}
        for layer in layers:
            found = sums.setdefault("/".join(layer.path.split("/")[: depth + 1]), [0, 0])
            found[0] += getattr(layer, figure)
            found[1] += 1
        if len(sums) != 1 or next(iter(sums)) == layers[0].path:
            break
        depth += 1
    own = {layer.path for layer in layers}
    parts = [Part(path, value, count, path not in own) for path, (value, count) in sums.items() if value]
    return tuple(sorted(parts, key=lambda part: -part.value))


class Moment(NamedTuple):
    """When most values are alive: while layer number `node` runs (-1: before the first), the tensors that own memory."""

    node: int
    tensors: tuple[int, ...]


def fullest_moment(graph: Graph) -> Moment:
    """The first moment at which `peak_activations` counts the most; the tensors by size, the largest first."""
    home = list(range(len(graph.shapes)))
    for node in graph.nodes:
        if node.layer.is_view:
            for tensor in node.outputs:
                home[tensor] = home[node.inputs[0]]
    last = {home[tensor]: len(graph.nodes) for tensor in graph.outputs.values()}
    born = dict.fromkeys(graph.inputs.values(), -1)
    for step in range(len(graph.nodes) - 1, -1, -1):
        for tensor in (*graph.nodes[step].inputs, *graph.nodes[step].outputs):
            last.setdefault(home[tensor], step)
        for tensor in graph.nodes[step].outputs:
            if home[tensor] == tensor:
                born[tensor] = step
    for tensor in graph.inputs.values():
        last.setdefault(tensor, len(graph.nodes))
    change = [0] * (len(graph.nodes) + 2)
    for tensor, first in born.items():
        change[first + 1] += prod(graph.shapes[tensor])
        change[last[tensor] + 2 if last[tensor] < len(graph.nodes) else -1] -= prod(graph.shapes[tensor])
    alive, most, at = 0, -1, -1
    for step in range(-1, len(graph.nodes)):
        alive += change[step + 1]
        if alive > most:
            most, at = alive, step
    tensors = [tensor for tensor, first in born.items() if first <= at <= last[tensor]]
    return Moment(at, tuple(sorted(tensors, key=lambda tensor: -prod(graph.shapes[tensor]))))
