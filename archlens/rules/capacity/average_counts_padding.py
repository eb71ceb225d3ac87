"""An average that counts the zeros of the padding.

## What it does

Finds average pooling with padding that divides by the whole window at the border too (`count_include_pad=true`, the default).

## Why it is bad

There the zeros pull the mean down: a 3×3 window at a corner has four cells and divides by nine. The map gets a dark rim, which
later layers take for a feature, and which tells them where the border is.

## Example

```yaml
archlens: 1
input: 16x32x32
layers:
  - avg_pool: 3 /1 padding=1
  - conv: 16 1x1
```

## Use instead

```yaml
archlens: 1
input: 16x32x32
layers:
  - avg_pool: 3 /1 padding=1 count_include_pad=false
  - conv: 16 1x1
```

## Not reported

Max pooling, whose padding never wins. Padding that no window reads.

## Reference

torch.nn.AvgPool2d, `count_include_pad`. Inception v3 averages so in its modules.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.layers.dims import prod
from archlens.rules.model import Finding
from archlens.rules.sliding import Slid, Windows, asked, some
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every such layer, with what is left of the mean where it is least."""
    for node, windows, (real, counted) in asked(subject, _corner):
        cells = some(real, "cell")
        message = f"at a corner it adds up {cells} and divides by {counted}: {real / counted:.1%} of the mean comes out"
        uneven = any(axis.low != axis.high for axis in windows.axes)
        cure = "put a `pad` of mode=replicate before it" if uneven else "write `count_include_pad=false`"
        yield Finding(message, node, cure)


def _corner(windows: Windows) -> tuple[int, int] | None:
    """Cells of the map and cells that count where the former are fewest; None where all that count are of the map."""
    if windows.layer.type_name != "avg_pool" or not windows.layer.arguments["count_include_pad"]:
        return None
    real, counted = zip(*[_end(axis) for axis in windows.axes], strict=True)
    return None if real == counted else (prod(real), prod(counted))


def _end(axis: Slid) -> tuple[int, int]:
    """Cells of the map and cells that count at the first place or the last."""
    start = (axis.places - 1) * axis.stride - axis.low
    end = min(start + axis.kernel, axis.size + axis.high)  # what hangs over the padding does not count
    first = min(axis.kernel - axis.low, axis.size), min(axis.kernel, axis.size + axis.low + axis.high)
    last = min(end, axis.size) - max(start, 0), end - start
    return min(first, last, key=lambda cells: cells[0] / cells[1])
