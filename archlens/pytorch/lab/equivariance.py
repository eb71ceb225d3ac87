"""Whether the map of a shifted image is the shifted map, by stride, padding and shift."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Cell, Measurement, Table
from archlens.pytorch.lab.apparatus import gap, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.1"
CLAIM = "A convolution is strictly equivariant: shift the input, and the feature map shifts the same way."
CORRECTION = (
    "Exactly so only at stride 1, and where no window reaches over the border. Padding with zeros changes the cells at the "
    "borders; with stride s the map follows shifts by multiples of s and no others."
)
SOURCE = "Zhang 2019, Making convolutional networks shift-invariant again, section 3.1; Azulay & Weiss 2019, JMLR 20(184)"

_SIDE, _SHIFTS = 16, (1, 2, 3, 4)


@steady
def measure() -> Measurement:
    """A random image and kernels; the image is shifted along its width, what leaves on the right comes in on the left."""
    image, kernels = torch.randn(1, 3, _SIDE, _SIDE), torch.randn(8, 3, 3, 3)
    found = {
        (stride, padding): [_difference(image, kernels, stride, padding, shift) for shift in _SHIFTS]
        for stride in (1, 2, 4)
        for padding in ("circular", "zeros")
    }
    largest = {key: [float(one.max()) for one in differences] for key, differences in found.items()}
    shifts = Table(
        "largest difference between the map of the shifted image and the map, shifted as fits best (of the largest value)",
        ("stride", "padding", *[f"shift {shift}" for shift in _SHIFTS]),
        tuple([(*key, *values) for key, values in largest.items()]),
    )
    borders = Table(
        f"stride 1, padded with zeros: which of the {_SIDE} columns of the map differ",
        ("shift", "columns that differ", "how many", "largest difference elsewhere"),
        tuple([_border_row(shift, one) for shift, one in zip(_SHIFTS, found[1, "zeros"], strict=True)]),
    )
    whole = [value for stride in (2, 4) for shift, value in _by_shift(largest[stride, "circular"]) if shift % stride == 0]
    broken = [value for stride in (2, 4) for shift, value in _by_shift(largest[stride, "circular"]) if shift % stride]
    because = (
        f"at stride 1 the largest difference is {told(max(largest[1, 'circular']))} with circular padding; with zeros it is "
        f"{told(max(largest[1, 'zeros']))} at the borders and {told(max([float(row[3] or 0) for row in borders.rows]))} "
        f"elsewhere; at strides 2 and 4, circular, {told(max(whole))} for shifts by multiples of the stride and at least "
        f"{told(min(broken))} for others"
    )
    parts = (not any(largest[1, "circular"]), not any(largest[1, "zeros"]), not any([*whole, *broken]))
    return Measurement((shifts, borders), verdict(*parts), because)


def _by_shift(values: list[float]) -> list[tuple[int, float]]:
    return list(zip(_SHIFTS, values, strict=True))


def _difference(image: Tensor, kernels: Tensor, stride: int, padding: str, shift: int) -> Tensor:
    """By column of the map, the largest difference; where the stride does not divide the shift, to the better neighbour."""
    still, moved = [_map(one, kernels, stride, padding) for one in (image, image.roll(shift, -1))]
    steps = (shift // stride, -(-shift // stride))
    return min([gap(moved, still.roll(step, -1)) for step in steps], key=torch.mean).amax((0, 1, 2))


def _map(image: Tensor, kernels: Tensor, stride: int, padding: str) -> Tensor:
    padded = functional.pad(image, (1, 1, 1, 1), mode="constant" if padding == "zeros" else padding)
    return functional.conv2d(padded, kernels, stride=stride)


def _border_row(shift: int, difference: Tensor) -> tuple[Cell, ...]:
    """Elsewhere: columns whose windows lie inside, before the shift and after it."""
    differ = difference.nonzero().flatten().tolist()
    inside = [at for at in range(_SIDE) if 0 < at < _SIDE - 1 and 0 < (at - shift) % _SIDE < _SIDE - 1]
    return shift, ", ".join(map(str, differ)), len(differ), float(difference[inside].max())
