"""A stride over a map that was not smoothed before.

## What it does

Finds max pooling and convolutions with a stride of 2 or more whose input was not averaged right before.

## Why it is bad

To keep every second value of a signal that still has detail as fine as that makes false patterns of it, as wheels turn
backwards in films. What the network answers then changes when the image moves by a pixel. Averaging before the stride takes the
detail out: networks become steadier under shifts, and often more accurate.

## Example

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 3 /2 padding=1
  - conv: 32 3x3 /2 same
  - relu
```

## Use instead

Take the maximum, or convolve, at every place, and then the stride with an average:

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 3 /1 padding=1
  - avg_pool: 3 /2 padding=1 count_include_pad=false
  - conv: 32 3x3 same
  - relu
  - avg_pool: 3 /2 padding=1 count_include_pad=false
```

## Not reported

Average pooling, which smooths by itself. A stride right behind an average, or behind a depthwise convolution that does not
learn, which is how a binomial blur is written. Patches cut out of the input by a first convolution as wide as its stride.

## Reference

Zhang, Making Convolutional Networks Shift-Invariant Again, arXiv:1904.11486 (max pooling and strided convolutions taken apart
into a dense step, a blur and a stride); Azulay & Weiss, arXiv:1805.12177.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.graph.model import Node
from archlens.rules.model import Finding
from archlens.rules.sliding import Windows, along, asked, by, each, padding_text, short
from archlens.rules.subject import Subject

__all__ = ["check"]

_AVERAGES = ("avg_pool", "lp_pool")


def check(subject: Subject) -> Iterator[Finding]:
    """Every stride that is taken unsmoothed."""
    for node, windows, _ in asked(subject, _strides):
        maker = subject.maker(node.inputs[0])
        is_conv = windows.layer.family == "convolution"
        is_patches = maker is None and is_conv and all(axis.kernel == axis.stride for axis in windows.axes)
        if is_patches or _is_blur(node) or (maker is not None and _is_blur(maker)):
            continue
        rank = len(windows.axes)
        strided = [axis for axis in windows.axes if axis.stride > 1]
        field = subject.field(node)
        jump = each([field.jump[axis] for axis in range(rank)]) if field and len(field.jump) == rank else ""
        moved = f": a shift of the image by less than {jump} pixels changes what is kept" if jump else ""
        where = along([axis.name for axis in strided], rank)
        message = f"keeps one place of {each([axis.stride for axis in strided])} {where} and drops the others unsmoothed{moved}"
        yield Finding(message, node, _cure(windows))


def _strides(windows: Windows) -> bool:
    return windows.layer.type_name not in _AVERAGES and any(axis.stride > 1 and axis.places > 1 for axis in windows.axes)


def _is_blur(node: Node) -> bool:
    """Whether it averages over neighbours: a pool, or a depthwise convolution with weights that stay as they are."""
    if node.layer.type_name in _AVERAGES:
        return True
    return node.layer.type_name == "depthwise_conv" and not node.trainable


def _cure(windows: Windows) -> str:
    """The same window at every place, then an average with the stride: the output has as many cells."""
    axes = windows.axes
    pads = [(axis.low, axis.high) for axis in axes]
    padding = f" {padding_text(pads)}" if any(map(any, pads)) else ""
    dense = f"{by([axis.kernel for axis in axes])} /1{padding}"
    reach = [axis.stride - 1 for axis in axes]
    average = f"avg_pool: {by([2 * more + 1 for more in reach])} /{short([axis.stride for axis in axes])} padding={short(reach)}"
    if not padding and all(axis.kernel == 1 for axis in axes):
        return f"put `{average} count_include_pad=false` before it, and write `{dense}` here"
    between = "" if windows.layer.family == "pooling" else ", the activation"
    return f"write `{dense}` here{between}, and then `{average} count_include_pad=false`"
