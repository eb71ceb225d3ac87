"""Receptive fields as measured, and whether those computed are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from operator import gt, lt
from typing import NamedTuple, TypeAlias

from archlens.analysis.receptive_field import ReceptiveField
from archlens.analysis.staircase import Rational
from archlens.analysis.unit_field import unit_coverage, unit_field
from archlens.graph.model import Graph, Node

__all__ = ["NOTHING", "TOO_MANY", "TOO_WIDE", "FieldGap", "Interval", "MeasuredField", "MeasuredFields", "field_gaps"]

Interval: TypeAlias = "tuple[int, int]"
NOTHING: Interval = (0, -1)  # what a unit sees that sees nothing
TOO_MANY = "of a network this deep only some are measured, evenly spread"
TOO_WIDE = "it sees further than a million pixels, or another map of the network does"


class MeasuredField(NamedTuple):
    """What the units of one layer see of a network input; every tuple holds one value per spatial axis of that input.

    first, centre: the first and the last pixel that unit 0 and unit n // 2 see; those before 0 and from the input's size on
    are padding. jump: pixels between neighbouring units, of the fastest path where paths differ. input: the network input's name.
    """

    first: tuple[Interval, ...]
    centre: tuple[Interval, ...]
    jump: tuple[Fraction, ...]
    input: str

    @property
    def start(self) -> tuple[int, ...]:
        """The first pixel that unit 0 sees."""
        return tuple([first for first, _ in self.first])

    @property
    def size(self) -> tuple[int, ...]:
        """Pixels from the first to the last that the centre unit sees."""
        return tuple([last - first + 1 for first, last in self.centre])


class MeasuredFields(NamedTuple):
    """The fields of a graph by the path of the layer, and why other feature maps have none.

    unmeasured: by path; what only follows from a layer that is there is not.
    """

    fields: Mapping[str, MeasuredField]
    unmeasured: Mapping[str, str]


class FieldGap(NamedTuple):
    """A layer whose field is not the one computed.

    figure: which member differs: `size`, `start`, `jump`, `input`, or `field` where none was computed. is_bound: the computed
    field is wider by design, because windows leave holes in it.
    """

    path: str
    figure: str
    computed: object
    measured: object
    is_bound: bool


def field_gaps(graph: Graph, computed: Sequence[ReceptiveField | None], measured: MeasuredFields) -> list[FieldGap]:
    """The computed local fields, in the order of the layers, against those measured: the first figure that differs of each."""
    gaps = []
    for node, figures in zip(graph.nodes, computed, strict=True):
        seen = measured.fields.get(node.path)
        if seen is None:
            continue
        if figures is None:
            gaps.append(FieldGap(node.path, "field", None, seen, False))
            continue
        for figure in ("input", "size", "start", "jump"):
            ours, theirs = getattr(figures, figure), getattr(seen, figure)
            if figure == "jump":
                theirs = _moves(ours, seen)
            if ours != theirs:
                gaps.append(FieldGap(node.path, figure, ours, theirs, _is_bound(graph, node, figures, seen)))
                break
    return gaps


def _moves(computed: Sequence[Rational], measured: MeasuredField) -> tuple[Rational, ...]:
    """The measured jump; 0 along an axis of one unit where it is computed to be, as no neighbour is there to move to."""
    axes = zip(computed, measured.jump, measured.first, measured.centre, strict=True)
    return tuple([0 if ours == 0 and first == centre else jump for ours, jump, first, centre in axes])


def _is_bound(graph: Graph, node: Node, computed: ReceptiveField, measured: MeasuredField) -> bool:
    """Whether the computed field is no narrower, and what lies behind it has holes."""
    if computed.input != measured.input or computed.jump != measured.jump:
        return False
    # A unit that sees nothing has no field that could be too small.
    narrower = any(map(lt, computed.size, measured.size)) and NOTHING not in measured.centre
    later = any(map(gt, computed.start, measured.start)) and NOTHING not in measured.first
    return not narrower and not later and _has_holes(graph, node, computed)


def _has_holes(graph: Graph, node: Node, computed: ReceptiveField) -> bool:
    """Whether unit 0 or the centre unit does not read every pixel of its field, or a part of it reads nothing."""
    sizes = node.output_shapes[0][2:]
    for unit in ([0] * len(sizes), [n // 2 for n in sizes]):
        field = unit_field(graph, node, unit)[computed.input]
        taps = unit_coverage(graph, node, unit, clip=False).get(computed.input)
        if taps is None or any(len(along) <= last - first for along, (first, last) in zip(taps, field, strict=True)):
            return True
    return False
