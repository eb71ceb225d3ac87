"""How a tensor lies in memory: its strides, and what PyTorch makes of them.

Strides count values, not bytes, one for each axis, batch first. Asked with plain ints only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Literal, TypeAlias

from archlens.layers.windows import Rearranged

__all__ = [
    "Layout",
    "Strides",
    "compact",
    "contiguous",
    "in_order",
    "is_contiguous",
    "laid_out",
    "rearranged_strides",
    "same_strides",
    "stretched",
    "viewed",
]

Strides: TypeAlias = tuple[int, ...]
Sizes: TypeAlias = tuple[int, ...]

Layout: TypeAlias = Literal["contiguous", "channels_last", "channels_innermost", "positions_outermost", "kept", "first"]
"""How a layer lays out what it makes: one axis after the other; with the channels innermost where its inputs have
them so, else contiguous; so whatever its inputs; position by position, each with the whole batch; in the order of its
inputs' axes; or of the first one's."""


def compact(shape: Sizes, outermost_first: Sequence[int]) -> Strides:
    """The strides of a tensor without holes whose axes lie in this order."""
    found = [0] * len(shape)
    step = 1
    for axis in reversed(outermost_first):
        found[axis] = step
        step *= shape[axis]
    return tuple(found)


def contiguous(shape: Sizes) -> Strides:
    """One axis after the other, the last innermost."""
    return compact(shape, range(len(shape)))


def is_contiguous(shape: Sizes, strides: Strides) -> bool:
    """As `Tensor.is_contiguous`: the strides of axes of size 1 do not matter."""
    return same_strides(shape, strides, contiguous(shape))


def same_strides(shape: Sizes, one: Strides, other: Strides) -> bool:
    """Whether both say the same of a tensor: the strides of axes of size 1 do not matter."""
    return all(n == 1 or a == b for n, a, b in zip(shape, one, other, strict=True))


def viewed(shape: Sizes, strides: Strides, wanted: Sizes) -> Strides | None:
    """The strides under other sizes of the same values in the same order; None where that takes a copy.

    The rule of `Tensor.view`: axes may be put together where they lie together. After `computeStride_impl` in
    PyTorch's ATen/TensorUtils.cpp.
    """
    found = [0] * len(wanted)
    at, base, have, laid = len(wanted) - 1, strides[-1], 1, 1
    for axis in range(len(shape) - 1, -1, -1):
        have *= shape[axis]
        if axis == 0 or (shape[axis - 1] != 1 and strides[axis - 1] != have * base):  # what lies together ends here
            while at >= 0 and (laid < have or wanted[at] == 1):
                found[at] = laid * base
                laid *= wanted[at]
                at -= 1
            if laid != have:
                return None
            if axis:
                base, have, laid = strides[axis - 1], 1, 1
    return tuple(found)


def stretched(shape: Sizes, strides: Strides, full: Sizes, merged: int) -> int:
    """The values of the copy that stretching `shape` to `full` and making one axis of the first `merged` takes; 0 for a view.

    torch stretches without a copy, by strides of 0, but makes one axis only of what lies together.
    """
    steps = [0 if n == 1 < wanted else step for n, wanted, step in zip(shape, full, strides, strict=True)]
    first = full[:merged]
    return prod(full) if viewed(first, tuple(steps[:merged]), (prod(first),)) is None else 0


def rearranged_strides(how: Rearranged, strides: Strides) -> Strides | None:
    """The strides after axes were moved and put together; None where the last needs a copy. The batch stays first."""
    steps = [0] * len(how.sizes)
    for digits, stride in zip(how.before, strides[1:], strict=True):
        for digit in reversed(digits):
            steps[digit] = stride
            stride *= how.sizes[digit]
    found = [strides[0]]
    for digits in how.after:
        real = [digit for digit in digits if how.sizes[digit] > 1]
        for outer, inner in pairwise(real):
            if steps[outer] != how.sizes[inner] * steps[inner]:
                return None
        found.append(steps[real[-1]] if real else 1)
    return tuple(found)


def laid_out(layout: Layout, shape: Sizes, inputs: Sequence[tuple[Sizes, Strides]]) -> Strides:
    """The strides of a new tensor that a layer of this layout makes from inputs of these sizes and strides."""
    if layout == "first":
        return in_order(shape, [inputs[0][1]])
    if layout == "kept":
        first, strides = inputs[0]
        if len(inputs) == 1:
            return _by_value(shape, inputs)
        for sizes, others in inputs[1:]:  # a sum of three is two sums of two
            full = tuple(map(max, first, sizes))
            first, strides = full, _by_value(full, [(first, strides), (sizes, others)])
        return strides
    if layout == "channels_innermost" or (layout == "channels_last" and all(_channels_last(*one) for one in inputs)):
        return compact(shape, [0, *range(2, len(shape)), 1])
    if layout == "positions_outermost":
        return compact(shape, [*range(2, len(shape)), 0, 1])
    return contiguous(shape)


def _by_value(shape: Sizes, inputs: Sequence[tuple[Sizes, Strides]]) -> Strides:
    """The strides of what PyTorch computes value by value of inputs that stretch to `shape`.

    After `fast_set_up` in PyTorch's ATen/TensorIterator.cpp: where none stretches, the two common orders are made anew.
    """
    for made in (contiguous(shape), *([compact(shape, [0, 2, 3, 1])] if len(shape) == 4 else [])):
        if all(sizes == shape and same_strides(shape, strides, made) for sizes, strides in inputs):
            return made
    return in_order(shape, [_stretched(shape, *one) for one in inputs])


def _stretched(shape: Sizes, sizes: Sizes, strides: Strides) -> Strides:
    return tuple([0 if n == 1 < wanted else stride for wanted, n, stride in zip(shape, sizes, strides, strict=True)])


def in_order(shape: Sizes, inputs: Sequence[Strides]) -> Strides:
    """The strides of what PyTorch computes value by value: no holes, the axes in the order in which the inputs have them.

    After `reorder_dimensions` in PyTorch's ATen/TensorIterator.cpp; a stride of 0 says nothing about the order.
    """

    def before(a: int, b: int) -> int:
        for strides in inputs:
            if strides[a] and strides[b]:
                if strides[a] != strides[b]:
                    return 1 if strides[a] > strides[b] else -1
                if shape[a] > shape[b]:
                    return 1
        return 0

    inner = list(range(len(shape) - 1, -1, -1))
    for i in range(1, len(inner)):
        at = i
        for other in range(i - 1, -1, -1):
            turn = before(inner[other], inner[at])
            if turn > 0:
                inner[other], inner[at] = inner[at], inner[other]
                at = other
            elif turn < 0:
                break
    return compact(shape, inner[::-1])


def _channels_last(shape: Sizes, strides: Strides) -> bool:
    """Whether the channels lie innermost, by the rule of `suggest_memory_format` in PyTorch's c10/core/MemoryFormat.h.

    A line of units is taken as a map of height 1, as pooling does.
    """
    if len(shape) == 3:
        shape, strides = (*shape[:2], 1, shape[2]), (*strides[:2], strides[2] * shape[2], strides[2])
    if len(shape) not in (4, 5) or strides[1] == 0 or prod(shape) == 0:
        return False
    least = 0
    for axis in (1, *range(len(shape) - 1, 1, -1), 0):
        if strides[axis] < least or (axis == 0 and least == strides[1]):
            return False
        least = strides[axis] * shape[axis]
    return True
