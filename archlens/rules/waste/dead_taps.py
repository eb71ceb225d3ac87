"""Weights of a convolution that never touch a pixel.

## What it does

Finds convolutions some of whose taps lie in the zeros of the padding at every place the window takes, so that their weights are
only ever multiplied with zeros. Tap i of K along an axis is dead if no place u of the O there are has 0 ≤ u·S - P + i·D < W. A
weight is dead if it is so along one axis. For `conv_transpose` the same is said of taps whose products are all cut away.

## Why it is bad

The weights are counted, stored and multiplied, get no gradient and never change anything. It is the sign of a network that was
made for larger images: ResNet-18, whose last map at 224 pixels is 7×7, has a last map of one pixel at 32, and there 8 of 9
weights of each 3×3 window are dead, 62.2% of all its convolution weights.

## Example

```yaml
archlens: 1
input: 3x8x8
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 4
  - conv: 32 3x3 same
  - relu
  - max_pool: 2
  - conv: 64 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

Shrink the map less, so that there is something to look at:

```yaml
archlens: 1
input: 3x8x8
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - conv: 32 3x3 same
  - relu
  - max_pool: 2
  - conv: 64 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

Or take the window that is left: on a map of one pixel, 1×1 gives the same result with a ninth of the weights.

```yaml
archlens: 1
input: 3x8x8
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 4
  - conv: 32 3x3 same
  - relu
  - max_pool: 2
  - conv: 64 1x1
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

Padding that repeats the map (`padding_mode` other than zeros), since there every tap reads something. Pooling, which has no
weights. `locally_connected`, where padding always leaves weights without a pixel at the border. Shared weights that touch a
pixel in one of their uses.

## Reference

Arithmetic. Chen et al., Rethinking Atrous Convolution, arXiv:1706.05587, section 3.3, where a 3×3 window dilated by about the
size of the map "degenerates to a simple 1 × 1 filter".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from archlens.graph.model import Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape, axis_names, prod, show
from archlens.layers.windows import Transposed
from archlens.rules.model import Finding
from archlens.rules.sliding import WIDEST, Slid, along, by, padding_text, pixels, times
from archlens.rules.subject import Subject

__all__ = ["check"]

_WIDE = 64  # taps; for wider windows no larger map is searched


class _Taps(NamedTuple):
    """The taps of a convolution. weights: of all of them. alive: along each axis. axes: a window over the map it reads, or, where
    it is transposed, over the map it writes."""

    weights: int
    alive: tuple[Sequence[int], ...]
    axes: tuple[Slid, ...]
    transposed: bool

    @property
    def size(self) -> int:
        return prod([axis.kernel for axis in self.axes])


def check(subject: Subject) -> Iterator[Finding]:
    """Every convolution with dead weights; the first message says what they come to in the network."""
    uses = [*_convolutions(subject), *_transposed(subject)]
    if all(prod(map(len, taps.alive)) == taps.size for _, taps in uses):
        return
    owners: dict[str, list[_Taps]] = {}
    for node, taps in uses:
        owners.setdefault(node.owner, []).append(taps)
    dead = {owner: _dead(found) for owner, found in owners.items()}
    total, lost = sum([found[0].weights for found in owners.values()]), sum(dead.values())
    in_all = f"; in all {lost:,} of the network's {total:,} convolution weights ({lost / total:.1%})"
    for node, taps in sorted(uses, key=lambda use: subject.numbers[use[0].path]):
        if dead[node.owner]:
            yield _finding(subject, node, taps, dead[node.owner], in_all if len(owners) > 1 else "")
            in_all = ""


def _convolutions(subject: Subject) -> Iterator[tuple[Node, _Taps]]:
    for windows, nodes in subject.sliding.items():
        if windows.layer.type_name in ("conv", "depthwise_conv"):
            weights = prod(windows.layer.parameter_shapes(windows.shape)["weight"])
            alive = [axis.alive if windows.zeros else range(axis.kernel) for axis in windows.axes]
            taps = _Taps(weights, tuple(alive), windows.axes, False)
            yield from [(node, taps) for node in nodes]


def _transposed(subject: Subject) -> Iterator[tuple[Node, _Taps]]:
    """Input cell i adds tap t to output cell i·S - P + t·D: as a window over the output with a place for every input cell."""
    known: dict[tuple[Layer, Shape], _Taps] = {}
    for node in subject.of_type("conv_transpose"):
        key = node.layer, node.input_shapes[0]
        if key not in known:
            axes = []
            (row,) = node.layer.windows(*node.input_shapes)
            sizes = node.output_shapes[0][2:], node.input_shapes[0][2:]
            for name, how, cells, places in zip(axis_names(len(row)), row, *sizes, strict=True):
                if isinstance(how, Transposed):
                    axes.append(Slid(name, cells, how.kernel, how.stride, how.padding, 0, how.dilation, places))
            weights = prod(node.layer.parameter_shapes(*node.input_shapes)["weight"])
            alive = [axis.alive if axis.kernel <= WIDEST else range(axis.kernel) for axis in axes]
            known[key] = _Taps(weights, tuple(alive), tuple(axes), True)
        yield node, known[key]


def _dead(uses: Sequence[_Taps]) -> int:
    """The weights of one owner that are dead in all its uses."""
    first = uses[0]
    if all(taps.alive == first.alive for taps in uses):
        alive = prod(map(len, first.alive))
    else:
        alive = len({cell for taps in uses for cell in product(*taps.alive)})
    return first.weights // first.size * (first.size - alive)


def _finding(subject: Subject, node: Node, taps: _Taps, dead: int, in_all: str) -> Finding:
    short = [(axis, len(alive)) for axis, alive in zip(taps.axes, taps.alive, strict=True) if len(alive) < axis.kernel]
    counts = {(count, axis.kernel) for axis, count in short}
    if len(counts) == 1:
        ((count, kernel),) = counts
        which = f"{count} of {kernel} taps {along([axis.name for axis, _ in short], len(taps.axes))}"
    else:
        which = ", ".join([f"{count} of {axis.kernel} taps along {axis.name}" for axis, count in short])
    share = f"{dead:,} of its {taps.weights:,} weights ({dead / taps.weights:.1%})"
    sizes = times([axis.size for axis in taps.axes])
    if taps.transposed:
        message = f"{share} never reach the output: only {which} fall on the {sizes} cells that are left, the others are cut away"
    else:
        spans = [f"{axis.kernel} taps, {axis.dilation} apart, span {axis.span}" for axis, _ in short if axis.dilation > 1]
        spread = f" ({spans[0]} cells)" if spans else ""
        where = f"on a map of {sizes} only {which} can meet a cell{spread}"
        message = f"{share} never touch a pixel: {where}, the others lie in the padding at every place"
    cures = [cure for cure in (_smaller(taps), "" if taps.transposed else _larger(subject, node, taps)) if cure]
    return Finding(message + in_all, node, "; or ".join(cures), f"reads {show(node.input_shapes[0])}")


def _smaller(taps: _Taps) -> str:
    """The window that is left, where it gives the same result; empty where none does."""
    kernels, pairs = [], []
    for axis, alive in zip(taps.axes, taps.alive, strict=True):
        first, last = (alive[0], alive[-1]) if alive else (0, -1)
        if last - first + 1 != len(alive) or not alive:
            return ""
        low = axis.low - first * axis.dilation
        if taps.transposed:  # cuts both ends alike
            high = low
            fits = first == axis.kernel - 1 - last
        else:
            left = axis._replace(kernel=len(alive), low=low)
            high = max(0, left.last + 1 - axis.size)
            fits = (axis.size + low + high - left.span) // axis.stride + 1 == axis.places
        if low < 0 or not fits:
            return ""
        kernels.append(len(alive))
        pairs.append((low, high))
    padding = f"with `{padding_text(pairs)}`" if any(map(any, pairs)) else "without padding"
    return f"`{by(kernels)}` {padding} gives the same result with {taps.weights // taps.size * prod(kernels):,} weights"


def _larger(subject: Subject, node: Node, taps: _Taps) -> str:
    """The smallest map on which every tap meets a cell, and about how large an input gives it."""
    sizes = []
    for axis, alive in zip(taps.axes, taps.alive, strict=True):
        tried = range(axis.size, axis.size + axis.span + 1) if axis.kernel <= _WIDE else ()
        fitting = axis.size if len(alive) == axis.kernel else next((n for n in tried if _is_alive(axis, n)), 0)
        if not fitting:
            return ""
        sizes.append(fitting)
    needed = pixels(subject, node, sizes)
    return f"keep the map larger, from {times(sizes)} cells on every weight counts" + (f": {needed}" if needed else "")


def _is_alive(axis: Slid, size: int) -> bool:
    places = (size + axis.low + axis.high - axis.span) // axis.stride + 1
    return len(axis._replace(size=size, places=places).alive) == axis.kernel
