"""Normalization of each vector by itself: over the last axes, or over the channels at each cell of a map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, prod, show
from archlens.layers.fields import Count, Flag, Number
from archlens.layers.keeping import Held, Saved
from archlens.layers.strides import Layout, Strides, in_order, laid_out, same_strides
from archlens.layers.windows import Along, Whole, each_axis

__all__ = ["LayerNorm", "RMSNorm"]


class _VectorNorm(Layer):
    """Each vector is normalised by itself, so the batch does not matter, and training and inference do the same."""

    family = "normalization"

    # Not annotated: the subclasses make them fields, in the order of their shorthand.
    dims = cast("Count", 1)
    elementwise_affine = True
    channels_first = False

    def settle(self, put: Callable[[str, Any], None]) -> None:
        if self.channels_first and self.dims != 1:
            raise LayerError(
                f"{self.type_name}: channels_first normalises axis 1, so dims={self.dims} says nothing",
                "dims",
                "leave one of them out",
            )

    def _axes(self, x: Shape) -> tuple[int, ...]:
        """The axes that the statistics span."""
        if self.channels_first:
            self.spatial_rank(x, (0, 1, 2, 3))
            return (1,)
        rank = len(x)
        if not self.dims < rank:
            raise LayerError(
                f"{self.type_name}: there are no {self.dims} axes in {show(x)} to normalise",
                "dims",
                f"`dims` says how many of the last axes, at most {rank - 1} here; sizes are inferred: `{self.type_name}` alone "
                "takes the last axis",
            )
        return tuple(range(rank - self.dims, rank))

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self._axes(x)
        return (x,)

    def _normalized(self, x: Shape) -> Shape:
        return tuple(x[axis] for axis in self._axes(x))

    def _vectors(self, x: Shape) -> int:
        """How many vectors are normalised."""
        vectors: int = prod(x) // prod(self._normalized(x))
        return vectors

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        return {"weight": self._normalized(x)} if self.elementwise_affine else {}

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        axes = self._axes(x)
        if local and len(axes) > 1:  # over more than the features or channels: statistics over the map
            return (each_axis(len(x)),)
        return (each_axis(len(x), {axis: Whole(x[axis]) for axis in axes}),)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {"X": x[1:], "N": self._normalized(x), "A": int(self.elementwise_affine)}

    @property
    def reorders(self) -> bool:
        return self.channels_first  # the channels come last, and back as a view

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_innermost" if self.channels_first else "contiguous"

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        """Those of torch's class; and `channels_first` where the channels have to be brought to the end and back around it."""
        arguments = {**self.arguments, "normalized_shape": self._normalized(x)}
        del arguments["dims"]
        if not self.channels_first:
            del arguments["channels_first"]
        return arguments


class LayerNorm(_VectorNorm):
    """Layer normalization: each vector to mean 0 and variance 1, then a learned scale and shift for each of its units.

    A vector is what lies along the last axis (the features of tokens), along several last axes (`dims=3`: a whole map C×H×W),
    or, with channels_first, the channels at each cell of a map, as in ConvNeXt.

    Operations per value: a square and two sums for mean and variance, a difference and a product to bring it there, a product
    for the scale and a sum for the shift. What is done once a vector is not counted.

    dims: how many of the last axes are normalised together; torch's normalized_shape is their sizes.
    eps: added to the variance before its root.
    elementwise_affine: whether there is a learned scale.
    bias: whether there is a learned shift too.
    channels_first: whether axis 1, the channels of a map, is normalised instead.
    """

    type_name = "layer_norm"
    torch_name = "nn.LayerNorm"
    reference = "Ba, Kiros & Hinton, Layer Normalization, 2016, arXiv:1607.06450"
    formulas: ClassVar = {"params": "A * (1 + B) * prod(N)", "elementwise_ops": "(5 + A * (1 + B)) * prod(X)"}
    example = ("196x768", "")

    dims: Count = 1
    eps: Number = 1e-5
    elementwise_affine: Flag = True
    bias: Flag = True
    channels_first: Flag = False

    def parameter_shapes(self, x: Shape) -> dict[str, Shape]:
        shapes = super().parameter_shapes(x)
        if self.elementwise_affine and self.bias:
            shapes["bias"] = self._normalized(x)
        return shapes

    def elementwise_ops(self, x: Shape) -> Dim:
        return (5 + self.elementwise_affine * (1 + self.bias)) * prod(x)

    def variables(self, x: Shape) -> dict[str, Any]:
        return {**super().variables(x), "B": int(self.bias)}

    def scratch(self, *inputs: Shape) -> Held:
        return Held(2 * self._vectors(inputs[0]))  # mean and 1/deviation of each

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved((0,), extra=self.scratch(*inputs))


class RMSNorm(_VectorNorm):
    """Root-mean-square normalization: each vector divided by the root of its mean square, then a learned scale for each unit.

    A vector is what `layer_norm` takes it to be. Operations per value: a square and a sum, a product to bring it there, a
    product for the scale. What is done once a vector is not counted.

    dims: how many of the last axes are normalised together; torch's normalized_shape is their sizes.
    eps: added to the mean square before its root; none is the smallest step of the number type.
    elementwise_affine: whether there is a learned scale.
    channels_first: whether axis 1, the channels of a map, is normalised instead.
    """

    type_name = "rms_norm"
    torch_name = "nn.RMSNorm"
    reference = "Zhang & Sennrich, Root Mean Square Layer Normalization, 2019, arXiv:1910.07467"
    formulas: ClassVar = {"params": "A * prod(N)", "elementwise_ops": "(3 + A) * prod(X)"}
    example = ("128x4096", "")

    dims: Count = 1
    eps: Number | None = None
    elementwise_affine: Flag = True
    channels_first: Flag = False

    def elementwise_ops(self, x: Shape) -> Dim:
        return (3 + self.elementwise_affine) * prod(x)

    def layout(self, *inputs: Shape) -> Layout:
        return super().layout(*inputs) if self.channels_first or len(inputs[0]) == 3 else "channels_last"

    def copied(self, *inputs: tuple[Shape, Strides]) -> int:
        """What is not scaled lies as the input does, and is put in order by a copy; one row of means is gone by then."""
        ((x, strides),) = inputs
        if self.elementwise_affine:
            return 0
        is_moved = not same_strides(x, in_order(x, [strides]), laid_out(self.layout(x), x, inputs))
        return (is_moved - self._brings_channels_last(x)) * (prod(x) - self._vectors(x))

    def _brings_channels_last(self, x: Shape) -> bool:
        """Whether that changes the order of values."""
        return self.channels_first and x[1] > 1 and prod(x[2:]) > 1

    def scratch(self, *inputs: Shape) -> Held:
        x, vectors = inputs[0], self._vectors(inputs[0])
        if self.elementwise_affine or self._brings_channels_last(x):
            return Held(prod(x) + vectors)  # what is to be scaled, or put in order, and 1/root of each vector
        return Held(2 * vectors)  # the squares, which the result follows, and their means before and after eps

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        scaled = prod(inputs[0]) if trained else 0  # by the learned weight
        return Saved((0,), extra=Held(self._vectors(inputs[0]) + scaled))
