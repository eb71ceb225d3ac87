"""Which pixels a unit sees through stacked and dilated kernels, by gradient."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import steady, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.4"
CLAIM = (
    "Two 3×3 convolutions see a 5×5 patch, three see 7×7; and in 12.3: a 3×3 filter with dilation 2 covers a 5×5 area while "
    "still using only 9 weights."
)
CORRECTION = (
    "A dilated kernel spans its area and reads a part of it, 9 of 25 pixels at dilation 2. Stacked with equal dilations it "
    "never reads the pixels between; with 1, 2, 4 it reads all."
)
SOURCE = "Yu & Koltun 2016, arXiv:1511.07122, section 2; Wang et al. 2018, arXiv:1702.08502, section 3.2 (gridding)"

_SIDE = 21
_STACKS: dict[str, tuple[tuple[int, int], ...]] = {
    "3×3": ((3, 1),),
    "3×3, 3×3": ((3, 1),) * 2,
    "3×3, 3×3, 3×3": ((3, 1),) * 3,
    "5×5": ((5, 1),),
    "3×3 dilation 2": ((3, 2),),
    "3×3 dilation 2, 2, 2": ((3, 2),) * 3,
    "3×3 dilation 1, 2, 4": ((3, 1), (3, 2), (3, 4)),
}


@steady
def measure() -> Measurement:
    """One channel, random kernels; the gradient of the centre unit."""
    found = {name: _seen(layers) for name, layers in _STACKS.items()}
    rows = [
        (name, f"{_extent(seen)}×{_extent(seen.T)}", int(seen.sum()), sum([kernel**2 for kernel, _ in _STACKS[name]]))
        for name, seen in found.items()
    ]
    table = Table(
        "what the centre unit of a stack of convolutions depends on", ("stack", "area", "pixels read", "weights"), tuple(rows)
    )
    area = {name: text for name, text, _, _ in rows}
    _, text, pixels, weights = rows[4]
    because = (
        f"two 3×3 see {area['3×3, 3×3']} pixels, three {area['3×3, 3×3, 3×3']}; one with dilation 2 spans {text}, has {weights} "
        f"weights and reads {pixels} pixels; three with dilation 2 read {rows[5][2]} pixels of {rows[5][1]}"
    )
    parts = (area["3×3, 3×3"] == "5×5", area["3×3, 3×3, 3×3"] == "7×7", text == "5×5" and weights == 9)
    return Measurement((table,), verdict(*parts), because)


def _seen(layers: tuple[tuple[int, int], ...]) -> Tensor:
    """Whether each pixel carries gradient to the centre unit. layers: kernel and dilation of each."""
    image = torch.randn(1, 1, _SIDE, _SIDE, requires_grad=True)
    out = image
    for kernel, dilation in layers:
        out = functional.conv2d(out, torch.randn(1, 1, kernel, kernel), padding=dilation * (kernel - 1) // 2, dilation=dilation)
    (gradient,) = torch.autograd.grad(out[0, 0, _SIDE // 2, _SIDE // 2], image)
    return gradient[0, 0] != 0


def _extent(seen: Tensor) -> int:
    """From the first row that has a pixel seen to the last."""
    rows = seen.any(1).nonzero()
    return int(rows.max() - rows.min()) + 1
