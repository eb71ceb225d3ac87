"""Detection: a fixed grid of values from every box on a map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, ceil_div, either, equal, gcd, prod, require, show
from archlens.layers.fields import Axis, Flag, Number, Sizes
from archlens.layers.keeping import Held
from archlens.layers.windows import POINTWISE, Along, Whole

__all__ = ["RoIAlign", "RoIPool"]

_BILINEAR = 7  # four products and three sums, as `upsample` counts them


class _RoI(Layer):
    """A map C×H×W and boxes R×4 (x1, y1, x2, y2) become R×C×h×w; `flatten: start_dim=2` makes a vector of each box for `linear`.

    Boxes of all sizes so come to one size, for the layers that classify them. A unit may read any of the map, since boxes lie
    anywhere. The boxes keep an axis of their own: `flatten: start_dim=2` makes a vector of each for `linear`.
    """

    family = "detection"
    inputs = (2, 2)

    output_size: Sizes
    spatial_scale: Number = 1.0

    def settle(self, put: Callable[[str, Any], None]) -> None:
        put("output_size", self.spread("output_size", 2))
        if self.spatial_scale <= 0:
            help = "it is the cells of the map to one unit of the boxes, e.g. 1/16 where the map is 16 times smaller"
            raise LayerError(f"{self.type_name}: spatial_scale must be above 0, not {self.spatial_scale}", "spatial_scale", help)

    def output_shapes(self, x: Shape, boxes: Shape) -> tuple[Shape, ...]:
        help = "name the map first and then the boxes: `from: [map, boxes]`"
        if len(x) != 4:
            raise LayerError(f"{self.type_name} needs a map C×H×W, got {show(x)}", help=help)
        if len(boxes) != 3:
            raise LayerError(f"{self.type_name} needs boxes R×4, got {show(boxes)}", help=help)
        message = "{}: a box is 4 numbers, x1, y1, x2, y2, not {}"
        require(equal(boxes[2], 4), message, self.type_name, boxes[2], help="give boxes R×4")
        message = "{}: the batch of the map is {}, that of the boxes {}"
        require(either(equal(x[0], boxes[0]), equal(boxes[0], 1)), message, self.type_name, x[0], boxes[0])
        return ((x[0], boxes[1], x[1], *self.output_size),)

    def reads(self, x: Shape, boxes: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        channels = Along(2, POINTWISE)
        return (channels, *(Along(None, Whole(n)) for n in x[2:])), (Along(1, POINTWISE), Along(None, Whole(boxes[2])))

    def variables(self, x: Shape, boxes: Shape) -> dict[str, Any]:
        return {"R": boxes[1], "C": x[1], "W": x[2:], "O": self.output_size}


class RoIAlign(_RoI):
    """RoI align: every box in a grid of cells, each the mean of samples interpolated from the map.

    Nothing is rounded to whole cells, so masks and boxes stay where they are. For convolutions over the boxes, `permute` to
    C×R×h×w and give them a kernel of 1 along R.

    Operations: a sample is a weighted sum of 4 cells, 4 products and 3 sums, and a mean of S samples is S more: 8·S per value.
    The weights are the same for all channels and are not counted. Without sampling_ratio the samples are as many as a box is
    larger than its grid, known only with the boxes: those of a box over the whole map are counted, the most there can be.

    output_size: cells of the grid, per axis.
    spatial_scale: cells of the map to one unit of the boxes, e.g. 1/16.
    sampling_ratio: samples of a cell along each axis; -1 or 0 is one for every cell of the map that its side spans, rounded up.
    aligned: whether boxes are moved by half a cell, so that they fit the centres of cells.
    """

    type_name = "roi_align"
    torch_name = "torchvision.ops.roi_align"
    reference = "He et al., Mask R-CNN, 2017, arXiv:1703.06870, section 3; torchvision.ops.roi_align"
    example = ("256x50x68, 1000x4", "7 spatial_scale=1/16 sampling_ratio=2")
    formulas: ClassVar = {
        "elementwise_ops": "8 * R * C * prod(O) * prod(S)",
    }

    sampling_ratio: Axis = -1
    aligned: Flag = False

    def room_is_estimated(self, *inputs: Shape) -> bool:
        return True  # as many samples as the values of the boxes say

    def _samples(self, x: Shape) -> tuple[Dim, ...]:
        """Samples of a cell along each axis."""
        if self.sampling_ratio > 0:
            return (self.sampling_ratio,) * 2
        return tuple(ceil_div(n, o) for n, o in zip(x[2:], self.output_size, strict=True))

    def elementwise_ops(self, x: Shape, boxes: Shape) -> Dim:
        return (_BILINEAR + 1) * prod(self.output_shapes(x, boxes)[0]) * prod(self._samples(x))

    def variables(self, x: Shape, boxes: Shape) -> dict[str, Any]:
        return {**super().variables(x, boxes), "S": self._samples(x)}


class RoIPool(_RoI):
    """RoI pooling: every box in a grid of cells, each the largest value of its part of the map.

    Sides are rounded to whole cells of the map; neighbouring parts may share a row.

    Operations: a comparison per value that a cell of the grid spans, known only with the boxes: those of a box over the whole
    map are counted, the most there can be. Along an axis its spans add up to W + O - gcd(W, O), as in adaptive pooling.

    output_size: cells of the grid, per axis.
    spatial_scale: cells of the map to one unit of the boxes, e.g. 1/16.
    """

    type_name = "roi_pool"
    torch_name = "torchvision.ops.roi_pool"
    reference = "Girshick, Fast R-CNN, 2015, arXiv:1504.08083, section 2.1; torchvision.ops.roi_pool"
    example = ("512x37x50, 300x4", "7 spatial_scale=1/16")
    formulas: ClassVar = {"elementwise_ops": "R * C * prod(spans)"}

    def _spans(self, x: Shape) -> tuple[Dim, ...]:
        return tuple(n + o - gcd(n, o) for n, o in zip(x[2:], self.output_size, strict=True))

    def elementwise_ops(self, x: Shape, boxes: Shape) -> Dim:
        self.output_shapes(x, boxes)
        return x[0] * boxes[1] * x[1] * prod(self._spans(x))

    def variables(self, x: Shape, boxes: Shape) -> dict[str, Any]:
        return {**super().variables(x, boxes), "spans": self._spans(x)}

    def scratch(self, *inputs: Shape) -> Held:
        """The grids before they are one tensor, the values of the last, and the boxes scaled, then rounded."""
        (out,) = self.output_shapes(*inputs)
        corners = prod(inputs[1])
        return Held(max(4 * corners - prod(out), prod(out) + prod(out[2:]) + 2 * corners))
