"""Joins: several branches become one."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.agreeing import KEEP_AXES, MISMATCH, rank_cure, require_match, require_same_rank, stretched_size
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, equal, prod, require, show
from archlens.layers.fields import Axis
from archlens.layers.keeping import Held, Saved
from archlens.layers.strides import Layout, Strides, contiguous, stretched
from archlens.layers.windows import POINTWISE, Along, AxisMap, Gate, Whole, Window, each_axis

__all__ = ["Add", "Concat", "Divide", "Matmul", "Maximum", "Minimum", "Multiply", "Stack", "Subtract"]


class _Broadcast(Layer):
    """An operation on the branches value by value; an axis of size 1 is stretched to the others' size."""

    family = "join"
    inputs: ClassVar[tuple[int, int | None]] = (2, None)
    reference = "torch broadcasting, between tensors with the same number of axes"
    formulas: ClassVar = {"elementwise_ops": "(branches - 1) * C * prod(O)"}

    stretched: ClassVar[AxisMap] = Whole(1)
    """How an output reads an axis of size 1 that is stretched."""

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        joined = inputs[0]
        for shape in inputs[1:]:
            require_same_rank(self.type_name, joined, shape, rank_cure(joined, shape))
            joined = tuple(stretched_size(self.type_name, axis, joined, shape) for axis in range(len(shape)))
        return (joined,)

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
    """Sum of the branches, value by value: a residual connection.

    y = F(x) + x: the branch F learns only what is to change, and F = 0 passes x on. Gradients flow back through the sum as they
    are. The branches must agree in size; a 1×1 convolution on the shortcut mends channels and stride.
    """

    reference = "chapter 12.6; He, Zhang, Ren & Sun, 2015, arXiv:1512.03385; sizes as torch broadcasts them"

    type_name = "add"
    torch_name = "torch.add"
    linear = True
    example: ClassVar = ("256x56x56, 256x56x56", "")

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class Multiply(_Broadcast):
    """Product of the branches, value by value: a gate.

    A gate of C×1×1 weighs the channels of C×H×W.
    """

    reference = "Hu, Shen & Sun, Squeeze-and-Excitation Networks, 2018, arXiv:1709.01507; sizes as torch broadcasts them"

    type_name = "multiply"
    torch_name = "torch.mul"
    example: ClassVar = ("64x56x56, 64x1x1", "")
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


class Subtract(_Broadcast):
    """The first branch less the second, value by value."""

    type_name = "subtract"
    torch_name = "torch.sub"
    linear = True
    inputs = (2, 2)
    joins = True
    example: ClassVar = ("64x56x56, 64x1x1", "")

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class Divide(_Broadcast):
    """The first branch by the second, value by value."""

    type_name = "divide"
    torch_name = "torch.div"
    inputs = (2, 2)
    joins = True
    example: ClassVar = ("64x56x56, 64x1x1", "")


class Maximum(_Broadcast):
    """The larger value of the branches, place by place."""

    type_name = "maximum"
    torch_name = "torch.maximum"
    example: ClassVar = ("64x56x56, 64x56x56", "")


class Minimum(_Broadcast):
    """The smaller value of the branches, place by place."""

    type_name = "minimum"
    torch_name = "torch.minimum"
    example: ClassVar = ("64x56x56, 64x56x56", "")


class Matmul(Layer):
    """Products of matrices: those on the last two axes of the first branch, M×K, by the second's, K×N.

    Each of the M·N values is a sum of K products. Nothing is learned: both matrices are computed.

    The axes before them go in step; one of size 1 is stretched. The batch is one of these, so a branch has two axes or
    more without it.
    """

    type_name = "matmul"
    torch_name = "torch.matmul"
    family = "join"
    inputs = (2, 2)
    joins = True
    reference = "torch.matmul, between tensors with the same number of axes"
    formulas: ClassVar = {"macs": "B * M * K * N"}
    example: ClassVar = ("12x197x64, 12x64x197", "")

    def output_shapes(self, a: Shape, b: Shape) -> tuple[Shape, ...]:
        require_same_rank("matmul", a, b, "`reshape` one; before the last two axes, those of size 1 are stretched")
        if len(a) < 3:
            help = "a vector C as a matrix of one row is `reshape: [1, -1]`"
            raise LayerError(f"matmul needs two axes or more in each branch, got {show(a)} and {show(b)}", help=help)
        require(
            equal(a[-1], b[-2]),
            "matmul: the inner sizes differ: {}×{} by {}×{}",
            *(a[-2], a[-1], b[-2], b[-1]),
            help="the last axis of the first branch goes along the last but one of the second; `permute` one of them",
            code=MISMATCH,
        )
        leading = [stretched_size("matmul", axis, a, b) for axis in range(len(a) - 2)]
        return ((*leading, a[-2], b[-1]),)

    def macs(self, a: Shape, b: Shape) -> Dim:
        return prod(self.output_shapes(a, b)[0]) * a[-1]

    def reads(self, *inputs: Shape, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        (out,) = self.output_shapes(*inputs)
        rank = len(out)
        rows = []
        for shape, inner in zip(inputs, (rank - 1, rank - 2), strict=True):
            hows: dict[int, AxisMap] = {axis: Whole(1) for axis in range(1, rank - 2) if shape[axis] < out[axis]}
            rows.append(each_axis(rank, {**hows, inner: Along(None, Whole(shape[inner]))}))
        return tuple(rows)

    def scratch(self, *inputs: Shape) -> Held:
        return Held(self._copies(*[(x, contiguous(x)) for x in inputs]))

    def copied(self, *inputs: tuple[Shape, Strides]) -> int:
        return self._copies(*inputs) - self.scratch(*[x for x, _ in inputs]).values

    def _copies(self, *inputs: tuple[Shape, Strides]) -> int:
        lead = tuple(map(max, *[x[:-2] for x, _ in inputs]))
        return sum([stretched(x, strides, (*lead, *x[-2:]), len(lead)) for x, strides in inputs])  # one axis before the matrices

    def variables(self, a: Shape, b: Shape) -> dict[str, Any]:
        return {"B": prod(self.output_shapes(a, b)[0][1:-2]), "M": a[-2], "K": a[-1], "N": b[-1]}


class Stack(Layer):
    """The branches side by side on a new axis.

    They must agree in size. `concat` puts them on an axis that there is.

    dim: where the new axis stands in what comes out, batch counted.
    """

    type_name = "stack"
    torch_name = "torch.stack"
    linear = True
    family = "join"
    inputs = (1, None)
    example: ClassVar = ("64x56x56, 64x56x56", "dim=1")

    dim: Axis = 1

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        first = inputs[0]
        dim = self.axis("dim", (first[0], len(inputs), *first[1:]))
        for shape in inputs[1:]:
            require_same_rank("stack", first, shape, "every branch of a stack has the same sizes; `reshape` one")
            for axis in range(len(first)):
                require_match("stack", equal(first[axis], shape[axis]), axis, first, shape)
        return ((*first[:dim], len(inputs), *first[dim:]),)

    def reads(self, *inputs: Shape, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        rank = len(inputs[0])
        dim = self.axis("dim", (*inputs[0], 1))
        moved = {axis: Along(axis + 1, POINTWISE) for axis in range(dim, rank)}
        return (each_axis(rank, moved),) * len(inputs)

    def new_strides(self, *inputs: tuple[Shape, Strides]) -> tuple[Strides, ...]:
        """torch concatenates along the axis that stands there and makes two of it; behind the last, branches of an axis more."""
        (out,) = self.output_shapes(*[shape for shape, _ in inputs])
        dim = self.axis("dim", out)
        if dim == len(out) - 1:
            return Concat(dim=dim).new_strides(*[((*shape, 1), (*strides, 1)) for shape, strides in inputs])
        (joined,) = Concat(dim=dim).new_strides(*inputs)
        return ((*joined[:dim], joined[dim] * out[dim + 1], *joined[dim:]),)

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class Concat(Layer):
    """The branches one after the other along an axis.

    No value is changed: the output holds the channels of the first branch, then those of the second, and so on. So the branches
    must have the same height and width, and their channels add up. Inception joins filters of several sizes in this way.

    dim: the axis, batch counted; 1 is the channels.
    """

    type_name = "concat"
    torch_name = "torch.cat"
    linear = True
    example: ClassVar = ("64x28x28, 128x28x28, 32x28x28, 32x28x28", "")
    family = "join"
    inputs = (1, None)
    reference = "chapter 12.6; Szegedy et al., Going Deeper with Convolutions, 2014, arXiv:1409.4842"

    dim: Axis = 1

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        first = inputs[0]
        dim = self.axis("dim", first)
        for shape in inputs[1:]:
            require_same_rank("concat", first, shape, KEEP_AXES)
            for axis in range(len(first)):
                if axis != dim:
                    require_match("concat", equal(first[axis], shape[axis]), axis, first, shape)
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
