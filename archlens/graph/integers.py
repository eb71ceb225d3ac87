"""Which tensors hold whole numbers: those looked up in tables, back to the inputs of the network they come from."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.graph.faults import Faults
from archlens.graph.model import Node
from archlens.graph.scope import Frame

__all__ = ["integers"]


def integers(nodes: Sequence[Node], producers: Sequence[int], top: Frame, faults: Faults) -> frozenset[int]:
    """The tensors of whole numbers. A layer that looks up what another computes is a fault: PyTorch refuses it."""
    found: set[int] = set()
    for node in nodes:
        for at in node.layer.integer_inputs:
            computed = _trace(node.inputs[at], nodes, producers, found)
            if computed is not None:
                message = f"{node.layer.type_name} looks up whole numbers, but what arrives is computed by {computed.path}"
                help = "let it read an input of the network; layers between may only move values, as `reshape` does"
                faults.report("ARC205", message, node.span, top, help)
    return frozenset(found)


def _trace(tensor: int, nodes: Sequence[Node], producers: Sequence[int], found: set[int]) -> Node | None:
    """Add to `found` the tensor and what it comes from by moving values; the first layer on the way that computes."""
    waiting = [tensor]
    while waiting:
        tensor = waiting.pop()
        if tensor in found:
            continue
        found.add(tensor)
        if producers[tensor] < 0:
            continue
        node = nodes[producers[tensor]]
        if not _moves(node):
            return node
        waiting += node.inputs
    return None


def _moves(node: Node) -> bool:
    """Whether values come out as they went in, wherever they stand then."""
    layer, shapes = node.layer, node.input_shapes
    passes = layer.is_view or layer.family in ("shape", "join")
    return passes and not layer.parameter_shapes(*shapes) and not layer.macs(*shapes) and not layer.elementwise_ops(*shapes)
