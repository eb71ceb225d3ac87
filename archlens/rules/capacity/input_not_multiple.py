"""An input whose size is no multiple of the total stride, so that pixels are lost on the way.

## What it does

Finds inputs that are no multiple of the largest distance between cells in the network, where a layer drops cells at the end of
its map for it, or where the output was to be as large as the input and is not. It looks for the nearest sizes at which neither
happens.

## Why it is bad

What is dropped in a small map stands for many pixels: one cell behind a total stride of 16 is a strip 16 wide. And a network
that scales down and up again, as for a mask, puts out a map of another size than the image, which then fits no skip and no
target.

## Example

```yaml
archlens: 1
input: 3x100x100
layers:
  - conv: 8 3x3 same
  - relu
  - max_pool: 2
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - upsample: 8
  - conv: 2 1x1
```

## Use instead

```yaml
archlens: 1
input: 3x104x104
layers:
  - conv: 8 3x3 same
  - relu
  - max_pool: 2
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - upsample: 8
  - conv: 2 1x1
```

## Not reported

Sizes at which nothing is lost though they are no multiple, as the 572 pixels of U-Net, whose windows take a border off.
Remainders that are padding, as in ResNet at 225 pixels.

## Reference

Arithmetic of the floor in output sizes; Ronneberger, Fischer & Brox, U-Net, arXiv:1505.04597, section 2: "it is important to
select the input tile size such that all 2x2 max-pooling operations are applied to a layer with an even x- and y-size".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archlens.errors import LayerError
from archlens.graph.model import Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape, axis_names, ceil_div
from archlens.layers.sliding import Sliding
from archlens.rules.model import Finding
from archlens.rules.sliding import Windows, along, times
from archlens.rules.subject import Subject

__all__ = ["check"]

_LAYERS = 2_000  # of larger networks only multiples are tried
_SPAN = 64  # sizes tried on either side


def check(subject: Subject) -> Iterator[Finding]:
    """Every input with sizes at which something is lost."""
    graph = subject.graph
    for name, tensor in graph.inputs.items():
        shape = graph.shapes[tensor]
        strides = _strides(subject, name)
        odd = [axis for axis, stride in enumerate(strides) if shape[axis + 2] % stride]
        if not odd:
            continue
        lost = _lost(subject, odd)
        grown = [] if lost else _grown(subject, name, odd, strides, graph.shapes)
        if not lost and not grown:
            continue
        alike: dict[tuple[int, int], list[str]] = {}
        for axis in odd:
            alike.setdefault((shape[axis + 2], strides[axis]), []).append(axis_names(len(strides))[axis])
        rank = len(strides)
        sizes = " and ".join([f"{n} pixels {along(names, rank)} (stride {stride})" for (n, stride), names in alike.items()])
        what = lost[0][1] if lost else grown[0]
        more = f", and {len(lost) - 1} more layers drop cells" if len(lost) > 1 else ""
        related = ((lost[0][0], "drops cells"),) if lost else ()
        span = graph.input_spans.get(name)
        yield Finding(
            f"input `{name}` is no multiple of the total stride: {sizes}; {what}{more}",
            None,
            _fitting(subject, name, odd, strides),
            "",
            related,
            span,
        )


def _strides(subject: Subject, name: str) -> list[int]:
    """The largest whole distance between cells along each axis of an input."""
    rank = len(subject.graph.shapes[subject.graph.inputs[name]]) - 2
    found = [1] * max(0, rank)
    for facts in subject.analysis.layers:
        field = facts.receptive_field
        if field is not None and field.input == name and not any(field.whole):
            for axis, jump in enumerate(field.jump):
                found[axis] = max(found[axis], int(jump))
    return found


def _lost(subject: Subject, odd: Sequence[int]) -> list[tuple[Node, str]]:
    """The layers that drop cells along these axes, and how many."""
    found = []
    for windows, nodes in subject.sliding.items():
        ends: dict[tuple[int, int], list[str]] = {}
        for axis in odd:
            slid = windows.axes[axis] if axis < len(windows.axes) else None
            if slid is not None and slid.dropped:
                ends.setdefault((slid.dropped, slid.size), []).append(slid.name)
        rank = len(windows.axes)
        what = " and ".join([f"the last {count} of {size} cells {along(names, rank)}" for (count, size), names in ends.items()])
        found += [(node, f"{node.path} drops {what}") for node in nodes if what]
    return sorted(found, key=lambda one: subject.numbers[one[0].path])


def _grown(subject: Subject, name: str, odd: Sequence[int], strides: Sequence[int], shapes: Sequence[Shape]) -> list[str]:
    """Outputs on the grid of the input that are rounded up to the next multiple of the stride; shapes: of all tensors."""
    found = []
    image = shapes[subject.graph.inputs[name]][2:]
    for output, tensor in subject.graph.outputs.items():
        field = subject.field_of(tensor)
        sizes = shapes[tensor][2:]
        if field is not None and field.input == name and set(field.jump) == {1} and len(sizes) == len(image):
            rounded = [ceil_div(image[axis], strides[axis]) * strides[axis] for axis in odd]
            if [sizes[axis] for axis in odd] == rounded != [image[axis] for axis in odd]:
                found.append(f"output `{output}` is {times(sizes)}, not {times(image)}")
    return found


def _fitting(subject: Subject, name: str, odd: Sequence[int], strides: Sequence[int]) -> str:
    """The nearest sizes at which nothing is lost."""
    shape = subject.graph.shapes[subject.graph.inputs[name]]
    coarse = len(subject.nodes) > _LAYERS
    found = []
    for direction in (-1, 1):
        for step in range(1, _SPAN + 1):
            sizes = list(shape[2:])
            for axis in odd:
                sizes[axis] = _tried(sizes[axis], strides[axis], direction * step, coarse)
            if min(sizes) < 1:
                break
            if _fits(subject, name, (*shape[:2], *sizes), odd, strides):
                found.append(times(sizes))
                break
    if not found:
        return "choose a multiple of the total stride: " + ", ".join(map(str, strides))
    return f"give it {' or '.join(found)} pixels, at which nothing is lost"


def _tried(size: int, stride: int, steps: int, coarse: bool) -> int:
    """A size so many steps away; coarse: steps from one multiple of the stride to the next."""
    if not coarse:
        return size + steps
    return (size // stride + steps + (steps < 0)) * stride


def _fits(subject: Subject, name: str, shape: Shape, odd: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether the network takes an input of this shape, and loses nothing along these axes."""
    graph = subject.graph
    shapes = [*graph.shapes]
    shapes[graph.inputs[name]] = shape
    known: dict[tuple[Layer, tuple[Shape, ...]], tuple[Shape, ...]] = {}
    for node in graph.nodes:
        inputs = tuple([shapes[tensor] for tensor in node.inputs])
        key = node.layer, inputs
        if key not in known:
            try:
                known[key] = node.layer.output_shapes(*inputs)
                if isinstance(node.layer, Sliding):
                    axes = Windows(node.layer, inputs[0]).axes
                    if any(axes[axis].dropped for axis in odd if axis < len(axes)):
                        return False
            except LayerError:
                return False
        for tensor, made in zip(node.outputs, known[key], strict=True):
            shapes[tensor] = made
    return not _grown(subject, name, odd, strides, shapes)
