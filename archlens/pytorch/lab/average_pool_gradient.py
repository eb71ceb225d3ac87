"""How average pooling shares out the gradient: inside, where windows overlap, over the border."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Cell, Measurement, Table
from archlens.pytorch.lab.apparatus import apart, percent, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.4"
CLAIM = "Average pooling splits the gradient evenly across all cells in the window."
CORRECTION = (
    "A padded window counts its padding as cells unless count_include_pad is off, and what goes to them is lost. Cells in "
    "several windows get the sum."
)
SOURCE = "torch.nn.AvgPool2d (count_include_pad)"

_CASES: dict[str, dict[str, int | bool]] = {
    "2×2 /2": {"kernel_size": 2, "stride": 2},
    "3×3 /2": {"kernel_size": 3, "stride": 2},
    "3×3 /2, padding 1": {"kernel_size": 3, "stride": 2, "padding": 1},
    "3×3 /2, padding 1, not counted": {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
    "global": {"kernel_size": 8},
}


@steady
def measure() -> Measurement:
    """A random upstream gradient of 8×8 maps; then one of 1 everywhere."""
    maps = torch.randn(1, 1, 8, 8, requires_grad=True)
    out = functional.avg_pool2d(maps, 2, 2)
    upstream = torch.randn(out.shape)
    (gradient,) = torch.autograd.grad(out, maps, upstream)
    uneven = apart(gradient, upstream.repeat_interleave(2, 2).repeat_interleave(2, 3) / 4)
    table = Table(
        "8×8, an upstream gradient of 1 for every window",
        ("pooling", "a corner gets", "a cell inside", "windows", "sum of what cells get"),
        tuple([(name, *_shared(maps, options)) for name, options in _CASES.items()]),
    )
    lost = {row[0]: 1 - float(row[4] or 0) / float(row[3] or 1) for row in table.rows}
    because = (
        f"cells of 2×2 windows get a quarter of the gradient each (largest difference {told(uneven)}) and "
        f"{percent(lost['2×2 /2'])} of it is lost; of padded 3×3 windows {percent(lost['3×3 /2, padding 1'])} goes to padding"
    )
    return Measurement((table,), verdict(uneven == 0), because)


def _shared(maps: Tensor, options: dict[str, int | bool]) -> tuple[Cell, ...]:
    out = functional.avg_pool2d(maps, **options)  # type: ignore[arg-type]
    (gradient,) = torch.autograd.grad(out.sum(), maps)
    return float(gradient[0, 0, 0, 0]), float(gradient[0, 0, 2, 2]), out.numel(), float(gradient.sum())
