"""Where gradients flow in training, and what their products cost."""

from __future__ import annotations

from archlens.graph.model import Graph
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.records import NamedTuple

__all__ = ["Flow", "backward_macs", "gradient_flow"]


class Flow(NamedTuple):
    """Of one layer: whether its parameters learn, and for each input whether a gradient flows on to it."""

    trained: bool
    wanted: tuple[bool, ...]


def gradient_flow(graph: Graph) -> list[Flow | None]:
    """For each layer how gradients flow through it; None where nothing learns, in it or before it."""
    wanted = [False] * len(graph.shapes)
    learns: dict[tuple[Layer, tuple[Shape, ...]], bool] = {}
    found: list[Flow | None] = []
    for node in graph.nodes:
        key = node.layer, node.input_shapes
        if key not in learns:
            learns[key] = bool(node.layer.parameter_shapes(*node.input_shapes))
        flow = Flow(node.trainable and learns[key], tuple([wanted[tensor] for tensor in node.inputs]))
        found.append(flow if True in (flow.trained, *flow.wanted) else None)
        if found[-1] is not None:
            for tensor in node.outputs:
                wanted[tensor] = True
    return found


def backward_macs(graph: Graph) -> list[int]:
    """For each layer the multiply–accumulates of a backward pass from the network's outputs.

    A convolution's is two convolutions, one for its weights and one for its input: each factor of a product that needs a
    gradient costs the product again. The first layer's input needs none.
    """
    arrives = [False] * len(graph.shapes)
    for tensor in graph.outputs.values():
        arrives[tensor] = True
    for node in reversed(graph.nodes):
        if any(arrives[tensor] for tensor in node.outputs):
            for tensor in node.inputs:
                arrives[tensor] = True
    known: dict[tuple[Layer, tuple[Shape, ...], Flow], int] = {}
    found = []
    for node, flow in zip(graph.nodes, gradient_flow(graph), strict=True):
        if flow is None or not any(arrives[tensor] for tensor in node.outputs):
            found.append(0)
            continue
        key = node.layer, node.input_shapes, flow
        if key not in known:
            known[key] = node.layer.backward_macs(*node.input_shapes, trained=flow.trained, wanted=flow.wanted)
        found.append(known[key])
    return found
