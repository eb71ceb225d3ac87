"""A step that halves the map while the channels stay as they are.

## What it does

Finds convolutions and pools that shrink every axis of a map to half or less, behind which, at the new size, no map has more
channels than came in. Steps that no layer of weights follows at the new size are left out: they belong to the head.

## Why it is bad

Halving height and width leaves a quarter of the places. If each of them holds no more than before, three quarters of what the
map can hold are gone, and the layers at the new size do a quarter of the work. Networks that are known to be good double the
channels.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - conv: 16 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

A step whose map widens later at the same size, as ResNet's bottlenecks do. Vectors and tokens. Reported are the pool behind the
first layer of ResNet-18 and the last stages of VGG, which stop at 512 channels, among others.

## Reference

He, Zhang, Ren & Sun, arXiv:1512.03385, section 3.3, design rule (ii): "if the feature map size is halved, the number of filters
is doubled so as to preserve the time complexity per layer"; Simonyan & Zisserman, arXiv:1409.1556, section 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.graph.model import Node
from archlens.layers.dims import show
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_FAMILIES = ("convolution", "pooling")


def check(subject: Subject) -> Iterator[Finding]:
    """Every such step that an output needs."""
    widest: dict[int, int] = {}  # by tensor: the most channels from here on, as long as the map is not halved
    followed: dict[int, bool] = {}  # whether weights work on it before that
    found = []
    for number in range(len(subject.nodes) - 1, -1, -1):
        node = subject.nodes[number]
        if number not in subject.needed:
            continue
        for tensor, shape in zip(node.outputs, node.output_shapes, strict=True):
            widest[tensor] = max(widest.get(tensor, 0), shape[1])
        if _halves(node) and followed.get(node.outputs[0], False) and widest[node.outputs[0]] <= node.input_shapes[0][1]:
            found.append(node)
        keeps = bool(node.inputs) and _keeps(node)
        goes_on = keeps and any(followed.get(made, False) for made in node.outputs)
        works = subject.weighs[number] and (keeps or _halves(node))
        for tensor in node.inputs:
            followed[tensor] = followed.get(tensor, False) or goes_on or works
            if keeps:
                widest[tensor] = max([widest.get(tensor, 0), *[widest[made] for made in node.outputs]])
    for node in reversed(found):
        yield _finding(node)


def _halves(node: Node) -> bool:
    """Whether it makes a smaller map, of half the size or less along every axis, of a map."""
    if node.layer.family not in _FAMILIES or len(node.inputs) != 1 or len(node.output_shapes[0]) != len(node.input_shapes[0]):
        return False
    sizes = [*zip(node.input_shapes[0][2:], node.output_shapes[0][2:], strict=True)]
    return bool(sizes) and all(1 < after <= (before + 1) // 2 for before, after in sizes)


def _keeps(node: Node) -> bool:
    """Whether what it makes is still a map of that size: no larger, and not halved, but perhaps without its border."""
    before, after = node.input_shapes[0][2:], node.output_shapes[0][2:]
    kept = [new == old or (old + 1) // 2 < new < old for old, new in zip(before, after, strict=False)]
    return len(before) == len(after) and all(kept)


def _finding(node: Node) -> Finding:
    before, after = node.input_shapes[0], node.output_shapes[0]
    wider = "it" if node.layer.family == "convolution" and node.layer.mixes_channels else "the layers behind it"
    return Finding(
        f"{show(before)} becomes {show(after)}, and no layer at that size has more than the {before[1]} channels from before",
        node,
        f"give {wider} {2 * before[1]} channels",
        f"{show(before)} → {show(after)}",
    )
