"""Layers that change the shape: the same values in other axes, a border more or less."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, divides, equal, minimum, prod, require, show
from archlens.layers.fields import Axis, Extents, Number, Sizes, TargetShape
from archlens.layers.keeping import Saved
from archlens.layers.sliding import require_border, torch_pads
from archlens.layers.strides import Layout
from archlens.layers.windows import POINTWISE, Along, AxisMap, Rearranged, Whole, Window, regrouped

__all__ = ["Crop", "Flatten", "Pad", "Reshape"]


class _Moving(Layer):
    """Values are moved or left out; none is changed, so no operation is counted."""

    family = "shape"
    linear = True

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()  # the backward pass needs the sizes alone


class _View(_Moving):
    """The same values in the same order under other axes."""

    is_view = True

    def rearranges(self, x: Shape) -> Rearranged | None:
        return regrouped(x[1:], self.output_shapes(x)[0][1:])

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return (tuple(Along(None, Whole(n)) for n in x[1:]),)


class Flatten(_View):
    """Neighbouring axes become one.

    A map becomes the long vector that a linear layer wants. Its length depends on the input size, so the weights of that layer
    fit one size only.

    start_dim: the first of them, batch counted.
    end_dim: the last of them.
    """

    type_name = "flatten"
    torch_name = "nn.Flatten"
    reference = "chapter 12.5"
    example: ClassVar = ("512x7x7", "")

    start_dim: Axis = 1
    end_dim: Axis = -1

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        start, end = self.axis("start_dim", x), self.axis("end_dim", x)
        if start > end:
            message = f"flatten: start_dim={self.start_dim} comes after end_dim={self.end_dim} in {show(x)}"
            raise LayerError(message, "start_dim", "the first axis that is flattened comes first")
        return ((*x[:start], prod(x[start : end + 1]), *x[end + 1 :]),)


class Reshape(_View):
    """The same values under a given shape.

    shape: the sizes without the batch; one may be -1, which is what is left.
    """

    type_name = "reshape"
    torch_name = "torch.reshape"
    example: ClassVar = ("256", "16x4x4")

    shape: TargetShape

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        values = prod(x[1:])
        free = [isinstance(size, int) and size == -1 for size in self.shape]
        known = prod(size for size, is_free in zip(self.shape, free, strict=True) if not is_free)
        require(
            divides(known, values) if any(free) else equal(known, values),
            "reshape: {} values do not fill {}",
            values,
            "×".join(map(str, self.shape)),
            argument="shape",
            help="" if any(free) else "write -1 for one size that is to follow from the others",
        )
        return ((x[0], *(values // known if is_free else size for size, is_free in zip(self.shape, free, strict=True))),)

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        ((_, *sizes),) = self.output_shapes(x)
        return {"shape": (-1, *sizes)}  # whatever the batch


class Pad(_Moving):
    """A border around the map, of a constant or of the map's own cells; a negative one crops.

    padding: cells to add: per axis, or [low, high] pairs; one more than the map has axes begins with the channels.
    mode: what stands in them: a constant, or the map mirrored at its edge cells, its edge cells, its far side.
    value: the constant.
    """

    type_name = "pad"
    torch_name = "nn.functional.pad"
    example: ClassVar = ("3x32x32", "2")
    reference = "torch.nn.functional.pad"
    formulas: ClassVar = {"output_size": "W + P_low + P_high"}

    padding: Extents
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant"
    value: Number = 0

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.value != 0 and self.mode != "constant":
            raise LayerError(f"pad: value={self.value} goes with mode=constant, not with {self.mode}", "value", "leave it out")

    def _pairs(self, x: Shape) -> list[tuple[Dim, Dim]]:
        """(low, high) for each of the last axes: those of the map, and before them the channels where they are padded too."""
        rank = self.spatial_rank(x)
        channels = isinstance(self.padding, tuple) and len(self.padding) == rank + 1
        if channels and self.mode != "constant":
            message = f"pad: {self.mode} goes around the map alone, but the first of {rank + 1} values is for the channels"
            raise LayerError(message, "padding", f"give {rank}, or mode=constant")
        return [p if isinstance(p, tuple) else (p, p) for p in self.spread("padding", rank + channels)]

    def _around_the_map(self, x: Shape) -> list[tuple[Dim, Dim]]:
        """(low, high) per spatial axis."""
        return self._pairs(x)[2 - len(x) :]

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        pairs = self._pairs(x)
        first = len(x) - len(pairs)
        for n, (low, high) in zip(x[first:], pairs, strict=True):
            left = n + minimum(low, 0) + minimum(high, 0)
            require(
                left >= 1,
                "pad: {} and {} leave no cell of the input of {}",
                low,
                high,
                n,
                argument="padding",
                help="take fewer than {2} cells away, both ends together",
            )
            # torch reflects before it crops, and goes around what is left.
            require_border("pad", self.mode, left if self.mode == "circular" else n, (low, high))
        return ((*x[:first], *(n + low + high for n, (low, high) in zip(x[first:], pairs, strict=True))),)

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        (row,) = self.local_windows(x)
        if self.mode == "constant":
            return (row,)
        # Units of the border read cells that are not at their place.
        pads = [max(pair) > 0 for pair in self._around_the_map(x)]
        return (tuple(Whole(n) if padded else window for n, padded, window in zip(x[2:], pads, row, strict=True)),)

    def local_windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return (tuple(Window(1, 1, low) for low, _ in self._around_the_map(x)),)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        ((_, *row),) = super().reads(x, local=local)
        channels = self._pairs(x)[: 2 - len(x)]
        return ((Along(1, Window(1, 1, channels[0][0]) if channels else POINTWISE), *row),)

    def variables(self, x: Shape) -> dict[str, Any]:
        lows, highs = zip(*self._around_the_map(x), strict=True)
        return {"W": x[2:], "P_low": lows, "P_high": highs}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"pad": torch_pads(self._pairs(x)), "mode": self.mode, "value": self.value}

    def layout(self, *inputs: Shape) -> Layout:
        if self.mode == "constant" and all(end <= 0 for pair in self._pairs(inputs[0]) for end in pair):
            return "kept"  # a slice is copied
        return "channels_last" if self.mode != "circular" and len(inputs[0]) > 3 else "contiguous"


class Crop(_Moving):
    """The centre of the map. Of W cells the first ⌊(W - size)/2⌋ are left out; an odd one more goes at the end.

    size: how much stays, per axis.
    """

    type_name = "crop"
    torch_name = "nn.functional.pad"  # by negative amounts
    example: ClassVar = ("64x64x64", "56x56")

    size: Sizes

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        sizes = self.spread("size", self.spatial_rank(x))
        for n, size in zip(x[2:], sizes, strict=True):
            require(
                size <= n,
                "crop: {} cells do not fit into the input of {}",
                size,
                n,
                argument="size",
                help="crop to a smaller size, or use `pad`",
            )
        return ((x[0], x[1], *sizes),)

    def _lows(self, x: Shape) -> list[Dim]:
        """The cells left out before the centre, per axis."""
        return [(n - size) // 2 for n, size in zip(x[2:], self.output_shapes(x)[0][2:], strict=True)]

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return (tuple(Window(1, 1, -low) for low in self._lows(x)),)

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        sizes = zip(x[2:], self.output_shapes(x)[0][2:], self._lows(x), strict=True)
        return {"pad": torch_pads((-low, size + low - n) for n, size, low in sizes)}

    def layout(self, *inputs: Shape) -> Layout:
        return "kept"
