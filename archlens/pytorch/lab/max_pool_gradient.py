"""Where max pooling sends the gradient: to winners, ties, cells in several windows."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import apart, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.4"
CLAIM = "The gradient routes only to the position that won the max in each window; every other cell in that window gets zero."
CORRECTION = (
    "Where several cells of a window tie, as zeros after a ReLU do, PyTorch picks the first of them. A cell that wins in "
    "several overlapping windows gets the sum of their gradients."
)
SOURCE = "torch.nn.MaxPool2d (return_indices)"


@steady
def measure() -> Measurement:
    """Random maps with a random upstream gradient; then two small maps with one of 1 everywhere."""
    random = torch.randn(8, 4, 16, 16)
    maps = {"random": random, "random, after a ReLU": random.relu(), "all zeros": torch.zeros_like(random)}
    upstream = torch.randn(8, 4, 8, 8)
    rows = [(name, *_routing(one, upstream)) for name, one in maps.items()]
    windows = Table(
        f"{upstream.numel():,} windows of 2×2 with a random gradient each",
        ("maps", "% with ties", "% with one cell that gets it", "not put to the first largest"),
        tuple(rows),
    )
    tie, peak = torch.zeros(4, 4), torch.zeros(5, 5)
    peak[2, 2] = 9
    ties, summed = _gradient(tie[None], 2, 2)[0], _gradient(peak[None], 3, 2)[0]
    pictures = [
        Table(
            f"{said}: a map and its gradient where 1 comes from every window",
            ("map", "gradient"),
            tuple([(_line(row), _line(got)) for row, got in zip(fmap, gradient, strict=True)]),
        )
        for said, fmap, gradient in (("ties, 2×2 /2", tie, ties), ("a peak in four windows, 3×3 /2", peak, summed))
    ]
    single, missed = rows[0][2], rows[0][3]
    because = (
        f"of random maps {told(single)}% of the windows have a gradient in exactly one cell, the largest, and {told(missed)} of "
        f"it goes elsewhere; of four equal cells {int((ties[:2, :2] != 0).sum())} gets it; a peak in four windows gets "
        f"{told(float(summed[2, 2]))}"
    )
    return Measurement((windows, *pictures), verdict(single == 100, missed == 0), because)


def _routing(maps: Tensor, upstream: Tensor) -> tuple[float, float, float]:
    """Windows with ties, windows that put all to one cell, in %; the largest difference to all being put to the first largest."""
    values, gradient = _windows(maps), _windows(_gradient(maps, 2, 2, upstream))
    largest = values == values.amax(1, keepdim=True)
    first = largest & (largest.cumsum(1) == 1)
    tied, single = largest.sum(1) > 1, (gradient != 0).sum(1) == 1
    return (
        100 * tied.double().mean().item(),
        100 * single.double().mean().item(),
        apart(gradient, first * upstream.reshape(-1, 1)),
    )


def _gradient(maps: Tensor, kernel: int, stride: int, upstream: Tensor | None = None) -> Tensor:
    leaf = maps.clone().requires_grad_()
    out = functional.max_pool2d(leaf, kernel, stride)
    (gradient,) = torch.autograd.grad(out, leaf, torch.ones_like(out) if upstream is None else upstream)
    return gradient


def _windows(maps: Tensor) -> Tensor:
    """Each 2×2 window of maps (N, C, H, W) as a row of 4."""
    tiles = maps.unfold(2, 2, 2).unfold(3, 2, 2)
    return tiles.reshape(-1, 4)


def _line(row: Tensor) -> str:
    return " ".join([f"{value:.0f}" for value in row])
