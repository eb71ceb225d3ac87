"""Convolutions that come when every way to them has seen the whole image already.

## What it does

Finds, in networks that put out a class per image, convolutions with a window whose input has a receptive field of the image's
size or more by every way that leads there, so that theirs is larger than the image. With shortcuts the way that sees least
counts.

## Why it is bad

Such a layer has no new surroundings to take in, and what it computes of places can only be mixed again. Probes that were
trained on the layers of many networks show that accuracy stops to rise there: the layers can often be left out, or the image
enlarged, which raises it. It is a heuristic, found by experiment on classification.

## Example

```yaml
archlens: 1
input: 3x16x16
layers:
  - conv: 16 3x3 /2 same
  - relu
  - conv: 32 3x3 /2 same
  - relu
  - conv: 32 3x3 same
  - relu
  - conv: 32 3x3 same
  - relu
  - conv: 32 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

Shrink the map later, so that the layers have something left to see:

```yaml
archlens: 1
input: 3x16x16
layers:
  - conv: 16 3x3 same
  - relu
  - conv: 32 3x3 same
  - relu
  - conv: 32 3x3 /2 same
  - relu
  - conv: 32 3x3 same
  - relu
  - conv: 32 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

Windows of 1, which mix channels. Networks that put out a map. Layers behind attention or tokens. ResNets at 224 pixels, whose
shortcuts keep the least field small.

## Reference

Richter, Schöning, Wiedenroth & Krumnack, Should You Go Deeper? Optimizing Convolutional Neural Network Architectures without
Training by Receptive Field Analysis, arXiv:2106.12307 (the border layer).
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.analysis.least_field import Least, least_fields
from archlens.graph.model import Node
from archlens.layers.dims import Shape
from archlens.rules.model import Finding
from archlens.rules.sliding import Windows, each, times
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every such convolution; the first message says how many they are."""
    if subject.puts_out_a_map:
        return
    least = least_fields(subject.graph)
    images = [subject.graph.shapes[tensor][2:] for tensor in subject.graph.inputs.values()]
    convolutions, found = 0, []
    needed: tuple[int, ...] = ()
    for node in subject.nodes:
        windows = subject.windows.get(node.path)
        before = least[node.inputs[0]] if windows else None
        if (
            windows is None
            or before is None
            or windows.layer.family != "convolution"
            or all(axis.kernel == 1 for axis in windows.axes)
        ):
            continue
        convolutions += 1
        image = images[before.input]
        if _has_seen_all(before, windows, image):
            found.append((node, before, image))
            needed = tuple(map(max, needed, map(int, before.size))) if needed else tuple(map(int, before.size))
    params = sum([subject.analysis.layers[subject.numbers[node.path]].params for node, _, _ in found])
    total = subject.analysis.totals.params
    share = f"{params / total:.1%} of the parameters" if found else ""
    in_all = f"; so it is with {len(found)} of {convolutions} convolutions, {share}"
    for node, before, image in found:
        yield _finding(node, before, image, needed, in_all)
        in_all = ""


def _has_seen_all(before: Least, windows: Windows, image: Shape) -> bool:
    axes = zip(before.size, image, windows.axes, strict=True)
    return max(before.size) < float("inf") and all(size >= n and (size > n or axis.kernel > 1) for size, n, axis in axes)


def _finding(node: Node, before: Least, image: Shape, needed: tuple[int, ...], in_all: str) -> Finding:
    seen = each([int(size) for size in before.size])
    message = (
        f"every way to it has seen {seen} pixels or more of an image of {times(image)}, so it has nothing new to see{in_all}"
    )
    larger = times([size + 1 for size in needed])
    cure = f"leave out layers from here on, shrink the map later, or give it images of {larger} and more, where no layer is so"
    return Finding(message, node, cure)
