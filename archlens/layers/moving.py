"""Layers that move values along and between axes; nothing is mixed."""

from __future__ import annotations

from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, divides, require, show
from archlens.layers.fields import Axes, Count, Shifts
from archlens.layers.keeping import Saved
from archlens.layers.strides import Layout
from archlens.layers.windows import POINTWISE, Along, AxisMap, Rearranged, Whole, Window, each_axis, rearranged

__all__ = ["ChannelShuffle", "Moving", "Permute", "PixelShuffle", "PixelUnshuffle", "Roll"]


class Moving(Layer):
    """Axes taken apart and put together in another order. `reads` says no more than that; `rearranges` is exact."""

    family = "shape"
    linear = True

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return (tuple(Along(None, Whole(n)) for n in x[1:]),)

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class Permute(Moving):
    """The axes in another order.

    A view, as in torch: a layer that needs its values in order copies them there.

    dims: the axes in their new order, batch counted; so the first is 0.
    """

    type_name = "permute"
    torch_name = "torch.permute"
    is_view = True
    example: ClassVar = ("96x56x56", "[0, 2, 3, 1]")

    dims: Axes

    def _order(self, x: Shape) -> tuple[int, ...]:
        """The axes in their new order, counted from the front."""
        given = self.dims if isinstance(self.dims, tuple) else (self.dims,)
        order = tuple([axis + len(x) if axis < 0 else axis for axis in given])
        axes = list(range(len(x)))
        if sorted(order) != axes:
            raise LayerError(
                f"permute: {list(given)} is no order of the axes of {show(x)}",
                "dims",
                f"each of {', '.join(map(str, axes))} stands there once; 0 is the batch and stays first",
            )
        if order[0] != 0:
            raise LayerError(f"permute: {list(given)} moves the batch axis", "dims", "0, the batch, stays first")
        return order

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (tuple([x[axis] for axis in self._order(x)]),)

    def rearranges(self, x: Shape) -> Rearranged:
        return rearranged([[n] for n in x[1:]], [[axis - 1] for axis in self._order(x)[1:]])


class PixelShuffle(Moving):
    """Channels become pixels: every r·r channels of a pixel are laid out as r×r pixels of one channel.

    So a network can work on the small map and enlarge it at its end, without a transposed convolution. A copy.

    upscale_factor: r, by how much height and width grow.
    """

    type_name = "pixel_shuffle"
    torch_name = "nn.PixelShuffle"
    reference = "Shi et al., Real-Time Single Image and Video Super-Resolution, 2016, arXiv:1609.05158"
    formulas: ClassVar = {"output_size": "W * R"}
    example: ClassVar = ("36x64x64", "2")

    upscale_factor: Count

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self.spatial_rank(x, (2,))
        r = self.upscale_factor
        require(
            divides(r * r, x[1]),
            "pixel_shuffle: {}·{} = {} pixels do not share {} channels evenly",
            r,
            r,
            r * r,
            x[1],
            argument="upscale_factor",
            help="let a multiple of {2} channels arrive, e.g. by a `conv` before",
        )
        return ((x[0], x[1] // (r * r), x[2] * r, x[3] * r),)

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last" if len(inputs[0]) > 3 else "contiguous"

    def rearranges(self, x: Shape) -> Rearranged:
        r = self.upscale_factor
        return rearranged([[x[1] // (r * r), r, r], [x[2]], [x[3]]], [[0], [3, 1], [4, 2]])

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"W": x[2:], "R": self.upscale_factor}


class PixelUnshuffle(Moving):
    """Pixels become channels: every r×r pixels of a channel are laid out as r·r channels of one pixel.

    The map shrinks and no value is lost; it undoes `pixel_shuffle`. A copy.

    downscale_factor: r, by how much height and width shrink; it divides both.
    """

    type_name = "pixel_unshuffle"
    torch_name = "nn.PixelUnshuffle"
    reference = "torch.nn.PixelUnshuffle"
    formulas: ClassVar = {"output_size": "W / R"}
    example: ClassVar = ("3x256x256", "2")

    downscale_factor: Count

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self.spatial_rank(x, (2,))
        r = self.downscale_factor
        require_divides(self, "downscale_factor", "a factor of", (r, r), x)
        return ((x[0], x[1] * r * r, x[2] // r, x[3] // r),)

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last" if len(inputs[0]) > 3 else "contiguous"

    def rearranges(self, x: Shape) -> Rearranged:
        r = self.downscale_factor
        return rearranged([[x[1]], [x[2] // r, r], [x[3] // r, r]], [[0, 2, 4], [1], [3]])

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"W": x[2:], "R": self.downscale_factor}


class ChannelShuffle(Moving):
    """Channels dealt out anew: the first of every group, then the second of every group, and so on.

    Convolutions with groups keep groups apart; between two of them this lets each group read all. A copy.

    groups: into how many the channels are divided.
    """

    type_name = "channel_shuffle"
    torch_name = "nn.ChannelShuffle"
    reference = "Zhang et al., ShuffleNet, 2017, arXiv:1707.01083"
    example: ClassVar = ("240x28x28", "3")

    groups: Count

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self.spatial_rank(x)
        require(
            divides(self.groups, x[1]),
            "channel_shuffle: {} groups do not divide {} channels",
            self.groups,
            x[1],
            argument="groups",
            help="choose a number of groups that divides the channels",
        )
        return (x,)

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last" if len(inputs[0]) > 3 else "contiguous"

    def rearranges(self, x: Shape) -> Rearranged:
        rest = range(2, len(x))
        return rearranged([[self.groups, x[1] // self.groups], *([x[i]] for i in rest)], [[1, 0], *([i] for i in rest)])


class Roll(Layer):
    """Values moved along axes; what falls off one end comes back at the other: windows are shifted so.

    The strict field takes in the whole axis. The local one is that of a plain shift: where windows are shifted, a
    mask keeps them from seeing across the seam. A copy.

    shifts: how far, for each of dims; negative towards the front.
    dims: the axes, batch counted.
    """

    type_name = "roll"
    torch_name = "torch.roll"
    family = "shape"
    linear = True
    reference = "Liu et al., Swin Transformer, 2021, arXiv:2103.14030"
    example: ClassVar = ("96x56x56", "shifts=[-3,-3] dims=[2,3]")

    shifts: Shifts
    dims: Axes

    def _distances(self, x: Shape) -> dict[int, int]:
        """How far along which axis."""
        axes = self.axes("dims", x)
        shifts = self.shifts if isinstance(self.shifts, tuple) else (self.shifts,)
        if len(shifts) != len(axes):
            many = f"{len(shifts)} shift{'' if len(shifts) == 1 else 's'} for {len(axes)} ax{'is' if len(axes) == 1 else 'es'}"
            raise LayerError(f"roll: {many}", "shifts", "give one shift for each of dims")
        return dict(zip(axes, shifts, strict=True))

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self._distances(x)
        return (x,)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        moved = {axis: _rolled(x[axis], shift, local) for axis, shift in self._distances(x).items()}
        return (each_axis(len(x), moved),)

    def layout(self, *inputs: Shape) -> Layout:
        moved = all(shift % inputs[0][axis] for axis, shift in self._distances(inputs[0]).items())
        return "channels_last" if moved and len(inputs[0]) > 3 else "contiguous"

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


def _rolled(size: int, shift: int, local: bool) -> AxisMap:
    """How an axis is read that moved by `shift`, the shorter way round."""
    shift %= size
    if not shift:
        return POINTWISE
    return Window(1, padding=shift if 2 * shift <= size else shift - size) if local else Whole(size)


def require_divides(layer: Layer, argument: str, what: str, parts: tuple[Dim, ...], x: Shape) -> None:
    """Refuse a map that does not fall into parts of these sizes, per spatial axis; says how to pad it."""
    missing = [-n % part for n, part in zip(x[2:], parts, strict=True)]
    for n, part in zip(x[2:], parts, strict=True):
        require(
            divides(part, n),
            "{}: {} {} does not divide the map's {}",
            layer.type_name,
            what,
            part,
            n,
            argument=argument,
            help=f"pad first, here `pad: padding=[{','.join(f'[0,{more}]' for more in missing)}]`",
        )
