"""Joins: several branches become one."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, either, equal, maximum, prod, require, show
from archlens.layers.fields import Axis
from archlens.layers.keeping import Held, Saved
from archlens.layers.strides import Layout
from archlens.layers.windows import POINTWISE, Along, AxisMap, Gate, Whole, Window, each_axis

__all__ = ["Add", "Concat", "Multiply"]

_MISMATCH = "ARC203"


class _Broadcast(Layer):
    """An operation on the branches value by value; an axis of size 1 is stretched to the others' size."""

    family = "join"
    inputs = (2, None)
    reference = "torch broadcasting, between tensors with the same number of axes"
    formulas: ClassVar = {"elementwise_ops": "(branches - 1) * C * prod(O)"}

    stretched: ClassVar[AxisMap] = Whole(1)
    """How an output reads an axis of size 1 that is stretched."""

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        joined = inputs[0]
        for shape in inputs[1:]:
            _require_same_rank(self.type_name, joined, shape)
            joined = tuple(self._stretch(axis, joined, shape) for axis in range(len(shape)))
        return (joined,)

    def _stretch(self, axis: int, joined: Shape, shape: Shape) -> Dim:
        a, b = joined[axis], shape[axis]
        _require_match(self.type_name, either(equal(a, b), equal(a, 1), equal(b, 1)), axis, joined, shape)
        return maximum(a, b)

    def elementwise_ops(self, *inputs: Shape) -> Dim:
        return (len(inputs) - 1) * prod(self.output_shapes(*inputs)[0])

    def windows(self, *inputs: Shape) -> tuple[tuple[AxisMap, ...], ...]:
        ((_, _, *sizes),) = self.output_shapes(*inputs)
        rows = (zip(shape[2:], sizes, strict=True) for shape in inputs)
        return tuple(tuple(self.stretched if n == 1 < o else POINTWISE for n, o in row) for row in rows)

    def variables(self, *inputs: Shape) -> dict[str, Any]:
        ((_, channels, *sizes),) = self.output_shapes(*inputs)
        return {"branches": len(inputs), "C": channels, "O": tuple(sizes)}

    def _partial(self, *inputs: Shape) -> list[int]:
        """Values of what comes of the first two branches, the first three …: torch joins two at a time."""
        shape, found = inputs[0], []
        for other in inputs[1:]:
            shape = tuple(map(max, shape, other))
            found.append(prod(shape))
        return found

    def layout(self, *inputs: Shape) -> Layout:
        return "kept"

    def scratch(self, *inputs: Shape) -> Held:
        made = self._partial(*inputs)
        both = [a + b for a, b in pairwise(made)]  # what went in is there until the next has come out
        return Held(max([0, *[size - made[-1] for size in both]]))


class Add(_Broadcast):
    """Sum of the branches, value by value: a residual connection."""

    type_name = "add"
    torch_name = "torch.add"

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class Multiply(_Broadcast):
    """Product of the branches, value by value: a gate."""

    type_name = "multiply"
    torch_name = "torch.mul"
    stretched = Gate()

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        """A factor is kept where the other's gradient is wanted; a product of several is taken two factors at a time."""
        kept, extra = set(), 0
        flows, made = wanted[0], [0, *self._partial(*inputs)]
        for i in range(1, len(inputs)):
            if flows:
                kept.add(i)
            if wanted[i] and i == 1:
                kept.add(0)
            elif wanted[i]:
                extra += made[i - 1]
            flows = flows or wanted[i]
        return Saved(tuple(sorted(kept)), extra=Held(extra))


class Concat(Layer):
    """The branches one after the other along an axis.

    dim: the axis, batch counted; 1 is the channels.
    """

    type_name = "concat"
    torch_name = "torch.cat"
    family = "join"
    inputs = (1, None)

    dim: Axis = 1

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        first = inputs[0]
        dim = self.axis("dim", first)
        for shape in inputs[1:]:
            _require_same_rank("concat", first, shape)
            for axis in range(len(first)):
                if axis != dim:
                    _require_match("concat", equal(first[axis], shape[axis]), axis, first, shape)
        return ((*first[:dim], sum(shape[dim] for shape in inputs), *first[dim + 1 :]),)

    def reads(self, *inputs: Shape, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        dim = self.axis("dim", inputs[0])
        rows = []
        offset = 0
        for shape in inputs:
            rows.append(each_axis(len(shape), {dim: Window(1, 1, offset)}))  # unit u is unit u - offset of this branch
            offset += shape[dim]
        return tuple(rows)

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_last" if len(inputs[0]) > 3 else "contiguous"

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


def _require_same_rank(layer: str, a: Shape, b: Shape) -> None:
    if len(a) != len(b):
        raise LayerError(
            f"{layer}: the branches disagree in shape: {show(a)} and {show(b)} differ in their number of axes",
            help="keep the axes, e.g. `global_avg_pool: keepdim=true`, or `reshape` one branch",
            code=_MISMATCH,
        )


def _require_match(layer: str, condition: Any, axis: int, a: Shape, b: Shape) -> None:
    """Refuse branches that differ along `axis`."""
    if condition is True:
        return
    require(
        condition,
        f"{layer}: the branches disagree in shape: {show(a)} and {show(b)} ({_axis_name(axis, len(a))} {{}} and {{}})",
        a[axis],
        b[axis],
        help=_cure(axis),
        code=_MISMATCH,
    )


def _axis_name(axis: int, rank: int) -> str:
    if axis < 2:
        return ("batch", "channels")[axis]
    spatial = {3: ("length",), 4: ("height", "width"), 5: ("depth", "height", "width")}.get(rank)
    return spatial[axis - 2] if spatial else f"axis {axis}"


def _cure(axis: int) -> str:
    if axis == 1:
        return "give the branch a projection, e.g. `- conv: {0} 1x1`"
    return "give the branches the same strides and padding, or `crop` the larger" if axis > 1 else ""
