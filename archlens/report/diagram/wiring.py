"""Who reads what in a graph, and which layers are equal: what every step of folding asks."""

from __future__ import annotations

from typing import NamedTuple

from archlens.analysis.facts import Analysis
from archlens.graph.model import Graph

__all__ = ["OUTSIDE", "Wiring", "wiring"]

OUTSIDE = -1
"""The reader of a tensor that is an output of the network."""


class Wiring(NamedTuple):
    """readers: by tensor the layers that read it, one entry for each time, and OUTSIDE. ports: by tensor, which output of its
    layer it is. kinds: by layer a number that equal layers share: of the same values, on the same shapes, with the same figures,
    trained or not, its weights lent or not. owners: by layer the number of the one whose weights it uses, -1 for its own."""

    graph: Graph
    readers: list[list[int]]
    ports: list[int]
    kinds: list[int]
    owners: list[int]


def wiring(graph: Graph, analysis: Analysis) -> Wiring:
    """In one pass over the layers."""
    readers: list[list[int]] = [[] for _ in graph.shapes]
    ports = [0] * len(graph.shapes)
    number_of = {node.path: number for number, node in enumerate(graph.nodes)}
    owners = [-1 if node.owner == node.path else number_of.get(node.owner, -1) for node in graph.nodes]
    lent = set(owners)
    known: dict[object, int] = {}
    kinds = []
    for number, (node, facts) in enumerate(zip(graph.nodes, analysis.layers, strict=True)):
        for tensor in node.inputs:
            readers[tensor].append(number)
        for port, tensor in enumerate(node.outputs):
            ports[tensor] = port
        figures = (facts.params, facts.macs, facts.activation_bytes, facts.trainable, owners[number] >= 0, number in lent)
        key = (node.layer, node.input_shapes, node.output_shapes, figures)
        kinds.append(known.setdefault(key, len(known)))
    for tensor in graph.outputs.values():
        readers[tensor].append(OUTSIDE)
    return Wiring(graph, readers, ports, kinds, owners)
