"""How one axis of a layer's output reads its input: the local fact behind receptive fields.

Each class answers two questions about an axis, and no more:

    reach(lo, hi)   the interval of input units that output units lo..hi read (padding counts, so an end
                    may lie outside 0..n-1)
    period, step    moving `period` units along the output moves `step` units along the input

`taps` names the single units of a reach where it may have holes. `Along` says which axis of the output reads an
axis of the input; `Rearranged` is for layers that put axes apart and together, such as tokens and window partitions.

Every map here is monotone, so intervals compose: the field of a unit through many layers is found by
reaching back through one after the other. Formulas: Araujo, Norris & Sim, "Computing Receptive Fields of
Convolutional Neural Networks", Distill 2019, extended to resampling and global layers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import gcd
from typing import TypeAlias

from archlens.records import NamedTuple

__all__ = [
    "POINTWISE",
    "Adaptive",
    "Along",
    "AxisMap",
    "Corners",
    "Cubic",
    "Fixed",
    "Gate",
    "Interpolated",
    "Nearest",
    "Rearranged",
    "Transposed",
    "Whole",
    "Window",
    "each_axis",
    "rearranged",
    "regrouped",
    "taps",
]


class Window(NamedTuple):
    """A sliding window: convolution and pooling, and with kernel 1 padding and cropping too."""

    kernel: int
    stride: int = 1
    padding: int = 0  # on the low side; negative crops
    dilation: int = 1

    @property
    def period(self) -> int:
        return 1

    @property
    def step(self) -> int:
        return self.stride

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        return lo * self.stride - self.padding, hi * self.stride - self.padding + self.dilation * (self.kernel - 1)


POINTWISE = Window(1)


class Whole(NamedTuple):
    """Every output unit reads all `size` units: global pooling, flatten, normalization over the map."""

    size: int

    @property
    def period(self) -> int:
        return 1

    @property
    def step(self) -> int:
        return 0

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        return 0, self.size - 1


class Transposed(NamedTuple):
    """A transposed sliding window: input unit i adds to the outputs i·S - P + D·t of its K taps t.

    Unit u reads ⌈(u + P - D·(K-1))/S⌉ .. ⌊(u + P)/S⌋, an empty stretch (last before first) where it lies between taps.
    """

    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def period(self) -> int:
        return self.stride

    @property
    def step(self) -> int:
        return 1

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        low = lo + self.padding - self.dilation * (self.kernel - 1)
        return -(-low // self.stride), (hi + self.padding) // self.stride


class Fixed(NamedTuple):
    """Every output unit reads the one unit `at`: an index chosen beforehand."""

    at: int

    @property
    def period(self) -> int:
        return 1

    @property
    def step(self) -> int:
        return 0

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        return self.at, self.at


class Gate(NamedTuple):
    """Every output unit reads the one unit of an axis of size 1 that is broadcast along the map.

    The local field (the papers' figure) does not follow a gate; the strict one does.
    """

    @property
    def period(self) -> int:
        return 1

    @property
    def step(self) -> int:
        return 0

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        return 0, 0


class _Ratio(NamedTuple):
    """A map that stretches `size` units over `output` units."""

    size: int
    output: int

    @property
    def period(self) -> int:
        return self.output // gcd(self.size, self.output)

    @property
    def step(self) -> int:
        return self.size // gcd(self.size, self.output)


class Nearest(_Ratio):
    """Nearest-neighbour resampling from `size` to `output` units: unit u reads ⌊u·size/output⌋.

    Only the ratio counts, here and in `Interpolated`: a scale of 3/2 is (2, 3) whatever the sizes.
    """

    __slots__ = ()

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        return lo * self.size // self.output, hi * self.size // self.output


class Interpolated(_Ratio):
    """Linear interpolation from `size` to `output` units on half-pixel centres (align_corners=False)."""

    __slots__ = ()

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        # The source coordinate (u + 1/2)·size/output - 1/2 as an exact fraction.
        top = 2 * self.output
        return ((2 * lo + 1) * self.size - self.output) // top, -(-((2 * hi + 1) * self.size - self.output) // top)


class Corners(NamedTuple):
    """Linear interpolation whose first and last units sit on the input's (align_corners=True)."""

    size: int
    output: int

    @property
    def period(self) -> int:
        return (self.output - 1) // gcd(self.size - 1, self.output - 1) if self.output > 1 else 1

    @property
    def step(self) -> int:
        return (self.size - 1) // gcd(self.size - 1, self.output - 1) if self.output > 1 else 0

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        if self.output == 1:
            return 0, 0
        return lo * (self.size - 1) // (self.output - 1), -(-hi * (self.size - 1) // (self.output - 1))


class Cubic(NamedTuple):
    """Cubic interpolation: four taps around the source coordinate, one more on either side than `linear` reads.

    A tap has weight 0 where the coordinate is whole; counting it keeps the map monotone.
    """

    linear: Interpolated | Corners

    @property
    def period(self) -> int:
        return self.linear.period

    @property
    def step(self) -> int:
        return self.linear.step

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        return self.linear.reach(lo, lo)[0] - 1, self.linear.reach(hi, hi)[0] + 2


class Adaptive(_Ratio):
    """Adaptive pooling from `size` to `output` units: unit u reads ⌊u·size/output⌋ .. ⌈(u+1)·size/output⌉-1."""

    __slots__ = ()

    def reach(self, lo: int, hi: int) -> tuple[int, int]:
        return lo * self.size // self.output, -(-(hi + 1) * self.size // self.output) - 1


AxisMap: TypeAlias = Window | Transposed | Whole | Fixed | Gate | Nearest | Interpolated | Corners | Cubic | Adaptive


def taps(axis: AxisMap, unit: int) -> Iterable[int]:
    """The input units that `unit` reads, those in the padding too; all of the reach where it has no holes."""
    first, last = axis.reach(unit, unit)
    if isinstance(axis, Window):
        return range(first, last + 1, axis.dilation)
    if isinstance(axis, Transposed):
        offsets = [unit + axis.padding - axis.dilation * tap for tap in range(axis.kernel)]
        return [offset // axis.stride for offset in offsets if offset % axis.stride == 0]
    if isinstance(axis, Cubic):
        at, after = axis.linear.reach(unit, unit)
        return (at,) if at == after else range(first, last + 1)
    return range(first, last + 1)


class Along(NamedTuple):
    """How the output reads one axis of an input.

    axis: the axis of the output (the batch is 0) whose units read it; None where all units read the same.
    """

    axis: int | None
    how: AxisMap


def each_axis(rank: int, others: Mapping[int, Along | AxisMap] | None = None) -> tuple[Along, ...]:
    """Every axis of `rank`, batch counted, read at its own place but those in `others`."""
    given = others or {}
    hows = [given.get(axis, POINTWISE) for axis in range(1, rank)]
    return tuple([how if isinstance(how, Along) else Along(axis, how) for axis, how in enumerate(hows, 1)])


class Rearranged(NamedTuple):
    """Axes taken apart into digits and put together anew; nothing is mixed. The batch stays.

    sizes: of every digit. before, after: for each axis of the input and of the output its digits, the most
    significant first; a digit is an index into `sizes`.
    """

    sizes: tuple[int, ...]
    before: tuple[tuple[int, ...], ...]
    after: tuple[tuple[int, ...], ...]


def rearranged(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> Rearranged:
    """`before` gives the digits of each input axis by size, `after` those of each output axis by number, from 0 on."""
    numbers = iter(range(sum(map(len, before))))
    return Rearranged(
        tuple([size for axis in before for size in axis]),
        tuple([tuple([next(numbers) for _ in axis]) for axis in before]),
        tuple(map(tuple, after)),
    )


def regrouped(before: Sequence[int], after: Sequence[int]) -> Rearranged | None:
    """The same values in the same order under other axes, as digits; None where the sizes have no common parts (4×3 → 6×2)."""
    digits: list[int] = []
    groups: list[list[list[int]]] = [[[] for _ in before], [[] for _ in after]]
    left, at = [1, 1], [-1, -1]
    sizes = before, after
    while True:
        for side in (0, 1):
            while left[side] == 1 and at[side] + 1 < len(sizes[side]):
                at[side] += 1
                left[side] = sizes[side][at[side]]
        if left == [1, 1]:
            break
        small = min(left)
        if small == 1 or max(left) % small:
            return None
        for side in (0, 1):
            left[side] //= small
            groups[side][at[side]].append(len(digits))
        digits.append(small)
    return Rearranged(tuple(digits), tuple(map(tuple, groups[0])), tuple(map(tuple, groups[1])))
