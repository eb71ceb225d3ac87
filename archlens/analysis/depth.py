"""How deep: weight layers on the longest path, and in all."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.graph.model import Graph

__all__ = ["longest_path"]


def longest_path(graph: Graph, weighs: Sequence[bool]) -> int:
    """The most weight layers that any way from an input to an output passes.

    weighs: for each node whether it counts. Papers count so: 16 in VGG-16, 22 in GoogLeNet, 50 in ResNet-50
    (the projection on a shortcut lies on no longest path).
    """
    depth = [0] * len(graph.shapes)
    for node, counts in zip(graph.nodes, weighs, strict=True):
        before = depth[node.inputs[0]] if len(node.inputs) == 1 else max([depth[i] for i in node.inputs], default=0)
        for tensor in node.outputs:
            depth[tensor] = before + counts
    return max((depth[i] for i in graph.outputs.values()), default=0)
