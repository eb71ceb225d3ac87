"""Which part of the input each unit sees: the receptive field of every layer, per spatial axis.

A layer states how each axis of its output reads its inputs (`Layer.reads`); nothing else of it is asked
here. Axis maps are monotone, so an end of the stretch behind a unit never depends on the other end, and one
pass forward finds both ends as functions of the unit for all layers at once (`staircase`): on a chain, the
recurrences of Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019,
doi 10.23915/distill.00021. `unit_field` follows one unit backward; both give the same intervals. Where layers take
axes apart (tokens, window partitions), `places` remembers where the units went.

Padding counts: a field may reach past the map. It is never too small. The local field is the papers' figure
(`local=True`, gates not followed), the strict one follows everything. With several network inputs a field lies on
the first of them, in the order of `Graph.inputs`, that the layer depends on and that has spatial axes.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import is_
from typing import Literal

from archlens.analysis.places import Places, moved, rearranged_field, reconciled, span, straight, straightened, unit_at
from archlens.analysis.reading import Read, Reads, all_reads
from archlens.analysis.staircase import UNIT, Extent, Rational, ratio
from archlens.graph.model import Graph, Node
from archlens.layers.dims import Shape
from archlens.records import NamedTuple

__all__ = [
    "Misalignment",
    "ReceptiveField",
    "ReceptiveFields",
    "TensorFields",
    "receptive_fields",
    "source_name",
    "tensor_fields",
    "unit_axes",
]


class _Field:
    """The extents of a tensor on network input number `input`, one per axis of that input.

    places: where the units of each extent lie; None where the tensor has the input's axes.
    """

    __slots__ = ("axes", "input", "places")

    def __init__(self, input: int, axes: tuple[Extent, ...], places: Places | None = None) -> None:
        self.input = input
        self.axes = axes
        self.places = places

    def through(self, read: Read, before: Shape, after: Shape) -> _Field:
        """The field of the units of a tensor of shape `after` that read this one, whose shape is `before`."""
        if read.is_pointwise:
            return self
        if self.places is None and read.straight is not None:
            if read.is_still:
                return self
            axes = [extent.through(axis) for extent, axis in zip(self.axes, read.straight, strict=True)]
            return _Field(self.input, tuple(axes))
        places = self.placed(before)
        if not any(places):
            return self
        if read.digits is not None:
            extents, places = rearranged_field(self.axes, places, read.digits)
        else:
            extents, places = moved(self.axes, places, read.axes, before, after)
        return _Field(self.input, *straightened(extents, places, after))

    def placed(self, shape: Shape) -> Places:
        """Where the units lie on a tensor of this field and `shape`."""
        return straight(shape) if self.places is None else self.places


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


class TensorFields(NamedTuple):
    """The local field of every tensor, by tensor number.

    figures: None where a tensor does not depend on an input with spatial axes.
    is_map: whether the axes of the tensor are those of the input, so that a layer's windows lie on them (not on tokens).
    """

    figures: tuple[ReceptiveField | None, ...]
    is_map: tuple[bool, ...]


def receptive_fields(graph: Graph) -> ReceptiveFields:
    """The receptive fields of all layers, and the joins of local paths that are misaligned."""
    local, strict = all_reads(graph)
    misalignments: list[Misalignment] = []
    found = _describe(graph, _propagate(graph, local, misalignments))
    same = all(map(is_, local, strict))
    return ReceptiveFields(found, found if same else _describe(graph, _propagate(graph, strict)), tuple(misalignments))


def tensor_fields(graph: Graph) -> TensorFields:
    """The local field of every tensor, by tensor number: network inputs and further outputs of layers too."""
    names = list(graph.inputs)
    fields = _propagate(graph, all_reads(graph)[0])
    pairs = zip(fields, graph.shapes, strict=True)
    figures = tuple([None if field is None else _figures(field, shape, names) for field, shape in pairs])
    return TensorFields(figures, tuple([field is not None and field.places is None for field in fields]))


def unit_axes(graph: Graph, node: Node) -> tuple[int, ...]:
    """The axes of a layer's first output (the batch is 0) along which its units see different stretches of the input.

    On a map these are the spatial axes, on tokens axis 1.
    """
    local, strict = all_reads(graph)
    field = _propagate(graph, local)[node.outputs[0]] or _propagate(graph, strict)[node.outputs[0]]
    shape = node.output_shapes[0]
    if field is None or not field.places:
        return tuple(range(2, len(shape)))
    return tuple(sorted({spot.axis for spots in field.places for spot in spots}))


def _propagate(
    graph: Graph, reads: list[tuple[Reads, ...]], misalignments: list[Misalignment] | None = None
) -> list[_Field | None]:
    """The field of every tensor, by tensor number; joins that misalign are added to `misalignments`."""
    shapes = graph.shapes
    fields: list[_Field | None] = [None] * len(shapes)
    for order, tensor in enumerate(graph.inputs.values()):
        rank = len(shapes[tensor]) - 2
        if rank > 0:
            fields[tensor] = _Field(order, (UNIT,) * rank)
    for node, outputs in zip(graph.nodes, reads, strict=True):
        for tensor, followed in zip(node.outputs, outputs, strict=True):
            paths = []
            for read in followed:
                source = node.inputs[read.position]
                field = fields[source]
                if field is not None:
                    paths.append((source, field.through(read, shapes[source], shapes[tensor])))
            if len(paths) == 1:
                fields[tensor] = paths[0][1]
            elif paths:
                first = min([field.input for _, field in paths])
                paths = [path for path in paths if path[1].input == first]
                if misalignments is not None:
                    misalignments.extend(_misalignments(graph, node, paths))
                fields[tensor] = _join([field for _, field in paths], shapes[tensor])
    return fields


def _join(fields: list[_Field], shape: Shape) -> _Field:
    """The hull of fields of one tensor on one network input."""
    merged = fields[0]
    for field in fields[1:]:
        if field is merged:
            continue
        if merged.places is field.places is None and len(shape) == len(merged.axes) + 2:
            axes = zip(merged.axes, field.axes, shape[2:], strict=True)
            merged = _Field(merged.input, tuple([ours.join(theirs, size) for ours, theirs, size in axes]))
        else:
            ours, theirs, places = reconciled((merged.axes, merged.placed(shape)), (field.axes, field.placed(shape)))
            joined = tuple([a.join(b, span(spots)) for a, b, spots in zip(ours, theirs, places, strict=True)])
            merged = _Field(merged.input, *straightened(joined, places, shape))
    return merged


def _misalignments(graph: Graph, node: Node, paths: list[tuple[int, _Field]]) -> Iterator[Misalignment]:
    """Where a path differs from the first one that moves along the axis."""
    if any(field.places != paths[0][1].places for _, field in paths):
        return
    for axis in range(len(paths[0][1].axes)):
        first: tuple[int, Extent] | None = None
        for tensor, field in paths:
            extent = field.axes[axis]
            if first is None:
                first = (tensor, extent) if extent.centres else None
            elif extent != first[1]:
                difference = _difference(first[1], extent)
                if difference:
                    yield Misalignment(node.path, axis, (source_name(graph, first[0]), source_name(graph, tensor)), *difference)


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


def source_name(graph: Graph, tensor: int) -> str:
    """The path of the layer, or the name of the network input, that a tensor comes from."""
    producer = graph.producers[tensor]
    if producer >= 0:
        return graph.nodes[producer].path
    return next(name for name, number in graph.inputs.items() if number == tensor)


def _describe(graph: Graph, fields: list[_Field | None]) -> tuple[ReceptiveField | None, ...]:
    """The figures of every layer."""
    names = list(graph.inputs)
    known: dict[tuple[_Field, Shape], ReceptiveField] = {}  # on a map, channels make no difference
    described: list[ReceptiveField | None] = []
    for node in graph.nodes:
        field = fields[node.outputs[0]]
        if field is None:
            described.append(None)
            continue
        shape = node.output_shapes[0]
        key = field, shape[2:] if field.places is None else shape
        figures = known.get(key)
        if figures is None:
            figures = known[key] = _figures(field, shape, names)
        described.append(figures)
    return tuple(described)


def _figures(field: _Field, shape: Shape, names: list[str]) -> ReceptiveField:
    if field.places is None:
        units = [(size // 2, 0, 1) for size in shape[2:]]
    else:
        middle, first = [size // 2 for size in shape], [0] * len(shape)
        units = [
            (unit_at(spots, middle), unit_at(spots, first), min([spot.place for spot in spots], default=1))
            for spots in field.places
        ]
    centres = [extent.at(unit) for extent, (unit, _, _) in zip(field.axes, units, strict=True)]
    return ReceptiveField(
        size=tuple([hi - lo + 1 for lo, hi in centres]),
        jump=tuple([extent.jump * place for extent, (_, _, place) in zip(field.axes, units, strict=True)]),
        start=tuple([extent.at(unit)[0] for extent, (_, unit, _) in zip(field.axes, units, strict=True)]),
        whole=tuple([extent.is_fixed for extent in field.axes]),
        input=names[field.input],
        exact=all(extent.is_exact for extent in field.axes),
    )
