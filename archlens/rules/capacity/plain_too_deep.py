"""Many layers of weights one behind the other, with no way around any of them.

## What it does

Counts the layers of weights on the shortest way from an input to the first output. Reports more than 20; and more than 10 where
not one layer on that way normalizes.

## Why it is bad

Signals and gradients are multiplied at every layer, and after many they have grown or shrunk beyond use. Norms keep them in
range, yet plain networks of 30 layers train worse than those of 20 even so: not by overfitting, their training error is higher.
A shortcut around every few layers (`add`, `concat`) mends that, since the way around is as short as the network is shallow.

## Example

```yaml
archlens: 1
input: 3x32x32
blocks:
  Unit:
    - conv: 16 3x3 same
    - relu
layers:
  - Unit:
    repeat: 12
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
blocks:
  Unit:
    - add:
        main: [{conv: channels 3x3 same bias=false}, batch_norm, relu, {conv: channels 3x3 same bias=false}, batch_norm]
        shortcut: []
    - relu
layers:
  - conv: 16 3x3 same
  - relu
  - Unit:
    repeat: 6
  - global_avg_pool
  - linear: 10
```

## Not reported

Networks whose shortcuts leave 20 layers or fewer, however deep they are: ResNet-152 has 6 on its shortest way. Layers on gates
and auxiliary outputs have no say. With `selu`, which keeps its values in range by itself, no norm is asked for. VGG (without
norm), the plain network of 34 layers in ResNet's paper, MobileNetV1 (28) and EfficientNet (23) are reported; the first was
indeed trained in steps, the last two train well.

## Reference

He, Zhang, Ren & Sun, Deep Residual Learning for Image Recognition, arXiv:1512.03385, figure 1 and table 2 (plain-34 is worse
than plain-18, with batch norm); Simonyan & Zisserman, arXiv:1409.1556, section 3.1 (VGG-11 first, its layers then start the
deeper ones).
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.graph.model import Node
from archlens.rules.kinds import is_norm
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_MOST = 20
_MOST_WITHOUT_NORM = 10


def check(subject: Subject) -> Iterator[Finding]:
    """One finding about the last layer of weights on the shortest way."""
    way = shortest_way(subject)
    weights = [node for node, weighs in way if weighs]
    keeps = any(is_norm(node) or node.layer.type_name == "selu" for node, _ in way)
    if len(weights) <= (_MOST if keeps else _MOST_WITHOUT_NORM):
        return
    first, last = weights[0], weights[-1]
    lack = "" if keeps else "; no norm stands on it"
    more = f"more than {_MOST}" if keeps else f"more than {_MOST_WITHOUT_NORM} without a norm"
    norms = "" if keeps else f"put `batch_norm` behind each{', and' if len(weights) > _MOST else ', or'} "
    yield Finding(
        f"even the shortest way from the input leads through {len(weights)} layers of weights, of which it is the last{lack}",
        last,
        f"{more} train badly: {norms}go around every two or three with `add: {{main: […], shortcut: []}}`",
        f"number {len(weights)}",
        ((first, "number 1"),),
    )


def shortest_way(subject: Subject) -> list[tuple[Node, bool]]:
    """The way from an input of the network to its first output that passes the fewest layers of weights: each layer, and whether
    it is one of them. Empty where no input leads there."""
    graph = subject.graph
    passed: dict[int, tuple[int, int]] = dict.fromkeys(graph.inputs.values(), (0, -1))  # layers of weights, tensor before
    for number, node in enumerate(subject.nodes):
        before = min([(passed[tensor][0], tensor) for tensor in node.inputs if tensor in passed], default=None)
        if before:
            for tensor in node.outputs:
                passed[tensor] = before[0] + subject.weighs[number], before[1]
    way: list[tuple[Node, bool]] = []
    tensor = next(iter(graph.outputs.values()))
    while tensor in passed and graph.producers[tensor] >= 0:
        number = graph.producers[tensor]
        way.append((subject.nodes[number], subject.weighs[number]))
        tensor = passed[tensor][1]
    return way[::-1]
