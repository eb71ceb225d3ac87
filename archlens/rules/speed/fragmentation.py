"""More than four branches side by side that meet in one join.

## What it does

Counts, for each join, the branches that run side by side: rows of layers that begin at the same tensor, end in this join alone
and do some arithmetic. Those of a join within a branch count too. Reports more than four.

## Why it is bad

Many small operations cannot use a GPU as one large operation does: each is started by itself, and they wait for each other at
the join. At equal work, blocks of four small branches run at a third of the speed of one block.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 32 3x3 same
  - relu
  - concat:
      a: [conv: 16 1x1]
      b: [conv: 16 3x3 same]
      c: [conv: 16 5x5 same]
      d: [conv: 16 7x7 same]
      e: [max_pool: 3 /1 padding=1]
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 32 3x3 same
  - relu
  - concat:
      a: [conv: 48 3x3 same]
      b: [conv: 48 1x1]
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

The features of a dense block, which are made one after the other and read by several layers; heads on maps of several sizes.
Inception modules of four branches; the last modules of Inception v3, with six, and DeepLab's pyramid, with five, are reported.

## Reference

Ma, Zhang, Zheng & Sun, ShuffleNet V2, arXiv:1807.11164, guideline G3 and table 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archlens.graph.model import Node
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_MOST = 4
_SHOWN = 0.001


class _Branch(NamedTuple):
    """What a tensor is the end of: a row of layers, each read by the next alone.

    begin: the tensor that it begins at. width: the most branches side by side on it. macs, flops: of its layers, with those of
    the branches between.
    """

    begin: int
    width: int = 1
    macs: int = 0
    flops: int = 0


def check(subject: Subject) -> Iterator[Finding]:
    """Every outermost join of too many branches."""
    ends = {tensor: _Branch(tensor) for tensor in subject.graph.inputs.values()}
    found: dict[int, Finding] = {}  # by tensor, unless a join around it is told
    for number, node in enumerate(subject.nodes):
        given = [ends[tensor] if _alone(subject, tensor) else _Branch(tensor) for tensor in node.inputs]
        begins = [branch.begin for branch in given]
        begin = max(begins, key=begins.count, default=-1)
        beside = [branch for branch in given if branch.begin == begin and branch.flops]
        width = sum([branch.width for branch in beside])
        if len(given) > 1 and width > _MOST:
            for tensor in node.inputs:
                found.pop(tensor, None)
            found[node.outputs[0]] = _finding(subject, node, width, beside)
        facts = subject.analysis.layers[number]
        macs, flops = (sum([getattr(branch, what) for branch in given]) + getattr(facts, what) for what in ("macs", "flops"))
        whole = len({*begins}) == 1
        if whole and len(given) > 1 and len(subject.readers(begin)) == len(given):
            outer = ends[begin]  # the fork is closed: the row goes on as if it had not been
            begin, width, macs, flops = outer.begin, max(width, outer.width), macs + outer.macs, flops + outer.flops
        whole = whole and len(node.outputs) == 1  # parts of a tensor begin anew, and at one place
        for tensor in node.outputs:
            ends[tensor] = _Branch(begin, max(width, 1), macs, flops) if whole else _Branch(node.outputs[0])
    yield from found.values()


def _alone(subject: Subject, tensor: int) -> bool:
    """Whether one layer alone reads it."""
    return len(subject.readers(tensor)) == 1 and tensor not in subject.outputs


def _finding(subject: Subject, join: Node, width: int, beside: list[_Branch]) -> Finding:
    work = [branch.macs for branch in beside if branch.macs]
    share = min(work) / sum(work) if work else 1.0
    small = f"{share:.1%}" if share >= _SHOWN else f"less than {_SHOWN:.1%}"
    return Finding(
        f"{width} branches run side by side and meet here{f', of which the smallest does {small} of the work' if work else ''}",
        join,
        f"fewer and larger branches: at most {_MOST}, or one convolution with the channels of several",
        f"{width} branches",
    )
