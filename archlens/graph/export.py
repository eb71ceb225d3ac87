"""Graph → networkx, for questions about the graph as a graph."""

from __future__ import annotations

from math import prod

import networkx

from archlens.graph.model import Graph, Node

__all__ = ["to_networkx"]


def to_networkx(graph: Graph) -> networkx.DiGraph[str]:
    """As `Graph.to_networkx` says; attributes are named as in JSON, `graph["outputs"]` names the layers that put out.

    What only an analysis knows can be put on it too:

        networkx.set_node_attributes(graph, {layer.path: layer._asdict() for layer in network.analyze().layers})
    """
    result: networkx.DiGraph[str] = networkx.DiGraph(name=graph.name, spec=graph.spec, variant=graph.variant)
    taken = {node.path for node in graph.nodes}
    source: dict[int, str] = {}
    for name, tensor in graph.inputs.items():
        source[tensor] = f"{name} (input)" if name in taken else name
        result.add_node(source[tensor], type="input", output_shapes=(graph.shapes[tensor],))
    for node in graph.nodes:
        result.add_node(node.path, **_facts(node))
        for tensor in node.inputs:
            result.add_edge(source[tensor], node.path, shape=graph.shapes[tensor])
        source.update(dict.fromkeys(node.outputs, node.path))
    result.graph["outputs"] = {name: source[tensor] for name, tensor in graph.outputs.items()}
    return result


def _facts(node: Node) -> dict[str, object]:
    """The local facts of a layer, by the names they have in JSON."""
    layer, shapes = node.layer, node.input_shapes
    parameters = layer.parameter_shapes(*shapes)
    owns = node.owner == node.path
    return {
        "type": layer.type_name,
        "family": layer.family,
        "arguments": layer.arguments,
        "output_shapes": node.output_shapes,
        "parameter_shapes": parameters,
        "params": sum(map(prod, parameters.values())) if owns else 0,
        "buffers": sum(map(prod, layer.buffer_shapes(*shapes).values())) if owns else 0,
        "macs": layer.macs(*shapes),
        "activations": sum(map(prod, node.output_shapes)),
        "trainable": node.trainable and bool(parameters),
        "weights": node.owner,
        "line": node.span.line if node.span else None,
    }
