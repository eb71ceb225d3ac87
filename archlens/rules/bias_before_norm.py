"""A bias that the normalization after it takes away.

## What it does

Finds convolutions and linear layers with a bias whose only reader is a `batch_norm` or an `instance_norm`. Max and average
pooling without padding, which let a constant of a channel through, may stand between them.

## Why it is bad

The normalization subtracts the mean of each channel, and the bias with it: whatever value the bias has, what comes out is the
same. It learns nothing, and costs a parameter and an addition for every channel. The normalization's own shift does what it was
meant to do.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - batch_norm
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same bias=false
  - batch_norm
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

A bias before `layer_norm` or `group_norm`, whose mean is taken over several channels: there it makes a difference. A bias that is
shared (`weights:`) with a layer that no such norm follows. Networks with published weights that have such biases, as VGG with
batch norm of torchvision, say so with `allow:`.

## Reference

Ioffe & Szegedy, Batch Normalization, arXiv:1502.03167, section 3.2, where the bias is left out for this reason; PyTorch,
Performance Tuning Guide, "Disable bias for convolutions directly followed by a batch norm".
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.graph.model import Node
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_NORMS = ("batch_norm", "instance_norm")
_POOLS = ("max_pool", "avg_pool")


def check(subject: Subject) -> Iterator[Finding]:
    """Every layer with a bias that is taken away again, wherever it is used."""
    undone: dict[str, list[tuple[Node, Node | None]]] = {}  # by the layer that owns the bias
    for node in subject.nodes:
        if getattr(node.layer, "bias", False) and node.layer.family in ("convolution", "linear"):
            norm = subject.after(node, _lets_a_constant_through)
            is_undone = norm is not None and norm.layer.type_name in _NORMS
            undone.setdefault(node.owner, []).append((node, norm if is_undone else None))
    for uses in undone.values():
        for node, norm in uses:
            if norm is None or not all(other for _, other in uses):
                continue
            count = node.layer.parameter_shapes(*node.input_shapes)["bias"][0]
            shift = f"; the shift of `{norm.layer.type_name}` stands for it" if getattr(norm.layer, "affine", False) else ""
            yield Finding(
                f"its bias ({count:,} parameters) has no effect: {norm.path} subtracts the mean of each channel, so the bias too",
                node,
                f"write `bias=false`{shift}",
                "has a bias",
                ((norm, "takes it away"),),
            )


def _lets_a_constant_through(node: Node) -> bool:
    """Whether a constant added to a channel comes out as the same constant."""
    return node.layer.type_name in _POOLS and not any(node.layer.spread("padding", len(node.input_shapes[0]) - 2))
