"""Activations: functions of each value alone. By convention one operation per value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, either, equal, prod, require
from archlens.layers.fields import Count, Number

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "Identity",
    "LeakyReLU",
    "LogSigmoid",
    "Mish",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


class Activation(Layer):
    """One operation per value."""

    family = "activation"
    reference = "the torch.nn class of the same name; one operation per value is a convention"
    formulas: ClassVar = {"elementwise_ops": "prod(X)"}

    def elementwise_ops(self, x: Shape) -> Dim:
        return prod(x)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"X": x[1:]}


class Identity(Layer):
    """x."""

    type_name, torch_name = "identity", "nn.Identity"
    example: ClassVar = ("64x56x56", "")
    family = "activation"
    is_view = True


# ---- piecewise linear ----


class ReLU(Activation):
    """max(0, x).

    Negative values become 0, others pass. Without such a bend between them, two layers of weights would come to one.
    """

    type_name, torch_name = "relu", "nn.ReLU"
    example: ClassVar = ("64x112x112", "")


class ReLU6(Activation):
    """min(max(0, x), 6)."""

    type_name, torch_name = "relu6", "nn.ReLU6"
    example: ClassVar = ("32x112x112", "")


class LeakyReLU(Activation):
    """x where x > 0, else negative_slope·x.

    negative_slope: the slope below zero.
    """

    type_name, torch_name = "leaky_relu", "nn.LeakyReLU"
    example: ClassVar = ("64x56x56", "0.1")
    negative_slope: Number = 0.01


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
    """

    type_name, torch_name = "rrelu", "nn.RReLU"
    example: ClassVar = ("64x56x56", "")
    lower: Number = 1 / 8
    upper: Number = 1 / 3

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.lower > self.upper:
            raise LayerError(f"rrelu: lower ({self.lower}) is above upper ({self.upper})", "lower")


class Hardtanh(Activation):
    """x, held between min_val and max_val.

    min_val: the smallest output.
    max_val: the largest output.
    """

    type_name, torch_name = "hardtanh", "nn.Hardtanh"
    example: ClassVar = ("64x56x56", "")
    min_val: Number = -1.0
    max_val: Number = 1.0

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.min_val >= self.max_val:
            raise LayerError(f"hardtanh: min_val ({self.min_val}) must be below max_val ({self.max_val})", "min_val")


class Hardsigmoid(Activation):
    """min(max(0, x/6 + 1/2), 1)."""

    type_name, torch_name = "hardsigmoid", "nn.Hardsigmoid"
    example: ClassVar = ("96x1x1", "")


class Hardswish(Activation):
    """x · min(max(0, x/6 + 1/2), 1)."""

    type_name, torch_name = "hardswish", "nn.Hardswish"
    example: ClassVar = ("16x112x112", "")


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
            raise LayerError(f"softshrink: lambd must be at least 0, not {self.lambd}", "lambd")


class Threshold(Activation):
    """x where x > threshold, else value.

    threshold: where the input starts to pass.
    value: the output below it.
    """

    type_name, torch_name = "threshold", "nn.Threshold"
    example: ClassVar = ("128", "0.5 0")
    threshold: Number
    value: Number


# ---- smooth ----


class ELU(Activation):
    """x where x > 0, else alpha·(exp(x) - 1).

    alpha: minus the limit far below zero.
    """

    type_name, torch_name = "elu", "nn.ELU"
    example: ClassVar = ("64x56x56", "")
    alpha: Number = 1.0


class CELU(Activation):
    """x where x > 0, else alpha·(exp(x/alpha) - 1).

    alpha: minus the limit far below zero, not 0.
    """

    type_name, torch_name = "celu", "nn.CELU"
    example: ClassVar = ("64x56x56", "")
    alpha: Number = 1.0

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.alpha == 0:
            raise LayerError("celu: alpha divides and must not be 0", "alpha")


class SELU(Activation):
    """1.0507 · ELU with alpha 1.6733: keeps mean 0 and variance 1 from layer to layer."""

    type_name, torch_name = "selu", "nn.SELU"
    example: ClassVar = ("256", "")


class GELU(Activation):
    """x · Φ(x), Φ the normal distribution function.

    approximate: none, or tanh for a cheaper formula.
    """

    type_name, torch_name = "gelu", "nn.GELU"
    example: ClassVar = ("197x3072", "")
    approximate: Literal["none", "tanh"] = "none"


class SiLU(Activation):
    """x · sigmoid(x), also called swish."""

    type_name, torch_name = "silu", "nn.SiLU"
    example: ClassVar = ("32x112x112", "")


class Mish(Activation):
    """x · tanh(softplus(x))."""

    type_name, torch_name = "mish", "nn.Mish"
    example: ClassVar = ("64x104x104", "")


class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    type_name, torch_name = "sigmoid", "nn.Sigmoid"
    example: ClassVar = ("96x1x1", "")


class LogSigmoid(Activation):
    """log(1 / (1 + exp(-x)))."""

    type_name, torch_name = "logsigmoid", "nn.LogSigmoid"
    example: ClassVar = ("10", "")


class Tanh(Activation):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))."""

    type_name, torch_name = "tanh", "nn.Tanh"
    example: ClassVar = ("6x28x28", "")


class Tanhshrink(Activation):
    """x - tanh(x)."""

    type_name, torch_name = "tanhshrink", "nn.Tanhshrink"
    example: ClassVar = ("128", "")


class Softplus(Activation):
    """log(1 + exp(beta·x)) / beta.

    beta: sharpness of the bend.
    threshold: above it beta·x is taken as it is, to keep the exponential in range.
    """

    type_name, torch_name = "softplus", "nn.Softplus"
    example: ClassVar = ("10", "")
    beta: Number = 1.0
    threshold: Number = 20.0


class Softsign(Activation):
    """x / (1 + |x|)."""

    type_name, torch_name = "softsign", "nn.Softsign"
    example: ClassVar = ("128", "")
