"""Regularization: layers that act in training and pass values through in inference."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.fields import Flag, Probability
from archlens.layers.keeping import Held, Saved
from archlens.layers.strides import Layout

__all__ = ["DropPath", "Dropout"]


class Dropout(Layer):
    """Dropout: in training zeroes random values and scales up the rest; in inference returns its input.

    No unit can rely on another, so a network overfits less. In inference it costs nothing.

    p: the chance of a value being zeroed.
    inplace: whether the output is written over the input.
    """

    type_name = "dropout"
    torch_name = "nn.Dropout"
    linear = True
    example: ClassVar = ("4096", "0.5")
    family = "regularization"
    reference = "chapter 12.5; Srivastava et al., Dropout, 2014"
    is_view = True

    p: Probability = 0.5
    inplace: Flag = False

    def shares(self, training: bool) -> bool:
        return self.inplace or not training or self.p == 0

    def layout(self, *inputs: Shape) -> Layout:
        return "kept"

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        if self.p in (0, 1):
            return Saved(extra=Held(int(self.p)))  # nothing, or the one zero that all values are multiplied by
        return Saved(extra=Held(prod(inputs[0])))  # the mask


class DropPath(Layer):
    """Stochastic depth: in training zeroes a branch for some examples and scales up the rest; in inference returns its input.

    It stands at the end of a residual branch, before the `add`. (Huang, Sun, Liu, Sedra & Weinberger, Deep Networks with
    Stochastic Depth, 2016, arXiv:1603.09382.)

    p: the chance of an example losing the branch.
    """

    type_name = "drop_path"
    torch_name = "torchvision.ops.StochasticDepth"
    linear = True
    family = "regularization"
    is_view = True
    example = ("64x56x56", "0.1")

    p: Probability

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"p": self.p, "mode": "row"}  # one draw an example, not one for the batch

    def shares(self, training: bool) -> bool:
        return not training or self.p == 0

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved(extra=Held(inputs[0][0] if self.p > 0 else 0))  # a draw an example
