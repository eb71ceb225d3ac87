"""An activation behind the narrow end of an inverted residual.

## What it does

Finds activations behind a 1×1 convolution that brings a block back to few channels, where the block before it is a 1×1
convolution to more channels and a depthwise convolution; a norm may stand before the activation, gates within.

## Why it is bad

An activation sets a part of its values to zero or flat. In many channels what one loses others still have; in few it is gone.
So these blocks end without one: the narrow maps between them are linear.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu6
  - conv: 96 1x1
  - relu6
  - depthwise_conv: 3x3 same
  - relu6
  - conv: 24 1x1 bias=false
  - batch_norm
  - relu6
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu6
  - conv: 96 1x1
  - relu6
  - depthwise_conv: 3x3 same
  - relu6
  - conv: 24 1x1 bias=false
  - batch_norm
  - global_avg_pool
  - linear: 10
```

## Not reported

Bottlenecks of ResNet, which narrow first and widen again. Depthwise-separable convolutions without an expansion, as in
MobileNetV1.

## Reference

Sandler, Howard, Zhu, Zhmoginov & Chen, MobileNetV2: Inverted Residuals and Linear Bottlenecks, arXiv:1801.04381, section 3.2
and figure 6a.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archlens.graph.model import Node
from archlens.rules.kinds import is_activation, is_depthwise, is_norm, is_pointwise_conv, passes_on
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every such activation."""
    for node in subject.nodes:
        if not is_activation(node):
            continue
        narrow = subject.before(node, lambda one: is_norm(one) or passes_on(one))
        if narrow is None or not is_pointwise_conv(narrow) or narrow.output_shapes[0][1] >= narrow.input_shapes[0][1]:
            continue
        depthwise = _before(subject, narrow)
        wide = _before(subject, depthwise) if depthwise is not None and is_depthwise(depthwise) else None
        if wide is not None and is_pointwise_conv(wide) and wide.input_shapes[0][1] < wide.output_shapes[0][1]:
            few, many = narrow.output_shapes[0][1], narrow.input_shapes[0][1]
            yield Finding(
                f"it acts on the {few} channels to which {narrow.path} has brought {many}: what it flattens there is lost",
                node,
                f"take `{node.layer.type_name}` away: the block ends with the norm, or with `conv: {few} 1x1` itself",
                related=((wide, f"widens to {wide.output_shapes[0][1]}"), (narrow, f"narrows to {few}")),
            )


def _before(subject: Subject, node: Node) -> Node | None:
    """The layer on the way back behind norms, activations and gates; of a gate's inputs the larger is followed."""
    tensor = node.inputs[0]
    while (found := subject.maker(tensor)) is not None:
        if found.layer.type_name == "multiply":
            sizes = [prod(shape) for shape in found.input_shapes]
            tensor = found.inputs[sizes.index(max(sizes))]
        elif is_norm(found) or is_activation(found) or passes_on(found):
            tensor = found.inputs[0]
        else:
            return found
    return None
