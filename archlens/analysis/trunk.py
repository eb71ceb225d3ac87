"""Which layer's receptive field is the network's: the last map on the way to its first output."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from archlens.analysis.dependence import layers_behind
from archlens.analysis.receptive_field import ReceptiveField
from archlens.graph.model import Graph
from archlens.records import NamedTuple

__all__ = ["Trunk", "trunk_of"]


class Trunk(NamedTuple):
    """The layers that say how far a network sees, by their numbers; None where there is none.

    layer: the last map on the way to the first output: it has spatial axes, a field that moves with the unit, and no such map
    after it. Of several, on branches that are joined with one that sees all, the one that sees furthest.
    whole: the first one after it on that way, or of all where there is no such map, whose every unit sees the whole input.
    way: all that the first output depends on, in order.
    """

    layer: int | None
    whole: int | None
    way: tuple[int, ...]


def trunk_of(graph: Graph, local: Sequence[ReceptiveField | None]) -> Trunk:
    """The trunk of a network; local: the field of each layer. Auxiliary outputs, and layers that no output needs, have no say."""
    before_a_map: set[int] = set()  # tensors that a later map depends on
    last: list[tuple[int, ReceptiveField]] = []
    whole: list[int] = []
    way = [*layers_behind(graph, list(graph.outputs.values())[:1])]
    for number in way:
        node, field = graph.nodes[number], local[number]
        covered = not before_a_map.isdisjoint(node.outputs)
        if field is not None and all(field.whole):
            whole.append(number)
        elif field is not None and len(node.output_shapes[0]) > 2 and not covered:
            last.append((number, field))
            covered = True
        if covered:
            before_a_map.update(node.inputs)
    layer = max(last, key=lambda found: (prod(found[1].size), found[0]))[0] if last else -1
    first = min([number for number in whole if number > layer], default=None)
    return Trunk(layer if last else None, first, tuple(reversed(way)))
