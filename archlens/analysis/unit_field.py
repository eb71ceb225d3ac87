"""What one unit of a layer reads of the network's inputs, followed backward.

An interval [lo, hi] of units reads `axis.reach(lo, hi)` of the layer before, and where paths meet again their intervals
merge by min and max: linear in layers, and the same intervals as `receptive_fields`. Clipped to real units at every layer,
both ends are exact where no window is dilated or lies in the padding altogether; they are never too narrow.

`unit_coverage` follows the single units instead, so that it shows the holes dilation leaves. Along each axis it is exact
as long as axes stay apart: a layer that reads an axis of tokens sees the smallest box of rows and columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import product
from typing import TypeAlias, TypeVar

from archlens.analysis.reading import Read, reads_of
from archlens.graph.model import Graph, Node
from archlens.layers.dims import Shape
from archlens.layers.windows import POINTWISE, AxisMap, Rearranged, Window, taps

__all__ = ["Box", "unit_coverage", "unit_field"]

Interval: TypeAlias = tuple[int, int]
Box: TypeAlias = "tuple[Interval, ...]"  # the first and the last unit along each axis
Units: TypeAlias = "frozenset[int]"
T = TypeVar("T", Interval, Units)


def unit_field(
    graph: Graph, node: Node, unit: Sequence[int | None], *, strict: bool = False, clip: bool = False
) -> dict[str, Box]:
    """What one unit of `node` reads, by network input: an interval for each of the input's spatial axes.

    unit: an index for each axis after the channels, or for each after the batch; None is every index of the axis.
    strict: follow gates and statistics over the map. clip: keep to real units at every layer, so that padding counts
    nowhere. Inputs that the unit does not depend on, or that have no spatial axes, are left out.
    """

    def back(read: Read, reached: tuple[Interval, ...], shape: Shape) -> tuple[Interval, ...] | None:
        if read.digits is not None:
            before: tuple[Interval, ...] = _digits_back(read.digits, reached, _digit_intervals, _joined_interval)
        else:
            before = tuple([how.reach(*(reached[axis - 1] if axis is not None else (0, 0))) for axis, how in read.axes])
        if not clip:
            return before
        before = tuple([(max(lo, 0), min(hi, size - 1)) for (lo, hi), size in zip(before, shape[1:], strict=True)])
        return before if all(lo <= hi for lo, hi in before) else None  # else only padding is read

    start = tuple([(0, size - 1) if at is None else (at, at) for at, size in _indices(node, unit)])
    return _followed(graph, node, start, strict, back, lambda a, b: (min(a[0], b[0]), max(a[1], b[1])))


def unit_coverage(
    graph: Graph, node: Node, unit: Sequence[int | None], *, strict: bool = False, clip: bool = True
) -> dict[str, tuple[Units, ...]]:
    """As `unit_field`: along each axis the set of units that are read, holes left out."""

    def back(read: Read, reached: tuple[Units, ...], shape: Shape) -> tuple[Units, ...] | None:
        if read.digits is not None:
            return _digits_back(read.digits, reached, _digit_sets, _joined_set)
        before = []
        for (axis, how), size in zip(read.axes, shape[1:], strict=True):
            asked: Collection[int] = (0,) if axis is None or how.step == 0 else reached[axis - 1]
            before.append(_read_of(how, asked, size) if clip else frozenset([tap for at in asked for tap in taps(how, at)]))
        return tuple(before) if all(before) else None

    start = tuple([frozenset(range(size) if at is None else (at,)) for at, size in _indices(node, unit)])
    return _followed(graph, node, start, strict, back, lambda a, b: a | b)


def _read_of(how: AxisMap, asked: Collection[int], size: int) -> Units:
    """The units of `size` that are read by those asked for."""
    if how == POINTWISE and isinstance(asked, frozenset) and max(asked, default=0) < size and min(asked, default=0) >= 0:
        return asked
    if isinstance(how, Window) and len(asked) > size:  # a branch of a wide concat: fewer to look at from this side
        return frozenset([at for at in range(size) if _is_read(how, asked, at)])
    return frozenset([tap for at in asked for tap in taps(how, at) if 0 <= tap < size])


def _is_read(how: Window, asked: Collection[int], at: int) -> bool:
    """Whether a unit is under a tap of any that is asked for."""
    taps_at = [at + how.padding - how.dilation * tap for tap in range(how.kernel)]
    return any(place % how.stride == 0 and place // how.stride in asked for place in taps_at)


def _indices(node: Node, unit: Sequence[int | None]) -> list[tuple[int | None, int]]:
    """For each axis after the batch the index that is meant, and the size of the axis."""
    sizes = node.output_shapes[0][1:]
    full = unit if len(unit) == len(sizes) else (*(None,) * (len(sizes) - len(unit)), *unit)
    return list(zip(full, sizes, strict=True))


def _followed(
    graph: Graph,
    node: Node,
    start: tuple[T, ...],
    strict: bool,
    back: Callable[[Read, tuple[T, ...], Shape], tuple[T, ...] | None],
    merge: Callable[[T, T], T],
) -> dict[str, tuple[T, ...]]:
    """Follow `start` from the first output of `node` to the network's inputs."""
    pending = {node.outputs[0]: start}
    for at in reversed(graph.nodes):
        for output, tensor in enumerate(at.outputs):
            reached = pending.pop(tensor, None)
            if reached is None:
                continue
            for read in reads_of(at, output, strict):
                source = at.inputs[read.position]
                before = back(read, reached, graph.shapes[source])
                if before is not None:
                    known = pending.get(source)
                    pending[source] = before if known is None else tuple(map(merge, known, before))
    found = {name: pending[tensor][1:] for name, tensor in graph.inputs.items() if tensor in pending}
    return {name: axes for name, axes in found.items() if axes}


def _digits_back(
    digits: Rearranged,
    reached: Sequence[T],
    apart: Callable[[T, Sequence[int]], list[T]],
    together: Callable[[Sequence[T], Sequence[int]], T],
) -> tuple[T, ...]:
    """What units of the rearranged axes are on the axes before."""
    found: dict[int, T] = {}
    for group, along in zip(digits.after, reached, strict=True):
        found.update(zip(group, apart(along, [digits.sizes[digit] for digit in group]), strict=True))
    return tuple([together([found[d] for d in group], [digits.sizes[d] for d in group]) for group in digits.before])


def _digit_intervals(along: Interval, sizes: Sequence[int]) -> list[Interval]:
    """The smallest interval of each digit, the most significant first; one before or after the axis keeps its excess there."""
    found = []
    lo, hi = along
    below = 1
    for size in sizes:
        below *= size
    for i, size in enumerate(sizes):
        below //= size
        if i and lo // (below * size) != hi // (below * size):
            found.append((0, size - 1))
        else:
            found.append((lo // below % size, hi // below % size) if i else (lo // below, hi // below))
    return found


def _joined_interval(digits: Sequence[Interval], sizes: Sequence[int]) -> Interval:
    lo = hi = 0
    for (first, last), size in zip(digits, sizes, strict=True):
        lo, hi = lo * size + first, hi * size + last
    return lo, hi


def _digit_sets(along: Units, sizes: Sequence[int]) -> list[Units]:
    found = []
    below = 1
    for size in reversed(sizes):
        found.append(frozenset([at // below % size for at in along]))
        below *= size
    return found[::-1]


def _joined_set(digits: Sequence[Units], sizes: Sequence[int]) -> Units:
    joined = []
    for parts in product(*digits):
        at = 0
        for part, size in zip(parts, sizes, strict=True):
            at = at * size + part
        joined.append(at)
    return frozenset(joined)
