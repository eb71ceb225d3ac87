"""How the layers of a graph read their inputs, as receptive fields follow them: `Layer.reads`, asked once a layer."""

from __future__ import annotations

from typing import TypeAlias

from archlens.graph.model import Graph, Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.windows import POINTWISE, Along, AxisMap, Gate, Rearranged

__all__ = ["Read", "Reads", "all_reads", "reads_of"]


class Read:
    """How one output of a layer reads its input number `position`.

    straight: the maps of the spatial axes, where each reads the same axis of the output; else None.
    is_still: whether `straight` moves nothing. is_pointwise: whether every unit reads the one at its own place, on axis 1 too.
    digits: for layers that only move axes. axes: the reading of each axis after the batch, asked for when needed.
    """

    __slots__ = ("_asked", "_axes", "digits", "is_pointwise", "is_still", "position", "straight")

    def __init__(
        self,
        position: int,
        straight: tuple[AxisMap, ...] | None,
        is_pointwise: bool,
        asked: tuple[Layer, tuple[Shape, ...], int, bool],
        digits: Rearranged | None = None,
        axes: tuple[Along, ...] | None = None,
    ) -> None:
        self.position = position
        self.straight = straight
        self.is_still = straight is not None and all(axis == POINTWISE for axis in straight)
        self.is_pointwise = is_pointwise
        self.digits = digits
        self._asked = asked
        self._axes = axes

    @property
    def axes(self) -> tuple[Along, ...]:
        """The reading of each axis of the input after the batch."""
        if self._axes is None:
            layer, shapes, output, local = self._asked
            self._axes = layer.reads(*shapes, output=output, local=local)[self.position]
        return self._axes


Reads: TypeAlias = "tuple[Read, ...]"


def all_reads(graph: Graph) -> tuple[list[tuple[Reads, ...]], list[tuple[Reads, ...]]]:
    """The local and the strict reads of every output of every layer, the same object where they are equal."""
    known: dict[object, tuple[tuple[Reads, ...], tuple[Reads, ...]]] = {}
    local, strict = [], []
    for node in graph.nodes:
        key = node.layer, node.input_shapes
        pair = known.get(key)
        if pair is None:
            pair = known[key] = _both(node)
        local.append(pair[0])
        strict.append(pair[1])
    return local, strict


def _both(node: Node) -> tuple[tuple[Reads, ...], tuple[Reads, ...]]:
    outputs = range(len(node.outputs))
    strict = tuple([reads_of(node, output, strict=True) for output in outputs])
    if _by_windows(node) and not _has_gate(strict[0]):
        layer, shapes = node.layer, node.input_shapes
        rows = tuple([read.straight for read in strict[0]])
        if type(layer).local_windows is Layer.local_windows or layer.local_windows(*shapes) == rows:
            return strict, strict
    local = tuple([reads_of(node, output, strict=False) for output in outputs])
    same = all(map(_alike, local, strict))
    return (strict, strict) if same else (local, strict)


def _alike(a: Reads, b: Reads) -> bool:
    return [(x.position, x.axes, x.digits) for x in a] == [(x.position, x.axes, x.digits) for x in b]


def _by_windows(node: Node) -> bool:
    """Whether the layer states no more than its windows, on tensors of one number of axes."""
    kind = type(node.layer)
    if kind.reads is not Layer.reads or kind.rearranges is not Layer.rearranges or len(node.outputs) != 1:
        return False
    rank = len(node.output_shapes[0])
    return all(len(shape) == rank for shape in node.input_shapes)


def _has_gate(reads: Reads) -> bool:
    return any(isinstance(axis, Gate) for read in reads for axis in read.straight or ())


def reads_of(node: Node, output: int, strict: bool) -> Reads:
    """How output number `output` reads the inputs that are followed: locally, a gate is not."""
    layer, shapes, out = node.layer, node.input_shapes, node.output_shapes[output]
    asked = layer, shapes, output, not strict
    reads: list[Read] = []
    if _by_windows(node):
        rows = layer.windows(*shapes) if strict else layer.local_windows(*shapes)
        for position, (row, shape) in enumerate(zip(rows, shapes, strict=True)):
            apart = not layer.mixes_channels and shape[1] == out[1]
            reads.append(Read(position, row, apart and all(axis == POINTWISE for axis in row), asked))
        gated = [any(isinstance(axis, Gate) for axis in row) for row in rows]
    else:
        digits = layer.rearranges(*shapes)
        found = layer.reads(*shapes, output=output, local=not strict)
        reads = [_read(i, row, shape, out, asked, digits) for i, (row, shape) in enumerate(zip(found, shapes, strict=True))]
        gated = [any(isinstance(axis.how, Gate) for axis in row) for row in found]
    if strict or not any(gated):
        return tuple(reads)
    return tuple([read for read, is_gate in zip(reads, gated, strict=True) if not is_gate] or reads)


def _read(
    position: int,
    row: tuple[Along, ...],
    shape: Shape,
    out: Shape,
    asked: tuple[Layer, tuple[Shape, ...], int, bool],
    digits: Rearranged | None,
) -> Read:
    along = digits is None and len(shape) == len(out)
    straight = along and all(axis.axis == i or axis.how.step == 0 for i, axis in enumerate(row[1:], 2))
    same = along and all(axis == Along(i, POINTWISE) for i, axis in enumerate(row, 1))
    return Read(position, tuple([axis.how for axis in row[1:]]) if straight else None, same, asked, digits, row)
