"""Smooth activations."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, ClassVar, Literal

from archlens.errors import LayerError
from archlens.layers.activation import Activation
from archlens.layers.fields import Flag, Number

__all__ = ["CELU", "ELU", "GELU", "SELU", "LogSigmoid", "Mish", "SiLU", "Sigmoid", "Softplus", "Softsign", "Tanh", "Tanhshrink"]


class ELU(Activation):
    """x where x > 0, else alpha·(exp(x) - 1).

    alpha: minus the limit far below zero.
    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "elu", "nn.ELU"
    example: ClassVar = ("64x56x56", "")
    alpha: Number = 1.0
    inplace: Flag = False


class CELU(Activation):
    """x where x > 0, else alpha·(exp(x/alpha) - 1).

    alpha: minus the limit far below zero, not 0.
    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "celu", "nn.CELU"
    example: ClassVar = ("64x56x56", "")
    alpha: Number = 1.0
    inplace: Flag = False

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.alpha == 0:
            raise LayerError("celu: alpha divides and must not be 0", "alpha", "`relu` is what it comes to as alpha goes to 0")


class SELU(Activation):
    """1.0507 · ELU with alpha 1.6733: keeps mean 0 and variance 1 from layer to layer.

    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "selu", "nn.SELU"
    example: ClassVar = ("256", "")
    inplace: Flag = False


class GELU(Activation):
    """x · Φ(x), Φ the normal distribution function.

    approximate: none, or tanh for a cheaper formula.
    """

    type_name, torch_name = "gelu", "nn.GELU"
    example: ClassVar = ("197x3072", "")
    approximate: Literal["none", "tanh"] = "none"


class SiLU(Activation):
    """x · sigmoid(x), also called swish.

    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "silu", "nn.SiLU"
    example: ClassVar = ("32x112x112", "")
    needs = "input as it was"
    inplace: Flag = False


class Mish(Activation):
    """x · tanh(softplus(x)).

    inplace: whether the output is written over the input.
    """

    type_name, torch_name = "mish", "nn.Mish"
    example: ClassVar = ("64x104x104", "")
    needs = "input as it was"
    inplace: Flag = False


class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    type_name, torch_name = "sigmoid", "nn.Sigmoid"
    limits = (0, 1)
    example: ClassVar = ("96x1x1", "")
    needs = "output"


class LogSigmoid(Activation):
    """log(1 / (1 + exp(-x)))."""

    type_name, torch_name = "logsigmoid", "nn.LogSigmoid"
    limits = (-inf, 0)
    example: ClassVar = ("10", "")
    second, lies = True, "contiguous"  # exp(-|x|)


class Tanh(Activation):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x))."""

    type_name, torch_name = "tanh", "nn.Tanh"
    limits = (-1, 1)
    example: ClassVar = ("6x28x28", "")
    needs = "output"


class Tanhshrink(Activation):
    """x - tanh(x)."""

    type_name, torch_name = "tanhshrink", "nn.Tanhshrink"
    example: ClassVar = ("128", "")
    needs, second = "nothing", True  # tanh(x)


class Softplus(Activation):
    """log(1 + exp(beta·x)) / beta.

    beta: sharpness of the bend.
    threshold: above it beta·x is taken as it is, to keep the exponential in range.
    """

    type_name, torch_name = "softplus", "nn.Softplus"
    limits = (0, inf)
    example: ClassVar = ("10", "")
    beta: Number = 1.0
    threshold: Number = 20.0


class Softsign(Activation):
    """x / (1 + |x|)."""

    type_name, torch_name = "softsign", "nn.Softsign"
    limits = (-1, 1)
    example: ClassVar = ("128", "")
    second = True  # 1 + |x|
