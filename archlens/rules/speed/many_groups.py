"""A convolution in eight groups or more, which moves more values than one without for the same work.

## What it does

Finds convolutions of 8 groups or more, depthwise ones left out, and says how many values they move beside a convolution without
groups that does the same work on the same map.

## Why it is bad

Groups save work but not the moving of what goes in and comes out: g groups do a g-th of the work on the same values. For the
same work a convolution without them has √g times fewer channels, moves as much less, and runs as larger matrix products.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 128 3x3 same
  - relu
  - conv: 128 3x3 same groups=32
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 128 3x3 same
  - relu
  - conv: 128 3x3 same groups=4
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

Depthwise convolutions, which have as many groups as channels. ResNeXt, which has 32 groups on purpose, is reported: it is
better for the same work, and slower.

## Reference

Ma, Zhang, Zheng & Sun, ShuffleNet V2, arXiv:1807.11164, guideline G2 and table 2: at equal operations 8 groups run at less than
half the speed of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archlens.rules.kinds import is_depthwise
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_MANY = 8


def check(subject: Subject) -> Iterator[Finding]:
    """Every such convolution."""
    for number, node in enumerate(subject.nodes):
        if node.layer.type_name not in ("conv", "conv_transpose") or is_depthwise(node):
            continue
        groups = node.layer.arguments["groups"]
        if groups < _MANY:
            continue
        (given, made), facts = (node.input_shapes[0], node.output_shapes[0]), subject.analysis.layers[number]
        weights = prod(facts.parameter_shapes["weight"])
        values = prod(given) + prod(made)
        fewer = values / groups**0.5
        narrow = [max(1, round(shape[1] / groups**0.5)) for shape in (given, made)]
        yield Finding(
            f"its {groups} groups of {given[1] // groups} channels move {values + weights:,} values for {facts.macs:,} "
            f"multiply–accumulates; without groups {narrow[0]} → {narrow[1]} channels would move {fewer + weights:,.0f}",
            node,
            f"fewer groups, or none and about {narrow[1]} channels",
            f"{groups} groups",
        )
