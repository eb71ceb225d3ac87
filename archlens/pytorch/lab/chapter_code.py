"""The two functions the chapter shows, step by step, against PyTorch's."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Cell, Measurement, Table
from archlens.pytorch.lab.apparatus import apart, steady, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.2"
CLAIM = "`conv2d(img, kernel, stride, pad)` and, in 12.4, `max_pool2x2(fmap)` compute a convolution and a 2×2 max pooling."
CORRECTION = (
    "For one channel and square kernels. `conv2d` takes K from the kernel's height for both axes; a kernel of one row or one "
    "column is then stretched over a square patch by broadcasting, without an error. `max_pool2x2` drops the last row and "
    "column of an odd map, as PyTorch does unless ceil_mode is set."
)
SOURCE = "chapter, 12.2 and 12.4; NumPy manual, Broadcasting"


@steady
def measure() -> Measurement:
    """Random images and kernels."""
    kernels = [
        _compared(size, stride, pad) for size in ((3, 3), (2, 2), (1, 3), (3, 1), (2, 3)) for stride, pad in ((1, 0), (2, 1))
    ]
    head = ("kernel", "stride", "pad", "its output", "PyTorch's", "difference")
    convolution = Table("conv2d on 7×7 (largest difference, of the largest value)", head, tuple(kernels))
    pools = [_pooled(height, width) for height, width in ((4, 4), (5, 6), (7, 7))]
    pooling = Table("max_pool2x2", ("map", "its output", "PyTorch's", "difference", "PyTorch's, ceil_mode"), tuple(pools))
    square = [row for row in kernels if row[0] in ("3×3", "2×2")]
    others = [row for row in kernels if row not in square]
    silent = [row for row in others if row[5] != 0 and row[3] != "error"]
    because = (
        f"conv2d differs from PyTorch in {sum([row[5] != 0 for row in square])} of {len(square)} runs with square kernels; of "
        f"{len(others)} with others {len(silent)} are wrong without an error; max_pool2x2 differs in "
        f"{sum([row[3] != 0 for row in pools])} of {len(pools)} maps"
    )
    parts = (all(row[5] == 0 for row in square), all(row[3] == 0 for row in pools), not silent)
    return Measurement((convolution, pooling), verdict(*parts), because)


def _conv2d(img: Tensor, kernel: Tensor, stride: int = 1, pad: int = 0) -> Tensor:
    """The chapter's, line by line, with tensors for arrays: both broadcast alike."""
    img = functional.pad(img, (pad, pad, pad, pad))
    k = kernel.shape[0]
    height = (img.shape[0] - k) // stride + 1
    width = (img.shape[1] - k) // stride + 1
    out = torch.zeros(height, width)
    for i in range(height):
        for j in range(width):
            patch = img[i * stride : i * stride + k, j * stride : j * stride + k]
            out[i, j] = torch.sum(patch * kernel)
    return out


def _max_pool2x2(fmap: Tensor) -> Tensor:
    """The chapter's, likewise."""
    height, width = fmap.shape
    out = torch.zeros(height // 2, width // 2)
    for i in range(0, height - 1, 2):
        for j in range(0, width - 1, 2):
            out[i // 2, j // 2] = fmap[i : i + 2, j : j + 2].max()
    return out


def _compared(size: tuple[int, int], stride: int, pad: int) -> tuple[Cell, ...]:
    """The difference is that of the cells both maps have."""
    image, kernel = torch.randn(7, 7), torch.randn(size)
    theirs = functional.conv2d(image[None, None], kernel[None, None], stride=stride, padding=pad)[0, 0]
    try:
        ours = _conv2d(image, kernel, stride, pad)
    except RuntimeError:  # NumPy: ValueError
        return _shown(kernel), stride, pad, "error", _shown(theirs), None
    height, width = [min(sizes) for sizes in zip(ours.shape, theirs.shape, strict=True)]
    difference = apart(ours[:height, :width], theirs[:height, :width])
    return _shown(kernel), stride, pad, _shown(ours), _shown(theirs), difference


def _pooled(height: int, width: int) -> tuple[Cell, ...]:
    fmap = torch.randn(height, width)
    ours, theirs = _max_pool2x2(fmap), functional.max_pool2d(fmap[None], 2)[0]
    ceiled = functional.max_pool2d(fmap[None], 2, ceil_mode=True)[0]
    return _shown(fmap), _shown(ours), _shown(theirs), apart(ours, theirs), _shown(ceiled)


def _shown(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape))
