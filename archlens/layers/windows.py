"""How one spatial axis of a layer's output reads its input: the local fact behind receptive fields.

Each class answers two questions about an axis, and no more:

    reach(lo, hi)   the interval of input units that output units lo..hi read (padding counts, so an end
                    may lie outside 0..n-1)
    period, step    moving `period` units along the output moves `step` units along the input

Every map here is monotone, so intervals compose: the field of a unit through many layers is found by
reaching back through one after the other. Formulas: Araujo, Norris & Sim, "Computing Receptive Fields of
Convolutional Neural Networks", Distill 2019, extended to resampling and global layers.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple, TypeAlias

__all__ = ["POINTWISE", "Adaptive", "AxisMap", "Corners", "Cubic", "Gate", "Interpolated", "Nearest", "Whole", "Window"]


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


AxisMap: TypeAlias = Window | Whole | Gate | Nearest | Interpolated | Corners | Cubic | Adaptive
