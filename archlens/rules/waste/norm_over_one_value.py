"""A norm whose statistics are those of a single value.

## What it does

Finds `layer_norm` and `rms_norm` over one feature; `instance_norm` with stored statistics on maps of one cell; and, as a note,
the first `batch_norm` on maps of one cell, which needs more than one example.

## Why it is bad

A single value is its own mean: less the mean it is 0, and what comes out is the learned shift, whatever arrived. (Divided by
its own length it is 1 or -1.) PyTorch refuses to train `instance_norm` and `batch_norm` on such values: the first always, the
second where the batch has one example, as the last of an epoch may.

## Example

```yaml
archlens: 1
input: 64
layers:
  - linear: 1
  - layer_norm
```

## Use instead

```yaml
archlens: 1
input: 64
layers:
  - layer_norm
  - linear: 1
```

## Not reported

`batch_norm` on vectors, which everybody knows to need a batch, unless it stores no statistics. `group_norm` over single
values, and `instance_norm` without stored statistics: these are errors of the spec.

## Reference

PyTorch, `nn.functional.batch_norm` and `instance_norm`: "Expected more than 1 value per channel when training".
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archlens.errors import Severity
from archlens.graph.model import Node
from archlens.layers.dims import Shape, show
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_OUTCOMES = {
    "layer_norm": "less its own mean it is 0, so what comes out does not depend on what arrives",
    "rms_norm": "by its own length it is 1 or -1, so only its sign is left",
}


def check(subject: Subject) -> Iterator[Finding]:
    """Every norm over one value; of batch norms those that fail without stored statistics too, and the first of the others."""
    told = False
    for node in subject.of_type("layer_norm", "rms_norm", "instance_norm", "batch_norm"):
        shape = node.input_shapes[0]
        if node.layer.type_name in _OUTCOMES:
            if prod(node.layer.variables(shape)["N"]) == 1:
                what = f"each vector of {show(shape)} is a single value"
                yield Finding(f"{what}: {_OUTCOMES[node.layer.type_name]}", node, _cure(shape), "over one value")
        elif prod(shape[2:]) == 1:
            if node.layer.type_name == "instance_norm":
                yield Finding(
                    f"each channel of {show(shape)} is a single value, on which PyTorch does not train it",
                    node,
                    "normalise before the map is reduced to one cell, or use `layer_norm`",
                    "over one value",
                    severity="error",
                )
            elif not node.layer.arguments["track_running_stats"]:
                yield _batch(node, "runs it neither in training nor in inference", None)
            elif len(shape) > 2 and not told:
                told = True
                yield _batch(node, "does not train it", "note")


def _cure(shape: Shape) -> str:
    """What to write for a norm of vectors of one value: over the channels, where these are more."""
    if len(shape) > 2 and shape[1] > 1:
        return "normalise the channels, `channels_first=true`, or leave it out"
    return "normalise before, where there are more values, or leave it out"


def _batch(node: Node, what: str, severity: Severity | None) -> Finding:
    return Finding(
        f"each channel of {show(node.input_shapes[0])} is a single value of each example: on a batch of one PyTorch {what}",
        node,
        "let batches have two examples or more (`drop_last=True` drops a last one that has fewer), or use `layer_norm`",
        "one value of each example",
        severity=severity,
    )
