"""How much: parameters, buffers, MACs, FLOPs, activations and values moved of one layer at one input size."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from archlens.graph.model import Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.keeping import Held
from archlens.records import NamedTuple

__all__ = ["Work", "Works"]


class Work(NamedTuple):
    """The local figures of a layer; flops = 2·macs + every other operation.

    moved: values that go in, come out and are learned; 0 for a view, which reads and writes nothing.
    integers: values of buffers that are int64. held: what it holds beside inputs and outputs while it runs.
    """

    parameter_shapes: Mapping[str, Shape]
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    moved: int
    integers: int
    held: Held


class Works:
    """Asks each layer once for each input size: repeated blocks are the rule."""

    def __init__(self) -> None:
        self._known: dict[tuple[Layer, tuple[Shape, ...]], Work] = {}

    def of(self, node: Node) -> Work:
        """The figures of `node`."""
        key = node.layer, node.input_shapes
        work = self._known.get(key)
        if work is None:
            self._known[key] = work = _measure(node)
        return work


def _measure(node: Node) -> Work:
    layer, shapes = node.layer, node.input_shapes
    parameters = layer.parameter_shapes(*shapes)
    buffers = layer.buffer_shapes(*shapes)
    macs = layer.macs(*shapes)
    params = sum(map(prod, parameters.values()))
    activations = sum(map(prod, node.output_shapes))
    return Work(
        parameter_shapes=parameters,
        params=params,
        buffers=sum(map(prod, buffers.values())),
        integers=sum([prod(buffers[name]) for name in layer.integer_buffers if name in buffers]),
        macs=macs,
        flops=2 * macs + layer.elementwise_ops(*shapes),
        activations=activations,
        moved=0 if layer.is_view else sum(map(prod, shapes)) + params + activations,
        held=layer.scratch(*shapes),
    )
