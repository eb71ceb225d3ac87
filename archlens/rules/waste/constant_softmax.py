"""A softmax over one value, which is always 1.

## What it does

Finds `softmax`, `softmin` and `log_softmax` over an axis of size 1, and self-attention over a single token.

## Why it is bad

The values of a softmax add up to 1; of one value there is nothing to share, so it is 1 (its logarithm 0) whatever arrives.
Nothing before it learns anything by way of it. Mostly the axis is the wrong one, or a single score was to become a
probability, which is what `sigmoid` does. Attention weighs tokens by a softmax: with one token queries and keys do nothing.

## Example

```yaml
archlens: 1
input: 64
layers:
  - linear: 1
  - softmax
```

## Use instead

```yaml
archlens: 1
input: 64
layers:
  - linear: 1
  - sigmoid
```

## Not reported

Attention of a query to a single key that comes of elsewhere: how many there are, the caller may choose.

## Reference

Follows from the definition: exp(x) / exp(x) = 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.graph.model import Node
from archlens.layers.dims import show
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_OTHERS = {"softmax": "every value becomes 1", "softmin": "every value becomes 1", "log_softmax": "every value becomes 0"}


def check(subject: Subject) -> Iterator[Finding]:
    """Every softmax over one value."""
    for node in subject.of_type(*_OTHERS, "multihead_attention", "scaled_dot_product_attention"):
        found = _constant(node) if node.layer.type_name in _OTHERS else _of_one_token(node)
        if found:
            yield found


def _constant(node: Node) -> Finding | None:
    shape, kind = node.input_shapes[0], node.layer.type_name
    axis = node.layer.axis("dim", shape)
    if shape[axis] != 1:
        return None
    wide = [other for other in range(1, len(shape)) if shape[other] > 1]
    cures = [f"`{kind}: dim={other}` runs over {shape[other]:,}" for other in wide]
    if len(shape) == 2 or axis == 1:
        single = "logsigmoid" if kind == "log_softmax" else "sigmoid"
        cures.insert(0, f"`{single}` makes a probability of one score{' (its logarithm)' if kind == 'log_softmax' else ''}")
    size = f"axis {axis} of what arrives ({show(shape)}, the batch before it) has size 1"
    return Finding(f"{size}: {_OTHERS[kind]}, whatever arrives", node, "; ".join(cures), "over one value")


def _of_one_token(node: Node) -> Finding | None:
    own = len(set(node.inputs)) == 1
    arguments = node.layer.arguments
    more = arguments.get("add_bias_kv", False) or arguments.get("add_zero_attn", False)
    if not own or more or node.input_shapes[0][-2] != 1:
        return None
    return Finding(
        f"it attends to a single token ({show(node.input_shapes[0])}): the one weight is 1 whatever arrives, "
        "and queries and keys do nothing",
        node,
        "let tokens arrive, T×F: `tokens` makes them of a map, before it is pooled or flattened; on one vector use `linear`",
        "over one token",
    )
