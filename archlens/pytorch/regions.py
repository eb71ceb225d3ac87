"""Grids of values from boxes on a map, as torchvision.ops has them, on torch alone: its kernels are built for one torch.

Part of `helpers`.
"""

# mypy: disable-error-code="no-any-return, no-untyped-call"

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["roi_align", "roi_pool"]


def roi_align(
    x: Tensor,
    boxes: Tensor,
    output_size: tuple[int, int],
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Tensor:
    """Boxes N×R×4 (x1, y1, x2, y2) as grids N×R×C×output_size of bilinear samples.

    As torchvision.ops.roi_align.
    """

    def rows(low: Tensor, high: Tensor, cells: int, size: int) -> Tensor:
        """For each box and cell the share of each row of the map: N×R×cells×size."""
        start = low - 0.5 if aligned else low
        side = high - low if aligned else (high - low).clamp(min=1)
        counts, most = torch.full_like(side, sampling_ratio), sampling_ratio
        if sampling_ratio <= 0:
            counts = (side / cells).ceil()
            most = -(-size // cells) if low.is_meta else max(int(counts.max()), 0)
        cell = torch.arange(cells, device=low.device)[:, None]
        sample = torch.arange(most, device=low.device)
        start, side, counts = (y[..., None, None] for y in (start, side, counts))
        place = start + (cell + (sample + 0.5) / counts) * (side / cells)
        counted = (place >= -1) & (place <= size) & (sample < counts)
        places = torch.arange(size, device=low.device, dtype=low.dtype)
        shares = (1 - (place.clamp(0, size - 1)[..., None] - places).abs()).clamp(min=0)
        return (shares * counted[..., None]).sum(-2) / counts.clamp(min=1)

    left, top, right, bottom = (boxes * spatial_scale).unbind(2)
    above = rows(top, bottom, output_size[0], x.shape[2])
    beside = rows(left, right, output_size[1], x.shape[3])
    return torch.einsum("nrus,ncst,nrvt->nrcuv", above, x, beside)


def roi_pool(
    x: Tensor,
    boxes: Tensor,
    output_size: tuple[int, int],
    spatial_scale: float = 1.0,
) -> Tensor:
    """Boxes N×R×4 (x1, y1, x2, y2) as grids N×R×C×output_size of largest values.

    As torchvision.ops.roi_pool. On the meta device, where boxes have no values, only its size comes out.
    """
    if x.is_meta:
        return x.new_empty(len(x), boxes.shape[1], x.shape[1], *output_size)
    scaled = boxes * spatial_scale
    rounded = (scaled.abs() + 0.5).floor()  # halves away from zero, as C rounds
    corners = rounded * scaled.sign()

    def spans(low: float, high: float, cells: int, size: int) -> list[slice]:
        side = max(high - low + 1, 1)
        found = []
        for cell in range(cells):
            ends = (low + side * cell // cells, low - -side * (cell + 1) // cells)
            found.append(slice(*[int(min(max(end, 0), size)) for end in ends]))
        return found

    grids = []
    for one, mine in zip(x, corners.tolist(), strict=True):
        for left, top, right, bottom in mine:
            rows = spans(top, bottom, output_size[0], x.shape[2])
            columns = spans(left, right, output_size[1], x.shape[3])
            places = [(row, column) for row in rows for column in columns]
            parts = [one[:, row, column].flatten(1) for row, column in places]
            none = one.new_zeros(len(one))
            values = [part.amax(1) if part.shape[1] else none for part in parts]
            grids.append(torch.stack(values, dim=1).unflatten(1, output_size))
    return torch.stack(grids).unflatten(0, (len(x), -1))
