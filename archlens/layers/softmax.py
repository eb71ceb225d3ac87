"""Activations along an axis: values weighed against each other."""

from __future__ import annotations

from math import inf
from typing import ClassVar

from archlens.layers.activation import Activation
from archlens.layers.dims import Dim, Shape, divides, prod, require
from archlens.layers.fields import Axis
from archlens.layers.keeping import Held
from archlens.layers.windows import Along, Whole, Window, each_axis

__all__ = ["GLU", "LogSoftmax", "Softmax", "Softmin"]


class GLU(Activation):
    """Gated linear unit: the first half of an axis times the sigmoid of the second.

    Operations: a sigmoid and a product per value that comes out, so one per value that goes in.

    dim: the axis that is halved, batch counted.
    """

    type_name, torch_name = "glu", "nn.GLU"
    example: ClassVar = ("64x128", "dim=1")
    dim: Axis = -1

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        axis = self.axis("dim", x)
        require(divides(2, x[axis]), "glu halves axis {}, whose size {} is odd", axis, x[axis], argument="dim")
        return ((*x[:axis], x[axis] // 2, *x[axis + 1 :]),)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        axis = self.axis("dim", x)
        return (each_axis(len(x), {axis: Window(2, dilation=x[axis] // 2)}),)  # unit u reads u of either half


class _Softmax(Activation):
    """Weights that add up to 1 along an axis. Operations: an exponential, a sum and a division per value."""

    reference = "chapter 12.5; torch.nn.Softmax; the subtraction of the maximum, there for range only, is not counted"
    formulas: ClassVar = {"elementwise_ops": "3 * prod(X)"}
    needs, lies = "output", "contiguous"
    dim: Axis = 1

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self.axis("dim", x)
        return (x,)

    def elementwise_ops(self, x: Shape) -> Dim:
        return 3 * prod(x)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        axis = self.axis("dim", x)
        return (each_axis(len(x), {axis: Whole(x[axis])}),)


class Softmax(_Softmax):
    """exp(x) / Σ exp(x) along an axis.

    It turns scores into positive numbers that add up to 1: the probabilities of the classes.

    dim: the axis, batch counted; 1 is the channels.
    """

    type_name, torch_name = "softmax", "nn.Softmax"
    limits = (0, 1)
    example: ClassVar = ("1000", "")


class LogSoftmax(_Softmax):
    """x - log Σ exp(x) along an axis.

    dim: the axis, batch counted; 1 is the channels.
    """

    type_name, torch_name = "log_softmax", "nn.LogSoftmax"
    limits = (-inf, 0)
    example: ClassVar = ("1000", "")


class Softmin(_Softmax):
    """Softmax of -x along an axis.

    dim: the axis, batch counted; 1 is the channels.
    """

    type_name, torch_name = "softmin", "nn.Softmin"
    limits = (0, 1)
    example: ClassVar = ("1000", "")

    def scratch(self, *inputs: Shape) -> Held:
        return Held(prod(inputs[0]))  # -x
