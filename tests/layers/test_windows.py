"""What a layer says it reads against what changes its output in PyTorch.

One value of an input is raised at a time; the values of the output that change have read it. Along each axis after the batch,
these lie within the reach of the unit clipped to the axis, and go to both its ends wherever the window has no holes there.
A layer that only puts axes apart and together is held to the permutation torch makes of its values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import prod

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from archlens.errors import LayerError
from archlens.layers import AdaptiveAvgPool, GlobalAvgPool, Layer, Upsample
from archlens.layers.windows import (
    Adaptive,
    Along,
    AxisMap,
    Corners,
    Cubic,
    Fixed,
    Gate,
    Interpolated,
    Nearest,
    Rearranged,
    Transposed,
    Whole,
    Window,
    regrouped,
    taps,
)
from tests.layers.cases import BUILT_IN, CASES, Case, examples, examples_for, outcome
from tests.layers.families import FAMILIES
from tests.layers.torch_oracle import build

Unit = tuple[int, ...]


def _grouped(case: Case) -> bool:
    return case.arguments.get("groups", 1) != 1


def _has_a_border_of_cells(case: Case) -> bool:
    return case.arguments.get("padding_mode", "zeros") != "zeros" or case.arguments.get("mode", "constant") != "constant"


# Where a layer says it reads more than it does: a type, why, and in which cases.
WIDER: dict[str, tuple[str, Callable[[Case], bool]]] = {
    "conv": (
        "a group of channels, a border's cells are told as all",
        lambda case: _grouped(case) or _has_a_border_of_cells(case),
    ),
    "depthwise_conv": (
        "one channel, a border's cells are told as all",
        lambda case: case.arguments.get("multiplier", 1) != 1 or _has_a_border_of_cells(case),
    ),
    "pad": ("a border's cells are told as all", _has_a_border_of_cells),
    "local_response_norm": ("odd weights and exponents can cancel", lambda case: True),
    "hardtanh": ("where the bounds meet nothing is read", lambda case: True),
    "glu": ("two halves are told as what lies between too", lambda case: True),
    "add": ("a channel that is stretched is told as all of them", lambda case: True),
    "multiply": ("a channel that is stretched is told as all of them", lambda case: True),
    "reshape": ("axes without common parts are told as whole", lambda case: True),
}
for family in FAMILIES:
    WIDER |= family.WIDER


def small(type_name: str) -> st.SearchStrategy[Case]:
    """Cases of at most two spatial axes and few values."""
    return CASES[type_name].filter(lambda case: all(len(shape) <= 5 and prod(shape[1:]) <= 120 for shape in case.shapes))


def tells_nothing(layer: Layer, case: Case) -> bool:
    """Whether raising a value cannot show what is read."""
    shape = case.shapes[0] if case.shapes else ()
    if layer.type_name in ("softmax", "log_softmax", "softmin"):
        return shape[layer.axis("dim", shape)] == 1  # 1, whatever the value
    if layer.type_name == "batch_norm":
        return prod(shape[2:]) == 1  # its variance is undefined
    if layer.type_name == "upsample":
        scale = Fraction(layer.arguments["scale_factor"] or 1)
        near_a_border_of_floats = abs(scale - scale.limit_denominator(20)) > 1e-15
        return near_a_border_of_floats or (scale != 1 and _copies_an_axis(shape, layer))
    return False


def _copies_an_axis(shape: Unit, layer: Layer) -> bool:
    """Whether a size stays under a scale such as 1.1: in most modes torch then copies instead of interpolating."""
    return any(n == o for n, o in zip(shape[2:], layer.output_shapes(shape)[0][2:], strict=True))


def read_cells(layer: Layer, shapes: tuple[Unit, ...], which: int) -> list[dict[Unit, set[Unit]]]:
    """For every output, for each of its units, the positions of input `which` that change it; all without the batch."""
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.rand((1, *shape[1:]), generator=generator, dtype=torch.float64) for shape in shapes]
    state = {name: torch.ones_like(value) for name, value in build(layer, inputs).module.state_dict().items()}
    base = build(layer, inputs, state).outputs
    read: list[dict[Unit, set[Unit]]] = [{unit: set() for unit in product(*map(range, out.shape[1:]))} for out in base]
    for cell in product(*map(range, inputs[which].shape[1:])):
        raised = list(inputs)
        raised[which] = inputs[which].clone()
        raised[which][(0, *cell)] += 5 + cell[0]  # above all others, another in every channel
        for found, before, after in zip(read, base, build(layer, raised, state).outputs, strict=True):
            for unit in ((after - before).abs() > 1e-9)[0].nonzero().tolist():
                found[tuple(unit)].add(cell)
    return read


def reads_both_ends(axis: AxisMap, unit: int, inside: bool) -> bool:
    """Whether there is no hole at the ends of the reach, clipped or not."""
    if isinstance(axis, Window | Transposed):
        return (inside and isinstance(axis, Window)) or axis.dilation == 1
    if isinstance(axis, Cubic):  # where the coordinate is whole, only one tap of the four has weight
        lo, hi = axis.linear.reach(unit, unit)
        return lo < hi
    return True


def check(row: Sequence[Along], shape: Unit, read: dict[Unit, set[Unit]], wider: bool) -> None:
    """The cells each unit read against what `row` says; `wider` when it may say more."""
    for unit, cells in read.items():
        at = [0 if axis is None else unit[axis - 1] for axis, _ in row]
        said = [how.reach(u, u) for (_, how), u in zip(row, at, strict=True)]
        clipped = [(max(lo, 0), min(hi, n - 1)) for (lo, hi), n in zip(said, shape[1:], strict=True)]
        found = [(min(along), max(along)) for along in zip(*cells, strict=True)]
        assert all(lo <= a and b <= hi for (a, b), (lo, hi) in zip(found, clipped, strict=False))
        for position, ((_, how), u) in enumerate(zip(row, at, strict=True)):
            assert {cell[position] for cell in cells} <= {*taps(how, u)}, "single taps are told without holes too many"
        ends = all(reads_both_ends(how, u, a == b) for (_, how), u, a, b in zip(row, at, said, clipped, strict=True))
        if ends and not wider:
            empty = any(lo > hi for lo, hi in clipped)
            assert found == ([] if empty else clipped)


def check_digits(digits: Rearranged, layer: Layer, shape: Unit) -> None:
    """Numbered values come out where the digits say."""
    x = torch.arange(prod(shape), dtype=torch.float64).reshape(shape)
    (out,) = build(layer, [x]).outputs
    order = [digit for group in digits.after for digit in group]
    moved = x.reshape(shape[0], *digits.sizes).permute(0, *(1 + digit for digit in order)).reshape(out.shape)
    assert torch.equal(out, moved)


@pytest.mark.parametrize("type_name", BUILT_IN)
def test_reach_is_what_torch_reads(type_name: str) -> None:
    checked: list[bool] = []

    @examples_for(type_name, at_most=15)
    @given(small(type_name))
    def agree(case: Case) -> None:
        found = outcome(case, type_name)
        if isinstance(found, LayerError) or tells_nothing(found[0], case):
            return
        layer, outputs = found
        checked.append(True)
        digits = layer.rearranges(*case.shapes)
        if digits is not None:
            check_digits(digits, layer, case.shapes[0])
            return
        wider = type_name in WIDER and WIDER[type_name][1](case)
        for which, shape in enumerate(case.shapes):
            cells = read_cells(layer, case.shapes, which)
            for output in range(len(outputs)):
                check(layer.reads(*case.shapes, output=output)[which], shape, cells[output], wider)

    agree()
    assert checked


@pytest.mark.parametrize("mode", ["nearest", "linear"])
@pytest.mark.parametrize("scale", [0.7, 1.1, 1.5, 2.5])
def test_a_fractional_scale_reads_by_the_scale_not_by_the_rounded_sizes(scale: float, mode: str) -> None:
    layer = Upsample(scale, mode=mode)
    for size in (10, 13, 17):
        shape = (1, 1, size)
        check(layer.reads(shape)[0], shape, read_cells(layer, (shape,), 0)[0], wider=False)


def test_adaptive_pooling_to_one_cell_is_global() -> None:
    assert AdaptiveAvgPool(1).windows((1, 8, 7, 5)) == GlobalAvgPool().windows((1, 8, 7, 5)) == ((Whole(7), Whole(5)),)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.data())
def test_regrouping_keeps_the_order(before: list[int], data: st.DataObject) -> None:
    """Axes of the same values put together and apart: the digits multiply up to both, or there are none."""
    values = prod(before)
    first = data.draw(st.sampled_from([d for d in range(1, values + 1) if values % d == 0]))
    after = [first, values // first]
    digits = regrouped(before, after)
    if digits is not None:
        assert [prod(digits.sizes[d] for d in group) for group in digits.before] == before
        assert [prod(digits.sizes[d] for d in group) for group in digits.after] == after
        assert [d for group in digits.before for d in group] == [d for group in digits.after for d in group]


def test_sizes_without_common_parts_do_not_regroup() -> None:
    assert regrouped([4, 3], [6, 2]) is None
    assert regrouped([12], [3, 4]) == Rearranged((3, 4), ((0, 1),), ((0,), (1,)))
    assert regrouped([2, 1, 3], [6]) == Rearranged((2, 3), ((0,), (), (1,)), ((0, 1),))


size = st.integers(1, 12)
linears = st.builds(Interpolated, size, size) | st.builds(Corners, size, size)
axis_maps = st.one_of(
    st.builds(Window, size, size, st.integers(-5, 5), size),
    st.builds(Transposed, size, size, st.integers(-5, 5), size),
    st.builds(Whole, size),
    st.builds(Fixed, size),
    st.just(Gate()),
    st.builds(Nearest, size, size),
    st.builds(Adaptive, size, size),
    linears,
    st.builds(Cubic, linears),
)


@examples(300)
@given(axis_maps, st.integers(0, 40), st.integers(0, 40))
def test_every_map_repeats_and_is_monotone(axis: AxisMap, lo: int, extra: int) -> None:
    """Moving a period moves the reach a step; an interval reaches from its first unit's low end to its last one's high end."""
    hi = lo + extra
    first, last = axis.reach(lo, lo), axis.reach(hi, hi)
    assert axis.reach(lo, hi) == (first[0], last[1])
    assert first[0] <= last[0]
    assert first[1] <= last[1]
    assert axis.reach(lo + axis.period, hi + axis.period) == (first[0] + axis.step, last[1] + axis.step)


@pytest.mark.parametrize(("factor", "size"), [(0.0004, 5000), (0.0123456, 500), (1.1, 34), (0.7, 90), (3.0000001, 7)])
def test_nearest_reads_one_unit_whatever_the_scale(factor, size):
    layer = Upsample(factor)
    shape = (1, 1, size)
    ((axis,),) = layer.windows(shape)
    (out,) = layer.output_shapes(shape)[0][2:]
    reached = [axis.reach(u, u) for u in range(out)]
    assert all(lo == hi for lo, hi in reached)
    expected = torch.nn.functional.interpolate(torch.arange(size, dtype=torch.float64)[None, None], scale_factor=factor)[0, 0]
    assert [lo for lo, _ in reached] == pytest.approx(expected.tolist(), abs=1)
