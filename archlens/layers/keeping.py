"""The facts about memory: what a layer shares with its input, what it holds while it runs, what its backward pass needs.

All are asked with plain ints only and may branch. They say what PyTorch does on a CPU; a test holds every layer type
to it. Where CUDA differs stands in docs/memory.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, ClassVar

from archlens.layers.dims import Dim, Shape
from archlens.layers.strides import Layout, Strides, laid_out, rearranged_strides, viewed
from archlens.layers.windows import Rearranged
from archlens.records import NamedTuple

__all__ = ["INDEX_BYTES", "NOTHING", "Held", "Keeping", "Saved"]

INDEX_BYTES = 8  # int64


class Held(NamedTuple):
    """Memory beside inputs and outputs. values: in the network's dtype. indices: int64, whatever the dtype."""

    values: int = 0
    indices: int = 0

    def bytes(self, value_bytes: int) -> int:
        """The bytes, a value taking `value_bytes`."""
        return value_bytes * self.values + INDEX_BYTES * self.indices


NOTHING = Held()


class Saved(NamedTuple):
    """What autograd keeps of one layer until its backward pass, parameters and buffers apart.

    inputs, outputs: positions of those that are kept. extra: what only the backward pass needs.
    """

    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    extra: Held = NOTHING


class Keeping:
    """What every layer says about memory; a subclass states those facts that differ."""

    inplace = False  # not annotated: a field of those types whose torch class has it
    is_view: ClassVar[bool] = False
    """Whether its outputs share its input's memory, as PyTorch runs it for inference, where the strides allow it."""
    integer_inputs: ClassVar[tuple[int, ...]] = ()
    """Positions of the inputs that hold int64 indices."""
    integer_buffers: ClassVar[tuple[str, ...]] = ()
    """Names of the buffers that are int64, whatever the dtype."""

    # What the defaults below follow from; `Layer` has them and says what each is.
    output_shapes: ClassVar[Callable[..., tuple[Shape, ...]]]
    rearranges: ClassVar[Callable[..., Rearranged | None]]
    torch_pad: ClassVar[Callable[..., Mapping[str, Any] | None]]

    # ---- facts ----

    def shares(self, training: bool) -> bool:
        """Whether outputs are in the first input's memory: as views of it where strides allow it, or written over it."""
        return self.is_view or self.inplace

    def view_strides(self, strides: Strides, x: Shape) -> tuple[Strides | None, ...]:
        """For a layer that `shares`: the strides of each output, given those of the input; None where it is a copy.

        By default outputs with all values hold them in the same order or as `rearranges` says, and others are slices
        along axes that stay, or the input repeated along axes of size 1; axes that are gone are the first after the batch.
        """
        outputs = self.output_shapes(x)
        how = self.rearranges(x)
        if outputs == (x,) and how is None:
            return (strides,)
        if len(outputs) == 1 and prod(outputs[0]) == prod(x):
            return (viewed(x, strides, outputs[0]) if how is None else rearranged_strides(how, strides),)
        found = []
        for shape in outputs:
            kept = [0, *range(len(x) - len(shape) + 1, len(x))]
            axes = zip(kept, shape, strict=True)
            found.append(tuple([0 if x[axis] == 1 < size else strides[axis] for axis, size in axes]))
        return tuple(found)

    @property
    def reorders(self) -> bool:
        """Whether it lays out new tensors as `layout` says even where all inputs are contiguous."""
        return False

    def layout(self, *inputs: Shape) -> Layout:
        """How it lays out new tensors where an input is not contiguous."""
        return "contiguous"

    def new_strides(self, *inputs: tuple[Shape, Strides]) -> tuple[Strides, ...]:
        """The strides of each output that is a new tensor, made of inputs of these sizes and strides."""
        shapes = [shape for shape, _ in inputs]
        layout = self.layout(*shapes)
        return tuple([laid_out(layout, out, inputs) for out in self.output_shapes(*shapes)])

    def reads_as(self, x: Shape) -> Shape | None:
        """The sizes under which it reads its input; an input whose strides do not allow that is copied first."""
        return None

    def copied(self, *inputs: tuple[Shape, Strides]) -> int:
        """The values of the copies that it makes of inputs before it reads them, since they lie so and not contiguous.

        Below 0 where it spares one that `scratch` has.
        """
        if not inputs:
            return 0
        x, strides = inputs[0]
        wanted = self.reads_as(x)
        return 0 if wanted is None or viewed(x, strides, wanted) is not None else prod(x)

    def scratch(self, *inputs: Shape) -> Held:
        """The most it holds at once beside its inputs and its outputs while it runs for inference.

        The rooms that a kernel takes for itself (im2col, cuDNN workspaces) are not part of it.
        """
        return self.padded(*inputs)

    def room_is_estimated(self, *inputs: Shape) -> bool:
        """Whether `scratch` is an estimate: what torch makes on the way hangs on the machine, or on values."""
        return False

    def copies_are_estimated(self, *inputs: tuple[Shape, Strides]) -> bool:
        """Whether `copied` is an estimate, since they lie so: torch has another kernel for that, whose outputs are contiguous."""
        return False

    def saves(self, *inputs: Shape, trained: bool, wanted: tuple[bool, ...]) -> Saved:
        """What is kept for the backward pass. trained: whether its parameters learn. wanted: for each input, whether a
        gradient flows on to it. Asked only where one of them is so.
        """
        padded = self.padded(*inputs)
        return Saved(extra=padded) if padded.values else Saved(tuple(range(len(inputs))))

    def padded(self, *inputs: Shape) -> Held:
        """The copy of the input with the border that `torch_pad` puts around it."""
        before = self.torch_pad(*inputs)
        if before is None:
            return NOTHING
        pads: tuple[Dim, ...] = before["pad"]
        axes = zip(reversed(inputs[0]), pads[::2], pads[1::2], strict=False)  # the last axis first
        grown = [n + low + high for n, low, high in axes]
        return Held(prod(grown) * prod(inputs[0][: len(inputs[0]) - len(grown)]))
