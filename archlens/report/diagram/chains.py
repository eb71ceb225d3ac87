"""Layers that follow another in its box: Conv·Norm·Act is one step to whoever reads a picture."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.report.diagram.wiring import Wiring

__all__ = ["links"]

_AFTER = frozenset({"normalization", "activation", "regularization"})
_TAKES = {
    **dict.fromkeys(("convolution", "linear", "attention", "recurrent", "embedding", "pooling", "normalization"), _AFTER),
    "join": frozenset({"activation"}),
    "shape": frozenset({"shape"}),
    "activation": frozenset({"regularization"}),
}
"""By the family of the layer that a box begins with, the families that may follow in it."""
_FOLLOW = _AFTER | {"shape"}


def links(wiring: Wiring, homes: Sequence[int] | None = None) -> list[int]:
    """For each layer the one that it follows in a box, -1 where it begins one.

    A layer follows where its only input is an output of that layer which nobody else reads, and that layer has no other output
    that is read. homes: by layer where it stands; those of different homes do not share a box.
    """
    graph, readers, nodes = wiring.graph, wiring.readers, wiring.graph.nodes
    heads: list[str] = []
    found = []
    for number, node in enumerate(nodes):
        family, before = node.layer.family, -1
        if family in _FOLLOW and len(node.inputs) == 1:
            before = graph.producers[node.inputs[0]]
        if (
            before >= 0
            and family in _TAKES.get(heads[before], ())
            and (homes is None or homes[before] == homes[number])
            and sum([len(readers[tensor]) for tensor in nodes[before].outputs]) == 1
        ):
            heads.append(heads[before])
        else:
            before = -1
            heads.append(family)
        found.append(before)
    return found
