"""Which layer's receptive field is the network's: the last map on the way to its first output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archlens.analysis.receptive_field import ReceptiveField
from archlens.graph.model import Graph

__all__ = ["Trunk", "trunk_of"]


class Trunk(NamedTuple):
    """The layers that say how far a network sees, by their numbers; None where there is none.

    layer: the last one on the way to the first output that has spatial axes and a field that moves with the unit.
    whole: the first one after it on that way, or of all where there is no such map, whose every unit sees the whole input.
    """

    layer: int | None
    whole: int | None


def trunk_of(graph: Graph, local: Sequence[ReceptiveField | None]) -> Trunk:
    """The trunk of a network; local: the field of each layer. Auxiliary outputs, and layers that no output needs, have no say."""
    whole = None
    for number in _back_from_first_output(graph):
        field = local[number]
        if field is None:
            continue
        if all(field.whole):
            whole = number
        elif len(graph.nodes[number].output_shapes[0]) > 2:
            return Trunk(number, whole)
    return Trunk(None, whole)


def _back_from_first_output(graph: Graph) -> Iterator[int]:
    """The numbers of the layers that the first output depends on, from the last to the first."""
    needed = set(list(graph.outputs.values())[:1])
    for number in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[number]
        if not needed.isdisjoint(node.outputs):
            needed.update(node.inputs)
            yield number
