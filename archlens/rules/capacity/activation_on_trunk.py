"""An activation on the trunk of a very deep residual network.

## What it does

In networks with 100 layers of weights or more on their longest way, finds activations that follow an `add` directly and that
every way from the input to the output passes.

## Why it is bad

The sums of a residual network carry what comes from the layers before through all blocks, and their gradients back, unchanged:
as long as nothing stands between one sum and the next. An activation there changes them at every block, and with a ReLU what is
carried can only grow. At 100 layers and more that costs accuracy: on CIFAR-10 the error of 1,001 layers falls from 7.61 to 4.92
% when norm and activation move into the branch, before its convolutions.

## Example

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
  - Unit:
    repeat: 54
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
        main: [batch_norm, relu, {conv: channels 3x3 same bias=false}, batch_norm, relu, {conv: channels 3x3 same}]
        shortcut: []
layers:
  - conv: 16 3x3 same
  - Unit:
    repeat: 54
  - batch_norm
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

Shallower networks, where it makes no difference. The last activation, which no `add` follows. ResNet-101, ResNet-152 and
ResNet-110 are reported: they are older than this finding.

## Reference

He, Zhang, Ren & Sun, Identity Mappings in Deep Residual Networks, arXiv:1603.05027, section 4.1 and table 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.rules.kinds import is_activation
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_DEEP = 100


def check(subject: Subject) -> Iterator[Finding]:
    """Every such activation."""
    depth = subject.analysis.totals.depth
    if depth < _DEEP:
        return
    sums = [number for number in subject.bridges if subject.nodes[number].layer.type_name == "add"]
    last = max(sums, default=-1)
    for number in sorted(subject.bridges):
        node = subject.nodes[number]
        before = subject.maker(node.inputs[0]) if is_activation(node) and number < last else None
        if before is not None and before.layer.type_name == "add":
            yield Finding(
                f"it changes what {before.path} carries on to the next blocks, in a network {depth} layers deep",
                node,
                f"take `{node.layer.type_name}` away here and begin the branch with it: norm, activation, convolution, twice",
                related=((before, "the sum"),),
            )
