"""A network that moves more than half of its values for operations value by value.

## What it does

Sums what every layer moves, inputs, outputs and parameters, and reports a network in which activations and joins value by value
(`add`, `multiply` and the like) move more than half. Batch norms are left out of both sums: at inference they become part of
the convolution before them.

## Why it is bad

An operation value by value does one operation per value that it reads, so it waits for memory. Its share of the operations is
next to nothing, its share of the time is not: on a GPU, taking ReLU and shortcut out of a bottleneck block makes it a fifth
faster.

## Example

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 32 3x3 same
  - gelu
  - add:
      main: [sigmoid]
      shortcut: []
  - conv: 10 1x1
  - global_avg_pool
```

## Use instead

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 32 3x3 same
  - gelu
  - conv: 10 1x1
  - global_avg_pool
```

## Not reported

What a compiler can write in one pass with the layer before is counted all the same: archlens looks at layers one by one.

## Reference

Ma, Zhang, Zheng & Sun, ShuffleNet V2, arXiv:1807.11164, guideline G4 and table 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_SHARE = 0.5
_JOINS = ("add", "subtract", "multiply", "divide", "maximum", "minimum")
_NAMED = 3


def check(subject: Subject) -> Iterator[Finding]:
    """One finding about the network, with what moves most; it points at the first layer of that kind."""
    moved: dict[str, int] = {}
    total = 0
    for facts in subject.analysis.layers:
        if facts.type != "batch_norm":
            total += facts.moved
            if facts.type in _JOINS or facts.family == "activation":
                moved[facts.type] = moved.get(facts.type, 0) + facts.moved
    share = sum(moved.values()) / total if total else 0.0
    if share <= _SHARE:
        return
    most = sorted(moved.items(), key=lambda one: -one[1])
    parts = ", ".join([f"`{kind}` {count / total:.1%}" for kind, count in most[:_NAMED]])
    first = next(node for node in subject.nodes if node.layer.type_name == most[0][0])
    yield Finding(
        f"of the {total:,} values that the network moves, {share:.1%} are for operations value by value: {parts}",
        help="fewer of them on the largest maps: an activation behind every other layer, joins after the map has shrunk",
        span=first.span,
    )
