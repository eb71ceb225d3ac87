"""An output whose classes are not as many as the spec says there are.

## What it does

Compares how many classes the first output tells apart with what is declared: `meta: classes` (a number, or a list of their
names), else the data set of `meta: dataset`, if it is a well-known one and the network a classifier: its `task` is
classification, or it is trained by `cross_entropy` or `nll_loss`. How many there are is the size of the output's axis 1; of
T×F, features of tokens, axis 2.

## Why it is bad

With too few outputs training stops at the first label that is out of range; with too many it runs, and the rest are trained to
stay silent. Most often the head of another data set was left on.

## Example

```yaml
archlens: 1
input: 3x32x32
meta: {task: classification, dataset: CIFAR-10}
layers:
  - conv: 16 3x3 same
  - relu
  - global_avg_pool
  - linear: 100
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
meta: {task: classification, dataset: CIFAR-10}
layers:
  - conv: 16 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

Detectors, whose outputs hold places too. A network with `expect: {classes: …}`: that is checked with the other figures. One
output for two classes. What a spec that is extended says: the head may be another's now. Data sets that the rule does not know;
`meta: {classes: 100}` tells it, for a part of a data set too.

## Reference

`torch.nn.functional.cross_entropy`: targets are class indices in [0, C), C being the size of axis 1. Classes of the data sets
as their authors give them.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.analysis.classes import classes_of
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["DATASETS", "check"]

DATASETS = {
    "imagenet": 1000,
    "imagenet1k": 1000,
    "ilsvrc2012": 1000,
    "tinyimagenet": 200,
    "imagenette": 10,
    "imagewoof": 10,
    "cifar10": 10,
    "cifar100": 100,
    "mnist": 10,
    "fashionmnist": 10,
    "kmnist": 10,
    "svhn": 10,
    "usps": 10,
    "stl10": 10,
    "eurosat": 10,
    "caltech256": 257,
    "food101": 101,
    "flowers102": 102,
    "stanfordcars": 196,
    "dtd": 47,
    "cub2002011": 200,
    "places365": 365,
    "kinetics400": 400,
    "ucf101": 101,
    "hmdb51": 51,
    "esc50": 50,
    "urbansound8k": 10,
}
"""Classes of data sets, their names in small letters and digits alone."""

_LOSSES = ("cross_entropy", "nll_loss")


def check(subject: Subject) -> Iterator[Finding]:
    """A finding about the layer that puts the classes out."""
    graph = subject.graph
    if any(expected.key == "classes" for expected in graph.expect):
        return
    declared, source = _declared(subject)
    if declared is None:
        return
    found = classes_of(graph)
    if declared in (found.number, found.values):
        return
    node = None if found.layer is None else graph.nodes[found.layer]
    yield Finding(
        f"the output has {found.values:,} {'value' if found.values == 1 else 'classes'}, but {source} {declared:,}",
        node,
        f"give {f'`{node.layer.type_name}`' if node else 'it'} {declared:,} outputs; if the labels are others, say so: "
        f"`meta: {{classes: {found.number}}}`",
        f"puts out {found.values:,}",
    )


def _declared(subject: Subject) -> tuple[int | None, str]:
    """How many classes the spec says there are, if it does, and what says so."""
    meta = {key: value for key, value in subject.graph.meta.items() if key == "task" or key not in subject.graph.inherited}
    task, classes, dataset = str(meta.get("task", "")).lower(), meta.get("classes"), meta.get("dataset")
    if "detect" in task:
        return None, ""
    if isinstance(classes, list | tuple):
        classes = len(classes)
    if isinstance(classes, int) and not isinstance(classes, bool):
        return classes, "`meta: classes` says"
    trained = subject.graph.loss.get(next(iter(subject.graph.outputs)))
    if isinstance(dataset, str) and ("classification" in task or trained in _LOSSES):
        return DATASETS.get("".join([sign for sign in dataset.lower() if sign.isalnum()])), f"{dataset} (`meta: dataset`) has"
    return None, ""
