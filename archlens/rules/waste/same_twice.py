"""A join that reads the same tensor twice.

## What it does

Finds `add`, `subtract`, `multiply`, `divide`, `maximum`, `minimum`, `concat` and `stack` of which two branches are one tensor,
or are made of one tensor by equal layers without weights (or with shared ones).

## Why it is bad

A sum of a value with itself doubles it, a difference is 0, a quotient 1, the larger of two equal values is either; a
concatenation holds every channel twice, and the layer behind it twice the weights for what it could say with half of them.
Mostly a branch was left empty, or begins where it should end.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu:
    as: skip
  - add: [prev, skip]
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu:
    as: skip
  - conv: 16 3x3 same
  - add: [prev, skip]
```

## Not reported

Attention, whose queries, keys and values may be one tensor. A square, `multiply: [prev, prev]`, is a note only: squared
activations are sometimes meant. Branches of dropout, which differ in training.

## Reference

x + x = 2x, x - x = 0, x / x = 1, max(x, x) = x.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.analysis.receptive_field import source_name
from archlens.graph.model import Node
from archlens.layers.base import Layer
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_OUTCOMES = {
    "add": "the sum counts it {times}",
    "subtract": "the difference is 0 everywhere",
    "multiply": "the product is its {power}",
    "divide": "the quotient is 1 everywhere",
    "maximum": "the larger of equal values is either",
    "minimum": "the smaller of equal values is either",
    "concat": "what comes out holds it {times}",
    "stack": "what comes out holds it {times}",
}
_ANY_ORDER = ("add", "multiply", "maximum", "minimum")
_RANDOM = ("dropout", "drop_path", "rrelu")
_DROPS = frozenset({"dropout", "dropout_p"})


def check(subject: Subject) -> Iterator[Finding]:
    """Every join that reads one tensor twice, or equal ones."""
    same: dict[int, int] = {}  # tensor → the first one with the same values, where that is another
    made: dict[tuple[Layer, str, tuple[int, ...]], tuple[int, ...]] = {}  # how tensors come about → the first of them
    for node, facts in zip(subject.nodes, subject.analysis.layers, strict=True):
        sources = tuple([same.get(tensor, tensor) for tensor in node.inputs])
        if node.layer.type_name in _OUTCOMES and len(set(sources)) < len(sources):
            yield _finding(subject, node, sources)
        if node.layer.type_name == "identity":
            same[node.outputs[0]] = sources[0]
        elif sources and not _is_random(node.layer):
            order = tuple(sorted(sources)) if node.layer.type_name in _ANY_ORDER else sources
            how = (node.layer, node.owner if facts.parameter_shapes else "", order)
            first = made.setdefault(how, node.outputs)
            if first is not node.outputs:
                same.update(zip(node.outputs, first, strict=True))


def _finding(subject: Subject, node: Node, sources: tuple[int, ...]) -> Finding:
    twice = next(tensor for tensor in sources if sources.count(tensor) > 1)
    places = [place for place, tensor in enumerate(sources, 1) if tensor == twice]
    times = "twice" if len(places) == 2 else f"{len(places)} times"
    power = {2: "square", 3: "cube"}.get(len(places), f"power {len(places)}")
    tensors = dict.fromkeys([node.inputs[place - 1] for place in places])
    makers = [maker for maker in map(subject.maker, tensors) if maker is not None]
    if len(tensors) == 1:
        what = f"are one tensor, that of {source_name(subject.graph, *tensors)}"
    else:
        what = f"hold the same values: {' and '.join([maker.path for maker in makers])} do the same with the same"
    branches = ", ".join(map(str, places[:-1])) + f" and {places[-1]}"
    return Finding(
        f"branches {branches} {what}: {_OUTCOMES[node.layer.type_name].format(times=times, power=power)}",
        node,
        "let one of them come of another layer, or leave it out",
        "the same again",
        tuple([(maker, "read here") for maker in makers[:2]]),
        severity="note" if node.layer.type_name == "multiply" else None,
    )


def _is_random(layer: Layer) -> bool:
    """Whether training draws by chance."""
    return layer.type_name in _RANDOM or not _DROPS.isdisjoint(layer.field_names)
