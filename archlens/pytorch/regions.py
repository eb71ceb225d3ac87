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

    def samples(low: Tensor, high: Tensor, cells: int, size: int) -> list[list[Tensor]]:
        """Both rows of the map next to each sample, and their shares: N×R×samples."""
        start = low - 0.5 if aligned else low
        side = high - low if aligned else (high - low).clamp(min=1)
        if sampling_ratio > 0:
            counts, most = torch.full_like(side, sampling_ratio), sampling_ratio
        else:
            counts = (side / cells).ceil()
            most = -(-size // cells) if low.is_meta else max(int(counts.max()), 0)
        start, side, counts = [part[..., None, None] for part in (start, side, counts)]
        number, several = torch.arange(most, device=low.device), counts.clamp(min=1)
        place = torch.arange(cells, device=low.device)[:, None]
        place = start + (place + (number + 0.5) / several) * (side / cells)
        weight = (place >= -1) & (place <= size) & (number < counts)
        weight = weight / several
        near = place.clamp(0, size - 1).floor()
        share = place.clamp(0, size - 1) - near
        far = (near + 1).clamp(max=size - 1)
        both = [[near.long(), weight * (1 - share)], [far.long(), weight * share]]
        return [[part.flatten(2) for part in pair] for pair in both]

    left, top, right, bottom = (boxes.expand(len(x), -1, -1) * spatial_scale).unbind(2)
    found = []
    for row, above in samples(top, bottom, output_size[0], x.shape[2]):
        for column, beside in samples(left, right, output_size[1], x.shape[3]):
            index = row[..., None] * x.shape[3] + column[:, :, None]
            every = index.flatten(1)[:, None].expand(-1, x.shape[1], -1)
            corner = x.flatten(2).gather(2, every).unflatten(2, index.shape[1:])
            found.append(corner * (above[..., None] * beside[:, :, None])[:, None])
    grid = sum(found[1:], found[0])
    grid = grid.unflatten(4, (output_size[1], -1)).unflatten(3, (output_size[0], -1))
    return grid.sum((4, 6)).transpose(1, 2).contiguous()


def roi_pool(
    x: Tensor,
    boxes: Tensor,
    output_size: tuple[int, int],
    spatial_scale: float = 1.0,
) -> Tensor:
    """Boxes N×R×4 (x1, y1, x2, y2) as grids N×R×C×output_size of largest values.

    As torchvision.ops.roi_pool. On the meta device, where boxes have no values, only
    its size comes out, and that x has a gradient.
    """
    if x.is_meta:
        sized = x[:, None, :, :1, :1].expand(-1, boxes.shape[1], -1, *output_size)
        return sized.clone(memory_format=torch.contiguous_format)
    scaled = boxes * spatial_scale
    # Halves are rounded away from zero, as in C.
    corners = (scaled.abs() + 0.5).floor() * scaled.sign()

    def spans(low: float, high: float, cells: int, size: int) -> list[slice]:
        side = max(high - low + 1, 1)
        found = []
        for cell in range(cells):
            ends = (low + side * cell // cells, low - -side * (cell + 1) // cells)
            found.append(slice(*[int(min(max(end, 0), size)) for end in ends]))
        return found

    def largest(part: Tensor) -> Tensor:
        return part.amax((1, 2)) if part.numel() else part.new_zeros(len(part))

    grids = []
    for one, mine in zip(x, corners.expand(len(x), -1, -1).tolist(), strict=True):
        for left, top, right, bottom in mine:
            rows = spans(top, bottom, output_size[0], x.shape[2])
            columns = spans(left, right, output_size[1], x.shape[3])
            parts = [one[:, row, column] for row in rows for column in columns]
            values = [largest(part) for part in parts]
            grids.append(torch.stack(values, dim=1).unflatten(1, output_size))
    return torch.stack(grids).unflatten(0, (len(x), -1))
