"""The chapter's formula of the output size against the sizes PyTorch gives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import torch
from torch.nn import functional

from archlens.analysis.lesson import Cell, Measurement, Table
from archlens.pytorch.lab.apparatus import steady, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.2"
CLAIM = (
    "The output size is O = ⌊(W − K + 2P)/S⌋ + 1. `Same` padding, P = (K − 1)/2 for an odd kernel, keeps the size at stride 1, "
    "`valid` shrinks it by K − 1, and stride 2 halves it."
)
CORRECTION = (
    "With dilation D the kernel reaches over D(K − 1) + 1 cells: O = ⌊(W + 2P − D(K − 1) − 1)/S⌋ + 1, and `same` is P = D(K − "
    "1)/2. Pooling with ceil_mode rounds up. Stride 2 with `same` halves even sizes; odd ones give (W + 1)/2."
)
SOURCE = "torch.nn.Conv2d and torch.nn.MaxPool2d, under Shape; Dumoulin & Visin 2016, arXiv:1603.07285, sections 2 and 5.1"

_WIDTHS, _KERNELS, _STRIDES, _PADDINGS = range(7, 20), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2)


@steady
def measure() -> Measurement:
    """Every width, kernel, stride and padding of the ranges above, where PyTorch runs them."""
    rows: list[tuple[Cell, ...]] = []
    for name, dilation, ceil in (("convolution", 1, None), ("convolution, dilation 2", 2, None)):
        rows.append((name, *_agreeing(dilation, ceil)))
    for name, ceil in (("max pooling", False), ("max pooling, ceil_mode", True)):
        rows.append((name, *_agreeing(1, ceil)))
    formulas = Table(
        "sizes 7 to 19, kernels 1, 2, 3 and 5, strides 1 to 3, padding 0 to 2 (of pooling at most half a kernel)",
        ("layer", "cases", "O is right", "with D and rounding up"),
        tuple(rows),
    )
    walks = [(width, *_walk(width)) for width in range(5, 11)]
    sizes = Table(
        "one convolution with K = 3 on W cells", ("W", "same, stride 1", "valid, stride 1", "same, stride 2"), tuple(walks)
    )
    right = [one[2] == one[1] for one in rows]
    halved = [2 * walk[3] == walk[0] for walk in walks]
    same, valid = [all(walk[0] - walk[at] == less for walk in walks) for at, less in ((1, 0), (2, 2))]
    because = (
        "; ".join([f"{name}: right in {agree} of {cases} cases" for name, cases, agree, _ in rows])
        + f"; stride 2 halves {sum(halved)} of {len(halved)} sizes"
    )
    return Measurement((formulas, sizes), verdict(*right, same, valid, all(halved)), because)


def _agreeing(dilation: int, ceil: bool | None) -> tuple[int, int, int]:
    """Cases; those in which the chapter's formula is right; those in which the longer one is. ceil: of pooling, else None."""
    cases = list(_cases(dilation, ceil))
    short = [measured == (width - kernel + 2 * padding) // stride + 1 for width, kernel, stride, padding, measured in cases]
    long = [
        measured == _longer(width, kernel, stride, padding, dilation, bool(ceil))
        for width, kernel, stride, padding, measured in cases
    ]
    return len(cases), sum(short), sum(long)


def _cases(dilation: int, ceil: bool | None) -> Iterator[tuple[int, int, int, int, int]]:
    for width, kernel, stride, padding in product(_WIDTHS, _KERNELS, _STRIDES, _PADDINGS):
        if width + 2 * padding <= dilation * (kernel - 1) or (ceil is not None and 2 * padding > kernel):
            continue
        line = torch.zeros(1, 1, width)
        if ceil is None:
            out = functional.conv1d(line, torch.zeros(1, 1, kernel), None, stride, padding, dilation)
        else:
            out = functional.max_pool1d(line, kernel, stride, padding, ceil_mode=ceil)
        yield width, kernel, stride, padding, out.shape[-1]


def _longer(width: int, kernel: int, stride: int, padding: int, dilation: int, ceil: bool) -> int:
    """Rounded up, a window still has to begin inside the cells or the padding before them."""
    room = width + 2 * padding - dilation * (kernel - 1) - 1
    if not ceil:
        return room // stride + 1
    size = -(-room // stride) + 1
    return size - 1 if (size - 1) * stride >= width + padding else size


def _walk(width: int) -> tuple[int, int, int]:
    """Sizes of `same`, of `valid` and of `same` with stride 2."""
    line, kernel = torch.zeros(1, 1, width), torch.zeros(1, 1, 3)
    same, valid, halved = [functional.conv1d(line, kernel, None, s, p).shape[-1] for s, p in ((1, 1), (1, 0), (2, 1))]
    return same, valid, halved
