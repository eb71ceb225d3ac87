"""Receptive fields measured: which pixels of the input carry gradient to a unit, for every feature map of a graph.

Every layer is run by PyTorch, with the arguments of its counterpart, on a twin of the network that has one channel, weights of
1 and an input larger than any field (`lines`). Norms, activations and dropout pass their input on; maximum becomes mean; maps
that are joined are added up, gates left out. So no pixel is lost by chance: not in a unit that happens to be dead, not where
one of several maxima wins, not by underflow in a deep network, since behind each layer a gradient counts as 0 or 1.

What is measured is the local field, the figure of the papers, of the centre unit and of unit 0. Nothing that archlens says of
fields (`Layer.windows`, `Layer.reads`, `analysis/`) is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from operator import gt, lt
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

from archlens.analysis.receptive_field import ReceptiveField
from archlens.analysis.unit_field import unit_coverage
from archlens.errors import UsageError
from archlens.graph.model import Graph, Node
from archlens.pytorch.lines import Line
from archlens.pytorch.twin import Plan, twin

__all__ = ["FieldComparison", "FieldDifference", "MeasuredField", "MeasuredFields", "compare_fields", "measure_fields"]

_NOISE = 1e-9  # a weight of interpolation that is 0 but for rounding; those that are not are above 1e-5
_MARGIN, _GROWTH, _LONGEST = 128, 4, 10**6  # of the input beyond either end: at first, from one try to the next, at most

Interval: TypeAlias = "tuple[int, int]"


class MeasuredField(NamedTuple):
    """What the units of one layer see of a network input; every tuple holds one value per spatial axis of that input.

    centre: the first and the last pixel that the centre unit (n // 2) sees; outside 0..size-1 lies padding.
    start: the first pixel that unit 0 sees. jump: pixels between neighbouring units, of the fastest path where paths differ.
    input: the name of the network input. Where a unit sees nothing at all, first is 0 and last -1.
    """

    centre: tuple[Interval, ...]
    start: tuple[int, ...]
    jump: tuple[Fraction, ...]
    input: str

    @property
    def size(self) -> tuple[int, ...]:
        """Pixels from the first to the last that the centre unit sees."""
        return tuple([last - first + 1 for first, last in self.centre])


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
    if computed.input != measured.input or any(map(lt, computed.size, measured.size)) or any(map(gt, computed.start, measured.start)):
        return False
    sizes = node.output_shapes[0][2:]
    centre = unit_coverage(graph, node, [n // 2 for n in sizes], clip=False).get(measured.input)
    first = unit_coverage(graph, node, [0] * len(sizes), clip=False).get(measured.input)
    if centre is None or first is None:
        return False
    ends = tuple([(min(taps), max(taps)) for taps in centre])
    return ends == measured.centre and tuple(map(min, first)) == measured.start


class MeasuredFields(NamedTuple):
    """The fields of a graph by the path of the layer; and for every other layer why it has none."""

    fields: dict[str, MeasuredField]
    unmeasured: dict[str, str]


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
        along = twins[: len(node.output_shapes[0]) - 2]
        if not along or any(node.outputs[0] not in one.lines for one in along):
            told = [one.unfollowed[node.path] for one in along if node.path in one.unfollowed]
            unmeasured[node.path] = told[0] if told else "depends on no map of the input"
            continue
        parts = [found[one.lines[node.outputs[0]]] for one, found in zip(along, seen, strict=False)]
        fields[node.path] = MeasuredField(
            tuple([part.centre for part in parts]),
            tuple([part.first[0] for part in parts]),
            tuple([part.jump for part in parts]),
            names[parts[0].source],
        )
    return MeasuredFields(fields, unmeasured)


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
        seen = _measured(plan, margin)
        if seen is not None and seen == before:
            return seen
        margin, before = margin * _GROWTH, seen
    raise UsageError(f"the receptive fields of {graph.name} reach past {_LONGEST:,} pixels, more than can be measured")


def _measured(plan: Plan, margin: int) -> Seen | None:
    """One run; None where a unit lies outside."""
    if not plan.maps:
        return {}
    leaves: dict[int, Tensor] = {}
    lines: dict[int, Line] = {}
    with torch.enable_grad():
        for number, size in plan.inputs:
            shape = (1, 1, size + 2 * margin, 2 * len(plan.maps))
            leaves[number] = torch.zeros(shape, dtype=torch.float64, device="cpu", requires_grad=True)
            lines[number] = Line(leaves[number].clone(), margin, Fraction(1), number)
        for move, read, output in plan.steps:
            lines[output] = move(*[lines[number] for number in read])
    for at, (number, size) in enumerate(plan.maps):
        rows = [lines[number].margin + unit for unit in (0, size // 2)]
        if not 0 <= rows[0] <= rows[1] < lines[number].tensor.shape[2]:
            return None
        lines[number].tensor.register_hook(_seeded(rows, 2 * at))
    read_on = {number for step in plan.steps for number in step.inputs}
    ends = [lines[number].tensor for number, _ in plan.maps if number not in read_on]
    found = torch.autograd.grad(ends, [*leaves.values()], [torch.zeros_like(end) for end in ends], allow_unused=True)
    seen = {number: _intervals(gradient, margin) for number, gradient in zip(leaves, found, strict=True) if gradient is not None}
    return {
        number: _Part(*seen[lines[number].source][2 * at : 2 * at + 2], lines[number].jump, lines[number].source)
        for at, (number, _) in enumerate(plan.maps)
    }


def _seeded(rows: Sequence[int], column: int) -> Callable[[Tensor], Tensor]:
    """A hook: what carries gradient carries 1, and so do the units asked about, in `rows` of the columns from `column` on."""

    def hook(gradient: Tensor) -> Tensor:
        carries = (gradient.abs() > _NOISE).to(gradient.dtype)
        for at, row in enumerate(rows):
            carries[0, 0, row, column + at] = 1
        return carries

    return hook


def _intervals(gradient: Tensor, margin: int) -> list[Interval]:
    """For every column the first and the last pixel that carries gradient."""
    carries = (gradient[0, 0].abs() > _NOISE).to(torch.uint8)
    first, last = carries.argmax(0), len(carries) - 1 - carries.flip(0).argmax(0)
    columns = zip(carries.any(0).tolist(), first.tolist(), last.tolist(), strict=True)
    return [(a - margin, b - margin) if there else (0, -1) for there, a, b in columns]
