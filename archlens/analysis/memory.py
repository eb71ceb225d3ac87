"""How much memory the activations need at once."""

from __future__ import annotations

from math import prod

from archlens.graph.model import Graph

__all__ = ["peak_activations"]


def peak_activations(graph: Graph) -> int:
    """The most values alive at any moment of an inference that runs the layers in order.

    A tensor lives from the layer that makes it to the last that reads it; network inputs live from the start,
    those that nobody reads and outputs to the end. A view (flatten, reshape, dropout in evaluation) is its
    input's memory; one without inputs (a parameter) lies with the weights, and takes none here.
    """
    held = [prod(shape) for shape in graph.shapes]
    home = list(range(len(graph.shapes)))  # the tensor that owns the memory
    for node in graph.nodes:
        if node.layer.is_view:
            for tensor in node.outputs:
                home[tensor] = home[node.inputs[0]] if node.inputs else tensor
                held[tensor] = 0
    last = {home[tensor]: len(graph.nodes) for tensor in graph.outputs.values()}
    for step in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[step]
        for tensor in (*node.inputs, *node.outputs):
            last.setdefault(home[tensor], step)
    dying: dict[int, list[int]] = {}
    for tensor, step in last.items():
        dying.setdefault(step, []).append(tensor)
    alive = sum(held[tensor] for tensor in graph.inputs.values())
    peak = alive
    for step, node in enumerate(graph.nodes):
        alive += sum([held[tensor] for tensor in node.outputs])
        peak = max(peak, alive)
        for tensor in dying.get(step, ()):
            alive -= held[tensor]
    return peak
