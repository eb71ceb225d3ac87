"""Which layers tensors depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archlens.graph.model import Graph

__all__ = ["layers_behind"]


def layers_behind(graph: Graph, tensors: Iterable[int]) -> Iterator[int]:
    """The numbers of the layers that some tensors depend on, from the last to the first."""
    needed = set(tensors)
    for number in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[number]
        if not needed.isdisjoint(node.outputs):
            needed.update(node.inputs)
            yield number
