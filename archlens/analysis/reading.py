"""How the layers of a graph read their inputs, as receptive fields follow them: `Layer.reads`, asked once a layer."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from archlens.graph.model import Graph, Node
from archlens.layers.dims import Shape
from archlens.layers.windows import POINTWISE, Along, AxisMap, Gate, Rearranged

__all__ = ["Read", "Reads", "all_reads", "reads_of"]


class Read(NamedTuple):
    """How one output of a layer reads its input number `position`, along each axis after the batch.

    straight: the maps of the spatial axes, where each reads the same axis of the output; else None.
    is_pointwise: whether every unit reads the one at its own place. digits: for layers that only move axes.
    """

    position: int
    axes: tuple[Along, ...]
    straight: tuple[AxisMap, ...] | None
    is_pointwise: bool
    digits: Rearranged | None


Reads: TypeAlias = "tuple[Read, ...]"


def all_reads(graph: Graph) -> tuple[list[tuple[Reads, ...]], list[tuple[Reads, ...]]]:
    """The local and the strict reads of every output of every layer, the same object where they are equal."""
    known: dict[object, tuple[tuple[Reads, ...], tuple[Reads, ...]]] = {}
    pairs = []
    for node in graph.nodes:
        key = node.layer, node.input_shapes
        pair = known.get(key)
        if pair is None:
            outputs = range(len(node.outputs))
            local = tuple([reads_of(node, output, strict=False) for output in outputs])
            strict = tuple([reads_of(node, output, strict=True) for output in outputs])
            pair = known[key] = local, local if local == strict else strict
        pairs.append(pair)
    return [local for local, _ in pairs], [strict for _, strict in pairs]


def reads_of(node: Node, output: int, strict: bool) -> Reads:
    """How output number `output` reads the inputs that are followed: locally, a gate is not."""
    shapes, out = node.input_shapes, node.output_shapes[output]
    digits = node.layer.rearranges(*shapes)
    rows = node.layer.reads(*shapes, output=output, local=not strict)
    reads = [_read(position, row, shape, out, digits) for position, (row, shape) in enumerate(zip(rows, shapes, strict=True))]
    if strict:
        return tuple(reads)
    return tuple([read for read in reads if not any(isinstance(axis.how, Gate) for axis in read.axes)] or reads)


def _read(position: int, row: tuple[Along, ...], shape: Shape, out: Shape, digits: Rearranged | None) -> Read:
    along = digits is None and len(shape) == len(out)
    straight = along and all(axis.axis == i or axis.how.step == 0 for i, axis in enumerate(row[1:], 2))
    same = along and all(axis == Along(i, POINTWISE) for i, axis in enumerate(row, 1))
    return Read(position, row, tuple([axis.how for axis in row[1:]]) if straight else None, same, digits)
