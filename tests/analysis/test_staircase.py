"""Extents put together at random, against the functions they stand for."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest

from archlens.analysis import staircase
from archlens.analysis.staircase import UNIT, Extent, Stair, Stepped
from archlens.layers.windows import Adaptive, AxisMap, Corners, Interpolated, Nearest, Whole, Window

EXAMPLES = 20 * int(os.environ.get("ARCHLENS_EXAMPLES", "20"))
SIZE = 12  # of the map at a join
Meaning = Callable[[int], tuple[int, int]]


def draw_axis(random: Random) -> AxisMap:
    if random.random() < 0.5:
        return Window(random.randint(1, 3), random.randint(1, 3), random.randint(-2, 3), random.randint(1, 2))
    if random.random() < 0.1:
        return Whole(random.randint(1, 9))
    return random.choice([Nearest, Interpolated, Corners, Adaptive])(random.randint(1, 9), random.randint(1, 9))


def draw(random: Random, depth: int) -> tuple[Extent, Meaning]:
    """A random extent, and from the first to the last unit what it should be."""
    if depth == 0:
        return UNIT, lambda unit: (unit, unit)
    extent, meaning = draw(random, depth - 1)
    if random.random() < 0.7:
        axis = draw_axis(random)
        return extent.through(axis), lambda unit: tuple(meaning(end)[i] for i, end in enumerate(axis.reach(unit, unit)))
    other, theirs = draw(random, depth - 1)
    return extent.join(other, SIZE), lambda unit: (min(meaning(unit)[0], theirs(unit)[0]), max(meaning(unit)[1], theirs(unit)[1]))


@pytest.mark.parametrize("longest", [1, 3, 12, 10**9])
def test_no_extent_is_too_small(longest, monkeypatch):
    """Exact without a limit, never too small with one."""
    monkeypatch.setattr(staircase, "_LONGEST", longest)
    monkeypatch.setattr(staircase, "_MOST", 10**9)
    for seed in range(EXAMPLES):
        random = Random(seed)
        extent, meaning = draw(random, random.randint(1, 5))
        for unit in range(-20, 40):
            (low, high), (lo, hi) = extent.at(unit), meaning(unit)
            assert low <= lo, f"seed {seed}, unit {unit}"
            assert high >= hi, f"seed {seed}, unit {unit}"
            assert (low, high) == (lo, hi) or longest < 10**9


@pytest.mark.parametrize("most", [1, 2, 3])
def test_fewer_slopes_bound_the_units_of_the_map(most, monkeypatch):
    for seed in range(EXAMPLES):
        random = Random(seed)
        monkeypatch.setattr(staircase, "_MOST", 10**9)
        (ours, own), (theirs, other) = draw(random, 3), draw(random, 3)
        monkeypatch.setattr(staircase, "_MOST", most)
        joined = ours.join(theirs, SIZE)
        for unit in range(SIZE):
            assert joined.at(unit)[0] <= min(own(unit)[0], other(unit)[0]), f"seed {seed}, unit {unit}"
            assert joined.at(unit)[1] >= max(own(unit)[1], other(unit)[1]), f"seed {seed}, unit {unit}"
        assert all(len(side) <= most for side in joined.stepped)


def stairs(monkeypatch):
    """Every staircase of many extents, exact, with its end."""
    monkeypatch.setattr(staircase, "_LONGEST", 10**9)
    for seed in range(EXAMPLES):
        extent, _ = draw(Random(seed), 4)
        yield from ((stair, end) for end, side in enumerate(extent.stepped) for stair in side)


def has_its_mean(stair: Stair) -> bool:
    period = len(stair.offsets) * stair.run
    if period > 1000:
        return True  # too long to add up here
    return stair.mean == sum(stair.at(unit) - unit * Fraction(stair.rise, stair.run) for unit in range(period)) / period


def test_the_mean_is_the_mean(monkeypatch):
    for stair, _ in stairs(monkeypatch):
        bounds = Stepped((stair.bound(0),), (stair.bound(1),))
        met = Stepped((stair,), (stair,)).join(bounds, SIZE)
        assert all(has_its_mean(one) for one in (stair, *bounds.low, *bounds.high, *met.low, *met.high))


def test_a_bound_touches_what_it_bounds(monkeypatch):
    for stair, end in stairs(monkeypatch):
        gaps = [(stair.bound(end).at(unit) - stair.at(unit)) * (1 if end else -1) for unit in range(len(stair.offsets))]
        assert min(gaps) == 0


def test_slopes_are_told_once_and_in_lowest_terms():
    for seed in range(EXAMPLES):
        extent, _ = draw(Random(seed), 5)
        for side in extent.stepped:
            slopes = [Fraction(stair.rise, stair.run) for stair in side]
            assert len(set(slopes)) == len(slopes)
            assert all(slope.denominator == stair.run for slope, stair in zip(slopes, side, strict=True))


def test_the_line_through_an_axis_map():
    """Its bounds are those of all units of a period, found without looking at each."""
    for seed in range(EXAMPLES):
        axis = draw_axis(Random(seed))
        if axis.period == 1:
            continue
        for end in (0, 1):
            line = [axis.period * axis.reach(unit, unit)[end] - axis.step * unit for unit in range(axis.period)]
            assert staircase._line(axis, end) == (min(line), max(line)), (axis, end)


def test_a_period_of_a_billion():
    """A unit of a billion on 32 cells reads one of them, or two where a cell ends: nobody counts to a billion for that."""
    extent = UNIT.through(Adaptive(32, 10**9))
    for unit in (0, 10**9 // 32, 5 * 10**8 + 1, 10**9 - 1):
        assert extent.at(unit) == Adaptive(32, 10**9).reach(unit, unit)
