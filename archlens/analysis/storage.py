"""Whose memory a tensor is in: views and what is written in place, followed through the graph as PyTorch runs it."""

from __future__ import annotations

from archlens.graph.model import Graph, Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.strides import Strides, contiguous, is_contiguous
from archlens.records import NamedTuple

__all__ = ["Storage", "storage"]


class Storage(NamedTuple):
    """home: for every tensor the one that was allocated for it, itself unless it is a view or written in place.

    copies: step → values of the contiguous copies that the layer makes of its inputs before it reads them.
    estimated: the steps whose copies are an estimate. integers: tensors that hold int64 indices, by their homes. weights: those
    that are a parameter itself.
    """

    home: list[int]
    copies: dict[int, int]
    estimated: set[int]
    integers: frozenset[int]
    weights: frozenset[int]


def storage(graph: Graph, training: bool = False) -> Storage:
    """The memory of every tensor. One step a layer; only tensors that are not contiguous cost more."""
    found = _Layouts(graph)
    weights: set[int] = set()
    for step, node in enumerate(graph.nodes):
        layer = node.layer
        if layer.shares(training):
            if node.inputs:
                found.share(node)
            else:
                weights.update(node.outputs)
        elif layer.reorders or (found.strides and any(tensor in found.strides for tensor in node.inputs)):
            found.make(step, node)
    integers = frozenset([found.home[tensor] for tensor in graph.integers])
    return Storage(found.home, found.copies, found.estimated, integers, frozenset(weights))


class _Layouts:
    """Homes so far, and the strides of those tensors that are not contiguous."""

    def __init__(self, graph: Graph) -> None:
        self.shapes = graph.shapes
        self.home = list(range(len(graph.shapes)))
        self.strides: dict[int, Strides] = {}
        self.copies: dict[int, int] = {}
        self.estimated: set[int] = set()
        self._views: dict[tuple[Layer, Shape], tuple[tuple[bool, Strides | None], ...]] = {}

    def of(self, tensor: int) -> tuple[Shape, Strides]:
        shape = self.shapes[tensor]
        return shape, self.strides.get(tensor) or contiguous(shape)

    def share(self, node: Node) -> None:
        """Outputs in the memory of the first input, unless its strides force a copy."""
        source = node.inputs[0]
        for tensor, (shared, strides) in zip(node.outputs, self._viewed(node, source), strict=True):
            if shared:
                self.home[tensor] = self.home[source]
            if strides is not None:
                self.strides[tensor] = strides

    def _viewed(self, node: Node, source: int) -> tuple[tuple[bool, Strides | None], ...]:
        """For each output whether it is a view, and its strides where it is not contiguous."""
        plain = source not in self.strides
        key = node.layer, self.shapes[source]
        if plain and key in self._views:
            return self._views[key]
        shape, strides = self.of(source)
        ways = node.layer.view_strides(strides, shape)
        copies = node.layer.new_strides((shape, strides)) if None in ways else ways
        laid = [way or copy for way, copy in zip(ways, copies, strict=True)]
        found = tuple(
            [
                (way is not None, None if lies is None or is_contiguous(out, lies) else lies)
                for out, way, lies in zip(node.output_shapes, ways, laid, strict=True)
            ]
        )
        if plain:
            self._views[key] = found
        return found

    def make(self, step: int, node: Node) -> None:
        """New tensors that may not be contiguous, or from inputs that are not."""
        inputs = [self.of(tensor) for tensor in node.inputs]
        copied = node.layer.copied(*inputs)
        if copied:
            self.copies[step] = copied
        if node.layer.copies_are_estimated(*inputs):
            self.estimated.add(step)
            return  # outputs are contiguous
        for tensor, made in zip(node.outputs, node.layer.new_strides(*inputs), strict=True):
            if not is_contiguous(self.shapes[tensor], made):
                self.strides[tensor] = made
