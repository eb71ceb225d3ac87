"""What a layer says it reads against what changes its output in PyTorch.

One input position is raised at a time, in all channels; the output units that change have read it. For every output unit
these positions lie within `reach(u, u)` clipped to the map, and go to both its ends wherever the window has no holes there.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from archlens.errors import LayerError
from archlens.layers import AdaptiveAvgPool, GlobalAvgPool, Layer, Upsample
from archlens.layers.windows import POINTWISE, Adaptive, AxisMap, Corners, Cubic, Gate, Interpolated, Nearest, Whole, Window
from tests.layers.cases import BUILT_IN, CASES, Case, examples, examples_for, outcome
from tests.layers.torch_oracle import build

Unit = tuple[int, ...]

# The types whose output reads more than the same position, or another.
SPATIAL = [
    *("conv", "depthwise_conv", "max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool", "global_avg_pool"),
    *("global_max_pool", "linear", "batch_norm", "glu", "softmax", "log_softmax", "softmin", "flatten", "reshape"),
    *("pad", "crop", "upsample", "add", "multiply", "concat"),
]


def small(type_name: str) -> st.SearchStrategy[Case]:
    """Cases of at most two spatial axes and few cells."""
    return CASES[type_name].filter(lambda case: all(len(shape) <= 4 and prod(shape[2:]) <= 60 for shape in case.shapes))


def tells_nothing(layer: Layer, case: Case) -> bool:
    """Whether raising a value cannot show what is read."""
    shape = case.shapes[0]
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


def read_cells(layer: Layer, shapes: tuple[Unit, ...], which: int) -> dict[Unit, set[Unit]]:
    """For every output unit the positions of input `which` that change it."""
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.rand((1, *shape[1:]), generator=generator, dtype=torch.float64) for shape in shapes]
    state = {name: torch.ones_like(value) for name, value in build(layer, inputs).module.state_dict().items()}
    base = build(layer, inputs, state).output
    read: dict[Unit, set[Unit]] = {unit: set() for unit in product(*map(range, base.shape[2:]))}
    lift = 5 + torch.arange(shapes[which][1], dtype=torch.float64)  # above all others, another in every channel
    for cell in product(*map(range, inputs[which].shape[2:])):
        raised = list(inputs)
        raised[which] = inputs[which].clone()
        raised[which][(0, slice(None), *cell)] += lift
        changed = ((build(layer, raised, state).output - base).abs() > 1e-9)[0].any(0)
        for unit in changed.nonzero().tolist():
            read[tuple(unit)].add(cell)
    return read


def reads_both_ends(axis: AxisMap, unit: int, inside: bool) -> bool:
    """Whether there is no hole at the ends of the reach, clipped or not."""
    if isinstance(axis, Window):
        return inside or axis.dilation == 1
    if isinstance(axis, Cubic):  # where the coordinate is whole, only one tap of the four has weight
        lo, hi = axis.linear.reach(unit, unit)
        return lo < hi
    return True


def check(row: tuple[AxisMap, ...], sizes: Unit, read: dict[Unit, set[Unit]], wider: bool) -> None:
    """The cells each unit read against what `row` says; `wider` when it may say more."""
    for unit, cells in read.items():
        # A unit with fewer axes than the input has any position in the missing ones: all is read from there.
        at = (*unit, *(0,) * len(row))[: len(row)]
        said = [axis.reach(u, u) for axis, u in zip(row, at, strict=True)]
        clipped = [(max(lo, 0), min(hi, n - 1)) for (lo, hi), n in zip(said, sizes, strict=True)]
        found = [(min(along), max(along)) for along in zip(*cells, strict=True)]
        assert all(lo <= a and b <= hi for (a, b), (lo, hi) in zip(found, clipped, strict=False))
        ends = all(reads_both_ends(axis, u, a == b) for axis, u, a, b in zip(row, at, said, clipped, strict=True))
        if ends and not wider:
            empty = any(lo > hi for lo, hi in clipped)
            assert found == ([] if empty else clipped)


@pytest.mark.parametrize("type_name", SPATIAL)
def test_reach_is_what_torch_reads(type_name: str) -> None:
    checked: list[AxisMap] = []

    @examples_for(type_name)
    @given(small(type_name))
    def agree(case: Case) -> None:
        found = outcome(case, type_name)
        if isinstance(found, LayerError) or tells_nothing(found[0], case):
            return
        layer, (output,) = found
        # A unit of a reshaped map reads one cell, which is told as the whole map.
        wider = type_name in ("flatten", "reshape") and len(output) > 2 and output != case.shapes[0]
        for which, (row, shape) in enumerate(zip(layer.windows(*case.shapes), case.shapes, strict=True)):
            if shape[2:]:
                checked.extend(row)
                check(row, shape[2:], read_cells(layer, case.shapes, which), wider)

    agree()
    assert checked


@pytest.mark.parametrize("mode", ["nearest", "linear"])
@pytest.mark.parametrize("scale", [0.7, 1.1, 1.5, 2.5])
def test_a_fractional_scale_reads_by_the_scale_not_by_the_rounded_sizes(scale: float, mode: str) -> None:
    layer = Upsample(scale, mode=mode)
    for size in (10, 13, 17):
        shape = (1, 1, size)
        check(layer.windows(shape)[0], (size,), read_cells(layer, (shape,), 0), wider=False)


def test_adaptive_pooling_to_one_cell_is_global() -> None:
    assert AdaptiveAvgPool(1).windows((1, 8, 7, 5)) == GlobalAvgPool().windows((1, 8, 7, 5)) == ((Whole(7), Whole(5)),)


@pytest.mark.parametrize("type_name", sorted({*BUILT_IN} - {*SPATIAL}))
def test_the_others_read_the_same_position(type_name: str) -> None:
    @examples(10)
    @given(CASES[type_name])
    def agree(case: Case) -> None:
        found = outcome(case, type_name)
        if not isinstance(found, LayerError):
            layer, shapes = found
            assert shapes == case.shapes
            assert layer.windows(*shapes) == ((POINTWISE,) * (len(shapes[0]) - 2),)

    agree()


size = st.integers(1, 12)
linears = st.builds(Interpolated, size, size) | st.builds(Corners, size, size)
axis_maps = st.one_of(
    st.builds(Window, size, size, st.integers(-5, 5), size),
    st.builds(Whole, size),
    st.just(Gate()),
    st.builds(Nearest, size, size),
    st.builds(Adaptive, size, size),
    linears,
    st.builds(Cubic, linears),
)


@examples(500)
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
