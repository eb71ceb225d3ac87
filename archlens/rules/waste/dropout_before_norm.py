"""Dropout whose output a batch norm measures in training.

## What it does

Finds dropout that a `batch_norm` (or an `instance_norm` with stored statistics) reads, at once or through activations, pooling
and changes of shape.

## Why it is bad

In training dropout zeroes values and scales up the rest: the mean stays, the variance grows. The norm stores that variance. In
inference nothing is dropped, so what arrives varies less than the norm believes, and everything behind it is off: networks
have lost several points of accuracy by it. With a chance of p, values of mean 0 vary 1/(1-p) times as much in training as in
inference, others more.

## Example

```yaml
archlens: 1
input: 784
layers:
  - linear: 256 bias=false
  - dropout: 0.5
  - batch_norm
  - relu
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 784
layers:
  - linear: 256 bias=false
  - batch_norm
  - relu
  - dropout: 0.5
  - linear: 10
```

## Not reported

A layer of weights between the two, which sums over many values: there the difference is smaller, and wide networks live with
it (Wide ResNet does so). `layer_norm` and `group_norm`, which store nothing. Dropout with p=0.

## Reference

Li, Chen, Hu & Yang, Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift, CVPR 2019,
arXiv:1801.05134: DenseNet on CIFAR-100 falls from 77.4 to 68.6 % with dropout 0.5 in every block.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.graph.model import Node
from archlens.rules.kinds import is_activation
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every dropout whose values a norm with stored statistics reads."""
    for norm in subject.of_type("batch_norm", "instance_norm"):
        if not norm.layer.arguments["track_running_stats"]:
            continue
        dropout = subject.before(norm, _keeps_the_shift)
        if dropout is None or dropout.layer.type_name != "dropout" or not 0 < dropout.layer.arguments["p"] < 1:
            continue
        p = dropout.layer.arguments["p"]
        direct = subject.before(norm, _scales) is dropout
        more = f"at least {1 / (1 - p):.3g} times as much as" if direct else "more than"
        yield Finding(
            f"{norm.path} behind it stores how much values vary in training, with {100 * p:g} % of them zeroed: "
            f"{more} in inference",
            dropout,
            f"put it after {norm.path} and its activation, or leave it out: the norm regularises too",
            "varies in training only",
            ((norm, "stores the variance"),),
        )


def _keeps_the_shift(node: Node) -> bool:
    return is_activation(node) or node.layer.family in ("pooling", "shape") or node.layer.type_name == "identity"


def _scales(node: Node) -> bool:
    """Whether a value that is zeroed or scaled up comes out zeroed or scaled up alike."""
    return node.layer.type_name in ("identity", "relu", "leaky_relu", "prelu", "flatten", "reshape", "permute", "tokens")
