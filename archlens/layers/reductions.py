"""One number of many, along axes of one's choice."""

from __future__ import annotations

from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, prod, show
from archlens.layers.fields import Axes, Flag
from archlens.layers.keeping import Saved
from archlens.layers.windows import POINTWISE, Along, Whole, each_axis

__all__ = ["Max", "Mean", "Min", "Sum"]


class _Reduction(Layer):
    """The axes of `dim` go, or stay with size 1. Operations: one per value read."""

    family = "pooling"
    reference = "torch.mean, torch.sum, torch.amax and torch.amin"
    formulas: ClassVar = {"elementwise_ops": "prod(X)"}
    example: ClassVar = ("197x768", "1")

    dim: Axes
    keepdim: Flag = False

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        axes = self.axes("dim", x)
        if self.keepdim:
            return (tuple([1 if axis in axes else n for axis, n in enumerate(x)]),)
        if len(axes) == len(x) - 1:
            raise LayerError(f"{self.type_name} takes every axis of {show(x)} away", "dim", "keep them, with `keepdim=true`")
        return (tuple([n for axis, n in enumerate(x) if axis not in axes]),)

    def elementwise_ops(self, x: Shape) -> Dim:
        return prod(x)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        axes = self.axes("dim", x)
        hows = {axis: Along(None, Whole(x[axis])) for axis in axes}
        if not self.keepdim:
            kept = [axis for axis in range(1, len(x)) if axis not in axes]
            hows |= {axis: Along(place, POINTWISE) for place, axis in enumerate(kept, 1)}
        return (each_axis(len(x), hows),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"X": x[1:]}

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class Mean(_Reduction):
    """The mean along axes.

    dim: an axis or several, batch counted, e.g. [2, 3].
    keepdim: whether they stay, with size 1.
    """

    type_name, torch_name = "mean", "torch.mean"
    linear = True


class Sum(_Reduction):
    """The sum along axes.

    dim: an axis or several, batch counted, e.g. [2, 3].
    keepdim: whether they stay, with size 1.
    """

    type_name, torch_name = "sum", "torch.sum"
    linear = True


class Max(_Reduction):
    """The largest value along axes.

    dim: an axis or several, batch counted, e.g. [2, 3].
    keepdim: whether they stay, with size 1.
    """

    type_name, torch_name = "max", "torch.amax"

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,), (0,))


class Min(_Reduction):
    """The smallest value along axes.

    dim: an axis or several, batch counted, e.g. [2, 3].
    keepdim: whether they stay, with size 1.
    """

    type_name, torch_name = "min", "torch.amin"

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,), (0,))
