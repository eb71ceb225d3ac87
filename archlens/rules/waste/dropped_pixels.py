"""Pixels at the end of the map that no window reaches.

## What it does

Finds convolutions and pooling whose last window ends before the map does, so that real cells are left over that one more window
would have read: max(0, (W + P_low + P_high - D·(K - 1) - 1) mod S - P_high) of them along an axis.

## Why it is bad

The last rows and columns of the image never count, on one side only, and what computed them was for nothing. On small maps it
is much: 2×2 pooling of a 7×7 map drops 13 of 49 cells. What is scaled up again afterwards comes out smaller than it went in.

Where another layer reads the same map to its end, or the network puts it out, the finding is a note.

## Example

```yaml
archlens: 1
input: 1x28x28
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - max_pool: 2
  - conv: 64 3x3 same
  - relu
  - max_pool: 2
  - flatten
  - linear: 10
```

## Use instead

`ceil` lets the last window of a pooling layer hang over the end:

```yaml
archlens: 1
input: 1x28x28
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - max_pool: 2
  - conv: 64 3x3 same
  - relu
  - max_pool: 2 ceil
  - flatten
  - linear: 10
```

Or a size that goes up evenly:

```yaml
archlens: 1
input: 1x32x32
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - max_pool: 2
  - conv: 64 3x3 same
  - relu
  - max_pool: 2
  - flatten
  - linear: 10
```

## Not reported

A remainder that lies in the padding, as in the first layers of ResNet at 224 pixels: (224 + 6 - 7) mod 2 = 1 cell is left over,
and it is padding. Less than 2% of the map: sizes of photographs are seldom multiples of anything, and one column of 75 is no
loss. What the stride steps over between windows is ARC506's.

## Reference

Arithmetic of the floor in the output size; Dumoulin & Visin, A guide to convolution arithmetic for deep learning,
arXiv:1603.07285, section 2.4, where such units are shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.errors import LayerError
from archlens.layers.dims import prod
from archlens.layers.sliding import Sliding
from archlens.rules.model import Finding
from archlens.rules.sliding import Slid, Windows, along, asked, padding_text, read_elsewhere, times
from archlens.rules.subject import Subject

__all__ = ["check"]

_LEAST = 0.02  # of the map


def check(subject: Subject) -> Iterator[Finding]:
    """Every layer that leaves the end of its map unread; a note where another layer reads it."""
    for node, windows, _ in asked(subject, lambda windows: _share(windows) >= _LEAST):
        axes = windows.axes
        dropping = [axis for axis in axes if axis.dropped]
        counts = {(axis.dropped, axis.size) for axis in dropping}
        if len(counts) == 1:
            ((count, size),) = counts
            what = f"the last {count} of {size} cells {along([axis.name for axis in dropping], len(axes))}"
        else:
            what = " and ".join([f"the last {axis.dropped} of {axis.size} cells along {axis.name}" for axis in dropping])
        message = f"never reads {what}, {_share(windows):.1%} of its map"
        label = _remainder(dropping[0])
        other = read_elsewhere(subject, node, lambda kind: not _drops(kind))
        if other is None:
            yield Finding(message, node, _cure(windows), label)
        else:
            yield Finding(f"{message}; {other.words}", node, _cure(windows), label, other.related, severity="note")


def _drops(windows: Windows) -> bool:
    return any(axis.dropped for axis in windows.axes)


def _share(windows: Windows) -> float:
    """The share of the map that is left unread at its ends."""
    if not _drops(windows):
        return 0
    return 1 - prod([axis.size - axis.dropped for axis in windows.axes]) / prod([axis.size for axis in windows.axes])


def _left(axis: Slid) -> int:
    """Cells behind the last window, those of the padding too."""
    return axis.size + axis.high - 1 - axis.last


def _remainder(axis: Slid) -> str:
    """The sum that leaves cells over."""
    padded = f" + {axis.low + axis.high}" if axis.low + axis.high else ""
    left = _left(axis)
    padding = f", {axis.high} of them padding" if axis.high else ""
    return f"({axis.size}{padded} - {axis.span}) mod {axis.stride} = {left} left over{padding}"


def _cure(windows: Windows) -> str:
    """`ceil`, or padding at the end; and the sizes that go up evenly."""
    cures = []
    if "ceil_mode" in windows.layer.field_names and _reads_all(windows, ceil_mode=True):
        cures.append("`ceil` lets the last window hang over the end")
    elif "padding" in windows.layer.field_names:
        pairs = tuple([(axis.low, axis.high + (axis.stride - _left(axis) if axis.dropped else 0)) for axis in windows.axes])
        if _reads_all(windows, padding=pairs):
            cures.append(f"`{padding_text(pairs)}` makes room for one more window")
    for more in (False, True):
        sizes = [axis.size + (axis.stride - _left(axis) if more else -axis.dropped) * bool(axis.dropped) for axis in windows.axes]
        cures.append(times(sizes))
    *first, fewer, larger = cures
    return "; or ".join([*first, f"give it a map of {fewer} or {larger}, which goes up evenly"])


def _reads_all(windows: Windows, **changed: object) -> bool:
    """Whether the layer with these arguments changed reads its map to the end."""
    try:
        layer = type(windows.layer)(**{**windows.layer.arguments, **changed})
        return isinstance(layer, Sliding) and not _drops(Windows(layer, windows.shape))
    except LayerError:
        return False
