"""A layer that no output of the network depends on.

## What it does

Finds layers from which no way leads to an output, and inputs of the network that nothing reads on a way to one.

## Why it is bad

What such a layer computes is thrown away, and no gradient comes back: its weights stay as they were at the start, and are
counted, stored and loaded all the same. Mostly a later line was to read it, or begins elsewhere (`from:`) by mistake.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
    as: map
  - conv: 32 3x3 same
  - relu
  - global_avg_pool:
    from: map
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu
  - conv: 32 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

A layer of several outputs of which one is used.

## Reference

As code that is never used in other languages; PyTorch's DistributedDataParallel stops at such layers unless it is told
`find_unused_parameters`.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.graph.model import Node
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """The last of every row of layers that lead nowhere, then every input that leads nowhere."""
    graph, needed = subject.graph, subject.needed
    if len(needed) < len(graph.nodes):
        yield from _layers(subject)
    read = {tensor for number in needed for tensor in graph.nodes[number].inputs} | subject.outputs
    for name, tensor in graph.inputs.items():
        if tensor not in read:
            help = f"let a layer begin there, `from: {name}`, or leave the input out"
            span = graph.input_spans.get(name)
            yield Finding(f"no output depends on the input `{name}`", help=help, label="leads nowhere", span=span)


def _layers(subject: Subject) -> Iterator[Finding]:
    graph, told = subject.graph, set(subject.needed)
    for number in range(len(graph.nodes) - 1, -1, -1):
        if number in told:
            continue
        node = graph.nodes[number]
        told.add(number)
        rest, before = [number], 0  # the layer itself, and those that lead to it alone
        while before < len(rest):
            for tensor in graph.nodes[rest[before]].inputs:
                maker = graph.producers[tensor]
                if maker >= 0 and maker not in told:
                    told.add(maker)
                    rest.append(maker)
            before += 1
        yield _finding(subject, node, rest)


def _finding(subject: Subject, node: Node, row: list[int]) -> Finding:
    nodes = subject.nodes
    used = {nodes[number].owner for number in subject.needed}
    lost = {nodes[number].owner: subject.analysis.layers[number].params for number in row if nodes[number].owner not in used}
    others = len(row) - 1
    more = ("", ", nor on the one that leads to it", f", nor on the {others} layers that lead to it alone")[min(others, 2)]
    weights = f": {sum(lost.values()):,} parameters never learn" if any(lost.values()) else ""
    first = nodes[min(row)]
    return Finding(
        f"no output of the network depends on it{more}{weights}",
        node,
        "let a later line read it (`as:` and `from:`, or a join), put it among the `outputs:`, or leave it out",
        "leads nowhere",
        ((first, "from here on"),) if others else (),
    )
