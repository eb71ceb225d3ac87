"""Convolutions, 1-D to 3-D by the rank of the input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from archlens.layers.dims import Dim, Shape, divides, prod, require
from archlens.layers.fields import Count, Flag, Padding, Sizes
from archlens.layers.keeping import Held, Saved
from archlens.layers.sliding import Slide, Sliding, require_border
from archlens.layers.windows import AxisMap, Whole

__all__ = ["Conv", "DepthwiseConv"]


class _Convolution(Sliding):
    """The window moves over the map in steps of the stride. At every place it takes the values under it, multiplies each with the
    weight that lies on it and adds the products up: one number of the output.

    The weights are the same at every place. So their number does not depend on the size of the map, and a pattern is found
    wherever it stands; the work is weights times places.

    `stride` 2 halves height and width, rounded as the formula says. Without padding the map shrinks by D·(K-1) in each
    layer; `same` keeps its size at stride 1. Dilation spreads the taps: along an axis K weights cover D·(K-1) + 1 cells.
    """

    family = "convolution"
    torch_name = "nn.Conv{rank}d"
    mixes_channels = True
    linear = True
    reference = (
        "chapter 12.2 (output size, parameters) and 12.3 (channels, dilation); groups and uneven padding as in torch.nn.Conv2d"
    )
    formulas: ClassVar = {
        "output_size": "floor((W + P_low + P_high - D*(K - 1) - 1) / S) + 1",
        "params": "C_out * (C_in/G * prod(K) + B)",
        "macs": "C_out * C_in/G * prod(K) * prod(O)",
        "elementwise_ops": "B * C_out * prod(O)",
    }

    # Not annotated: the subclasses make them fields, in the order of their shorthand.
    bias = True
    padding_mode = "zeros"

    _channels: ClassVar[Callable[..., tuple[Dim, Dim]]]
    """Output channels and groups for an input; each convolution states its own."""

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        for slide in self.slides(x):
            require_border(self.type_name, self.padding_mode, slide.size, (slide.low, slide.high))
        sizes = self.slid_sizes(x)
        channels, groups = self._channels(x)
        require(
            divides(groups, x[1]),
            "{}: {} groups do not divide {} input channels",
            self.type_name,
            groups,
            x[1],
            argument="groups",
            help="choose a number of groups that divides the channels",
        )
        return ((x[0], channels, *sizes),)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        channels, groups = self._channels(x)
        shapes: dict[str, Shape] = {"weight": (channels, x[1] // groups, *self.spread("kernel_size", len(x) - 2))}
        if self.bias:
            shapes["bias"] = (channels,)
        return shapes

    def macs(self, x: Shape) -> Dim:
        ((_, *out),) = self.output_shapes(x)
        _, groups = self._channels(x)
        return x[0] * prod(out) * (x[1] // groups) * prod(self.spread("kernel_size", len(x) - 2))

    def elementwise_ops(self, x: Shape) -> Dim:
        return prod(self.output_shapes(x)[0]) if self.bias else 0

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        (row,) = self.local_windows(x)
        return (tuple(Whole(s.size) if self._reads_afar(s) else w for s, w in zip(self.slides(x), row, strict=True)),)

    def local_windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return super().windows(x)

    def _reads_afar(self, slide: Slide) -> bool:
        """Whether a window reads, by way of the border, cells of the map that it does not span.

        A border that is reflected or replicated repeats cells near the edge. A window spans those too when at least half
        of it lies on the map, so when the border is at most D·(K-1)/2 wide; but a dilated one may step over them, and a
        circular border repeats the far edge.
        """
        widest = max(slide.low, slide.high)
        if self.padding_mode == "zeros" or widest == 0:
            return False
        return self.padding_mode == "circular" or slide.dilation != 1 or 2 * widest > slide.kernel - 1

    def torch_pad(self, x: Shape) -> dict[str, Any] | None:
        uneven = super().torch_pad(x)
        return uneven if uneven is None or self.padding_mode == "zeros" else {"pad": uneven["pad"], "mode": self.padding_mode}

    def padded(self, x: Shape) -> Held:
        # Every mode but zeros is a copy of the input with its border, be it of width 0.
        if self.padding_mode == "zeros":
            return super().padded(x)
        return Held(prod(x[:2]) * prod([slide.size + slide.low + slide.high for slide in self.slides(x)]))

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        saved = super().saves(*inputs, trained=trained, wanted=wanted)
        # The gradient of these borders asks for the tensor without them.
        return saved._replace(inputs=(0,)) if wanted[0] and self.padding_mode in ("reflect", "replicate") else saved

    def variables(self, x: Shape) -> dict[str, Any]:
        channels, groups = self._channels(x)
        return {**super().variables(x), "C_in": x[1], "C_out": channels, "G": groups, "B": int(self.bias)}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"in_channels": x[1], **super().torch_kwargs(x)}


class Conv(_Convolution):
    """Convolution: every output channel is one filter that spans its group of input channels.

    A 3×3 filter on an RGB image has 3·3·3 weights and gives one output map; 64 filters give 64 channels. A 1×1 filter looks at
    no neighbours: it mixes the channels of each pixel. With `groups` a filter spans only its share of the channels.

    (As in every deep-learning library this is cross-correlation: the kernel is not flipped.)

    out_channels: number of filters, each giving one output channel.
    kernel_size: the window, per axis.
    stride: how far the window moves, per axis.
    padding: cells around the map: per axis, [low, high] pairs, `valid` (none) or `same` (D·(K-1)/2).
    dilation: distance between the taps of the window.
    groups: channels are split into this many groups that do not mix.
    bias: whether each filter adds a learned constant.
    padding_mode: what stands in the padding: zeros, or the map's own cells (reflect, replicate, circular).
    """

    type_name = "conv"
    example: ClassVar = ("3x224x224", "64 7x7 /2 padding=3")

    out_channels: Count
    kernel_size: Sizes
    stride: Sizes = 1
    padding: Padding = 0
    dilation: Sizes = 1
    groups: Count = 1
    bias: Flag = True
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros"

    def _channels(self, x: Shape) -> tuple[Dim, Dim]:
        return self.out_channels, self.groups

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        shapes = super().output_shapes(x)
        require(
            divides(self.groups, self.out_channels),
            "conv: {} groups do not divide {} output channels",
            self.groups,
            self.out_channels,
            argument="groups",
            help="choose a number of groups that divides the input and the output channels",
        )
        return shapes


class DepthwiseConv(_Convolution):
    """Depthwise convolution: one filter per input channel, no mixing between channels.

    A 1×1 convolution behind it mixes the channels. The two are a depthwise-separable convolution, with K²·C_in + C_in·C_out
    weights where a full one has K²·C_in·C_out.

    kernel_size: the window, per axis.
    stride: how far the window moves, per axis.
    padding: cells around the map: per axis, [low, high] pairs, `valid` (none) or `same` (D·(K-1)/2).
    dilation: distance between the taps of the window.
    multiplier: output channels per input channel.
    bias: whether each filter adds a learned constant.
    padding_mode: what stands in the padding: zeros, or the map's own cells (reflect, replicate, circular).
    """

    type_name = "depthwise_conv"
    example: ClassVar = ("32x112x112", "3x3 same")
    mixes_channels = False

    kernel_size: Sizes
    stride: Sizes = 1
    padding: Padding = 0
    dilation: Sizes = 1
    multiplier: Count = 1
    bias: Flag = True
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros"

    def _channels(self, x: Shape) -> tuple[Dim, Dim]:
        return x[1] * self.multiplier, x[1]

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        channels, groups = self._channels(x)
        arguments = super().torch_kwargs(x)
        del arguments["multiplier"]
        return {**arguments, "out_channels": channels, "groups": groups}
