"""Learned values that go into a network beside its input."""

from __future__ import annotations

from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, show
from archlens.layers.fields import Count, Number, Parts
from archlens.layers.keeping import Saved
from archlens.layers.windows import Along, Window, each_axis

__all__ = ["ClassToken", "Parameter"]


class Parameter(Layer):
    """Learned values: a position embedding, the scale of a layer, a table of biases.

    It reads nothing. What it puts out is the parameter itself, for a batch of one, which joins stretch over the batch;
    so it takes no memory beside the weights.

    shape: the sizes without the batch.
    init: the value that each begins with.
    """

    type_name = "parameter"
    torch_name = "nn.Parameter"
    family = "parameter"
    inputs = (0, 0)
    is_view = True
    reference = "torch.nn.Parameter"
    formulas: ClassVar = {"params": "prod(shape)"}
    example: ClassVar = ("", "197x768")

    shape: Parts
    init: Number = 0

    def _sizes(self) -> tuple[Dim, ...]:
        return self.shape if isinstance(self.shape, tuple) else (self.shape,)

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        return ((1, *self._sizes()),)

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        return {"weight": (1, *self._sizes())}

    def variables(self, *inputs: Shape) -> dict[str, Any]:
        return {"shape": self._sizes()}

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class ClassToken(Layer):
    """Learned tokens before the others: T×F becomes (count + T)×F.

    Through attention such a token gathers what the others say, and the classifier reads it alone: `select: 0`. A copy.

    count: how many tokens.
    """

    type_name = "class_token"
    torch_name = "torch.cat"
    family = "parameter"
    linear = True
    reference = "Dosovitskiy et al., An Image is Worth 16x16 Words, 2020, arXiv:2010.11929"
    formulas: ClassVar = {"params": "count * F"}
    example: ClassVar = ("196x768", "")

    count: Count = 1

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        if len(x) != 3:
            raise LayerError(f"class_token needs an input T×F, got {show(x)}", help="make tokens of a map with `tokens`")
        return ((x[0], self.count + x[1], x[2]),)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        return {"weight": (1, self.count, x[-1])}

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return (each_axis(len(x), {1: Window(1, padding=self.count)}),)  # unit u is token u - count

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"count": self.count, "F": x[-1]}

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()
