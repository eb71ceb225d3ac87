"""A 1×1 convolution that moves a quarter more values than one of equal widths for the same work.

## What it does

Holds the values that a 1×1 convolution moves, h·w·(c₁ + c₂) in and out and c₁·c₂ weights, against the least for its h·w·c₁·c₂
multiply–accumulates, which c₁ = c₂ reaches, and reports those that move more than 1.25 times as much: on large maps those whose
widths differ more than fourfold.

## Why it is bad

Such a layer does few operations per value, so its time is that of moving them. At equal work unequal widths move more.

## Example

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 16 3x3 same
  - relu
  - conv: 128 1x1
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 40 3x3 same
  - relu
  - conv: 48 1x1
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

Convolutions that read the network's input, or that have as many channels as its output. On small maps the weights are most of
what moves, and widths make no difference. ResNet's bottlenecks, fourfold, are not reported; inverted residuals (MobileNetV2,
EfficientNet), which widen sixfold on purpose, are, and so are the strongest reductions of Inception modules.

## Reference

Ma, Zhang, Zheng & Sun, ShuffleNet V2, arXiv:1807.11164, guideline G1: MAC ≥ 2·√(h·w·B) + B/(h·w), B = h·w·c₁·c₂, with equality
at c₁ = c₂ (their MAC is memory access cost).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archlens.rules.kinds import is_pointwise_conv
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check", "moved_at_least"]

_TOO_MANY = 1.25


def moved_at_least(places: int, before: int, after: int) -> float:
    """The least number of values that a 1×1 convolution of as much work moves: with √(c₁·c₂) channels in and out."""
    return float(2 * places * (before * after) ** 0.5 + before * after)


def check(subject: Subject) -> Iterator[Finding]:
    """Every such convolution."""
    of_input = set(subject.graph.inputs.values())
    asked_for = {subject.graph.shapes[tensor][1] for tensor in subject.outputs}
    for number, node in enumerate(subject.nodes):
        if not is_pointwise_conv(node) or not of_input.isdisjoint(node.inputs):
            continue
        before, after = node.input_shapes[0][1], node.output_shapes[0][1]
        if number in subject.last_weights or after in asked_for:
            continue
        places = node.output_shapes[0][0] * prod(node.output_shapes[0][2:])
        moved, least = places * (before + after) + before * after, moved_at_least(places, before, after)
        if moved > _TOO_MANY * least:
            equal = round((before * after) ** 0.5)
            least_wide = f"{before} → {4 * before}" if before < after else f"{4 * after} → {after}"
            yield Finding(
                f"{before} channels become {after}: that moves {moved:,} values for {places * before * after:,} "
                f"multiply–accumulates, {moved / least:.2f} times what {equal} → {equal} would",
                node,
                f"at most fourfold, as {least_wide}, is near enough; {equal} → {equal} would be best for this work",
                f"{before} → {after}",
            )
