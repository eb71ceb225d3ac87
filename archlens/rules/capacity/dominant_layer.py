"""One layer that holds more than half of all parameters.

## What it does

Finds the layer that owns more than half of the network's parameters, where three or more layers have weights.

## Why it is bad

What such a layer learns by heart is most of what the network can learn by heart: it overfits first, and it is what a file of
weights is filled with, while the layers that extract features stay small beside it. Most often it is the first fully connected
layer on a flattened map, which has a weight for every pair of a place and an output.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - flatten
  - linear: 128
  - relu
  - linear: 10
```

## Use instead

Average the map first, so that the layer gets one feature from each channel:

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
  - linear: 128
  - relu
  - linear: 10
```

## Not reported

Networks of one or two layers with weights, of which one is always the larger. Weights that several layers share count once. Of
the shipped networks AlexNet, VGG, YOLOv1 and the fully connected ones have such a layer.

## Reference

Lin, Chen & Yan, Network in Network, arXiv:1312.4400, section 3.2: global average pooling in place of fully connected layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archlens.graph.model import Node
from archlens.layers.dims import Shape
from archlens.rules.model import Finding
from archlens.rules.sliding import by, times
from archlens.rules.subject import Subject

__all__ = ["check"]

_FEWEST = 3  # layers with weights


def check(subject: Subject) -> Iterator[Finding]:
    """The layer, if there is one."""
    layers, total = subject.analysis.layers, subject.analysis.totals.params
    own = [(facts.params, number) for number, facts in enumerate(layers) if facts.params and facts.family != "normalization"]
    if len(own) < _FEWEST:
        return
    params, number = max(own, key=lambda found: found[0])
    if 2 * params <= total:
        return
    node, shapes = subject.nodes[number], layers[number].parameter_shapes
    sizes = " + ".join(map(times, shapes.values()))
    yield Finding(
        f"it holds {params:,} of the network's {total:,} parameters ({params / total:.1%}): {sizes}",
        node,
        _cure(subject, node, params),
        f"{params / total:.1%} of all parameters",
    )


def _cure(subject: Subject, node: Node, params: int) -> str:
    """What to write instead, with the figures of this layer."""
    flatten = subject.flattened(node)
    if flatten and prod(flatten.input_shapes[0][2:]) > 1 and subject.maker(flatten.inputs[0]):
        _, channels, *sizes = flatten.input_shapes[0]
        fewer = node.layer.params((node.input_shapes[0][0], channels))
        features = "·".join(map(str, (channels, *sizes)))
        return (
            f"`global_avg_pool` in place of `{flatten.layer.type_name}` gives it {channels:,} features, not {features} = "
            f"{channels * prod(sizes):,}: {fewer:,} parameters"
        )
    weight = node.layer.parameter_shapes(*node.input_shapes).get("weight", ())
    if node.layer.type_name in ("linear", "embedding") and len(weight) == 2:
        return _factors(node, weight)
    if node.layer.type_name == "conv" and prod(weight[2:]) > 1 and node.layer.arguments["groups"] == 1:
        out, channels, *kernel = weight
        apart = channels * prod(kernel) + channels * out
        return (
            f"`depthwise_conv: {by(kernel)}` and `conv: {out} 1x1` behind it have {apart:,} weights, not {prod(weight):,}; "
            "or give it fewer channels"
        )
    return "make this layer narrower, or the others wider: what is saved elsewhere hardly counts"


def _factors(node: Node, weight: Shape) -> str:
    """A matrix as the product of two thinner ones that hold half as many weights."""
    rows, columns = weight
    between = rows * columns // (2 * (rows + columns))
    if node.layer.type_name == "embedding":
        return f"an embedding of {between:,} features and `linear: {columns}` behind it hold half as many"
    if between < 1:
        return "make this layer narrower"
    return f"two layers, `linear: {between}` and `linear: {rows}`, hold half as many weights; or make it narrower"
