"""A feature map seen along one of its axes, and what layers do to it there, by PyTorch's own functions.

A window is a box: which rows a unit reads does not depend on which columns it reads. So an axis can be followed by itself, as
a tensor 1×1×length×probes whose rows are the units of the axis and whose columns are copies of it, one for each unit that is
asked about. Kernels are k×1, of ones; everything is in double precision, which PyTorch convolves on the CPU without detours,
so that what is not read gets a gradient of exactly 0.

The map goes on beyond its ends: it lies in a longer one, whose first `margin` units come before unit 0. What a layer reads in
its padding is there in the margin, and a field is seen whole, however far it reaches past the map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

__all__ = [
    "Adapt",
    "Join",
    "Line",
    "Move",
    "Pad",
    "Resample",
    "Short",
    "Shuffle",
    "Slide",
    "Spread",
    "Take",
    "Total",
]


class Short(Exception):
    """A margin that has too few units for a layer to do there what it does on the map."""


@dataclass(frozen=True, eq=False)
class Line:
    """A map along one axis.

    tensor: 1×1×length×probes. margin: units before unit 0. jump: of the fastest path from the input, in input units per unit.
    source: the number of the first network input that it depends on.
    """

    tensor: Tensor
    margin: int
    jump: Fraction
    source: int

    def moved(self, tensor: Tensor, margin: int, jump: Fraction) -> Line:
        """What comes of it, on the same input."""
        return Line(tensor, margin, jump, self.source)

    def without(self, first: int, length: int | None = None) -> Line:
        """The same without the first units of its margin, and no longer than `length`."""
        return self.moved(self.tensor[:, :, first:][:, :, :length], self.margin - first, self.jump)

    def alone(self, size: int) -> Line:
        """The `size` units of the map without a margin."""
        return self.without(self.margin, size)

    def on_grid(self, step: int) -> Line:
        """The same with a margin that is a multiple of `step`; raises Short where none would be left."""
        if 0 < self.margin < step:
            raise Short
        return self.without(self.margin % step)

    def around(self, size: int, period: int) -> tuple[Line, int]:
        """The `size` units of the map with as many whole periods on either side as there are, the same number; how many.

        Raises Short where there is a margin but no period in it.
        """
        periods = min(self.margin, self.tensor.shape[2] - self.margin - size) // period
        if periods == 0 < self.margin:
            raise Short
        margin = periods * period
        return self.without(self.margin - margin, size + 2 * margin), periods


@dataclass(frozen=True)
class Slide:
    """A window of taps, all of weight 1: convolution, and pooling by the mean instead of the largest.

    border: what is padded first. ceil: whether a last window may hang over the end.
    """

    kernel: int
    stride: int
    padding: int
    dilation: int
    border: tuple[int, int]
    ceil: bool

    def __call__(self, x: Line) -> Line:
        """Every `stride`-th place of the window."""
        x = x.on_grid(self.stride)
        low, high = self.border
        padded = functional.pad(x.tensor, (0, 0, low, high + (self.stride - 1 if self.ceil else 0)))
        kernel = padded.new_ones(1, 1, self.kernel, 1)
        y = functional.conv2d(padded, kernel, None, (self.stride, 1), (self.padding, 0), (self.dilation, 1))
        return x.moved(y, x.margin // self.stride, x.jump * self.stride)


@dataclass(frozen=True)
class Spread:
    """A transposed convolution with weights of 1."""

    kernel: int
    stride: int
    padding: int
    output_padding: int
    dilation: int

    def __call__(self, x: Line) -> Line:
        """Each unit spread over `kernel` others."""
        y = functional.conv_transpose2d(
            x.tensor,
            x.tensor.new_ones(1, 1, self.kernel, 1),
            stride=(self.stride, 1),
            padding=(self.padding, 0),
            output_padding=(self.output_padding, 0),
            dilation=(self.dilation, 1),
        )
        return x.moved(y, x.margin * self.stride, x.jump / self.stride)


@dataclass(frozen=True)
class Resample:
    """Interpolation from `size` to `output` units, by a scale where one was given.

    mode: that of a map, which is along an axis what linear and trilinear are.
    """

    size: int
    output: int
    scale: float | None
    mode: str
    align_corners: bool | None

    def __call__(self, x: Line) -> Line:
        """The map on its new grid."""
        if self.align_corners and min(self.size, self.output) == 1:  # then every unit reads the first
            x = x.alone(self.size)
            return x.moved(self._interpolated(x, size=(self.output, x.tensor.shape[3])), 0, Fraction(0))
        if self.scale is not None and not self.align_corners:
            scale = Fraction(repr(self.scale))  # as written: 1.1 is 11/10
            x = x.on_grid(scale.denominator)
            y = self._interpolated(x, scale_factor=(self.scale, 1.0))
            return x.moved(y, int(x.margin * scale), x.jump / scale)
        corner = 1 if self.align_corners else 0
        size, output = self.size - corner, self.output - corner
        shared = gcd(size, output)
        x, periods = x.around(self.size, size // shared)
        more = periods * output // shared
        y = self._interpolated(x, size=(self.output + 2 * more, x.tensor.shape[3]))
        return x.moved(y, more, x.jump * Fraction(size, output))

    def _interpolated(self, x: Line, **to: Any) -> Tensor:
        y = functional.interpolate(x.tensor, **to, mode=self.mode, align_corners=self.align_corners)
        if self.mode != "bicubic":
            return y
        # Some weights are negative: factors all different keep sums of several units' weights from being 0.
        factors = 1 + torch.arange(y.shape[2], dtype=y.dtype, device=y.device).mul(0.6180339887498949).frac()
        return y * factors[:, None]


@dataclass(frozen=True)
class Adapt:
    """Adaptive pooling from `size` to `output` units."""

    size: int
    output: int

    def __call__(self, x: Line) -> Line:
        """The means of overlapping stretches."""
        shared = gcd(self.size, self.output)
        x, periods = x.around(self.size, self.size // shared)
        more = periods * self.output // shared
        y = functional.adaptive_avg_pool2d(x.tensor, (self.output + 2 * more, x.tensor.shape[3]))
        return x.moved(y, more, x.jump * Fraction(self.size, self.output))


@dataclass(frozen=True)
class Total:
    """The sum of all `size` units of the map, for each of `output` units: global pooling, softmax along the axis."""

    size: int
    output: int

    def __call__(self, x: Line) -> Line:
        """Nothing is left of the margin."""
        total = x.alone(self.size).tensor.sum(2, keepdim=True)
        return x.moved(total.expand(-1, -1, self.output, -1), 0, Fraction(0))


@dataclass(frozen=True)
class Pad:
    """A border of zeros; negative amounts crop. What else might stand in it, the local field does not follow."""

    low: int
    high: int

    def __call__(self, x: Line) -> Line:
        """The map with its border: unit 0 is now the first of that."""
        return x.moved(functional.pad(x.tensor, (0, 0, self.low, self.high)), x.margin, x.jump)


@dataclass(frozen=True)
class Take:
    """Every `step`-th unit from `start` on."""

    start: int
    step: int

    def __call__(self, x: Line) -> Line:
        """The same units, counted anew."""
        if not x.margin:
            return x.moved(x.tensor[:, :, self.start :: self.step], 0, x.jump * self.step)
        first = (x.margin + self.start) % self.step
        return x.moved(x.tensor[:, :, first :: self.step], (x.margin + self.start) // self.step, x.jump * self.step)


@dataclass(frozen=True)
class Shuffle:
    """Channels that become `factor` units for every one."""

    factor: int

    def __call__(self, x: Line) -> Line:
        """Each probe is a map of one column; of the columns that come of it one is kept."""
        maps = x.tensor.permute(3, 1, 2, 0).expand(-1, self.factor**2, -1, -1)
        y = functional.pixel_shuffle(maps, self.factor)[..., :1].permute(3, 1, 2, 0)
        return x.moved(y, x.margin * self.factor, x.jump / self.factor)


@dataclass(frozen=True)
class Join:
    """Maps met unit by unit, by a sum whatever joins them. stretched: those of a single unit that meets all `size`."""

    stretched: tuple[bool, ...]
    size: int

    def __call__(self, *lines: Line) -> Line:
        """On what all of them have of a margin."""
        maps = [x for x, is_stretched in zip(lines, self.stretched, strict=True) if not is_stretched]
        margin = min([x.margin for x in maps], default=0)
        maps = [x.without(x.margin - margin) for x in maps]
        length = min([x.tensor.shape[2] for x in maps], default=self.size)
        parts = [x.tensor[:, :, :length] for x in maps]
        for x, is_stretched in zip(lines, self.stretched, strict=True):
            if is_stretched:
                parts.append(x.alone(1).tensor.expand(-1, -1, length, -1))
        first = min([x.source for x in lines])
        jumps = [
            Fraction(0) if is_stretched else x.jump
            for x, is_stretched in zip(lines, self.stretched, strict=True)
            if x.source == first
        ]
        return Line(_sum(parts), margin, max(jumps), first)


Move: TypeAlias = "Slide | Spread | Resample | Adapt | Total | Pad | Take | Shuffle | Join"


def _sum(parts: Sequence[Tensor]) -> Tensor:
    total = parts[0]
    for part in parts[1:]:
        total = torch.add(total, part)
    return total
