"""What a single unit sees: its stretch of the input with and without the padding, and every pixel of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archlens.analysis.receptive_field import receptive_fields, unit_axes
from archlens.analysis.trunk import trunk_of
from archlens.analysis.unit_field import Box, unit_coverage, unit_field
from archlens.errors import UsageError
from archlens.graph.find import find_layer
from archlens.graph.model import Graph, Node
from archlens.layers.dims import Shape, show

__all__ = ["AxisSight", "Sight", "sight"]


class AxisSight(NamedTuple):
    """What a unit sees along one axis of a network input of `size` pixels.

    reach: its first and last pixel by the local field; outside 0..size-1 lies padding. strict: by gates and statistics
    over the map too. read: every pixel that is read, in order.
    """

    size: int
    reach: tuple[int, int]
    strict: tuple[int, int]
    read: tuple[int, ...]

    @property
    def inside(self) -> tuple[int, int]:
        """The first and the last pixel that is read."""
        return self.read[0], self.read[-1]

    @property
    def length(self) -> int:
        """Pixels of the reach, those in the padding too."""
        return self.reach[1] - self.reach[0] + 1

    @property
    def coverage(self) -> float:
        """The share of the pixels inside that are read; less than 1 where dilation or strides leave holes."""
        return len(self.read) / (self.inside[1] - self.inside[0] + 1)


class Sight(NamedTuple):
    """What unit `unit` of the layer at `path` sees of each network input, by name, along each spatial axis.

    output: the shape of the layer's output, batch first. axes: those of its axes that `unit` counts on.
    """

    path: str
    output: Shape
    axes: tuple[int, ...]
    unit: tuple[int, ...]
    inputs: dict[str, tuple[AxisSight, ...]]


def sight(graph: Graph, at: str | None = None, unit: Sequence[int] | None = None) -> Sight:
    """What a unit sees.

    at: a layer's path or the end of it; the last one on the way to the first output whose field moves with the unit when left
    out.
    unit: an index for each axis along which units differ (rows and columns of a map, the token of a sequence), counted
    from 0, negative from the end; the centre when left out. Raises UsageError for a layer or unit that there is not.
    """
    node = _trunk(graph) if at is None else find_layer(graph, at)
    axes = unit_axes(graph, node)
    sizes = [node.output_shapes[0][axis] for axis in axes]
    chosen = tuple([size // 2 for size in sizes]) if unit is None else _checked(tuple(unit), sizes, node)
    full: list[int | None] = [None] * (len(node.output_shapes[0]) - 1)
    for axis, index in zip(axes, chosen, strict=True):
        full[axis - 1] = index
    local = unit_field(graph, node, full)
    strict = unit_field(graph, node, full, strict=True)
    read = unit_coverage(graph, node, full)
    found = {
        name: _axes(graph.shapes[graph.inputs[name]], local[name], strict.get(name, local[name]), read[name])
        for name in read
        if name in local
    }
    return Sight(node.path, node.output_shapes[0], axes, chosen, found)


def _axes(shape: Shape, local: Box, strict: Box, read: Sequence[frozenset[int]]) -> tuple[AxisSight, ...]:
    rows = zip(shape[2:], local, strict, read, strict=True)
    return tuple([AxisSight(size, reach, everything, tuple(sorted(taps))) for size, reach, everything, taps in rows])


def _trunk(graph: Graph) -> Node:
    """The layer whose field is the network's."""
    number = trunk_of(graph, receptive_fields(graph).local).layer
    if number is None:
        if all(len(graph.shapes[tensor]) < 3 for tensor in graph.inputs.values()):
            raise UsageError(f"no input of {graph.spec} has spatial axes: there is no receptive field")
        raise UsageError(f"no layer of {graph.spec} moves a window over its input; name one that reads it")
    return graph.nodes[number]


def _checked(unit: tuple[int, ...], sizes: Sequence[int], node: Node) -> tuple[int, ...]:
    """`unit` counted from the front; raises UsageError where there is no such unit."""
    map_text = f"{node.path} puts out {show(node.output_shapes[0])}"
    if len(unit) != len(sizes):
        wanted = f"{len(sizes)} ind{'ex' if len(sizes) == 1 else 'ices'}" if sizes else "none: all its units see the same"
        example = ",".join(str(size // 2) for size in sizes)
        raise UsageError(f"{map_text}: a unit of it has {wanted}, not {len(unit)}" + (f"; e.g. {example}" if sizes else ""))
    for index, size in zip(unit, sizes, strict=True):
        if not -size <= index < size:
            raise UsageError(f"{map_text}: there is no unit {index} along an axis of {size:,}; they are 0 to {size - 1:,}")
    return tuple([index % size for index, size in zip(unit, sizes, strict=True)])
