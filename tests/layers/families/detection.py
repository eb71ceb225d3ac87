"""Grids of values from boxes on a map.

torchvision's kernels are compiled for one torch, so these oracles follow their definition: torchvision/csrc/ops/cpu,
roi_align_kernel.cpp and roi_pool_kernel.cpp.
"""

from __future__ import annotations

from math import ceil, floor
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from tests.layers import sized
from tests.layers.drawing import Case, arguments, flags, often, per_axis, sizes
from tests.layers.running import Ran

__all__ = ["CASES", "ILLEGAL", "LOOSER", "ORACLES", "SIZED", "STRICTER", "WIDER"]


@st.composite
def boxed(draw: Any, given: st.SearchStrategy) -> Case:
    """A map and boxes, the same for every example or not; now and then the map is a sequence, or a box has not 4 numbers or no
    axis of its own.
    """
    batch = draw(st.integers(1, 2))
    spatial = draw(often(st.tuples(st.integers(1, 6), st.integers(1, 6)), st.sampled_from([(5,), (3, 3, 3)])))
    rows = draw(st.sampled_from([1, batch]))
    boxes = draw(
        often(st.just((rows, draw(st.integers(1, 3)), 4)), st.sampled_from([(batch, 2, 5), (batch, 4), (batch, 2, 4, 1)]))
    )
    return Case(draw(given), ((batch, draw(st.integers(1, 3)), *spatial), boxes))


def options(**more: Any) -> st.SearchStrategy:
    scales = st.sampled_from([1.0, 0.5, 2.0, 0.75])
    return arguments({"output_size": per_axis(sizes, 2)}, spatial_scale=scales, **more)


# ---- what both definitions begin with ----


def _checked(x: torch.Tensor, boxes: torch.Tensor, given: dict[str, Any]) -> tuple[torch.Tensor, list[int]]:
    """The boxes in cells of the map, a row for every example, and the grid."""
    if x.dim() != 4 or boxes.dim() != 3 or boxes.shape[2] != 4:
        raise ValueError("not a map and boxes")
    grid = given["output_size"]
    grid = [*grid] if isinstance(grid, tuple) else [grid, grid]
    if min(grid) < 1:
        raise ValueError("a grid without cells")
    return boxes.expand(len(x), -1, -1) * given.get("spatial_scale", 1.0), grid


def _gathered(x: torch.Tensor, boxes: torch.Tensor, of_box: Any) -> Ran:
    """`of_box(map, box)` of every box of every example."""
    rows = [torch.stack([of_box(one, box) for box in mine.tolist()]) for one, mine in zip(x, boxes, strict=True)]
    return Ran((torch.stack(rows),), nn.Module())


# ---- RoI align ----


def _sides(box: list[float], grid: list[int], given: dict[str, Any]) -> list[tuple[float, float, int]]:
    """Start, size of a cell and samples of a cell, for height and width."""
    shift = 0.5 if given.get("aligned", False) else 0.0
    found = []
    for low, high, cells in ((box[1], box[3], grid[0]), (box[0], box[2], grid[1])):
        side = high - low if given.get("aligned", False) else max(high - low, 1.0)
        ratio = given.get("sampling_ratio", -1)
        found.append((low - shift, side / cells, ratio if ratio > 0 else ceil(side / cells)))
    return found


def _align_by_points(given: dict[str, Any], x: torch.Tensor, boxes: torch.Tensor) -> Ran:
    """Every sample by torch's grid_sample."""
    boxes, grid = _checked(x, boxes, given)
    size = x.shape[2:]

    def of_box(one: torch.Tensor, box: list[float]) -> torch.Tensor:
        axes = []
        for (start, cell, samples), cells in zip(_sides(box, grid, given), grid, strict=True):
            places = torch.arange(max(cells * max(samples, 0), 0), dtype=x.dtype)
            axes.append(start + cell / max(samples, 1) * (places + 0.5))
        ys, xs = torch.meshgrid(*axes, indexing="ij")
        if not ys.numel():
            return torch.zeros(len(one), *grid, dtype=x.dtype)
        inside = (ys >= -1) & (ys <= size[0]) & (xs >= -1) & (xs <= size[1])
        points = torch.stack([2 * xs / max(size[1] - 1, 1) - 1, 2 * ys / max(size[0] - 1, 1) - 1], -1)
        found = functional.grid_sample(one[None], points[None], padding_mode="border", align_corners=True)[0] * inside
        return functional.avg_pool2d(found, tuple(n // cells for n, cells in zip(found.shape[1:], grid, strict=True)))

    return _gathered(x, boxes, of_box)


# ---- RoI pooling ----


def _rounded(value: float) -> int:
    """As C rounds: halves away from zero."""
    return floor(abs(value) + 0.5) * (1 if value >= 0 else -1)


def _pool_by_torch(given: dict[str, Any], x: torch.Tensor, boxes: torch.Tensor) -> Ran:
    """Adaptive pooling of the part that the box cuts out of a map with a wide border."""
    boxes, grid = _checked(x, boxes, given)
    border = 32

    def of_box(one: torch.Tensor, box: list[float]) -> torch.Tensor:
        wide = functional.pad(one, (border,) * 4, value=-torch.inf)
        x1, y1, x2, y2 = (_rounded(value) + border for value in box)
        part = wide[:, y1 : max(y2, y1) + 1, x1 : max(x2, x1) + 1]
        found = functional.adaptive_max_pool2d(part[None], grid)[0]
        return torch.where(found.isinf(), 0, found)

    return _gathered(x, boxes, of_box)


# ---- the tables ----

CASES = {
    "roi_align": boxed(options(sampling_ratio=st.sampled_from([-1, 0, 1, 2, 3]), aligned=flags)),
    "roi_pool": boxed(options()),
}
ORACLES = {"roi_align": _align_by_points, "roi_pool": _pool_by_torch}

BOXES = ("n", "a", 4)
SIZED = {
    "roi_align": [
        sized.on(sized.MAP, BOXES, output_size=7, sampling_ratio=2),
        sized.on(sized.MAP, BOXES, output_size=("b", 3), spatial_scale=0.5),
    ],
    "roi_pool": [sized.on(sized.MAP, BOXES, output_size="b"), sized.on(sized.MAP, (1, "b", 4), output_size=(7, "a"))],
}
ILLEGAL = {name: [sized.on(sized.MAP, ("n", "b", "a"), output_size=2)] for name in CASES}

STRICTER: dict[str, Any] = {}
LOOSER: dict[str, Any] = {}
WIDER = {name: ("any of the map is told as all of it", lambda case: True) for name in CASES}
