"""A single step after which an eighth of the values is left, with no way around it.

## What it does

Finds layers from map to map that every way through the network passes and that leave an eighth of the values or fewer (a
sixteenth in 3-D, where halving every axis leaves an eighth). The head is left out: layers that no layer of weights follows,
those that have the output's channels already, and those that leave one place, or a vector.

## Why it is bad

All that the layers behind know of the input has to go through what is left. A map should shrink gently, by halving, while its
channels grow; where a large step is wanted, a pool and a convolution with stride side by side, joined by `concat`, lose less.

## Example

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 32 3x3 same
  - relu
  - max_pool: 4
  - conv: 64 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 32 3x3 same
  - relu
  - max_pool: 2
  - conv: 64 3x3 same
  - relu
  - max_pool: 2
  - conv: 64 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

A step that a branch goes around: a shortcut, a gate, another output. Autoencoders have such a step on purpose; SqueezeNet,
which squeezes its channels eightfold, is reported.

## Reference

Szegedy, Vanhoucke, Ioffe, Shlens & Wojna, Rethinking the Inception Architecture, arXiv:1512.00567, section 2, principle 1, and
section 5, figures 9 and 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archlens.graph.model import Node
from archlens.layers.dims import show
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_LEFT = 8
_AXES_3D = 5  # of a batch of maps in 3-D


def check(subject: Subject) -> Iterator[Finding]:
    """Every such layer."""
    weights = [number for number in subject.needed if subject.weighs[number]]
    last = max(weights, default=-1)
    first_output = next(iter(subject.graph.outputs.values()))
    channels = subject.graph.shapes[first_output][1:2]
    for number in sorted(subject.bridges):
        node = subject.nodes[number]
        before, after = node.input_shapes[0], node.output_shapes[0]
        is_map = min(len(before), len(after)) > 2 and prod(after[2:]) > 1
        if number >= last or len(node.inputs) != 1 or not is_map or after[1:2] == channels:
            continue
        had, left = prod(before[1:]), sum([prod(shape[1:]) for shape in node.output_shapes])
        if left * (2 * _LEFT if len(after) == _AXES_3D else _LEFT) <= had:
            yield Finding(
                f"of {had:,} values {left:,} are left ({_share(left, had)}), and every way to the output leads through here",
                node,
                _cure(node),
                f"{show(before)} → {show(after)}",
            )


def _share(left: int, had: int) -> str:
    return f"1 in {had / left:.3g}" if left else "none"


def _cure(node: Node) -> str:
    before, after = node.input_shapes[0], node.output_shapes[0]
    if before[2:] == after[2:]:
        return f"keep more channels: {before[1] // 4} of {before[1]} would leave a quarter of the values"
    if len(before) == len(after) and after[1] < before[1]:
        return f"shrink the map or the channels, not both in one step: with {before[1]} channels less is lost"
    steps = f"halve the map twice, with a convolution of {2 * before[1]} channels between"
    if node.layer.family == "pooling":
        return f"{steps}, or `concat` it with a convolution of the same window and stride"
    return f"{steps}, or give it more than {after[1]} channels"
