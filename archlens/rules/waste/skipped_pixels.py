"""A window that moves further than it reaches, and steps over pixels.

## What it does

Finds convolutions and pooling whose stride leaves cells between their windows unread: of every S neighbouring cells along an
axis S - min(K, S / gcd(S, D)), so those with a stride larger than the window, and dilated ones whose taps all fall on the same
cells.

## Why it is bad

What is computed before costs as much for the cells that nobody reads as for the others. A 1×1 convolution with stride 2 uses
one cell of four and throws three away.

Where another layer reads the same map whole, or the network puts it out, as beside the 1×1 shortcut of a residual block,
nothing is lost to the network and the finding is a note: the shortcut alone sees a quarter of the map. ResNet-D averages before
it, and errs less.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu
  - conv: 32 1x1 /2
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu
  - conv: 32 3x3 /2 same
  - relu
  - global_avg_pool
  - linear: 10
```

On a shortcut, an average before the projection:

```yaml
archlens: 1
input: 16x32x32
layers:
  - add:
      main:
        - conv: 32 3x3 /2 same
        - relu
        - conv: 32 3x3 same
      shortcut:
        - avg_pool: 2
        - conv: 32 1x1
```

## Not reported

A stride along an axis where the window has one place and reaches to the end. What `slice` with a step or `upsample` below 1
leaves out: that is what they are for. Cells at the end of the map that the last window does not reach are ARC507's.

## Reference

He et al., Bag of Tricks for Image Classification with Convolutional Neural Networks, arXiv:1812.01187, section 4.2 (ResNet-B
and ResNet-D): the 1×1 convolution with stride 2 "ignores 3/4 of input feature maps".
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.layers.dims import prod
from archlens.rules.model import Finding
from archlens.rules.sliding import Slid, Windows, along, asked, by, each, padding_text, read_elsewhere, short, times
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every layer whose windows step over cells; a note where another layer reads them."""
    for node, windows, _ in asked(subject, _skips):
        axes = windows.axes
        skipping = [axis for axis in axes if axis.skips]
        read, period = prod([_read(axis) for axis in skipping]), prod([_period(axis) for axis in skipping])
        where = along([axis.name for axis in skipping], len(axes))
        message = (
            f"reads {read} of every {period} cells of its map of {times(windows.shape[2:])} and steps over the others "
            f"({1 - read / period:.1%}): "
            f"a window of {times([axis.span for axis in axes])} moves by {each([axis.stride for axis in skipping])} {where}"
        )
        other = read_elsewhere(subject, node, lambda kind: not _skips(kind))
        if other is None:
            yield Finding(message, node, _wider(windows))
        else:
            yield Finding(f"{message}; {other.words}", node, _averaged(windows), "", other.related, severity="note")


def _skips(windows: Windows) -> bool:
    return any(axis.skips for axis in windows.axes)


def _period(axis: Slid) -> int:
    """Cells from one place to the next; of a single place those of the map."""
    return axis.stride if axis.places > 1 else axis.size


def _read(axis: Slid) -> int:
    """Cells of a period that are read."""
    return axis.stride - axis.skips if axis.places > 1 else axis.last + 1


def _wider(windows: Windows) -> str:
    """A window that reads everything and puts out a map of the same size."""
    if any(axis.skips and axis.dilation > 1 for axis in windows.axes):
        return "choose a dilation that has no factor in common with the stride, or none"
    kernels, pairs = [], []
    for axis in windows.axes:
        more = max(0, axis.stride - axis.span + 1) // 2 if axis.skips else 0
        kernels.append(axis.kernel + 2 * more)
        pairs.append((axis.low + more, axis.high + more))
    stride = short([axis.stride for axis in windows.axes])
    window = f"{by(kernels)} /{stride} {padding_text(pairs)}"
    return f"`{window}` reads every cell and puts out as many; or let a layer with a wider window have the stride"


def _averaged(windows: Windows) -> str:
    """An average first, where one cell of a patch is read."""
    axes = windows.axes
    if windows.layer.family != "convolution" or any(axis.kernel > 1 or axis.low or axis.high for axis in axes):
        return _wider(windows)
    size = short([axis.stride for axis in axes])
    ceil = " ceil" if any(axis.size % axis.stride for axis in axes) else ""
    return f"`avg_pool: {size}{ceil}` before a `{by([1] * len(axes))}` without stride takes all of them in"
