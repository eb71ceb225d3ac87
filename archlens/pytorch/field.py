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
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

from archlens.analysis.measured_field import NOTHING, TOO_MANY, TOO_WIDE, Interval, MeasuredField, MeasuredFields
from archlens.graph.model import Graph
from archlens.pytorch.lines import Line, Short
from archlens.pytorch.twin import Plan, twin

__all__ = ["measure_fields"]

_NOISE = 1e-9  # a weight of interpolation that is 0 but for rounding; those that are not are above 1e-5
_MARGIN, _GROWTH, _LONGEST = 256, 2, 2**20  # of the input beyond either end: at first, from one try to the next, at most
_VALUES = 2**26  # kept for the backward pass: half a gigabyte
_RUNS = 5 * 10**4  # layers times maps that are measured: each map is followed back through all layers before it

Maps: TypeAlias = "tuple[tuple[int, int], ...]"  # tensors and how many units each has


def measure_fields(graph: Graph) -> MeasuredFields:
    """Measure the local field of every layer that puts out a feature map, a map with the axes of the network's input.

    Of a network of more than some three hundred maps only some are measured, evenly spread.
    """
    axes = max([len(graph.shapes[tensor]) - 2 for tensor in graph.inputs.values()], default=0)
    twins = [twin(graph, axis) for axis in range(axes)]
    known: dict[Plan, Seen] = {}
    for one in twins:
        if one.plan not in known:
            known[one.plan] = _settled(one.plan)
    names = {tensor: name for name, tensor in graph.inputs.items()}
    fields: dict[str, MeasuredField] = {}
    unmeasured: dict[str, str] = {}
    for node in graph.nodes:
        tensor = node.outputs[0]
        along = twins[: len(node.output_shapes[0]) - 2]
        if along and all(tensor in one.lines for one in along):
            parts = [part for one in along if (part := known[one.plan].get(one.lines[tensor])) is not None]
            if len(parts) < len(along):
                unmeasured[node.path] = TOO_MANY if all(known[one.plan] for one in along) else TOO_WIDE
                continue
            first, centre = _box([part.first for part in parts]), _box([part.centre for part in parts])
            fields[node.path] = MeasuredField(first, centre, tuple([part.jump for part in parts]), names[parts[0].source])
        elif told := [one.unfollowed[node.path] for one in twins if node.path in one.unfollowed]:
            unmeasured[node.path] = told[0]
    return MeasuredFields(fields, unmeasured)


def _box(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """What a unit sees, nothing if that is so along one axis."""
    return (NOTHING,) * len(intervals) if NOTHING in intervals else tuple(intervals)


class _Part(NamedTuple):
    """What unit 0 and the centre unit of a map see along one axis of a network input."""

    first: Interval
    centre: Interval
    jump: Fraction
    source: int


Seen: TypeAlias = "dict[int, _Part]"


def _settled(plan: Plan) -> Seen:
    """What the units of the maps of `plan` see, with a margin so large that a larger one changes nothing; {} if there is none."""
    margin, before = _MARGIN, None
    while margin <= _LONGEST:
        seen: Seen | None = None
        with suppress(Short):
            seen = {number: part for maps in _batches(plan, margin) for number, part in _measured(plan, maps, margin).items()}
        if seen is not None and seen == before:
            return seen
        margin, before = margin * _GROWTH, seen
    return {}


def _batches(plan: Plan, margin: int) -> Iterator[Maps]:
    """The maps to measure, as many at once as fit into memory with all that is kept for the backward pass."""
    longest = max([size for _, size in plan.inputs], default=1)
    units = sum([size for _, size in plan.maps]) * (longest + 2 * margin) // longest
    count = max(1, _VALUES // (2 * max(1, units)))
    chosen = plan.maps[:: max(1, len(plan.maps) ** 2 // _RUNS)]
    return (chosen[at : at + count] for at in range(0, len(chosen), count))


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
    return [(a - margin, b - margin) if there else NOTHING for there, a, b in columns]
