"""Graph → networkx, for questions about the graph as a graph."""

from __future__ import annotations

import networkx

from archlens.graph.model import Graph

__all__ = ["to_networkx"]


def to_networkx(graph: Graph) -> networkx.DiGraph[str]:
    """As `Graph.to_networkx` says."""
    result: networkx.DiGraph[str] = networkx.DiGraph(name=graph.name, spec=graph.spec, variant=graph.variant)
    source = {tensor: name for name, tensor in graph.inputs.items()}
    for name, tensor in graph.inputs.items():
        result.add_node(name, type="input", output_shapes=(graph.shapes[tensor],))
    for node in graph.nodes:
        shapes = node.input_shapes
        result.add_node(
            node.path,
            type=node.layer.type_name,
            family=node.layer.family,
            arguments=node.layer.arguments,
            output_shapes=node.output_shapes,
            params=node.layer.params(*shapes) if node.owner == node.path else 0,
            macs=node.layer.macs(*shapes),
            trainable=node.trainable,
            weights=node.owner,
            line=node.span.line if node.span else None,
        )
        for tensor in node.inputs:
            result.add_edge(source[tensor], node.path, shape=graph.shapes[tensor])
        source.update(dict.fromkeys(node.outputs, node.path))
    return result
