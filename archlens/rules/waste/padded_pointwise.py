"""A 1×1 convolution with padding.

## What it does

Finds convolutions of kernel 1 that pad the map with zeros, so that some of their places see padding alone.

## Why it is bad

Such a window has no neighbours to look at, so padding only adds a border to the map, on which the layer puts out its bias
whatever the image. Most often `padding=1` was copied from a 3×3 convolution.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 padding=1
  - relu
  - conv: 32 1x1 padding=1
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 padding=1
  - relu
  - conv: 32 1x1
```

## Not reported

Padding that repeats the map (`padding_mode` other than zeros): its border is made of cells. A window that is 1 wide along one
axis only is ARC508's.

## Reference

Arithmetic: of a map W×H that is padded by P, (W + 2·P)·(H + 2·P) - W·H outputs read zeros alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.rules.model import Finding
from archlens.rules.sliding import Windows, asked, times
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every such convolution."""
    for node, windows, blind in asked(subject, _blind):
        before, after = times(windows.shape[2:]), times([axis.places for axis in windows.axes])
        kept = "its bias" if getattr(windows.layer, "bias", False) else "0"
        message = (
            f"a kernel of 1 needs no padding: {blind:,} of its {windows.places:,} outputs ({blind / windows.places:.1%}) read "
            f"zeros alone and are {kept}"
        )
        strided = any(axis.stride > 1 for axis in windows.axes)
        yield Finding(message, node, "leave the padding out" + ("" if strided else f": the map stays {before}, not {after}"))


def _blind(windows: Windows) -> int:
    """Places that see padding alone."""
    if not windows.zeros or windows.layer.family != "convolution" or any(axis.kernel > 1 for axis in windows.axes):
        return 0
    return windows.blind
