"""What convolution and pooling share: a window that slides over the map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, ceil_div, divides, minimum, require
from archlens.layers.fields import Padding, Sizes
from archlens.layers.strides import Layout
from archlens.layers.windows import AxisMap, Window
from archlens.records import NamedTuple

__all__ = ["Slide", "Sliding", "require_border", "torch_pads"]


class Slide(NamedTuple):
    """The window along one axis of `size` units, padded by `low` and `high`."""

    size: Dim
    kernel: Dim
    stride: Dim
    low: Dim
    high: Dim
    dilation: Dim


def torch_pads(pairs: Iterable[tuple[Dim, Dim]]) -> tuple[Dim, ...]:
    """(low, high) pairs per axis as `nn.functional.pad` takes them: the last axis first."""
    return tuple(end for pair in reversed(tuple(pairs)) for end in pair)


def require_border(layer: str, mode: str, size: Dim, ends: Iterable[Dim]) -> None:
    """Refuse a border wider than `mode` can make of `size` cells: torch's limits."""
    for end in ends:
        if mode == "reflect":
            require(
                end < size,
                "{}: a reflected border of {} needs more than {} cells, but there are {}",
                layer,
                end,
                end,
                size,
                size - 1,
                argument="padding",
                help="pad by at most {4}, or use `replicate`",
            )
        elif mode == "circular":
            require(
                end <= size,
                "{}: a circular border of {} would go more than once around {} cells",
                layer,
                end,
                size,
                argument="padding",
                help="pad by at most {2}",
            )


class Sliding(Layer):
    """A layer with the fields kernel_size and stride, and perhaps padding, dilation and ceil_mode."""

    # Not annotated, so not fields: what holds where a subclass has no such field.
    padding = cast("Padding", 0)
    dilation = cast("Sizes", 1)
    ceil_mode = False

    too_small: ClassVar = {"padding": "leave it out for 0; a `pad` of negative amounts before the layer takes cells away"}
    pad_value: ClassVar[float] = 0.0
    """What stands in the padding."""

    def slides(self, x: Shape) -> list[Slide]:
        """The window along each spatial axis, words resolved."""
        rank = self.spatial_rank(x)
        kernels, strides = self.spread("kernel_size", rank), self.spread("stride", rank)
        pads, dilations = self.spread("padding", rank), self.spread("dilation", rank)
        axes = zip(x[2:], kernels, strides, pads, dilations, strict=True)
        return [Slide(n, k, s, *self._ends(p, k, d), d) for n, k, s, p, d in axes]

    def _ends(self, padding: Any, kernel: Dim, dilation: Dim) -> tuple[Dim, Dim]:
        """The padding of one axis as (low, high)."""
        if isinstance(padding, tuple):
            return padding[0], padding[1]
        if not isinstance(padding, str):
            return padding, padding
        return self._same(kernel, dilation) if padding == "same" else (0, 0)

    def _same(self, kernel: Dim, dilation: Dim) -> tuple[Dim, Dim]:
        total = dilation * (kernel - 1)
        half = total // 2
        require(
            divides(2, total),
            "{}: `same` pads D·(K-1)/2 on both sides, which is no whole number for kernel {} and dilation {}",
            self.type_name,
            kernel,
            dilation,
            half,
            total - half,
            argument="padding",
            help="use an odd kernel, or write the padding out, e.g. `padding=[[{3}, {4}], ...]` per axis",
        )
        return half, half

    def slid_sizes(self, x: Shape) -> tuple[Dim, ...]:
        """The number of places the window takes along each axis."""
        return tuple(self._steps(slide) + 1 for slide in self.slides(x))

    def _steps(self, slide: Slide) -> Dim:
        size, kernel, stride, low, high, dilation = slide
        window = dilation * (kernel - 1) + 1
        room = size + low + high - window
        # Rounding up, the last window must still begin inside the map or its left padding.
        steps = minimum(ceil_div(room, stride), (size + low - 1) // stride) if self.ceil_mode else room // stride
        unpadded = isinstance(low, int) and low == high == 0
        require(
            steps >= 0,
            "{}: a window of {} does not fit the input of {}" + ("" if unpadded else " padded to {}"),
            self.type_name,
            window,
            size,
            size + low + high,
            argument="kernel_size",
            help="use a smaller kernel, more padding, or less downsampling before this layer",
        )
        return steps

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return (tuple(Window(s.kernel, s.stride, s.low, s.dilation) for s in self.slides(x)),)

    def variables(self, x: Shape) -> dict[str, Any]:
        sizes, kernels, strides, lows, highs, dilations = zip(*self.slides(x), strict=True)
        return {
            "W": sizes,
            "K": kernels,
            "S": strides,
            "P_low": lows,
            "P_high": highs,
            "D": dilations,
            "O": self.output_shapes(x)[0][2:],
        }

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        rank = self.spatial_rank(x)
        even = self.torch_pad(x) is None
        per_axis = {name: self.spread(name, rank) for name in self.field_names if name in ("kernel_size", "stride", "dilation")}
        return {**self.arguments, **per_axis, "padding": tuple(s.low if even else 0 for s in self.slides(x))}

    def torch_pad(self, x: Shape) -> dict[str, Any] | None:
        padding = self.padding
        if not isinstance(padding, tuple) or not any(isinstance(end, tuple) for end in padding):
            return None  # alike at both ends, `same` too
        pairs = [(s.low, s.high) for s in self.slides(x)]
        if all(low == high for low, high in pairs):
            return None
        return {"pad": torch_pads(pairs), "value": self.pad_value}

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last" if len(inputs[0]) > 3 else "contiguous"
