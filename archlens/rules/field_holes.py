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

Dilations whose gaps are filled, before or after. Networks without dilation: what a stride alone steps over is ARC506's. Tokens
and layers after a global one, whose units all see the same. Along each axis the pixels are exact; that rows and columns of
different branches may make a cross is not looked at.

## Reference

Wang et al., Understanding Convolution for Semantic Segmentation, arXiv:1702.08502, section 3.2 (gridding; dilations 1, 2, 5);
Yu, Koltun & Funkhouser, Dilated Residual Networks, arXiv:1705.09914, section 4. The paper's condition is necessary and not
sufficient: dilations of 2, 2, 2 pass it and see 7 of 13 pixels; here the pixels are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archlens.analysis.receptive_field import unit_axes
from archlens.analysis.unit_field import Units, unit_coverage
from archlens.graph.model import Node
from archlens.layers.dims import axis_names
from archlens.rules.model import Finding
from archlens.rules.sliding import along, times
from archlens.rules.subject import Subject

__all__ = ["check"]

_NAMED = 8  # dilated layers that a finding names


def check(subject: Subject) -> Iterator[Finding]:
    """The layer that opens the holes, if the last map has some."""
    last, dilated = _dilated(subject)
    if last is None or not dilated:
        return
    unit: list[int | None] = [None] * (len(last.output_shapes[0]) - 1)
    for axis in unit_axes(subject.graph, last):
        unit[axis - 1] = last.output_shapes[0][axis] // 2
    for name, axes in unit_coverage(subject.graph, last, unit).items():
        holed = [axis for axis, seen in enumerate(axes) if len(seen) < _span(seen)]
        if holed:
            node, cure = _opening(subject, dilated, holed)
            of = f" of {name}" if len(subject.graph.inputs) > 1 else ""
            rates = [_rate(other) for other in dilated[:_NAMED]] + ["…"] * (len(dilated) > _NAMED)
            message = f"the centre unit of {last.path} does not see all that its field spans{of}, but {_share(axes, holed)}"
            related = tuple([(other, "dilated too") for other in dilated[:_NAMED] if other.path != node.path])
            yield Finding(f"{message}; dilations on the way: {', '.join(rates)}", node, cure, "dilated", related)
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


def _opening(subject: Subject, dilated: list[Node], holed: list[int]) -> tuple[Node, str]:
    """The first layer whose taps lie further apart than each sees, and what to write; else the first that is dilated."""
    for node in dilated:
        maker = subject.maker(node.inputs[0])
        field = subject.field(maker) if maker else None
        for axis, window in enumerate(subject.windows[node.path].axes):
            sees, jump = (field.size[axis], field.jump[axis]) if field and len(field.size) > axis else (1, 1)
            if axis in holed and window.kernel > 1 and window.dilation * jump > sees:
                most = max(1, int(sees / jump))
                pixels = f"each sees {sees} pixel{'' if sees == 1 else 's'}"
                apart = f"its taps lie {window.dilation * jump} pixels apart and {pixels}"
                return node, f"{apart}; `dilation={most}` here leaves no gap"
    return dilated[0], "put a window without dilation after these layers, or dilations without a common factor"
