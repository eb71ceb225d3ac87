"""A bias that the normalization after it takes away.

## What it does

Finds convolutions and linear layers with a bias whose only reader is a `batch_norm`, an `instance_norm`, or a `group_norm` of one
channel a group. Layers that let a constant of a channel through may stand between them: pooling (an average without padding),
`upsample`, `channel_shuffle`, and `permute`, as long as the norm's channels are those that have a bias each.

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

A bias before `layer_norm`, or a `group_norm` of several channels a group, whose mean is taken over these: there it makes a
difference. A linear layer on tokens T×F right before `batch_norm`, which takes the mean of each token and not of each feature. A
bias that is shared (`weights:`) with a layer that no such norm follows. Networks with published weights that have such biases, as
VGG with batch norm of torchvision, say so with `allow:`.

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
_KEEPS_CONSTANTS = (
    *("max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool", "global_avg_pool", "global_max_pool"),
    *("upsample", "channel_shuffle"),
)
"""Layers from which a constant that is added to a channel comes out as the same constant."""


def check(subject: Subject) -> Iterator[Finding]:
    """Every layer with a bias that is taken away again, wherever it is used."""
    undone: dict[str, list[tuple[Node, Node | None]]] = {}  # by the layer that owns the bias
    for node in subject.nodes:
        if getattr(node.layer, "bias", False) and node.layer.family in ("convolution", "linear"):
            undone.setdefault(node.owner, []).append((node, _norm_after(subject, node)))
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


def _norm_after(subject: Subject, node: Node) -> Node | None:
    """The norm that takes the mean of each channel that has one bias of the layer, None where there is none."""
    axis = len(node.output_shapes[0]) - 1 if node.layer.family == "linear" else 1  # of the biases
    found = subject.only_reader(node)
    while found is not None and not (axis == 1 and _is_of_channels(found)):
        axis = _carried(found, axis)
        found = subject.only_reader(found) if axis else None
    return found


def _is_of_channels(node: Node) -> bool:
    """Whether it subtracts the mean of each channel by itself."""
    groups = node.layer.arguments.get("num_groups")
    return node.layer.type_name in _NORMS or (groups is not None and groups == node.input_shapes[0][1])


def _carried(node: Node, axis: int) -> int:
    """The axis on which a constant for each place of this axis comes out, 0 where it does not."""
    kind = node.layer.type_name
    if kind == "permute":
        dims: tuple[int, ...] = node.layer.arguments["dims"]
        return [dim % len(dims) for dim in dims].index(axis)
    if kind == "avg_pool" and any(node.layer.spread("padding", len(node.input_shapes[0]) - 2)):
        return 0  # whose zeros are counted
    return axis if kind == "identity" or (axis == 1 and kind in _KEEPS_CONSTANTS) else 0
