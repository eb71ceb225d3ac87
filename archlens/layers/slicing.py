"""Layers that take a tensor apart along an axis. What they put out are views of it, as in torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.base import Layer
from archlens.layers.dims import Dim, Shape, ceil_div, equal, minimum, require, show
from archlens.layers.fields import Axis, Count, Index, Parts
from archlens.layers.keeping import Saved
from archlens.layers.strides import Strides
from archlens.layers.windows import POINTWISE, Along, Fixed, Window, each_axis

__all__ = ["Chunk", "Select", "Slice", "Split"]


class _Pieces(Layer):
    """Each piece is a view: no value is copied."""

    family = "shape"
    linear = True
    is_view = True

    _sizes: ClassVar[Callable[..., tuple[Dim, ...]]]
    """The size of every piece, for an axis and a shape; each type states its own."""
    _start: ClassVar[Callable[..., Dim]]
    """Where the piece of a number begins; not the sum of sizes, which takes as long as there are pieces for each of them."""

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        axis = self.axis("dim", x)
        return tuple([(*x[:axis], size, *x[axis + 1 :]) for size in self._sizes(axis, x)])

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        axis = self.axis("dim", x)
        return (each_axis(len(x), {axis: Window(1, padding=-self._start(axis, x, output))}),)

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class Split(_Pieces):
    """An axis in pieces of given sizes, an output each; `as: [a, b]` names them.

    split_size: of every piece, the last may be smaller; or the size of each, such as [64, 32].
    dim: the axis, batch counted; 1 is the channels.
    """

    type_name = "split"
    torch_name = "torch.split"
    example: ClassVar = ("96x56x56", "[64, 32]")

    split_size: Parts
    dim: Axis = 1

    def _sizes(self, axis: int, x: Shape) -> tuple[Dim, ...]:
        given = self.split_size
        if isinstance(given, tuple):
            require(
                equal(sum(given), x[axis]),
                "split: {} add up to {}, but axis {} of {} has {}",
                " + ".join(map(str, given)),
                sum(given),
                axis,
                show(x),
                x[axis],
                argument="split_size",
                help="give sizes that add up to {4}, or one size for all pieces",
            )
            return given
        if not (isinstance(given, int) and isinstance(x[axis], int)):
            raise LayerError("split: how many pieces there are does not follow from symbols or arrays", "split_size", "list them")
        return tuple([min(given, x[axis] - start) for start in range(0, x[axis], given)])

    def _start(self, axis: int, x: Shape, output: int) -> Dim:
        given = self.split_size
        return sum(given[:output]) if isinstance(given, tuple) else given * output

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"split_size_or_sections": self.split_size, "dim": self.dim}


class Chunk(_Pieces):
    """An axis in a number of equal pieces, an output each; `as: [a, b]` names them.

    Of n units each piece has ⌈n / chunks⌉, the last what is left.

    chunks: how many pieces.
    dim: the axis, batch counted; 1 is the channels.
    """

    type_name = "chunk"
    torch_name = "torch.chunk"
    example: ClassVar = ("128x28x28", "2")

    chunks: Count
    dim: Axis = 1

    def _sizes(self, axis: int, x: Shape) -> tuple[Dim, ...]:
        if not isinstance(self.chunks, int):
            raise LayerError("chunk: how many pieces there are does not follow from a symbol or an array", "chunks")
        size = ceil_div(x[axis], self.chunks)
        require(
            size * (self.chunks - 1) < x[axis],
            "chunk: axis {} of {} has {}, which makes {} pieces of {}, not {}",
            axis,
            show(x),
            x[axis],
            ceil_div(x[axis], size),
            size,
            self.chunks,
            argument="chunks",
            help="choose a number that divides {2}, or `split` into sizes of your own",
        )
        return tuple([minimum(size, x[axis] - size * i) for i in range(self.chunks)])

    def _start(self, axis: int, x: Shape, output: int) -> Dim:
        return ceil_div(x[axis], self.chunks) * output


class Slice(Layer):
    """A stretch of an axis, every `step`-th unit of it. A view.

    dim: the axis, batch counted; 1 is the channels, or the tokens of T×F.
    start: the first unit; negative counts from the end.
    end: the first unit left out, negative from the end; without it the slice goes to the end.
    step: distance between units.
    """

    type_name = "slice"
    torch_name = "torch.Tensor.__getitem__"
    family = "shape"
    linear = True
    is_view = True
    reference = "x[:, start:end:step]; an end beyond the axis is refused here"
    example: ClassVar = ("197x768", "1 1")

    dim: Axis
    start: Index = 0
    end: Index | None = None
    step: Count = 1

    def _ends(self, x: Shape) -> tuple[int, Dim, Dim]:
        """The axis, its first unit and the first one left out, counted from the front."""
        axis = self.axis("dim", x)
        size = x[axis]
        start = _from_front(self.start, size)
        end = size if self.end is None else _from_front(self.end, size)
        for name, given, at in (("start", self.start, start), ("end", self.end, end)):
            for inside in (at >= 0, at <= size):
                require(
                    inside,
                    "slice: {}={} lies outside axis {} of {}, which has {}",
                    name,
                    given,
                    axis,
                    show(x),
                    size,
                    argument=name,
                    help="units count from 0 to {4}, from the end -1 to -{4}",
                )
        require(
            start < end,
            "slice: nothing lies from {} to {} on axis {} of {}, which has {}",
            start,
            end,
            axis,
            show(x),
            size,
            argument="start" if self.end is None else "end",
            help="the end is the first unit left out, so it lies behind the start",
        )
        return axis, start, end

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        axis, start, end = self._ends(x)
        return ((*x[:axis], ceil_div(end - start, self.step), *x[axis + 1 :]),)

    def view_strides(self, strides: Strides, x: Shape) -> tuple[Strides | None, ...]:
        axis, _, _ = self._ends(x)
        return ((*strides[:axis], strides[axis] * self.step, *strides[axis + 1 :]),)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        axis, start, _ = self._ends(x)
        return (each_axis(len(x), {axis: Window(1, self.step, -start)}),)

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


class Select(Layer):
    """One unit of an axis, which goes: the class token of T×F, say. A view.

    index: which unit; negative counts from the end.
    dim: the axis, batch counted; 1 is the channels, or the tokens of T×F.
    """

    type_name = "select"
    torch_name = "torch.select"
    family = "shape"
    linear = True
    is_view = True
    example: ClassVar = ("197x768", "0")

    index: Index
    dim: Axis = 1

    def _place(self, x: Shape) -> tuple[int, Dim]:
        """The axis and the unit, counted from the front."""
        axis = self.axis("dim", x)
        index = _from_front(self.index, x[axis])
        for inside in (index >= 0, index < x[axis]):
            require(
                inside,
                "select: there is no unit {} on axis {} of {}, which has {}",
                self.index,
                axis,
                show(x),
                x[axis],
                argument="index",
                help="units count from 0, from the end -1 to -{3}",
            )
        if len(x) == 2:
            help = f"keep the axis, with `slice: {axis} <start> <end>`"
            raise LayerError(f"select takes the only axis of {show(x)} away", "dim", help)
        return axis, index

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        axis, _ = self._place(x)
        return ((*x[:axis], *x[axis + 1 :]),)

    def view_strides(self, strides: Strides, x: Shape) -> tuple[Strides | None, ...]:
        axis, _ = self._place(x)
        return ((*strides[:axis], *strides[axis + 1 :]),)

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        axis, index = self._place(x)
        after = {i: Along(i - 1, POINTWISE) for i in range(axis + 1, len(x))}
        return (each_axis(len(x), {axis: Along(None, Fixed(index)), **after}),)

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        return Saved()


def _from_front(value: Dim, size: Dim) -> Dim:
    """A place counted from the front; only plain numbers count from the end."""
    return value + size if isinstance(value, int) and value < 0 else value
