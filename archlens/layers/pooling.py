"""Pooling over windows, over a fixed grid (adaptive) and over the whole map (global)."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, ClassVar, cast

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, equal, gcd, prod, require
from archlens.layers.fields import Flag, Number, Padding, Sizes
from archlens.layers.keeping import Held, Saved
from archlens.layers.sliding import Sliding
from archlens.layers.strides import Layout
from archlens.layers.windows import Adaptive, Along, AxisMap, Whole, each_axis

__all__ = ["AdaptiveAvgPool", "AdaptiveMaxPool", "AvgPool", "GlobalAvgPool", "GlobalMaxPool", "LPPool", "MaxPool"]


class _Windowed(Sliding):
    """The window slides over every channel apart, so the channels stay as many as they are. Nothing is learned."""

    family = "pooling"

    # Not annotated: the subclasses make them fields, in the order of their shorthand.
    kernel_size = cast("Sizes", 1)
    stride = cast("Sizes | None", None)

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.stride is None:
            put("stride", self.kernel_size)

    def _require_whole_kernel(self, x: Shape) -> None:
        """What torch's avg_pool3d alone wants, whatever the padding."""
        for slide in self.slides(x) if len(x) == 5 else ():
            require(
                slide.kernel <= slide.size,
                "{}: in 3-D the kernel of {} must not be larger than the input of {}",
                self.type_name,
                slide.kernel,
                slide.size,
                argument="kernel_size",
                help="use a smaller kernel, or put a `pad` layer before",
            )

    def variables(self, x: Shape) -> dict[str, Any]:
        return {**super().variables(x), "C": x[1], "ceil_mode": self.ceil_mode}


class _Pool(_Windowed):
    """The map shrinks by the stride, which is the window's size unless given: 2×2 leaves one value of four. The layers behind it
    have that much less to do, and each of their units sees more of the input.

    Operations: K-1 comparisons, or K-1 additions and a division, per output value; K stands for both.
    """

    reference = (
        "chapter 12.4; torch.nn.MaxPool2d and AvgPool2d; "
        "with ceil_mode the last window must begin inside the map or its left padding"
    )
    formulas: ClassVar = {
        "output_size": "min(ceil((W + P_low + P_high - D*(K - 1) - 1) / S), floor((W + P_low - 1) / S)) + 1"
        " if ceil_mode else floor((W + P_low + P_high - D*(K - 1) - 1) / S) + 1",
        "elementwise_ops": "C * prod(K) * prod(O)",
    }

    kernel_size: Sizes
    stride: Sizes | None = None
    padding: Padding = 0

    def _may_pad_unevenly(self) -> bool:
        """Whether padding the map beforehand gives the same result: torch's pooling only pads evenly."""
        return not self.ceil_mode

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        for slide in self.slides(x):
            for end in (slide.low, slide.high):
                require(
                    2 * end <= slide.kernel,
                    "{}: a padding of {} is more than half the kernel of {}",
                    self.type_name,
                    end,
                    slide.kernel,
                    argument="padding",
                    help="pad less, or put a `pad` layer before",
                )
            if not self._may_pad_unevenly():
                require(
                    equal(slide.low, slide.high),
                    "{}: uneven padding ({} and {}) goes neither with ceil_mode nor without count_include_pad",
                    self.type_name,
                    slide.low,
                    slide.high,
                    argument="padding",
                    help="pad both ends alike, or put a `pad` layer before",
                )
        return ((x[0], x[1], *self.slid_sizes(x)),)

    def elementwise_ops(self, x: Shape) -> Dim:
        return prod(self.output_shapes(x)[0]) * prod(self.spread("kernel_size", len(x) - 2))


class MaxPool(_Pool):
    """Max pooling: the largest value in each window.

    It keeps whether a feature was found and drops where in the window. In training the gradient goes to the winner only.

    kernel_size: the window, per axis.
    stride: how far the window moves, per axis; the kernel itself when left out.
    padding: cells around the map that never win: per axis, [low, high] pairs, `valid` or `same`; at most half the kernel.
    dilation: distance between the taps of the window.
    ceil_mode: whether a last window that hangs over the end counts.
    """

    type_name = "max_pool"
    torch_name = "nn.MaxPool{rank}d"
    example: ClassVar = ("64x112x112", "3x3 /2 padding=1")
    pad_value = -inf

    dilation: Sizes = 1
    ceil_mode: Flag = False

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last"

    def scratch(self, *inputs: Shape) -> Held:
        return Held(self.padded(*inputs).values, prod(self.output_shapes(*inputs)[0]))  # where each maximum stood

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        kept = super().saves(*inputs, trained=trained, wanted=wanted)  # the input, or its padded copy
        return kept._replace(extra=Held(kept.extra.values, prod(self.output_shapes(*inputs)[0])))


class AvgPool(_Pool):
    """Average pooling: the mean of each window.

    It keeps how strong a feature is on the whole. In training the gradient is spread evenly over the window.

    kernel_size: the window, per axis.
    stride: how far the window moves, per axis; the kernel itself when left out.
    padding: zeros around the map: per axis, [low, high] pairs, `valid` or `same`; at most half the kernel.
    ceil_mode: whether a last window that hangs over the end counts.
    count_include_pad: whether padding counts in the mean.
    """

    type_name, torch_name = "avg_pool", "nn.AvgPool{rank}d"
    linear = True
    example: ClassVar = ("128x56x56", "2x2")

    ceil_mode: Flag = False
    count_include_pad: Flag = True

    def _may_pad_unevenly(self) -> bool:
        return self.count_include_pad and super()._may_pad_unevenly()

    def layout(self, *inputs: Shape) -> Layout:
        return "contiguous" if len(inputs[0]) == 5 else "channels_last"

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self._require_whole_kernel(x)
        return super().output_shapes(x)


class LPPool(_Windowed):
    """Power-average pooling: the p-norm of each window, (Σ xᵖ)^(1/p); p = 1 is the sum, a large p nears the maximum.

    Operations per output value: K powers, K-1 sums and a root. (With ceil_mode torch scales a window that hangs over the
    end as if it were full.)

    norm_type: the exponent p.
    kernel_size: the window, per axis.
    stride: how far the window moves, per axis; the kernel itself when left out.
    ceil_mode: whether a last window that hangs over the end counts.
    """

    type_name = "lp_pool"
    torch_name = "nn.LPPool{rank}d"
    reference = "torch.nn.LPPool2d, which has no padding"
    formulas: ClassVar = {
        "output_size": "min(ceil((W - K) / S), floor((W - 1) / S)) + 1 if ceil_mode else floor((W - K) / S) + 1",
        "elementwise_ops": "2 * C * prod(K) * prod(O)",
    }
    example = ("64x56x56", "2 3x3 /2")

    norm_type: Number
    kernel_size: Sizes
    stride: Sizes | None = None
    ceil_mode: Flag = False

    def settle(self, put: Callable[[str, Any], None]) -> None:
        super().settle(put)
        if self.norm_type == 0:
            raise LayerError("lp_pool: there is no norm of exponent 0", "norm_type", "2 is the Euclidean norm, 1 the sum")

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self._require_whole_kernel(x)
        return ((x[0], x[1], *self.slid_sizes(x)),)

    def elementwise_ops(self, x: Shape) -> Dim:
        return 2 * prod(self.output_shapes(x)[0]) * prod(self.spread("kernel_size", len(x) - 2))

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        arguments = super().torch_kwargs(x)
        del arguments["padding"]
        if len(x) == 3:  # torch's lp_pool1d wants plain numbers
            arguments["kernel_size"], arguments["stride"] = arguments["kernel_size"][0], arguments["stride"][0]
        return arguments

    def layout(self, *inputs: Shape) -> Layout:
        return "contiguous" if len(inputs[0]) == 5 else "channels_last"

    def scratch(self, *inputs: Shape) -> Held:
        means = prod(self.output_shapes(*inputs)[0])
        # Beside the means of the powers: the powers, or signs and sizes of the means.
        return Held(max(prod(inputs[0]), 3 * means))

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,), extra=Held(prod(inputs[0]) + 4 * prod(self.output_shapes(*inputs)[0])))


class _AdaptivePool(Layer):
    """Pooling to a fixed grid: cell u of O spans the values ⌊u·W/O⌋ to ⌈(u+1)·W/O⌉-1, so neighbours may overlap.

    Operations: one per value that a cell spans. Along an axis the spans add up to R = W + O - gcd(W, O),
    which is W when O divides it.
    """

    family = "pooling"
    reference = "torch.nn.AdaptiveAvgPool2d; R by summing the floors and ceilings of u·W/O"
    formulas: ClassVar = {"output_size": "O", "elementwise_ops": "C * prod(R)"}

    output_size: Sizes

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        return ((x[0], x[1], *self.spread("output_size", self.spatial_rank(x))),)

    def _spans(self, x: Shape) -> tuple[Dim, ...]:
        ((_, _, *cells),) = self.output_shapes(x)
        return tuple(n + o - gcd(n, o) for n, o in zip(x[2:], cells, strict=True))

    def elementwise_ops(self, x: Shape) -> Dim:
        return x[0] * x[1] * prod(self._spans(x))

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        ((_, _, *cells),) = self.output_shapes(x)
        return (tuple(Whole(n) if o == 1 else Adaptive(n, o) for n, o in zip(x[2:], cells, strict=True)),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"C": x[1], "W": x[2:], "O": self.output_shapes(x)[0][2:], "R": self._spans(x)}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"output_size": self.output_shapes(x)[0][2:]}

    def layout(self, *inputs: Shape) -> Layout:
        return "contiguous" if len(inputs[0]) == 5 else "channels_last"


class AdaptiveAvgPool(_AdaptivePool):
    """Average pooling to a fixed grid, whatever the input size.

    output_size: cells of the grid, per axis.
    """

    type_name, torch_name = "adaptive_avg_pool", "nn.AdaptiveAvgPool{rank}d"
    linear = True
    example: ClassVar = ("512x10x10", "7x7")

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        whole = prod(self.output_shapes(*inputs)[0][2:]) == 1  # torch then takes the mean
        return Saved() if whole else Saved((0,))


class AdaptiveMaxPool(_AdaptivePool):
    """Max pooling to a fixed grid, whatever the input size.

    output_size: cells of the grid, per axis.
    """

    type_name = "adaptive_max_pool"
    torch_name = "nn.AdaptiveMaxPool{rank}d"
    example: ClassVar = ("512x14x14", "7x7")

    def scratch(self, *inputs: Shape) -> Held:
        return Held(indices=prod(self.output_shapes(*inputs)[0]))  # where each maximum stood

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,), extra=Held(indices=prod(self.output_shapes(*inputs)[0])))


class _GlobalPool(Layer):
    """One number per channel, whatever the size of the map. Operations: one per value read.

    In place of flattening it needs no large linear layer: C×7×7 becomes C features, not 49·C, and any input size will do.
    """

    family = "pooling"
    reference = "chapter 12.4; Lin, Chen & Yan, Network in Network, 2013, arXiv:1312.4400"
    formulas: ClassVar = {"elementwise_ops": "C * prod(W)"}

    keepdim: Flag = False

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        rank = self.spatial_rank(x)
        return ((x[0], x[1], *(1,) * rank),) if self.keepdim else ((x[0], x[1]),)

    def elementwise_ops(self, x: Shape) -> Dim:
        return prod(x)

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return (tuple(Whole(n) for n in x[2:]),)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return (each_axis(len(x), {axis: Along(None, Whole(n)) for axis, n in enumerate(x[2:], 2)}),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"C": x[1], "W": x[2:]}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"dim": tuple(range(2, len(x))), "keepdim": self.keepdim}


class GlobalAvgPool(_GlobalPool):
    """Global average pooling: the mean of every channel.

    keepdim: whether the spatial axes stay, with size 1.
    """

    type_name, torch_name = "global_avg_pool", "torch.mean"
    linear = True
    example: ClassVar = ("512x7x7", "")

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class GlobalMaxPool(_GlobalPool):
    """Global max pooling: the largest value of every channel.

    keepdim: whether the spatial axes stay, with size 1.
    """

    type_name = "global_max_pool"
    torch_name = "torch.amax"
    example: ClassVar = ("512x7x7", "")

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,), (0,))
