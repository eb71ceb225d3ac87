"""Regularization: layers that act in training and pass values through in inference."""

from __future__ import annotations

from math import prod

from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.fields import Flag, Probability
from archlens.layers.keeping import Held, Saved
from archlens.layers.strides import Layout

__all__ = ["Dropout"]


class Dropout(Layer):
    """Dropout: in training zeroes random values and scales up the rest; in inference returns its input.

    p: the chance of a value being zeroed.
    inplace: whether the output is written over the input.
    """

    type_name = "dropout"
    torch_name = "nn.Dropout"
    family = "regularization"
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
