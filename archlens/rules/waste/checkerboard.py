"""A transposed convolution whose windows overlap unevenly, or leave gaps.

## What it does

Finds transposed convolutions along whose axes neighbouring cells of the output get different numbers of taps. Without dilation
that is so where the kernel is no multiple of the stride; where it is smaller than the stride, some cells get none.

## Why it is bad

Cells with more taps come out larger: the output shows a checkerboard with the stride for its period, which training has to
learn away and mostly does not. Cells without a tap are the bias alone, whatever the image.

## Example

```yaml
archlens: 1
input: 64x16x16
layers:
  - conv_transpose: 32 3x3 /2 padding=1 output_padding=1
  - relu
  - conv: 3 3x3 same
```

## Use instead

A kernel of a multiple of the stride:

```yaml
archlens: 1
input: 64x16x16
layers:
  - conv_transpose: 32 4x4 /2 padding=1
  - relu
  - conv: 3 3x3 same
```

Or enlarge first and convolve then, as the article does:

```yaml
archlens: 1
input: 64x16x16
layers:
  - upsample: 2
  - conv: 32 3x3 same
  - relu
  - conv: 3 3x3 same
```

## Not reported

The border, where any window has fewer neighbours to overlap with. An axis of one input cell, whose one window overlaps with
nothing. Convolutions with a stride, whose gradients have the same pattern.

## Reference

Odena, Dumoulin & Olah, Deconvolution and Checkerboard Artifacts, Distill 2016, doi 10.23915/distill.00003.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import NamedTuple

from archlens.graph.model import Node
from archlens.layers.dims import axis_names, prod
from archlens.layers.windows import Transposed
from archlens.rules.model import Finding
from archlens.rules.sliding import WIDEST, along, by, each, short, times
from archlens.rules.subject import Subject

__all__ = ["check"]


class _Axis(NamedTuple):
    """A transposed window along an axis. taps: of the cells of a period, in turn."""

    name: str
    how: Transposed
    taps: tuple[int, ...]


def check(subject: Subject) -> Iterator[Finding]:
    """Every transposed convolution that treats neighbours unlike."""
    for node in subject.of_type("conv_transpose"):
        axes = _axes(node)
        uneven = [axis for axis in axes if len({*axis.taps}) > 1]
        if not uneven:
            continue
        strides = [axis.how.stride for axis in axes]
        window = f"windows of {times([axis.how.dilation * (axis.how.kernel - 1) + 1 for axis in axes])}"
        cells = prod([len(axis.taps) for axis in uneven])
        covered = prod([sum([taps > 0 for taps in axis.taps]) for axis in uneven])
        if covered < cells:
            kept = "the bias" if node.layer.arguments["bias"] else "0"
            message = (
                f"its {window} leave gaps at stride {each(strides)}: {cells - covered} of every {cells} cells are {kept} alone"
            )
        else:
            message = f"its {window} overlap unevenly at stride {each(strides)}: {_in_turn(uneven, len(axes))}{_spread(uneven)}"
        kernels = [axis.how.kernel for axis in axes]
        label = "" if any(axis.how.dilation > 1 for axis in axes) else f"{times(kernels)} is no multiple of {each(strides)}"
        yield Finding(message, node, _cure(node, axes), label)


def _axes(node: Node) -> list[_Axis]:
    (row,) = node.layer.windows(*node.input_shapes)
    found = []
    for name, how, size in zip(axis_names(len(row)), row, node.input_shapes[0][2:], strict=True):
        if isinstance(how, Transposed) and how.stride <= WIDEST:
            taps = [0] * how.stride
            turn = how.stride // gcd(how.stride, how.dilation)  # taps until they fall on the first one's cells again
            for tap in range(turn):
                taps[tap * how.dilation % how.stride] = how.kernel // turn + (tap < how.kernel % turn)
            found.append(_Axis(name, how, tuple(taps) if size > 1 else (1,)))
    return found


def _in_turn(uneven: list[_Axis], rank: int) -> str:
    """How many taps neighbours get, axis by axis: `along height and width, cells get 2, 1, 2, 1, … taps`."""
    names: dict[tuple[int, ...], list[str]] = {}
    for axis in uneven:
        names.setdefault(axis.taps, []).append(axis.name)
    turns = {taps: ", ".join(map(str, taps * 2 if len(taps) == 2 else taps)) for taps in names}
    return "; ".join([f"{along(of, rank)}, cells get {turns[taps]}, … taps" for taps, of in names.items()])


def _spread(uneven: list[_Axis]) -> str:
    """How much the cells of a map differ, the axes taken together; nothing for a single axis."""
    if len(uneven) == 1:
        return ""
    return f", so from {prod([min(axis.taps) for axis in uneven])} to {prod([max(axis.taps) for axis in uneven])} on the map"


def _cure(node: Node, axes: list[_Axis]) -> str:
    """The next larger kernel that is even, cut so that the output keeps its size."""
    if any(axis.how.dilation > 1 for axis in axes):
        return "leave the dilation out and take a kernel of a multiple of the stride"
    extras = node.layer.spread("output_padding", len(axes))
    kernels, cuts, more = [], [], []
    for axis, extra in zip(axes, extras, strict=True):
        how = axis.how
        longer = -how.kernel % how.stride if len({*axis.taps}) > 1 else 0
        surplus = 2 * how.padding - extra + longer
        kernels.append(how.kernel + longer)
        more.append(surplus % 2 if longer else extra)
        cuts.append((surplus + more[-1]) // 2)
    strides = [axis.how.stride for axis in axes]
    words = [by(kernels), f"/{short(strides)}"]
    for name, values in (("padding", cuts), ("output_padding", more)):
        if any(values):
            words.append(f"{name}={short(values)}")
    window = by([3] * len(axes))
    scale = f"`upsample: {strides[0]}`" if len({*strides}) == 1 else "`upsample`"
    return f"write `{' '.join(words)}`, which puts out as many cells; or {scale} and a `conv` of {window}"
