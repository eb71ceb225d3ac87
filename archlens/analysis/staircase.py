"""Extents: which stretch of an input axis lies behind unit u, as a function of u, through any layers.

Every axis map is monotone, and moving `period` units along its output moves `step` units along its input.
So both ends of the stretch are staircases, a slope with offsets that repeat,

    F(u) = ⌊(rise·u + offsets[u mod m]) / run⌋

and two operations keep that form: reading by one more axis map, and taking the lesser (for the last unit:
the greater) of two staircases of one slope. Those of different slopes, such as a global layer beside a
convolution, stand side by side, and the least (greatest) of them counts.

Windows alone leave m = run = 1: `Straight`, where the theory is three additions. Resampling and paths that
disagree give `Stepped`. What would grow without end there (odd ratios after one another, ever new slopes)
is replaced by a bound that never makes the extent smaller.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from math import gcd, lcm
from typing import TYPE_CHECKING, Literal, TypeAlias

from archlens.layers.windows import AxisMap
from archlens.records import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["UNIT", "Extent", "Rational", "Stair", "Stepped", "Straight", "ratio"]

End: TypeAlias = Literal[0, 1]  # the first or the last unit
Rational: TypeAlias = "int | Fraction"

_LONGEST = 4096  # offsets of a staircase; longer ones become a bound
_MOST = 8  # slopes side by side; more become chords
_FINE = 64  # parts of an input unit that a chord's ends are rounded to


def ratio(numerator: int, denominator: int) -> Rational:
    """The exact quotient, an int where it is whole."""
    whole, rest = divmod(numerator, denominator)
    if not rest:
        return whole
    from fractions import Fraction  # seldom needed, and slow to import

    return Fraction(numerator, denominator)


class Straight(NamedTuple):
    """An extent whose ends both move `jump` input units per unit; unit 0 reads `first`..`last`.

    `through` a window is the recurrence of Araujo, Norris & Sim (Distill 2019): jump·s, first - p·jump,
    last + (d·(k-1) - p)·jump.
    """

    jump: int
    first: int
    last: int

    def at(self, unit: int) -> tuple[int, int]:
        """The first and the last input unit behind `unit`."""
        return self.jump * unit + self.first, self.jump * unit + self.last

    @property
    def is_fixed(self) -> bool:
        """Whether it, or a part of it, is the same for every unit: a global layer stands on the way."""
        return self.jump == 0

    @property
    def is_exact(self) -> bool:
        """Whether both ends are what they are, rather than bounds."""
        return True

    @property
    def centres(self) -> dict[Rational, Rational]:
        """By jump, twice the centre of unit 0 on the paths that move with the unit (the mean over a period)."""
        return {self.jump: self.first + self.last} if self.jump else {}

    def through(self, axis: AxisMap) -> Extent:
        """The extent of the units that read the present ones by `axis`."""
        if axis.period == 1:
            first, last = axis.reach(0, 0)
            return Straight(self.jump * axis.step, self.first + self.jump * first, self.last + self.jump * last)
        return self.stepped.through(axis)

    def join(self, other: Extent, size: int) -> Extent:
        """The hull of both, on a map of `size` units."""
        if isinstance(other, Straight) and other.jump == self.jump:
            return Straight(self.jump, min(self.first, other.first), max(self.last, other.last))
        return self.stepped.join(other, size)

    @property
    def stepped(self) -> Stepped:
        """The same as staircases."""
        return Stepped((Stair(self.jump, 1, (self.first,)),), (Stair(self.jump, 1, (self.last,)),))


class Stepped(NamedTuple):
    """Any other extent: from the least of `low` to the greatest of `high`. Members as in `Straight`."""

    low: tuple[Stair, ...]
    high: tuple[Stair, ...]

    def at(self, unit: int) -> tuple[int, int]:
        return min([stair.at(unit) for stair in self.low]), max([stair.at(unit) for stair in self.high])

    @property
    def jump(self) -> Rational:
        """That of the fastest path."""
        return max([stair.slope for stair in self.low])

    @property
    def is_fixed(self) -> bool:
        return any(stair.rise == 0 for stair in self.low) and any(stair.rise == 0 for stair in self.high)

    @property
    def is_exact(self) -> bool:
        return not any(stair.run > 1 == len(stair.offsets) for stair in (*self.low, *self.high))

    @property
    def centres(self) -> dict[Rational, Rational]:
        last = {stair.slope: stair.mean for stair in self.high}
        return {stair.slope: stair.mean + last[stair.slope] for stair in self.low if stair.rise and stair.slope in last}

    def through(self, axis: AxisMap) -> Stepped:
        low, high = [stair.through(axis, 0) for stair in self.low], [stair.through(axis, 1) for stair in self.high]
        return Stepped(_distinct(low, 0), _distinct(high, 1))

    def join(self, other: Extent, size: int) -> Stepped:
        low, high = other.stepped
        return Stepped(_few(_distinct(self.low + low, 0), 0, size), _few(_distinct(self.high + high, 1), 1, size))

    @property
    def stepped(self) -> Stepped:
        return self


Extent: TypeAlias = Straight | Stepped
UNIT = Straight(1, 0, 0)


class Stair(NamedTuple):
    """u ↦ ⌊(rise·u + offsets[u mod m]) / run⌋, with rise/run in lowest terms.

    With m > 1 the division leaves no remainder; with m = 1 and run > 1 it is a bound. The units inside an
    `end` 0 bound are never fewer: it is nowhere greater than what it stands for, with `end` 1 nowhere less.
    """

    rise: int
    run: int
    offsets: tuple[int, ...]

    def at(self, unit: int) -> int:
        """F(unit)."""
        return (self.rise * unit + self.offsets[unit % len(self.offsets)]) // self.run

    @property
    def slope(self) -> Rational:
        """Input units per unit."""
        return ratio(self.rise, self.run)

    @property
    def mean(self) -> Rational:
        """F(u) - u·slope, averaged over u."""
        period = len(self.offsets)
        dropped = self.run - 1 if period == 1 else 0  # twice what the division drops on average
        return ratio(2 * sum(self.offsets) - dropped, 2 * self.run * period)

    def bound(self, end: End) -> Stair:
        """The closest staircase of this slope with m = 1."""
        if len(self.offsets) == 1:
            return self
        return Stair(self.rise, self.run, (max(self.offsets) if end else min(self.offsets) + self.run - 1,))

    def through(self, axis: AxisMap, end: End) -> Stair:
        """The staircase of the units that read the present ones by `axis`."""
        rise, run, offsets = self
        period, start = len(offsets), axis.reach(0, 0)[end]
        turns = period // gcd(period, axis.step)
        if axis.period == 1:
            turned = [offsets[(axis.step * u + start) % period] + rise * start for u in range(turns)]
            return _reduced(rise * axis.step, run, turned)
        if axis.period * turns > _LONGEST or period == 1 < run:
            return self.bound(end)._through_line(axis, end)
        scale = run * axis.period
        steps = [scale * self.at(axis.reach(u, u)[end]) - rise * axis.step * u for u in range(axis.period * turns)]
        return _reduced(rise * axis.step, scale, steps)

    def _through_line(self, axis: AxisMap, end: End) -> Stair:
        """A bound, after the straight line that bounds `axis`: reach(u) ≥ (step·u + line) / period, or ≤."""
        rise, run, (offset,) = self
        period, step = axis.period, axis.step
        least, most = _line(axis, end)
        # What is divided by `run` is a whole number, so it is no less than the next one above the line.
        extreme = rise * most if end else rise * least + period - 1
        return _reduced(rise * step, run * period, [offset * period + extreme])


def _line(axis: AxisMap, end: End) -> tuple[int, int]:
    """The least and the greatest period·reach(u) - step·u of an axis map, u any unit.

    A reach is ⌊(step·u + c)/period⌋ plus a constant, and step and period have no common part, so what the division drops is
    every number from 0 to period - 1 in turn. At unit 0 it drops c mod period, which bisection finds: of the units
    whose step·u is k more, the first k to reach one further.
    """
    period, step = axis.period, axis.step
    start, inverse = axis.reach(0, 0)[end], pow(step, -1, period)

    def goes_further(k: int) -> bool:
        unit = k * inverse % period
        return axis.reach(unit, unit)[end] - start > (step * unit - k) // period

    dropped = period - bisect_left(range(period), True, 1, key=goes_further)
    return period * start + dropped - period + 1, period * start + dropped


def _reduced(rise: int, run: int, offsets: list[int]) -> Stair:
    """The staircase in lowest terms."""
    divisor = gcd(rise, run)
    return Stair(rise // divisor, run // divisor, tuple([offset // divisor for offset in offsets]))


def _distinct(stairs: Sequence[Stair], end: End) -> tuple[Stair, ...]:
    """One stair for each slope."""
    found: dict[tuple[int, int], Stair] = {}
    for stair in stairs:
        slope = stair.rise, stair.run
        found[slope] = _extreme(found[slope], stair, end) if slope in found else stair
    return tuple(found.values())


def _extreme(a: Stair, b: Stair, end: End) -> Stair:
    """The lesser (with `end` 1: the greater) of two stairs of one slope, unit by unit."""
    pick = max if end else min
    periods = len(a.offsets), len(b.offsets)
    period = lcm(*periods)
    if period > _LONGEST or (a.run > 1 and 1 in periods):
        a, b, period = a.bound(end), b.bound(end), 1
    offsets = [pick(a.offsets[u % len(a.offsets)], b.offsets[u % len(b.offsets)]) for u in range(period)]
    return Stair(a.rise, a.run, tuple(offsets))


def _few(stairs: tuple[Stair, ...], end: End, size: int) -> tuple[Stair, ...]:
    """At most `_MOST` stairs: while there are more, the two nearest in slope become one line that bounds both."""
    while len(stairs) > _MOST:
        ordered = sorted(stairs, key=lambda stair: stair.slope)
        gaps = [above.slope - below.slope for below, above in pairwise(ordered)]
        at = gaps.index(min(gaps))
        stairs = _distinct([*ordered[:at], _chord(ordered[at : at + 2], end, size), *ordered[at + 2 :]], end)
    return stairs


def _chord(stairs: Sequence[Stair], end: End, size: int) -> Stair:
    """The line through the extremes of units 0 and size-1: the least of lines is concave, the greatest convex.

    Both are rounded outward, which keeps the numbers small.
    """
    outward, pick = (-1, max) if end else (1, min)
    lines = [stair.bound(end) for stair in stairs]
    first, last = (
        pick([outward * (outward * _FINE * (line.rise * unit + line.offsets[0]) // line.run) for line in lines])
        for unit in (0, size - 1)
    )
    steps = max(size - 1, 1)
    return _reduced(last - first, steps * _FINE, [first * steps])
