"""Normalization over the map or over channels: values brought to a common scale. (`layer_norm` is in `vector_norms`.)"""

from __future__ import annotations

from typing import Any, ClassVar

from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, divides, prod, require
from archlens.layers.fields import Count, Flag, Number
from archlens.layers.keeping import NOTHING, Held, Saved
from archlens.layers.strides import Layout, Strides, laid_out, same_strides
from archlens.layers.windows import POINTWISE, Along, AxisMap, Whole, Window, each_axis

__all__ = ["BatchNorm", "GroupNorm", "InstanceNorm", "LocalResponseNorm"]


class BatchNorm(Layer):
    """Batch normalization: each channel to mean 0 and variance 1, then a learned scale and shift.

    A channel has one mean and one variance, over all samples of the batch and all places of the map. So a channel has two
    learned values, scale and shift, and two stored ones that are not learned. The layer stands between a convolution and its
    activation; its shift makes a bias in that convolution superfluous.

    Operations, as run for inference: with stored statistics it is one product and one sum per value. Without them
    the batch's are needed too: a square and two sums more.

    eps: added to the variance before its root.
    momentum: share of the newest batch in the stored statistics; none averages all batches alike.
    affine: whether there is a learned scale and shift.
    track_running_stats: whether statistics are stored in training and used in inference.
    """

    type_name = "batch_norm"
    torch_name = "nn.BatchNorm{rank}d"
    example: ClassVar = ("64x112x112", "")
    family = "normalization"
    integer_buffers = ("num_batches_tracked",)
    reference = "chapter 12.5; Ioffe & Szegedy, Batch Normalization, 2015, arXiv:1502.03167"
    formulas: ClassVar = {"params": "2 * C * A", "elementwise_ops": "(2 if tracked else 5) * C * prod(W)"}

    eps: Number = 1e-5
    momentum: Number | None = 0.1
    affine: Flag = True
    track_running_stats: Flag = True

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self.spatial_rank(x, (0, 1, 2, 3))
        return (x,)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        return {"weight": (x[1],), "bias": (x[1],)} if self.affine else {}

    def buffer_shapes(self, x: Shape) -> dict[str, Shape]:
        if not self.track_running_stats:
            return {}
        return {"running_mean": (x[1],), "running_var": (x[1],), "num_batches_tracked": ()}

    def elementwise_ops(self, x: Shape) -> Dim:
        return (2 if self.track_running_stats else 5) * prod(x)

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return self.local_windows(x) if self.track_running_stats else (tuple(Whole(n) for n in x[2:]),)

    def local_windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return ((POINTWISE,) * (len(x) - 2),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"C": x[1], "W": x[2:], "A": int(self.affine), "tracked": self.track_running_stats}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"num_features": x[1], **self.arguments}

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last" if len(inputs[0]) > 3 else "contiguous"

    def scratch(self, *inputs: Shape) -> Held:
        return NOTHING if self.track_running_stats else Held(2 * inputs[0][1])  # the batch's statistics

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,), extra=Held(2 * inputs[0][1]))  # mean and 1/deviation of each channel


class GroupNorm(Layer):
    """Group normalization: each group of channels, over the whole map, to mean 0 and variance 1.

    A learned scale and shift for each channel follow. With one group the statistics are those of the whole map, with as
    many as channels it is an instance_norm. The batch does not matter, so it serves where batches are small.

    Operations per value: a square and two sums for mean and variance, a product
    and a sum to bring it there; the learned scale and shift are folded into these. What is done once a channel is not counted.

    num_groups: into how many groups the channels are split.
    eps: added to the variance before its root.
    affine: whether there is a learned scale and shift per channel.
    """

    type_name = "group_norm"
    torch_name = "nn.GroupNorm"
    family = "normalization"
    reference = "Wu & He, Group Normalization, 2018, arXiv:1803.08494"
    formulas: ClassVar = {"params": "2 * C * A", "elementwise_ops": "5 * C * prod(W)"}
    example = ("64x56x56", "32")

    num_groups: Count
    eps: Number = 1e-5
    affine: Flag = True

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self.spatial_rank(x, (0, 1, 2, 3))
        require(
            divides(self.num_groups, x[1]),
            "group_norm: {} groups do not divide {} channels",
            self.num_groups,
            x[1],
            argument="num_groups",
            help="choose a number of groups that divides the channels",
        )
        require(
            prod(x[1:]) > self.num_groups,
            "group_norm: each of {} groups is a single value, which would become 0",
            self.num_groups,
            argument="num_groups",
            help="use fewer groups, or normalise before the map is reduced to one cell",
        )
        return (x,)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        return {"weight": (x[1],), "bias": (x[1],)} if self.affine else {}

    def elementwise_ops(self, x: Shape) -> Dim:
        return 5 * prod(x)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        if local:
            return (each_axis(len(x)),)
        channels = POINTWISE if self.num_groups == x[1] else Whole(x[1])
        return (each_axis(len(x), {1: channels, **{axis: Whole(n) for axis, n in enumerate(x[2:], 2)}}),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"C": x[1], "W": x[2:], "A": int(self.affine)}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"num_channels": x[1], **self.arguments}

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last" if len(inputs[0]) > 3 else "contiguous"

    def copied(self, *inputs: tuple[Shape, Strides]) -> int:
        x, strides = inputs[0]
        return 0 if same_strides(x, strides, laid_out(self.layout(x), x, inputs)) else prod(x)

    def scratch(self, *inputs: Shape) -> Held:
        return Held(2 * inputs[0][0] * self.num_groups)  # mean and 1/deviation of each group

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,), extra=self.scratch(*inputs))


class InstanceNorm(Layer):
    """Instance normalization: each channel of each example, over the map, to mean 0 and variance 1.

    It takes away the contrast of an image; networks that change an image's style use it.

    Operations per value: a square and two sums for mean and variance, a product and a sum to bring it there; with stored
    statistics only the last two. A learned scale and shift are folded into them.

    eps: added to the variance before its root.
    momentum: share of the newest batch in the stored statistics.
    affine: whether there is a learned scale and shift.
    track_running_stats: whether statistics are stored in training and used in inference.
    """

    type_name = "instance_norm"
    torch_name = "nn.InstanceNorm{rank}d"
    family = "normalization"
    integer_buffers = ("num_batches_tracked",)
    reference = "Ulyanov, Vedaldi & Lempitsky, Instance Normalization, 2016, arXiv:1607.08022"
    formulas: ClassVar = {"params": "2 * C * A", "elementwise_ops": "(2 if tracked else 5) * C * prod(W)"}
    example = ("64x56x56", "affine=true")

    eps: Number = 1e-5
    momentum: Number | None = 0.1
    affine: Flag = False
    track_running_stats: Flag = False

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self.spatial_rank(x)
        if not self.track_running_stats:
            require(
                prod(x[2:]) > 1,
                "instance_norm: each channel is a single value, which would become 0",
                help="normalise before the map is reduced to one cell, or use layer_norm",
            )
        return (x,)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        return {"weight": (x[1],), "bias": (x[1],)} if self.affine else {}

    def buffer_shapes(self, x: Shape) -> dict[str, Shape]:
        if not self.track_running_stats:
            return {}
        return {"running_mean": (x[1],), "running_var": (x[1],), "num_batches_tracked": ()}

    def elementwise_ops(self, x: Shape) -> Dim:
        return (2 if self.track_running_stats else 5) * prod(x)

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return self.local_windows(x) if self.track_running_stats else (tuple(Whole(n) for n in x[2:]),)

    def local_windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return ((POINTWISE,) * (len(x) - 2),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"C": x[1], "W": x[2:], "A": int(self.affine), "tracked": self.track_running_stats}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"num_features": x[1], **self.arguments}

    def reads_as(self, x: Shape) -> Shape | None:
        return (prod(x),)  # the channels of all examples in one row

    def scratch(self, *inputs: Shape) -> Held:
        channels = inputs[0][0] * inputs[0][1]
        return Held((4 if self.affine else 2) * channels)  # statistics, scale and shift, for every example

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        channels = inputs[0][0] * inputs[0][1]
        stored = 2 if self.track_running_stats else 0
        return Saved((0,), extra=Held((2 + stored + int(self.affine)) * channels))  # of the shift nothing


class LocalResponseNorm(Layer):
    """Local response normalization: x / (k + alpha/size · Σ x²)^beta over `size` neighbouring channels.

    Operations per value: its square, size-1 sums, a product with alpha/size, a sum with k, a power, a division.

    size: number of neighbouring channels.
    alpha: weight of the neighbours.
    beta: exponent.
    k: constant added to the sum.
    """

    type_name = "local_response_norm"
    torch_name = "nn.LocalResponseNorm"
    example: ClassVar = ("96x55x55", "5")
    family = "normalization"
    reference = "Krizhevsky, Sutskever & Hinton, 2012, section 3.3; alpha/size as in torch.nn.LocalResponseNorm"
    formulas: ClassVar = {"elementwise_ops": "(size + 4) * C * prod(W)"}

    size: Count
    alpha: Number = 1e-4
    beta: Number = 0.75
    k: Number = 1.0

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self.spatial_rank(x)
        return (x,)

    def elementwise_ops(self, x: Shape) -> Dim:
        return (self.size + 4) * prod(x)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return (each_axis(len(x), {1: Window(self.size, padding=self.size // 2)}),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"size": self.size, "C": x[1], "W": x[2:]}

    def _padded(self, x: Shape) -> int:
        """Values of the squares with a border of channels."""
        values: int = prod(x) // x[1] * (x[1] + self.size - 1)
        return values

    def layout(self, *inputs: Shape) -> Layout:
        return "kept"

    def scratch(self, *inputs: Shape) -> Held:
        return Held(max(self._padded(inputs[0]), 2 * prod(inputs[0])))  # beside the squares, or two sums that follow

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,), extra=Held(self._padded(inputs[0]) + 2 * prod(inputs[0])))  # and the power's base and value
