"""Branches of different sizes that a join stretches without a word.

## What it does

Finds `add`, `subtract`, `maximum` and `minimum` where a branch has one channel, or one row or column, and the others more; and
all joins of values where each of two branches is stretched to the other.

## Why it is bad

Branches of a join should agree. Where one has size 1 along an axis, torch uses its values for all the units of the other: a
map of one channel is added to each of 64. That is rarely meant, and no error says so; the same branch with two channels would
be refused.

## Example

```yaml
archlens: 1
input: 1x32x32
layers:
  - add: {main: [conv: 16 3x3 same, relu], shortcut: []}
```

## Use instead

```yaml
archlens: 1
input: 1x32x32
layers:
  - add: {main: [conv: 16 3x3 same, relu], shortcut: [conv: 16 1x1]}
```

## Not reported

Gates: a branch of C×1×1, or of one channel, that multiplies or divides, as in squeeze-and-excitation and spatial attention. A
vector C×1×1 that is added to every cell of a map, or one of 1×F to every token; a single number; what `parameter` or a mean
with `keepdim` puts out: there the sizes are written on purpose. Vectors, as the value that is added to all advantages in a
dueling network. A branch of three axes with the batch, where it is not known whether they are C×L or T×F.

## Reference

PyTorch, Broadcasting semantics, whose section "Backwards compatibility" warns of code that changed its meaning silently when sums
of tensors of unequal shapes began to stretch them.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.graph.model import Node
from archlens.layers.dims import Shape, axis_names, show
from archlens.rules.kinds import is_activation, keeps_places, passes_on
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_MEANT = ("parameter", "relative_position_bias")


def check(subject: Subject) -> Iterator[Finding]:
    """Every join that stretches a branch which is no gate."""
    for node in subject.of_type("add", "subtract", "multiply", "divide", "maximum", "minimum"):
        out = node.output_shapes[0]
        if all(shape[1:] == out[1:] for shape in node.input_shapes):
            continue
        stretched = [(place, set(_stretched(shape, out))) for place, shape in enumerate(node.input_shapes)]
        short = [(place, axes) for place, axes in stretched if axes and not _is_meant(subject, node.inputs[place])]
        crossed = [(p, q) for p, one in short for q, other in short if p < q and not (one <= other or other <= one)]
        if crossed:
            yield _crossed(subject, node, *crossed[0])
        elif node.layer.type_name not in ("multiply", "divide"):
            odd = next(((place, axes) for place, axes in short if _is_odd(subject, node, place, axes)), None)
            if odd:
                yield _odd(subject, node, odd[0], min(odd[1]))


def _crossed(subject: Subject, node: Node, one: int, other: int) -> Finding:
    first, second = node.input_shapes[one], node.input_shapes[other]
    return Finding(
        f"branches {one + 1} and {other + 1}, {show(first)} and {show(second)}, are both stretched, "
        f"to {show(node.output_shapes[0])}: every value of one meets every value of the other",
        node,
        "give both the same size; if all pairs are meant, `allow: {silent-broadcast: all pairs are wanted}` says so",
        "both are stretched",
        _related(subject, node, one, other),
    )


def _odd(subject: Subject, node: Node, place: int, axis: int) -> Finding:
    shape, out = node.input_shapes[place], node.output_shapes[0]
    rank = len(out) - 2
    what = "channel" if axis == 1 else f"unit of {axis_names(rank)[axis - 2]}"
    cure = "give it the same strides and padding"
    if axis == 1:
        cure = f"`conv: {out[1]} {'x'.join('1' * rank)}` gives it the channels"
    return Finding(
        f"branch {place + 1}, {show(shape)}, is stretched to {show(out)} without a word: "
        f"its one {what} is used for all {out[axis]:,}",
        node,
        f"{cure}; if one for all is meant, `allow: {{silent-broadcast: one {what} for all}}` says so",
        "stretched here",
        _related(subject, node, place),
    )


def _related(subject: Subject, node: Node, *places: int) -> tuple[tuple[Node, str], ...]:
    makers = [(subject.maker(node.inputs[place]), show(node.input_shapes[place])) for place in places]
    return tuple([(maker, size) for maker, size in makers if maker is not None])


def _stretched(shape: Shape, out: Shape) -> list[int]:
    """The axes after the batch that are stretched."""
    return [axis for axis in range(1, len(out)) if shape[axis] == 1 < out[axis]]


def _is_meant(subject: Subject, tensor: int) -> bool:
    """Whether the size 1 is written on purpose: a parameter's, or an axis that a mean keeps."""
    maker = subject.source(tensor, _keeps_values)
    return maker is not None and (maker.layer.type_name in _MEANT or maker.layer.arguments.get("keepdim", False))


def _keeps_values(node: Node) -> bool:
    return passes_on(node) or is_activation(node) or node.layer.family == "shape"


def _is_odd(subject: Subject, node: Node, place: int, axes: set[int]) -> bool:
    """Whether a stretched branch is neither a number nor a vector for every cell."""
    shape = node.input_shapes[place]
    if all(size == 1 for size in shape[1:]):
        return False
    if len(shape) == 3:
        return 1 in axes and any(_is_of_map(subject, tensor) for tensor in node.inputs)
    return 1 in axes or any(size > 1 for size in shape[2:])


def _is_of_map(subject: Subject, tensor: int) -> bool:
    """Whether a tensor of three axes is C×L: it comes of a layer of windows."""
    maker = subject.source(tensor, keeps_places)
    return maker is not None and hasattr(maker.layer, "slides")
