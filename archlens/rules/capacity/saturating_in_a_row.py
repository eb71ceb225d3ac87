"""More than three layers one behind the other with activations that go flat on both sides.

## What it does

Counts the activations `sigmoid`, `tanh`, `softsign`, `hardsigmoid` and `hardtanh` that follow layers of weights one behind the
other, and reports a row of more than three. A norm, another activation, or a join of branches ends a row. The activation of an
output is not counted.

## Why it is bad

Where a sigmoid or tanh is nearly flat, hardly any gradient passes, and a layer of it that has drifted there does not come back.
The gradients of a row are multiplied: those of sigmoids, at most ¼ each, come to less than 0.4 % after four even at best.

## Example

```yaml
archlens: 1
input: 1x28x28
layers:
  - flatten
  - linear: 100
  - sigmoid
  - linear: 100
  - sigmoid
  - linear: 100
  - sigmoid
  - linear: 100
  - sigmoid
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 1x28x28
layers:
  - flatten
  - linear: 100
  - relu
  - linear: 100
  - relu
  - linear: 100
  - relu
  - linear: 100
  - relu
  - linear: 10
```

## Not reported

Gates, which are joined with what they weigh; what recurrent layers do within; rows that norms or shortcuts interrupt. LeNet-5
(`lenet5`), four tanh in a row, is reported: it trains, with initial weights made for it.

## Reference

Glorot & Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010, sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archlens.graph.model import Node
from archlens.rules.kinds import is_activation, is_norm
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["STEEPEST", "check"]

STEEPEST = {"sigmoid": 1 / 4, "tanh": 1.0, "softsign": 1.0, "hardsigmoid": 1 / 6, "hardtanh": 1.0}
"""Activations that go flat on both sides, and their largest derivatives."""

_MOST = 3


class _Row(NamedTuple):
    """length: in activations. types: theirs. left: the most of a gradient that they let through."""

    length: int
    first: Node
    last: Node
    types: tuple[str, ...]
    left: float


def check(subject: Subject) -> Iterator[Finding]:
    """The last activation of every row that is too long."""
    rows: dict[int, tuple[_Row | None, bool]] = {}  # by tensor: the row so far, and whether weights have come since
    ends: dict[str, _Row] = {}  # by the path of the last of a row
    for number, node in enumerate(subject.nodes):
        row, armed = rows.get(node.inputs[0], (None, False)) if len(node.inputs) == 1 else (None, False)
        if subject.weighs[number]:
            armed = True
        elif node.layer.type_name in STEEPEST and armed and subject.outputs.isdisjoint(node.outputs):
            if row:
                ends.pop(row.last.path, None)
            row, armed = _longer(row, node), False
            ends[node.path] = row
        elif is_norm(node) or is_activation(node):
            row, armed = None, False
        for tensor in node.outputs:
            rows[tensor] = row, armed
    for row in ends.values():
        if row.length > _MOST:
            yield _finding(row)


def _longer(row: _Row | None, node: Node) -> _Row:
    kind = node.layer.type_name
    if row is None:
        return _Row(1, node, node, (kind,), STEEPEST[kind])
    types = row.types if kind in row.types else (*row.types, kind)
    return _Row(row.length + 1, row.first, node, types, row.left * STEEPEST[kind])


def _finding(row: _Row) -> Finding:
    left = f"at most {row.left:.2g} of a gradient passes all of them" if row.left < 1 else "each is flat for large values"
    return Finding(
        f"it ends a row of {row.length} {' and '.join(row.types)}, each behind a layer of weights, no norm or shortcut between: "
        f"{left}",
        row.last,
        "`relu` or `gelu` in their place, or `batch_norm` before each",
        f"number {row.length}",
        ((row.first, "number 1"),),
    )
