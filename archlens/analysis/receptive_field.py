"""Which part of the input each unit sees: the receptive field of every layer, per spatial axis.

A layer states how each axis of its output reads its inputs (`Layer.windows`); nothing else of it is asked
here. Seen from a unit backward, an interval [lo, hi] of units reads `axis.reach(lo, hi)` of the layer
before, and where paths meet again their intervals merge by min and max. Axis maps are monotone, so an end
of the interval never depends on the other end, and one pass forward finds both ends as functions of the
unit for all layers at once (`staircase`): on a chain, the recurrences of Araujo, Norris & Sim,
"Computing Receptive Fields of Convolutional Neural Networks", Distill 2019, doi 10.23915/distill.00021.

    receptive_fields   every layer, forward          unit_field   one unit, backward, clipped if wished

Both give the same intervals. Clipped, their ends are exact where no window is dilated or lies in the padding
altogether; they are never too narrow. Unclipped, padding counts: a field may reach past the map. The local
field is the papers' figure (`Layer.local_windows`, gates not followed), the strict one follows everything.
With several network inputs a field lies on the first of them, in the order of `Graph.inputs`, that the layer
depends on and that has spatial axes. A layer that changes the number of axes is taken to read the whole of
each axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import is_
from typing import Literal, NamedTuple, TypeAlias

from archlens.analysis.staircase import UNIT, Extent, Rational, ratio
from archlens.graph.model import Graph, Node
from archlens.layers.dims import Shape
from archlens.layers.windows import POINTWISE, AxisMap, Gate, Whole

__all__ = ["Misalignment", "ReceptiveField", "ReceptiveFields", "receptive_fields", "unit_field"]

Box: TypeAlias = tuple[tuple[int, int], ...]  # per spatial axis, the first and the last unit
Reads: TypeAlias = "tuple[_Read, ...]"


class _Read(NamedTuple):
    """How a layer reads its input number `position` along each spatial axis of that input."""

    position: int
    axes: tuple[AxisMap, ...]
    is_pointwise: bool


class _Field:
    """The extents of a tensor on network input number `input`, one per axis of that input.

    When the tensor has another number of axes than the input, every extent is the same for all units.
    """

    __slots__ = ("axes", "input")

    def __init__(self, input: int, axes: tuple[Extent, ...]) -> None:
        self.input = input
        self.axes = axes

    def through(self, read: _Read) -> _Field:
        """The field of the units that read this tensor."""
        if read.is_pointwise or len(read.axes) != len(self.axes):
            return self
        return _Field(self.input, tuple([extent.through(axis) for extent, axis in zip(self.axes, read.axes, strict=True)]))


class ReceptiveField(NamedTuple):
    """What one layer's units see of a network input; every tuple holds one value per axis of that input.

    size: input units from the first to the last that the centre unit (n // 2) of the layer reads.
    jump: input units between neighbouring units, a Fraction where it is not whole; of the fastest path
    where paths differ.
    start: the first input unit that unit 0 reads; negative in the padding.
    whole: whether the field, or a part of it, is the same for every unit through a global layer.
    input: the name of the network input.
    exact: False where resampling made the period too long to follow, and the field is a bound from above.
    """

    size: tuple[int, ...]
    jump: tuple[Rational, ...]
    start: tuple[int, ...]
    whole: tuple[bool, ...]
    input: str
    exact: bool = True

    @property
    def padding(self) -> tuple[int, ...]:
        """How far unit 0 reaches before the input; negative where the input is cropped."""
        return tuple([-start for start in self.start])


class Misalignment(NamedTuple):
    """Two paths that meet on different grids, so that the field is not the same for every unit.

    path: the layer where they meet. axis: of the network input.
    paths: where the two come from, layers or network inputs.
    differs: `jump`, or `centre`: that of unit 0, in input units, averaged over a period of resampling.
    values: that of either path.
    """

    path: str
    axis: int
    paths: tuple[str, str]
    differs: Literal["jump", "centre"]
    values: tuple[Rational, Rational]


class ReceptiveFields(NamedTuple):
    """The fields of a network's layers, in the order of `Graph.nodes`; None where a layer does not depend on
    an input with spatial axes. `strict is local` when no layer tells them apart."""

    local: tuple[ReceptiveField | None, ...]
    strict: tuple[ReceptiveField | None, ...]
    misalignments: tuple[Misalignment, ...]


def receptive_fields(graph: Graph) -> ReceptiveFields:
    """The receptive fields of all layers, and the joins of local paths that are misaligned."""
    local, strict = _all_reads(graph)
    misalignments: list[Misalignment] = []
    found = _describe(graph, _propagate(graph, local, misalignments))
    same = all(map(is_, local, strict))
    return ReceptiveFields(found, found if same else _describe(graph, _propagate(graph, strict)), tuple(misalignments))


def unit_field(graph: Graph, node: Node, unit: tuple[int, ...], *, strict: bool = False, clip: bool = False) -> dict[str, Box]:
    """What one unit of `node` reads, by network input: an interval for each of the input's axes.

    unit: one index per spatial axis of the layer's output. strict: follow gates and statistics over the map.
    clip: keep to real units at every layer, so that padding counts nowhere. Inputs that the unit does not
    depend on, or that have no spatial axes, are left out.
    """
    pending = {node.outputs[0]: tuple([(index, index) for index in unit])}
    for at in reversed(graph.nodes):
        reached = [pending.pop(tensor) for tensor in at.outputs if tensor in pending]
        if not reached:
            continue
        for read in _reads(at, strict):
            tensor = at.inputs[read.position]
            before = _back(read, _hull(*reached))
            if clip:
                before = _clipped(before, graph.shapes[tensor][2:])
            if not clip or all(lo <= hi for lo, hi in before):  # else only padding is read
                pending[tensor] = _hull(before, pending.get(tensor, before))
    return {name: pending[tensor] for name, tensor in graph.inputs.items() if pending.get(tensor)}


def _back(read: _Read, box: Box) -> Box:
    """What the units of `box` read of one input."""
    if len(box) != len(read.axes):  # then all units read the same
        box = ((0, 0),) * len(read.axes)
    return tuple([axis.reach(*interval) for axis, interval in zip(read.axes, box, strict=True)])


def _clipped(box: Box, sizes: Shape) -> Box:
    return tuple([(max(lo, 0), min(hi, size - 1)) for (lo, hi), size in zip(box, sizes, strict=True)])


def _hull(*boxes: Box) -> Box:
    return tuple([(min([lo for lo, _ in axis]), max([hi for _, hi in axis])) for axis in zip(*boxes, strict=True)])


def _all_reads(graph: Graph) -> tuple[list[Reads], list[Reads]]:
    """The local and the strict reads of every layer, the same object where they are equal."""
    known: dict[object, tuple[Reads, Reads]] = {}
    pairs = []
    for node in graph.nodes:
        key = node.layer, node.input_shapes
        pair = known.get(key)
        if pair is None:
            local, strict = _reads(node, strict=False), _reads(node, strict=True)
            pair = known[key] = local, local if local == strict else strict
        pairs.append(pair)
    return [local for local, _ in pairs], [strict for _, strict in pairs]


def _reads(node: Node, strict: bool) -> Reads:
    """How a layer reads the inputs that are followed."""
    rank = len(node.output_shapes[0]) - 2
    shapes = node.input_shapes
    rows = node.layer.windows(*shapes) if strict else node.layer.local_windows(*shapes)
    reads = []
    for position, (row, shape) in enumerate(zip(rows, shapes, strict=True)):
        if len(row) != rank:
            row = tuple([axis if axis.step == 0 else Whole(size) for axis, size in zip(row, shape[2:], strict=True)])
        reads.append(_Read(position, row, all(axis == POINTWISE for axis in row)))
    if strict:
        return tuple(reads)
    return tuple([read for read in reads if not any(isinstance(axis, Gate) for axis in read.axes)] or reads)


def _propagate(graph: Graph, reads: list[Reads], misalignments: list[Misalignment] | None = None) -> list[_Field | None]:
    """The field of every tensor, by tensor number; joins that misalign are added to `misalignments`."""
    fields: list[_Field | None] = [None] * len(graph.shapes)
    for order, tensor in enumerate(graph.inputs.values()):
        rank = len(graph.shapes[tensor]) - 2
        if rank > 0:
            fields[tensor] = _Field(order, (UNIT,) * rank)
    for node, followed in zip(graph.nodes, reads, strict=True):
        paths = []
        for read in followed:
            tensor = node.inputs[read.position]
            field = fields[tensor]
            if field is not None:
                paths.append((tensor, field.through(read)))
        if not paths:
            continue
        if len(paths) > 1:
            first = min([field.input for _, field in paths])
            paths = [path for path in paths if path[1].input == first]
            if misalignments is not None:
                misalignments.extend(_misalignments(graph, node, paths))
        joined = _join([field for _, field in paths], node)
        for tensor in node.outputs:
            fields[tensor] = joined
    return fields


def _join(fields: list[_Field], node: Node) -> _Field:
    """The hull of fields on one network input."""
    merged = fields[0]
    for field in fields[1:]:
        if field is not merged:
            axes = zip(merged.axes, field.axes, _sizes(node, len(merged.axes)), strict=True)
            merged = _Field(merged.input, tuple([ours.join(theirs, size) for ours, theirs, size in axes]))
    return merged


def _sizes(node: Node, rank: int) -> Shape:
    """The size of the map along each axis of a field; 1 where the map has lost its axes."""
    sizes = node.output_shapes[0][2:]
    return sizes if len(sizes) == rank else (1,) * rank


def _misalignments(graph: Graph, node: Node, paths: list[tuple[int, _Field]]) -> Iterator[Misalignment]:
    """Where a path differs from the first one that moves along the axis."""
    for axis in range(len(paths[0][1].axes)):
        first: tuple[int, Extent] | None = None
        for tensor, field in paths:
            extent = field.axes[axis]
            if first is None:
                first = (tensor, extent) if extent.centres else None
            elif extent != first[1]:
                difference = _difference(first[1], extent)
                if difference:
                    yield Misalignment(node.path, axis, (_source(graph, first[0]), _source(graph, tensor)), *difference)


def _difference(a: Extent, b: Extent) -> tuple[Literal["jump", "centre"], tuple[Rational, Rational]] | None:
    """What keeps two extents from lying on one grid. What does not move with the unit fits any grid."""
    ours, theirs = a.centres, b.centres
    shared = [slope for slope in ours if slope in theirs]
    if ours and theirs and not shared:
        return "jump", (a.jump, b.jump)
    for slope in shared:
        if ours[slope] != theirs[slope]:
            return "centre", (_half(ours[slope]), _half(theirs[slope]))
    return None


def _half(value: Rational) -> Rational:
    return ratio(value.numerator, 2 * value.denominator)


def _source(graph: Graph, tensor: int) -> str:
    """The path of the layer, or the name of the network input, that a tensor comes from."""
    producer = graph.producers[tensor]
    if producer >= 0:
        return graph.nodes[producer].path
    return next(name for name, number in graph.inputs.items() if number == tensor)


def _describe(graph: Graph, fields: list[_Field | None]) -> tuple[ReceptiveField | None, ...]:
    """The figures of every layer."""
    names = list(graph.inputs)
    known: dict[tuple[_Field, Shape], ReceptiveField] = {}
    described: list[ReceptiveField | None] = []
    for node in graph.nodes:
        field = fields[node.outputs[0]]
        if field is None:
            described.append(None)
            continue
        key = field, node.output_shapes[0][2:]
        if key not in known:
            known[key] = _figures(field, _sizes(node, len(field.axes)), names)
        described.append(known[key])
    return tuple(described)


def _figures(field: _Field, sizes: Shape, names: list[str]) -> ReceptiveField:
    centres = [extent.at(size // 2) for extent, size in zip(field.axes, sizes, strict=True)]
    return ReceptiveField(
        size=tuple([hi - lo + 1 for lo, hi in centres]),
        jump=tuple([extent.jump for extent in field.axes]),
        start=tuple([extent.at(0)[0] for extent in field.axes]),
        whole=tuple([extent.is_fixed for extent in field.axes]),
        input=names[field.input],
        exact=all(extent.is_exact for extent in field.axes),
    )
