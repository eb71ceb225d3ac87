"""Even windows that are padded more at one end, and so move the map bit by bit.

## What it does

Finds layers with an even window and stride 1 that keep the size of their map by one more cell of padding at one end, and adds
up, in pixels, how far they move it on the way to the last map. Nothing is reported where the sum is zero.

## Why it is bad

An even window has no middle. Padded so, each output looks half a cell ahead, or back, and further layers of the kind look ahead
in the same direction: the map drifts off the image, by half a cell a layer times the total stride.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv:
      out_channels: 8
      kernel_size: 2
      padding: [[0, 1], [0, 1]]
  - relu
  - conv:
      out_channels: 8
      kernel_size: 2
      padding: [[0, 1], [0, 1]]
  - relu
  - conv: 2 1x1
```

## Use instead

An odd window:

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 8 3x3 same
  - relu
  - conv: 8 3x3 same
  - relu
  - conv: 2 1x1
```

Or the extra cell at either end in turn, so that the second takes back what the first did:

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv:
      out_channels: 8
      kernel_size: 2
      padding: [[0, 1], [0, 1]]
  - relu
  - conv:
      out_channels: 8
      kernel_size: 2
      padding: [[1, 0], [1, 0]]
  - relu
  - conv: 2 1x1
```

## Not reported

Windows with a stride, which cut the map into patches. Sequences that are padded at the front alone, so that nothing looks ahead
(causal convolutions).

## Reference

Wu, Wang, Tang et al., Convolution with even-sized kernels and symmetric padding, arXiv:1903.08385 (the shift problem).
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.graph.model import Node
from archlens.layers.dims import axis_names
from archlens.rules.model import Finding
from archlens.rules.sliding import Slid, Windows, along, padding_text, some
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every layer that adds to a shift of the last map."""
    kinds = [windows for windows in subject.sliding if any(_halves(windows))]
    trunk = subject.analysis.trunk
    if not kinds or trunk is None:
        return
    last = subject.nodes[trunk]
    totals = _shifts(subject)[last.outputs[0]]
    moved = [axis for axis, total in enumerate(totals) if total]
    way = {number for number in subject.analysis.way if number <= trunk}
    for windows in kinds:
        halves = _halves(windows)
        drifting = [axis for axis in moved if axis < len(halves) and halves[axis]]
        for node in subject.sliding[windows]:
            if drifting and subject.numbers[node.path] in way:
                yield _finding(subject, node, windows, drifting, [totals[axis] for axis in moved], last)


def _finding(subject: Subject, node: Node, windows: Windows, drifting: list[int], totals: list[float], last: Node) -> Finding:
    names, rank = axis_names(len(windows.axes)), len(windows.axes)
    axis = drifting[0]
    half = _halves(windows)[axis]
    field = subject.field_of(node.inputs[0])
    pixels = abs(half) * float(field.jump[axis] if field else 1) / 2
    ahead = "ahead" if half > 0 else "back"
    low, high = windows.axes[axis].low, windows.axes[axis].high
    message = (
        f"an even window with {some(low, 'cell')} before the map and {high} behind looks half a cell {ahead} "
        f"{along([names[at] for at in drifting], rank)}, {some(pixels, 'pixel')}; at {last.path} that comes to "
        f"{max(map(abs, totals)):g}"
    )
    other = [(one.high, one.low) if at in drifting else (one.low, one.high) for at, one in enumerate(windows.axes)]
    return Finding(message, node, f"take an odd window with `same`, or turn every second one around: `{padding_text(other)}`")


def _halves(windows: Windows) -> tuple[int, ...]:
    """Along each axis by how many half cells the layer looks ahead, negative for back; 0 where it is none of these layers."""
    return tuple([_half(axis, len(windows.axes)) for axis in windows.axes])


def _half(axis: Slid, rank: int) -> int:
    if axis.stride > 1 or axis.span % 2 or abs(axis.high - axis.low) != 1:
        return 0
    is_causal = rank == 1 and axis.high == 0 and axis.low == axis.span - 1
    return 0 if is_causal else axis.high - axis.low


def _shifts(subject: Subject) -> list[tuple[float, ...]]:
    """By tensor number how far it is moved along each axis, in pixels, by way of the first input of each layer."""
    graph = subject.graph
    found: list[tuple[float, ...]] = [(0,) * max(0, len(shape) - 2) for shape in graph.shapes]
    for node in subject.nodes:
        before = found[node.inputs[0]] if node.inputs else ()
        windows = subject.windows.get(node.path)
        halves = _halves(windows) if windows else ()
        if any(halves):
            field = subject.field(node)
            jumps = field.jump if field and len(field.jump) == len(halves) else (1,) * len(halves)
            before = tuple([was + half * float(jump) / 2 for was, half, jump in zip(before, halves, jumps, strict=True)])
        for tensor in node.outputs:
            if len(found[tensor]) == len(before):
                found[tensor] = before
    return found
