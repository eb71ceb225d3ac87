"""Channels that are no multiple of what tensor cores take at once.

## What it does

Finds convolutions and linear layers whose output channels (features) are no multiple of 16 bytes: of 8 values of float16 or
bfloat16, 4 of float32 (tf32), 16 of int8 or float8, 2 of float64. Without a target 8 is asked for. Input channels are told
where no layer of weights made them: of a `concat` or a `flatten`.

## Why it is bad

Tensor cores work on tiles. Channels that do not fill the last one leave part of it empty, or the library falls back to a slower
kernel.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 57 3x3 same
  - relu
  - conv: 60 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 56 3x3 same
  - relu
  - conv: 64 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

The channels of the network's input, three in a picture; those of its outputs, which are the classes there are; depthwise
convolutions, which do not run on tensor cores; layers that do less than a tenth of what a layer of weights does on average, as
the small layers of gates do.

## Reference

NVIDIA, Deep Learning Performance, Convolutional Layers User's Guide, quick start checklist: input and output channels divisible
by 8 in FP16, by 4 in TF32; by 16 in INT8.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.errors import UsageError
from archlens.graph.model import Node
from archlens.layers.dtypes import value_bytes
from archlens.rules.kinds import is_depthwise
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check", "multiple_of"]

_TILE_BYTES = 16
_TYPES = ("conv", "conv_transpose", "linear")
_SMALL = 10


def multiple_of(target: str | None) -> int:
    """How many values of a type fill 16 bytes; 8, those of float16, without one and for a type that is not known."""
    try:
        return _TILE_BYTES // value_bytes("float32" if target == "tf32" else target or "float16")
    except UsageError:
        return _TILE_BYTES // value_bytes("float16")


def check(subject: Subject) -> Iterator[Finding]:
    """Every layer of weights that makes such channels, or gets them from where no layer of weights is to blame."""
    multiple = multiple_of(subject.target)
    unit = f"{multiple} (tensor cores, {subject.target or 'float16'})"
    totals = subject.analysis.totals
    told = set(subject.graph.inputs.values())  # tensors whose channels nothing is to be said of any more
    for number, node in enumerate(subject.nodes):
        facts = subject.analysis.layers[number]
        if not subject.weighs[number]:
            if not told.isdisjoint(node.inputs):
                told.update(node.outputs)
            continue
        small = facts.macs * totals.weight_layers * _SMALL < totals.macs
        if node.layer.type_name not in _TYPES or is_depthwise(node) or small or number in subject.last_weights:
            told.update(node.outputs)
            continue
        given, made = _channels(node)
        what = "features" if node.layer.type_name == "linear" else "channels"
        if made % multiple:
            told.update(node.outputs)
            yield Finding(
                f"it puts out {made} {what}, no multiple of {unit}",
                node,
                f"give it {_near(made, multiple)}",
                f"{made} {what}",
            )
        if given % multiple and told.isdisjoint(node.inputs):
            maker = subject.maker(node.inputs[0])
            yield Finding(
                f"{given} {what} come in, no multiple of {unit}",
                node,
                f"let {maker.path if maker else 'the layer before'} put out {_near(given, multiple)}",
                f"{given} {what} come in",
            )


def _channels(node: Node) -> tuple[int, int]:
    """In and out: of a linear layer the features, on the last axis."""
    axis = -1 if node.layer.type_name == "linear" else 1
    return node.input_shapes[0][axis], node.output_shapes[0][axis]


def _near(count: int, multiple: int) -> str:
    below = count // multiple * multiple
    return f"{below} or {below + multiple}" if below else str(multiple)
