"""Activations: functions of each value alone, here the piecewise linear ones. By convention one operation per value."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, ClassVar, Literal

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, either, equal, prod, require
from archlens.layers.fields import Count, Flag, Number
from archlens.layers.keeping import NOTHING, Held, Saved
from archlens.layers.strides import Layout

__all__ = [
    "Activation",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "Identity",
    "LeakyReLU",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "Softshrink",
    "Threshold",
]


class Activation(Layer):
    """One operation per value."""

    family = "activation"
    reference = "the torch.nn class of the same name; one operation per value is a convention"
    formulas: ClassVar = {"elementwise_ops": "prod(X)"}

    needs: ClassVar[Literal["input", "input as it was", "output", "nothing"]] = "input"
    """What its backward pass reads; `input` may have been written over by the output."""
    second: ClassVar[bool] = False
    """Whether it makes a second tensor of its input's size on the way, which its backward pass reads too."""
    lies: ClassVar[Layout] = "kept"

    def elementwise_ops(self, x: Shape) -> Dim:
        return prod(x)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"X": x[1:]}

    def layout(self, *inputs: Shape) -> Layout:
        return self.lies

    def scratch(self, *inputs: Shape) -> Held:
        return Held(prod(inputs[0])) if self.second else NOTHING

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        lost = self.inplace and self.needs == "input as it was"  # written over: a copy is kept
        extra = Held(prod(inputs[0])) if lost or self.second else NOTHING
        if lost or self.needs == "nothing":
            return Saved(extra=extra)
        return Saved(outputs=(0,), extra=extra) if self.needs == "output" else Saved((0,), extra=extra)


class Identity(Layer):
    """x."""

    type_name, torch_name = "identity", "nn.Identity"
    example: ClassVar = ("64x56x56", "")
    family = "activation"
    linear = True
    is_view = True

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class ReLU(Activation):
    """max(0, x).

    Negative values become 0, others pass. Without such a bend between them, two layers of weights would come to one.

    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "relu", "nn.ReLU"
    limits = (0, inf)
    example: ClassVar = ("64x112x112", "")
    needs = "output"
    inplace: Flag = False


class ReLU6(Activation):
    """min(max(0, x), 6).

    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "relu6", "nn.ReLU6"
    limits = (0, 6)
    example: ClassVar = ("32x112x112", "")
    needs = "input as it was"
    inplace: Flag = False


class LeakyReLU(Activation):
    """x where x > 0, else negative_slope·x.

    negative_slope: the slope below zero.
    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "leaky_relu", "nn.LeakyReLU"
    example: ClassVar = ("64x56x56", "0.1")
    negative_slope: Number = 0.01
    inplace: Flag = False


class PReLU(Activation):
    """x where x > 0, else a learned slope times x.

    num_parameters: 1, or a slope for every channel: their number.
    init: what the slope starts from.
    """

    type_name, torch_name = "prelu", "nn.PReLU"
    example: ClassVar = ("64x56x56", "64")
    formulas: ClassVar = {"params": "num_parameters", **Activation.formulas}
    num_parameters: Count = 1
    init: Number = 0.25

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        require(
            either(equal(self.num_parameters, 1), equal(self.num_parameters, x[1])),
            "prelu: num_parameters is {}, but {} channels arrive",
            self.num_parameters,
            x[1],
            argument="num_parameters",
            help="write 1 for one shared slope, or {1}",
        )
        return (x,)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        return {"weight": (self.num_parameters,)}

    def variables(self, x: Shape) -> dict[str, Any]:
        return {**super().variables(x), "num_parameters": self.num_parameters}


class RReLU(Activation):
    """x where x > 0, else a slope times x: random in training, (lower + upper)/2 in inference.

    lower: the smallest slope.
    upper: the largest slope.
    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "rrelu", "nn.RReLU"
    example: ClassVar = ("64x56x56", "")
    second, lies = True, "contiguous"  # the random slopes; inference makes room for them too
    lower: Number = 1 / 8
    upper: Number = 1 / 3
    inplace: Flag = False

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.lower > self.upper:
            raise LayerError(
                f"rrelu: lower ({self.lower}) is above upper ({self.upper})", "lower", "write the smaller slope first"
            )


class Hardtanh(Activation):
    """x, held between min_val and max_val.

    min_val: the smallest output.
    max_val: the largest output.
    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "hardtanh", "nn.Hardtanh"
    example: ClassVar = ("64x56x56", "")
    needs = "input as it was"
    min_val: Number = -1.0
    max_val: Number = 1.0
    inplace: Flag = False

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.min_val >= self.max_val:
            message = f"hardtanh: min_val ({self.min_val}) must be below max_val ({self.max_val})"
            raise LayerError(message, "min_val", "write the smaller output first; left out they are -1 and 1")

    @property
    def bounds(self) -> tuple[float, float]:
        return self.min_val, self.max_val


class Hardsigmoid(Activation):
    """min(max(0, x/6 + 1/2), 1).

    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "hardsigmoid", "nn.Hardsigmoid"
    limits = (0, 1)
    example: ClassVar = ("96x1x1", "")
    needs = "input as it was"
    inplace: Flag = False


class Hardswish(Activation):
    """x · min(max(0, x/6 + 1/2), 1).

    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "hardswish", "nn.Hardswish"
    example: ClassVar = ("16x112x112", "")
    needs = "input as it was"
    inplace: Flag = False


class Hardshrink(Activation):
    """x where |x| > lambd, else 0.

    lambd: half the width of the dead zone.
    """

    type_name, torch_name = "hardshrink", "nn.Hardshrink"
    example: ClassVar = ("128", "")
    lambd: Number = 0.5


class Softshrink(Activation):
    """x moved by lambd towards 0, and 0 where |x| ≤ lambd.

    lambd: half the width of the dead zone, at least 0.
    """

    type_name, torch_name = "softshrink", "nn.Softshrink"
    example: ClassVar = ("128", "")
    lambd: Number = 0.5

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.lambd < 0:
            help = "leave it out for 0.5 (half the width of the dead zone)"
            raise LayerError(f"softshrink: lambd must be at least 0, not {self.lambd}", "lambd", help)


class Threshold(Activation):
    """x where x > threshold, else value.

    threshold: where the input starts to pass.
    value: the output below it.
    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "threshold", "nn.Threshold"
    example: ClassVar = ("128", "0.5 0")
    needs = "input as it was"
    threshold: Number
    value: Number
    inplace: Flag = False

    @property
    def bounds(self) -> tuple[float, float]:
        return min(self.threshold, self.value), inf
