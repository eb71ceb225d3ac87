"""Receptive fields measured: which pixels of the input carry gradient to a unit, for every feature map of a graph.

Every layer is run by PyTorch, with the arguments of its counterpart, on a twin of the network that has one channel, weights of
1 and an input larger than any field (`lines`). Norms, activations and dropout pass their input on; maximum becomes mean; maps
that are joined are added up, gates left out. So no pixel is lost by chance: not in a unit that happens to be dead, not where
one of several maxima wins, not by underflow in a deep network, since behind each layer a gradient counts as 0 or 1.

What is measured is the local field, the figure of the papers, of the centre unit and of unit 0. Nothing that archlens says of
fields (`Layer.windows`, `Layer.reads`, `analysis/`) is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from operator import gt, lt
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

from archlens.analysis.receptive_field import ReceptiveField
from archlens.analysis.unit_field import unit_coverage
from archlens.errors import UsageError
from archlens.graph.model import Graph, Node
from archlens.pytorch.lines import Line, Short
from archlens.pytorch.twin import Plan, twin

__all__ = ["FieldComparison", "FieldDifference", "MeasuredField", "MeasuredFields", "compare_fields", "measure_fields"]

_NOISE = 1e-9  # a weight of interpolation that is 0 but for rounding; those that are not are above 1e-5
_MARGIN, _GROWTH, _LONGEST = 256, 2, 2**20  # of the input beyond either end: at first, from one try to the next, at most
_VALUES = 2**26  # kept for the backward pass: half a gigabyte

Interval: TypeAlias = "tuple[int, int]"
Maps: TypeAlias = "tuple[tuple[int, int], ...]"  # tensors and how many units each has
_NOTHING: Interval = (0, -1)


class MeasuredField(NamedTuple):
    """What the units of one layer see of a network input; every tuple holds one value per spatial axis of that input.

    first, centre: the first and the last pixel that unit 0 and unit n // 2 see; those before 0 and from the input's size on
    are padding. A unit that sees nothing at all sees 0 to -1.
    jump: pixels between neighbouring units, of the fastest path where paths differ. input: the name of the network input.
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
    """The fields of a graph by the path of the layer; and for every other layer why it has none."""

    fields: dict[str, MeasuredField]
    unmeasured: dict[str, str]


class FieldDifference(NamedTuple):
    """A layer whose field is not the one computed. figure: which member differs: `size`, `start`, `jump`, `input`, or `field`
    where none was computed."""

    path: str
    figure: str
    computed: object
    measured: object


class FieldComparison(NamedTuple):
    """Computed fields against measured ones.

    compared: layers whose output is a feature map and was measured. bounds: those of them whose computed field is wider by
    design (docs: "never too small"), where the single taps that archlens names are those measured. differences: the first
    figure that differs, for every layer where one does. unmeasured: why the other layers were not measured, by path.
    """

    compared: int
    bounds: tuple[str, ...]
    differences: tuple[FieldDifference, ...]
    unmeasured: dict[str, str]

    @property
    def agrees(self) -> bool:
        """Whether no figure differs."""
        return not self.differences


def compare_fields(graph: Graph, computed: Sequence[ReceptiveField | None]) -> FieldComparison:
    """Measure every feature map of `graph` and hold the computed local fields, in the order of its layers, against that.

    Equal means equal size, start, jump and input on every axis.
    """
    fields, unmeasured = measure_fields(graph)
    bounds, differences = [], []
    for node, figures in zip(graph.nodes, computed, strict=True):
        if node.path not in fields:
            continue
        measured = fields[node.path]
        difference = _difference(node.path, figures, measured)
        if difference is None:
            continue
        if figures is not None and _is_bound(graph, node, figures, measured):
            bounds.append(node.path)
        else:
            differences.append(difference)
    return FieldComparison(len(fields), tuple(bounds), tuple(differences), unmeasured)


def _difference(path: str, computed: ReceptiveField | None, measured: MeasuredField) -> FieldDifference | None:
    if computed is None:
        return FieldDifference(path, "field", None, measured)
    for figure in ("input", "size", "start", "jump"):
        ours, theirs = getattr(computed, figure), getattr(measured, figure)
        if ours != theirs:
            return FieldDifference(path, figure, ours, theirs)
    return None


def _is_bound(graph: Graph, node: Node, computed: ReceptiveField, measured: MeasuredField) -> bool:
    """Whether the computed field is no narrower, and the taps behind it, holes left out, are those measured."""
    if computed.input != measured.input or computed.jump != measured.jump:
        return False
    sizes = node.output_shapes[0][2:]
    for unit, seen in (([0] * len(sizes), measured.first), ([n // 2 for n in sizes], measured.centre)):
        taps = unit_coverage(graph, node, unit, clip=False).get(measured.input)
        if seen != ((_NOTHING,) * len(sizes) if taps is None else tuple([(min(along), max(along)) for along in taps])):
            return False
    # A unit that sees nothing has no field that could be too small.
    narrower = any(map(lt, computed.size, measured.size)) and _NOTHING not in measured.centre
    later = any(map(gt, computed.start, measured.start)) and _NOTHING not in measured.first
    return not narrower and not later


def measure_fields(graph: Graph) -> MeasuredFields:
    """Measure the local field of every layer that puts out a feature map, a map with the axes of the network's input.

    Raises UsageError where no margin of a million pixels holds a field.
    """
    axes = max([len(graph.shapes[tensor]) - 2 for tensor in graph.inputs.values()], default=0)
    twins = [twin(graph, axis) for axis in range(axes)]
    known: dict[Plan, Seen] = {}
    seen = []
    for one in twins:
        if one.plan not in known:
            known[one.plan] = _settled(one.plan, graph)
        seen.append(known[one.plan])
    names = {tensor: name for name, tensor in graph.inputs.items()}
    fields: dict[str, MeasuredField] = {}
    unmeasured: dict[str, str] = {}
    for node in graph.nodes:
        tensor = node.outputs[0]
        along = twins[: len(node.output_shapes[0]) - 2]
        if along and all(tensor in one.lines for one in along):
            parts = [found[one.lines[tensor]] for one, found in zip(along, seen, strict=False)]
            first, centre = _box([part.first for part in parts]), _box([part.centre for part in parts])
            fields[node.path] = MeasuredField(first, centre, tuple([part.jump for part in parts]), names[parts[0].source])
        else:
            told = [one.unfollowed[node.path] for one in twins if node.path in one.unfollowed]
            unmeasured[node.path] = told[0] if told else "it depends on no map of the input"
    return MeasuredFields(fields, unmeasured)


def _box(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """What a unit sees, nothing if that is so along one axis."""
    return (_NOTHING,) * len(intervals) if _NOTHING in intervals else tuple(intervals)


class _Part(NamedTuple):
    """What unit 0 and the centre unit of a map see along one axis of a network input."""

    first: Interval
    centre: Interval
    jump: Fraction
    source: int


Seen: TypeAlias = "dict[int, _Part]"


def _settled(plan: Plan, graph: Graph) -> Seen:
    """What the units of every map of `plan` see, with a margin so large that a larger one changes nothing."""
    margin, before = _MARGIN, None
    while margin <= _LONGEST:
        seen: Seen | None = None
        with suppress(Short):
            seen = {number: part for maps in _batches(plan, margin) for number, part in _measured(plan, maps, margin).items()}
        if seen is not None and seen == before:
            return seen
        margin, before = margin * _GROWTH, seen
    raise UsageError(f"the receptive fields of {graph.name} reach past {_LONGEST:,} pixels, more than can be measured")


def _batches(plan: Plan, margin: int) -> Iterator[Maps]:
    """The maps to measure, as many at once as fit into memory with all that is kept for the backward pass."""
    longest = max([size for _, size in plan.inputs], default=1)
    units = sum([size for _, size in plan.maps]) * (longest + 2 * margin) // longest
    count = max(1, _VALUES // (2 * max(1, units)))
    return (plan.maps[at : at + count] for at in range(0, len(plan.maps), count))


def _measured(plan: Plan, maps: Maps, margin: int) -> Seen:
    """One run for some of the maps, two columns each; raises Short where a unit lies outside."""
    leaves: dict[int, Tensor] = {}
    lines: dict[int, Line] = {}
    with torch.enable_grad():
        for number, size in plan.inputs:
            shape = (1, 1, size + 2 * margin, 2 * len(maps))
            leaves[number] = torch.zeros(shape, dtype=torch.float64, device="cpu", requires_grad=True)
            lines[number] = Line(leaves[number].clone(), margin, Fraction(1), number)
        for move, read, output in plan.steps:
            lines[output] = move(*[lines[number] for number in read])
    rows: dict[int, dict[int, int]] = {number: {} for number, _ in plan.maps}
    for at, (number, size) in enumerate(maps):
        for column, unit in ((2 * at, 0), (2 * at + 1, size // 2)):
            rows[number][column] = lines[number].margin + unit
    for number, asked in rows.items():
        tensor = lines[number].tensor
        if any(row >= tensor.shape[2] for row in asked.values()):
            raise Short
        tensor.register_hook(_seeded(asked))  # type: ignore[no-untyped-call]
    read_on = {number for step in plan.steps for number in step.inputs}
    ends = [lines[number].tensor for number, _ in plan.maps if number not in read_on]
    found = torch.autograd.grad(ends, [*leaves.values()], [torch.zeros_like(end) for end in ends], allow_unused=True)
    seen = {number: _intervals(gradient, margin) for number, gradient in zip(leaves, found, strict=True) if gradient is not None}
    parts: Seen = {}
    for at, (number, _) in enumerate(maps):
        line = lines[number]
        first, centre = seen[line.source][2 * at : 2 * at + 2]
        parts[number] = _Part(first, centre, line.jump, line.source)
    return parts


def _seeded(rows: Mapping[int, int]) -> Callable[[Tensor], Tensor]:
    """A hook: what carries gradient carries 1, and so do the units asked about, one row for each of some columns."""

    def hook(gradient: Tensor) -> Tensor:
        carries = (gradient.abs() > _NOISE).to(gradient.dtype)
        for column, row in rows.items():
            carries[0, 0, row, column] = 1
        return carries

    return hook


def _intervals(gradient: Tensor, margin: int) -> list[Interval]:
    """For every column the first and the last pixel that carries gradient."""
    carries = (gradient[0, 0].abs() > _NOISE).to(torch.uint8)
    first, last = carries.argmax(0), len(carries) - 1 - carries.flip(0).argmax(0)
    columns = zip(carries.any(0).tolist(), first.tolist(), last.tolist(), strict=True)
    return [(a - margin, b - margin) if there else _NOTHING for there, a, b in columns]
