"""Transposed convolutions, 1-D to 3-D by the rank of the input."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from archlens.errors import LayerError
from archlens.layers.base import Layer, require_positive
from archlens.layers.dims import Dim, Shape, divides, either, prod, require
from archlens.layers.fields import Count, Flag, Margins, Padding, Sizes
from archlens.layers.strides import Layout
from archlens.layers.windows import AxisMap, Transposed

__all__ = ["ConvTranspose"]


class _Spread(NamedTuple):
    """How one axis of `size` units is spread out: cut by `cut` at both ends, then longer by `extra` at the end."""

    size: Dim
    kernel: Dim
    stride: Dim
    cut: Dim
    extra: Dim
    dilation: Dim


class ConvTranspose(Layer):
    """Transposed convolution: each value spreads a filter over the output, S cells from its neighbour's; a learned upsampling.

    Where windows overlap, what falls on a cell is added up. A kernel of a multiple of the stride covers all cells alike.
    A convolution with the same arguments would lead back to the size of the input. The work is one multiply–accumulate per
    weight tap and position of the *input*; tools that count positions of the output overstate it by the stride squared (in 2-D).

    out_channels: number of filters, each giving one output channel.
    kernel_size: the window that each value spreads over, per axis.
    stride: distance between the windows of neighbouring values, per axis.
    padding: cells cut from both ends of the output, per axis.
    output_padding: cells more at the end of the output, per axis; fewer than the stride or the dilation.
    groups: channels are split into this many groups that do not mix.
    bias: whether each filter adds a learned constant.
    dilation: distance between the taps of the window.
    """

    type_name = "conv_transpose"
    torch_name = "nn.ConvTranspose{rank}d"
    family = "convolution"
    mixes_channels = True
    linear = True
    reference = "torch.nn.ConvTranspose2d; Dumoulin & Visin, A guide to convolution arithmetic, 2016, arXiv:1603.07285"
    formulas: ClassVar = {
        "output_size": "(W - 1)*S - 2*P + D*(K - 1) + P_out + 1",
        "params": "C_in * C_out/G * prod(K) + B * C_out",
        "macs": "C_in * C_out/G * prod(K) * prod(W)",
        "elementwise_ops": "B * C_out * prod(O)",
    }
    example = ("256x28x28", "128 2x2 /2")

    out_channels: Count
    kernel_size: Sizes
    stride: Sizes = 1
    padding: Padding = 0
    output_padding: Margins = 0
    groups: Count = 1
    bias: Flag = True
    dilation: Sizes = 1

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        for channels, which in ((x[1], "input"), (self.out_channels, "output")):
            require(
                divides(self.groups, channels),
                "conv_transpose: {} groups do not divide {} {} channels",
                self.groups,
                channels,
                which,
                argument="groups",
                help="choose a number of groups that divides the input and the output channels",
            )
        axes = self._axes(x)
        for axis in axes:
            require(
                either(axis.extra < axis.stride, axis.extra < axis.dilation),
                "conv_transpose: an output_padding of {} is neither below the stride of {} nor the dilation of {}",
                axis.extra,
                axis.stride,
                axis.dilation,
                argument="output_padding",
                help="it chooses one of the S sizes that a stride of S leads back from, so it is at most S - 1",
            )
        sizes = [(n - 1) * s - 2 * cut + d * (k - 1) + extra + 1 for n, k, s, cut, extra, d in axes]
        shape = (x[0], self.out_channels, *sizes)
        require_positive(shape, "conv_transpose", x, "cut less with padding, or use a larger kernel or stride")
        return (shape,)

    def _axes(self, x: Shape) -> list[_Spread]:
        """The spreading along each spatial axis."""
        rank = self.spatial_rank(x)
        names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
        kernels, strides, cuts, extras, dilations = (self.spread(name, rank) for name in names)
        if "same" in cuts:
            raise self._not_same(kernels, strides, dilations)
        for cut in cuts:
            if isinstance(cut, tuple):
                raise LayerError(
                    f"conv_transpose: padding cuts both ends alike, not {cut[0]} and {cut[1]}",
                    "padding",
                    "cut with a `pad` of negative amounts behind it, e.g. `pad: [[0, -1], [0, -1]]`",
                )
        plain = [0 if cut == "valid" else cut for cut in cuts]
        return [_Spread(*axis) for axis in zip(x[2:], kernels, strides, plain, extras, dilations, strict=True)]

    def _not_same(self, *arguments: tuple[Dim, ...]) -> LayerError:
        """Why `same` is refused (frameworks differ: W or (W - 1)·S + 1 for its size at stride 1), and what to write."""
        cuts: list[int] = []
        extras: list[int] = []
        strides: list[int] = []
        for kernel, stride, dilation in zip(*arguments, strict=True):
            surplus = dilation * (kernel - 1) + 1 - stride  # 2·padding - output_padding, for an output of W·S
            known = isinstance(surplus, int)
            extra = (surplus % 2 if surplus >= 0 else -surplus) if known else 0
            if not known or (extra >= stride and extra >= dilation):
                cuts.clear()
                break
            cuts.append((surplus + extra) // 2)
            extras.append(extra)
            strides.append(stride)
        cure = "write the cells to cut as a number"
        if cuts:
            wanted = f"padding={_per_axis(cuts)}" + (f" output_padding={_per_axis(extras)}" if any(extras) else "")
            cure = f"write `{wanted}` for an output {_per_axis(strides)} times the size"
        return LayerError("conv_transpose: padding `same` means one size here and another there", "padding", cure)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        kernels = self.spread("kernel_size", len(x) - 2)
        shapes: dict[str, Shape] = {"weight": (x[1], self.out_channels // self.groups, *kernels)}
        if self.bias:
            shapes["bias"] = (self.out_channels,)
        return shapes

    def macs(self, x: Shape) -> Dim:
        return prod(x) * (self.out_channels // self.groups) * prod(self.spread("kernel_size", len(x) - 2))

    def elementwise_ops(self, x: Shape) -> Dim:
        return prod(self.output_shapes(x)[0]) if self.bias else 0

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return (tuple(Transposed(axis.kernel, axis.stride, axis.cut, axis.dilation) for axis in self._axes(x)),)

    def variables(self, x: Shape) -> dict[str, Any]:
        names = ("W", "K", "S", "P", "P_out", "D")
        along = dict(zip(names, zip(*self._axes(x), strict=True), strict=True))
        channels = {"C_in": x[1], "C_out": self.out_channels, "G": self.groups, "B": int(self.bias)}
        return {**along, **channels, "O": self.output_shapes(x)[0][2:]}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        _, kernels, strides, cuts, extras, dilations = zip(*self._axes(x), strict=True)
        per_axis = {"kernel_size": kernels, "stride": strides, "padding": cuts, "output_padding": extras, "dilation": dilations}
        return {"in_channels": x[1], **self.arguments, **per_axis}

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last" if len(inputs[0]) > 3 else "contiguous"


def _per_axis(values: list[Dim]) -> str:
    """Sizes as the shorthand writes them, one where all are equal."""
    return str(values[0]) if len({*values}) == 1 else "x".join(map(str, values))
