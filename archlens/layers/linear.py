"""Fully connected layers."""

from __future__ import annotations

from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, equal, prod, require, show
from archlens.layers.fields import Count, Flag
from archlens.layers.keeping import Held, Saved
from archlens.layers.windows import POINTWISE, Along, Whole

__all__ = ["RBF", "Linear"]


class Linear(Layer):
    """Fully connected layer: every output is a weighted sum of all features of its vector.

    There is one weight for every pair of an input and an output, so on a flattened image their number grows with the image:
    200×200×3 values into 1,000 outputs are 120 million weights.

    A vector C, or T vectors of F features each, T×F; vectors on more axes, such as H×W×F, where in_features says how many
    features they have.

    out_features: number of outputs.
    bias: whether each output adds a learned constant.
    in_features: a check only: how many features must arrive.
    """

    type_name = "linear"
    torch_name = "nn.Linear"
    linear = True
    example: ClassVar = ("512", "10")
    family = "linear"
    reference = "chapter 12.1 (every input with every output); torch.nn.Linear"
    formulas: ClassVar = {
        "params": "F_out * (F_in + B)",
        "macs": "T * F_in * F_out",
        "elementwise_ops": "B * T * F_out",
    }

    out_features: Count
    bias: Flag = True
    in_features: Count | None = None

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        if len(x) > 3 and self.in_features is None:
            apply = f"use `conv: {self.out_features} 1x1` to apply it at every position"
            raise LayerError(
                f"linear needs an input C or T×F, got {show(x)}",
                help=f"flatten first, or {apply}; where the last axis holds the features, say in_features",
            )
        if self.in_features is not None:
            require(
                equal(self.in_features, x[-1]),
                "linear: in_features is {}, but {} arrive",
                self.in_features,
                x[-1],
                argument="in_features",
                help="leave it out, or keep the number of features whatever the image size: `adaptive_avg_pool` before `flatten`",
            )
        return ((*x[:-1], self.out_features),)

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"weight": (self.out_features, x[-1])}
        if self.bias:
            shapes["bias"] = (self.out_features,)
        return shapes

    def macs(self, x: Shape) -> Dim:
        return prod(x) * self.out_features

    def elementwise_ops(self, x: Shape) -> Dim:
        return prod(x[:-1]) * self.out_features if self.bias else 0

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return ((*(Along(i, POINTWISE) for i in range(1, len(x) - 1)), Along(None, Whole(x[-1]))),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"F_in": x[-1], "F_out": self.out_features, "T": prod(x[1:-1]), "B": int(self.bias)}

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {**self.arguments, "in_features": x[-1]}

    def reads_as(self, x: Shape) -> Shape | None:
        return prod(x[:-1]), x[-1]  # all vectors in one matrix product

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,) if trained else ())


class RBF(Layer):
    """Radial basis units: for each output the squared distance of the vector to a fixed prototype.

    The output layer of LeNet-5, whose prototypes are drawn by hand, so they are no parameters but a buffer. Operations: a
    difference, a square and a sum per value of a prototype.

    out_features: number of prototypes.
    """

    type_name = "rbf"
    torch_name = "torch.cdist"  # squared
    example = ("84", "10")
    family = "linear"
    reference = "LeCun et al., 1998, section II-B, equation 7"
    formulas: ClassVar = {"elementwise_ops": "3 * F_in * F_out"}

    out_features: Count

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        if len(x) != 2:
            raise LayerError(f"rbf needs an input C, got {show(x)}", help="flatten first")
        return ((x[0], self.out_features),)

    def buffer_shapes(self, x: Shape) -> dict[str, Shape]:
        return {"prototypes": (self.out_features, x[1])}

    def elementwise_ops(self, x: Shape) -> Dim:
        return 3 * prod(x) * self.out_features

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return ((Along(None, Whole(x[1])),),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"F_in": x[1], "F_out": self.out_features}

    def scratch(self, *inputs: Shape) -> Held:
        differences = prod(inputs[0]) * self.out_features
        return Held(2 * differences - inputs[0][0] * self.out_features)  # and their squares, before they are summed
