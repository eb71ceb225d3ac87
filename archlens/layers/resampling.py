"""Resampling: the map on a finer or a coarser grid."""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from typing import Any, ClassVar, Literal

from archlens.errors import LayerError
from archlens.layers.base import Layer, require_positive
from archlens.layers.dims import Dim, Shape, prod, show
from archlens.layers.fields import Flag, Number, Sizes
from archlens.layers.keeping import Saved
from archlens.layers.strides import Layout
from archlens.layers.windows import AxisMap, Corners, Cubic, Interpolated, Nearest

__all__ = ["Upsample"]

_RANKS = {"nearest": (1, 2, 3), "linear": (1,), "bilinear": (2,), "bicubic": (2,), "trilinear": (3,)}
_FINEST = 10_000  # the largest term of the fraction that stands for a scale
_TAPS = {"nearest": 1, "linear": 2, "bilinear": 4, "bicubic": 16, "trilinear": 8}


class Upsample(Layer):
    """Resampling to a multiple of the input's size or to a given size.

    Operations: a weighted sum of T taps is T products and T-1 sums per output value, with T = 2 (linear), 4 (bilinear),
    8 (trilinear) or 16 (bicubic); nearest only copies. The weights are the same for all channels and are not counted.

    scale_factor: output size over input size, rounded down to whole cells; this or size.
    size: the output size, per axis.
    mode: how values between the cells come about; bilinear and bicubic are for maps, linear for sequences, trilinear for volumes.
    align_corners: whether the outermost cells' centres stay in place instead of the map's borders.
    """

    type_name = "upsample"
    torch_name = "nn.Upsample"
    example: ClassVar = ("256x14x14", "2 mode=bilinear")
    family = "shape"
    linear = True
    reference = "torch.nn.Upsample"
    formulas: ClassVar = {
        "output_size": "floor(W * scale_factor) if scaled else size",
        "elementwise_ops": "(2*T - 1) * C * prod(O) if T > 1 else 0",
    }

    scale_factor: Number | None = None
    size: Sizes | None = None
    mode: Literal["nearest", "linear", "bilinear", "bicubic", "trilinear"] = "nearest"
    align_corners: Flag = False

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if (self.scale_factor is None) == (self.size is None):
            raise LayerError("upsample takes scale_factor or size, one of them", "scale_factor", "e.g. `upsample: 2`")
        if self.scale_factor is not None and self.scale_factor <= 0:
            help = "write 2 to double the map, 0.5 to halve it"
            raise LayerError(f"upsample: scale_factor must be above 0, not {self.scale_factor}", "scale_factor", help)
        if self.align_corners and self.mode == "nearest":
            raise LayerError("upsample: align_corners does not go with mode nearest", "align_corners")

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        rank = self.spatial_rank(x)
        if rank not in _RANKS[self.mode]:
            fitting = ", ".join(mode for mode, ranks in _RANKS.items() if rank in ranks)
            raise LayerError(f"upsample: mode {self.mode} does not go with an input {show(x)}", "mode", f"here go {fitting}")
        sizes = self.spread("size", rank) if self.scale_factor is None else tuple(_scaled(n, self.scale_factor) for n in x[2:])
        out = (x[0], x[1], *sizes)
        require_positive(out, "upsample", x, "use a larger scale_factor")
        return (out,)

    def elementwise_ops(self, x: Shape) -> Dim:
        return _operations(_TAPS[self.mode]) * prod(self.output_shapes(x)[0])

    def windows(self, x: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        return (tuple(self._map(n, o) for n, o in zip(x[2:], self.output_shapes(x)[0][2:], strict=True)),)

    def _map(self, n: int, o: int) -> AxisMap:
        linear: Interpolated | Corners
        if self.align_corners:
            linear = Corners(n, o)
        else:
            from fractions import Fraction  # slow to load, and few networks upsample

            # torch divides by the scale it was given, not by the one that rounding left.
            scale = Fraction(repr(self.scale_factor or 0)).limit_denominator(_FINEST)  # as written: 1.1 is 11/10
            ratio = (scale.denominator, scale.numerator)
            if not 0 < scale.numerator <= _FINEST:  # no scale, or too small or large a one
                ratio = (n, o)
            if self.mode == "nearest":
                return Nearest(*ratio)
            linear = Interpolated(*ratio)
        return Cubic(linear) if self.mode == "bicubic" else linear

    def variables(self, x: Shape) -> dict[str, Any]:
        ((_, channels, *sizes),) = self.output_shapes(x)
        return {
            "W": x[2:],
            "scaled": self.size is None,
            "scale_factor": self.scale_factor,
            "size": tuple(sizes),
            "T": _TAPS[self.mode],
            "C": channels,
            "O": tuple(sizes),
        }

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {
            **self.arguments,
            "size": None if self.size is None else self.spread("size", len(x) - 2),
            "align_corners": None if self.mode == "nearest" else self.align_corners,
        }

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last" if len(inputs[0]) > 3 else "contiguous"

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


def _operations(taps: int) -> int:
    """Operations of a weighted sum; a single tap is copied."""
    return 2 * taps - 1 if taps > 1 else 0


def _scaled(size: Dim, factor: float) -> Dim:
    """⌊size · factor⌋ as torch finds it, in double precision."""
    numerator, denominator = factor.as_integer_ratio()
    if denominator <= 1024:  # 2, 0.5, 1.25 …: exact in doubles, so the same in whole numbers of any kind
        return size * numerator // denominator
    if not isinstance(size, int):
        raise LayerError(f"upsample: a scale_factor of {factor} needs a size that is a plain number", "scale_factor", "use size")
    return floor(size * factor)
