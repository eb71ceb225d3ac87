"""Windows that lie in the padding altogether.

## What it does

Finds convolutions with so much padding that the window stands at places where none of its taps meets a cell of the map: a
padding of the window's own width, D·(K - 1) + 1, or more.

## Why it is bad

At these places the layer reads zeros alone and puts out its bias, whatever the image. The map gets a border that says nothing,
and every layer after it works on that too.

Most often one number was written for both axes: a 1×7 window wants `padding=0x3`.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 1x7 padding=3
  - relu
  - conv: 16 7x1 padding=3x0
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 1x7 padding=0x3
  - relu
  - conv: 16 7x1 padding=3x0
```

## Not reported

Padding that repeats the map (`padding_mode` other than zeros). A `pad` layer, which asks for its border by name. 1×1
convolutions with padding are ARC509's. FCN pads by 100 on purpose, so that images of any size come out large enough to be
cropped, and says so with `allow:`.

## Reference

Arithmetic: place u reads the cells u·S - P + i·D, and those below 0 or past the end are padding.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.rules.model import Finding
from archlens.rules.sliding import Windows, along, asked, padding_text
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every convolution with windows that see no cell."""
    for node, windows, blind in asked(subject, _blind):
        ends: dict[tuple[str, int], list[str]] = {}
        for axis in windows.axes:
            if axis.blind:
                widths = f"{axis.low}" if axis.low == axis.high else f"{axis.low} and {axis.high}"
                ends.setdefault((widths, axis.span), []).append(axis.name)
        rank = len(windows.axes)
        pads = [f"by {width} {along(names, rank)}, where the window spans {span}" for (width, span), names in ends.items()]
        kept = "its bias" if getattr(windows.layer, "bias", False) else "0"
        message = (
            f"{blind:,} of its {windows.places:,} windows ({blind / windows.places:.1%}) lie in the padding altogether and put "
            f"out nothing but {kept}: it pads {', and '.join(pads)}"
        )
        yield Finding(message, node, _cure(windows))


def _blind(windows: Windows) -> int:
    """Places of the window on the map that see no cell."""
    if not windows.zeros or windows.layer.family != "convolution" or all(axis.kernel == 1 for axis in windows.axes):
        return 0
    return windows.blind


def _cure(windows: Windows) -> str:
    """Half the window at either end where it is odd, which at stride 1 keeps the size; else less than the window."""
    axes = windows.axes
    if all(axis.span % 2 for axis in axes if axis.blind):
        pairs = [((axis.span - 1) // 2,) * 2 if axis.blind else (axis.low, axis.high) for axis in axes]
        kept = all(axis.stride == 1 and sum(pair) == axis.span - 1 for axis, pair in zip(axes, pairs, strict=True))
        size = ", which keeps the size of the map" if kept else ""
        return f"write `{padding_text(pairs)}`{size}"
    return "pad by less than the window: " + ", ".join(
        [f"at most {axis.span - 1} along {axis.name}" for axis in axes if axis.blind]
    )
