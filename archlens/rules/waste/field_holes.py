"""A receptive field with holes: pixels between those that a unit sees, and that it never sees.

## What it does

Where windows are dilated, follows the centre unit of the last map back to the image, pixel by pixel, and reports when it does
not see all between the first and the last along an axis. Ways past the dilated layers count: what a skip sees is seen.

## Why it is bad

The taps of a window dilated by D lie D cells apart. If each sees less than that, gaps are left between them, and further layers
of the same dilation fall into the same places: neighbouring outputs come from pixels that have nothing in common. The map of a
segmentation network then shows a grid, and small things can lie in the gaps.

## Example

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 8 3x3 same dilation=2
  - relu
  - conv: 8 3x3 same dilation=2
  - relu
  - conv: 8 3x3 same dilation=2
  - relu
  - conv: 2 1x1
```

## Use instead

A first window without dilation, and then none whose taps lie further apart than the layer before sees:

```yaml
archlens: 1
input: 3x64x64
layers:
  - conv: 8 3x3 same
  - relu
  - conv: 8 3x3 same dilation=2
  - relu
  - conv: 8 3x3 same dilation=5
  - relu
  - conv: 2 1x1
```

## Not reported

Dilations whose gaps are filled, before or after. Holes that no dilation opens: what a stride alone steps over is ARC506's. A
last map that other branches join, which see more. Along each axis the pixels are exact; that rows and columns of different
branches may make a cross is not looked at.

## Reference

Wang et al., Understanding Convolution for Semantic Segmentation, arXiv:1702.08502, section 3.2 (gridding; dilations 1, 2, 5);
Yu, Koltun & Funkhouser, Dilated Residual Networks, arXiv:1705.09914, section 4. The paper's condition is necessary and not
sufficient: dilations of 2, 2, 2 pass it and see 7 of 13 pixels; here the pixels are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archlens.analysis.receptive_field import unit_axes
from archlens.analysis.staircase import Rational
from archlens.analysis.unit_field import Units, unit_coverage
from archlens.graph.model import Node
from archlens.layers.dims import axis_names
from archlens.rules.model import Finding
from archlens.rules.sliding import along, some, times
from archlens.rules.subject import Subject

__all__ = ["check"]

_NAMED = 8  # dilated layers that a finding names


class _Opening(NamedTuple):
    """A window whose taps lie further apart along an axis than what each of them sees."""

    node: Node
    axis: int
    apart: Rational
    sees: int
    most: int  # the dilation with which they would meet


def check(subject: Subject) -> Iterator[Finding]:
    """The layer that opens the holes, if the last map has some."""
    last, dilated = _dilated(subject)
    openings = [opening for node in dilated for opening in _openings(subject, node)]
    if last is None or not openings:
        return
    unit: list[int | None] = [None] * (len(last.output_shapes[0]) - 1)
    for axis in unit_axes(subject.graph, last):
        unit[axis - 1] = last.output_shapes[0][axis] // 2
    for name, axes in unit_coverage(subject.graph, last, unit).items():
        holed = [axis for axis, seen in enumerate(axes) if len(seen) < _span(seen)]
        opening = next((one for one in openings if one.axis in holed), None)
        if opening:
            of = f" of {name}" if len(subject.graph.inputs) > 1 else ""
            rates = [_rate(other) for other in dilated[:_NAMED]] + ["…"] * (len(dilated) > _NAMED)
            message = f"the centre unit of {last.path} does not see all that its field spans{of}, but {_share(axes, holed)}"
            related = tuple([(other, "dilated too") for other in dilated[:_NAMED] if other.path != opening.node.path])
            cause = f"its taps lie {opening.apart} pixels apart and each sees {some(opening.sees, 'pixel')}"
            cure = f"{cause}; {_smaller(subject, opening)}"
            yield Finding(f"{message}; dilations on the way: {', '.join(rates)}", opening.node, cure, "dilated", related)
            return


def _dilated(subject: Subject) -> tuple[Node | None, list[Node]]:
    """The last map, and the dilated layers on the way to it; None where other branches join it, which see more."""
    trunk = subject.analysis.trunk
    kinds = [nodes for windows, nodes in subject.sliding.items() if any(axis.dilation > 1 < axis.kernel for axis in windows.axes)]
    if trunk is None or not kinds:
        return None, []
    last = subject.nodes[trunk]
    after = subject.only_reader(last)
    if after is not None and len(after.inputs) > 1:
        return None, []
    way = {number for number in subject.analysis.way if number <= trunk}
    numbers = sorted([subject.numbers[node.path] for nodes in kinds for node in nodes])
    return last, [subject.nodes[number] for number in numbers if number in way]


def _openings(subject: Subject, node: Node) -> Iterator[_Opening]:
    """The axes along which a dilated layer opens gaps: D·J pixels from tap to tap are more than each sees."""
    field = subject.field_of(node.inputs[0])
    for axis, window in enumerate(subject.windows[node.path].axes):
        sees, jump = (field.size[axis], field.jump[axis]) if field and len(field.size) > axis else (1, 1)
        if window.kernel > 1 < window.dilation and window.dilation * jump > sees:
            yield _Opening(node, axis, window.dilation * jump, sees, max(1, int(sees / jump)))


def _smaller(subject: Subject, opening: _Opening) -> str:
    """The largest dilation that leaves no gap, with the padding that keeps the map as it is where that was a number."""
    axes = subject.windows[opening.node.path].axes
    pads = {(axis.low, axis.high, axis.span - 1) for axis in axes}
    words = f"dilation={opening.most}"
    if opening.node.layer.arguments.get("padding") != "same" and len(pads) == 1:
        ((low, high, room),) = pads
        if low == high and 2 * low == room:
            words = f"padding={opening.most * (axes[0].kernel - 1) // 2} {words}"
    return f"`{words}` here leaves no gap"


def _span(seen: Units) -> int:
    """Pixels from the first that is seen to the last."""
    return max(seen) - min(seen) + 1


def _share(axes: Sequence[Units], holed: list[int]) -> str:
    """Pixels seen of those spanned, along each axis with holes."""
    counts: dict[tuple[int, int], list[str]] = {}
    for axis in holed:
        counts.setdefault((len(axes[axis]), _span(axes[axis])), []).append(axis_names(len(axes))[axis])
    return ", ".join(
        [f"{seen} of {span} pixels {along(where, len(axes))} ({seen / span:.1%})" for (seen, span), where in counts.items()]
    )


def _rate(node: Node) -> str:
    return times([*dict.fromkeys(node.layer.spread("dilation", len(node.input_shapes[0]) - 2))])
