"""How much memory the activations need at once: which tensors live when, as PyTorch runs the layers in order."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from archlens.analysis.storage import Storage, storage
from archlens.graph.model import Graph
from archlens.layers.dims import Shape
from archlens.layers.keeping import INDEX_BYTES, Held
from archlens.records import NamedTuple

__all__ = ["Living", "Memory", "Peak", "activation_memory"]


class Living(NamedTuple):
    """Something alive. name: the layer that made it, or the network's input. shape: batch first; None for what
    a layer holds for itself while it runs."""

    name: str
    shape: Shape | None
    bytes: int


class Peak(NamedTuple):
    """The moment of most memory. layer: the first that runs with so much; None where the inputs alone are more."""

    bytes: int
    layer: str | None
    alive: tuple[Living, ...]


class Memory(NamedTuple):
    """peak: when most is alive. live: for each layer the bytes alive while it runs."""

    peak: Peak
    live: list[int]


def activation_memory(graph: Graph, value_bytes: int = 4, held: Sequence[Held] | None = None) -> Memory:
    """What is alive when, in bytes, in an inference that runs the layers in order.

    A tensor lives from the layer that makes it to the last that reads it; network inputs live from the start,
    those that nobody reads and outputs to the end. A view and what is written in place are the memory of what they
    come from. While a layer runs, what it holds for itself is alive beside its inputs and outputs.

    held: the `scratch` of each layer, if it is known already.
    """
    kept = storage(graph)
    born, last = _spans(graph, kept.home)
    sizes = {t: prod(graph.shapes[t]) * (INDEX_BYTES if t in kept.integers else value_bytes) for t in last}
    sizes.update(dict.fromkeys(kept.weights, 0))  # they lie with the parameters
    dying: dict[int, list[int]] = {}
    for tensor, step in last.items():
        dying.setdefault(step, []).append(tensor)
    rooms = _rooms(graph, kept, value_bytes, held)
    now = start = sum([sizes[tensor] for tensor in graph.inputs.values()])
    live = []
    home = kept.home
    for step, node in enumerate(graph.nodes):
        for tensor in node.outputs:
            if home[tensor] == tensor:
                now += sizes[tensor]
        live.append(now + rooms[step])
        for tensor in dying.get(step, ()):
            now -= sizes[tensor]
    most = max(live, default=0)
    at = live.index(most) if live and most >= start else -1
    then = sorted([tensor for tensor, step in last.items() if born[tensor] <= at <= step], key=born.__getitem__)
    alive = [_living(graph, tensor, sizes[tensor]) for tensor in then]
    if at >= 0 and rooms[at]:
        alive.append(Living(graph.nodes[at].path, None, rooms[at]))
    alive.sort(key=lambda one: -one.bytes)  # and in the order made
    return Memory(Peak(max(most, start), graph.nodes[at].path if at >= 0 else None, tuple(alive)), live)


def _spans(graph: Graph, home: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """For each tensor that has memory of its own, the step that makes it (-1 for inputs) and the last that needs it."""
    end = len(graph.nodes)
    last = {home[tensor]: end for tensor in graph.outputs.values()}
    born = dict.fromkeys(graph.inputs.values(), -1)
    for step in range(end - 1, -1, -1):
        node = graph.nodes[step]
        for tensor in node.inputs:
            last.setdefault(home[tensor], step)
        for tensor in node.outputs:
            last.setdefault(home[tensor], step)
            if home[tensor] == tensor:
                born[tensor] = step
    for tensor in graph.inputs.values():
        last.setdefault(tensor, end)
    return born, last


def _rooms(graph: Graph, kept: Storage, value_bytes: int, held: Sequence[Held] | None) -> list[int]:
    """For each layer the bytes it holds beside its inputs and outputs while it runs."""
    if held is None:
        held = [node.layer.scratch(*node.input_shapes) for node in graph.nodes]
    rooms = [value_bytes * values + INDEX_BYTES * indices for values, indices in held]
    for step, values in kept.copies.items():
        rooms[step] += value_bytes * values
    return rooms


def _living(graph: Graph, tensor: int, size: int) -> Living:
    producer = graph.producers[tensor]
    if producer >= 0:
        return Living(graph.nodes[producer].path, graph.shapes[tensor], size)
    names = {at: name for name, at in graph.inputs.items()}
    return Living(names[tensor], graph.shapes[tensor], size)
