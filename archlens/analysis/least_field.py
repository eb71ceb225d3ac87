"""The least that a layer has seen: its receptive field by the way that sees the least, where the field itself takes the most.

A shortcut keeps it small however deep the network: behind a residual block it is what it was before. Along an axis a window
adds (reach - 1)·J pixels, with J the jump of what it reads; where ways meet, the least counts (Richter et al., "Should You Go
Deeper?", 2021, arXiv:2106.12307, who call it the minimal receptive field). Gates and statistics over the map are not followed.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple, TypeAlias

from archlens.analysis.reading import Read, all_reads
from archlens.analysis.staircase import Rational, ratio
from archlens.graph.model import Graph
from archlens.layers.dims import Shape
from archlens.layers.windows import Window

__all__ = ["Least", "least_fields"]

Sizes: TypeAlias = "tuple[int | float, ...]"


class Least(NamedTuple):
    """Of a tensor, along each axis of network input number `input`.

    size: pixels, infinite behind a layer that reads the whole map. jump: pixels between neighbours on that way.
    """

    size: Sizes
    jump: tuple[Rational, ...]
    input: int


def least_fields(graph: Graph) -> list[Least | None]:
    """By tensor number; None where a tensor has no spatial axes or they are not those of an input any more (tokens)."""
    found: list[Least | None] = [None] * len(graph.shapes)
    for order, tensor in enumerate(graph.inputs.values()):
        rank = len(graph.shapes[tensor]) - 2
        if rank > 0:
            found[tensor] = Least((1,) * rank, (1,) * rank, order)
    for node, outputs in zip(graph.nodes, all_reads(graph)[0], strict=True):
        for tensor, reads in zip(node.outputs, outputs, strict=True):
            ways = [_through(found[node.inputs[read.position]], read, graph.shapes[tensor]) for read in reads]
            found[tensor] = _joined(ways)
    return found


def _through(before: Least | None, read: Read, after: Shape) -> Least | None:
    if before is None or read.straight is None or len(read.straight) != len(before.size):
        return None
    if read.is_still:
        return before
    sizes: list[int | float] = []
    jumps: list[Rational] = []
    for size, jump, how, units in zip(before.size, before.jump, read.straight, after[2:], strict=True):
        if how.step == 0:
            sizes.append(inf)
            jumps.append(jump)
            continue
        lo, hi = how.reach(0, 0) if isinstance(how, Window) else how.reach(units // 2, units // 2)
        grown = max(0, hi - lo) * jump
        sizes.append(size + (grown if isinstance(grown, int) else float(grown)))
        jumps.append(jump if how.step == how.period else ratio(jump.numerator * how.step, jump.denominator * how.period))
    return Least(tuple(sizes), tuple(jumps), before.input)


def _joined(ways: list[Least | None]) -> Least | None:
    """The least of each axis; None where one way is not known or lies on another input."""
    known = [way for way in ways if way is not None]
    if not known or len(known) < len(ways) or len({way.input for way in known}) > 1:
        return None
    if all(way is known[0] for way in known):
        return known[0]
    axes = [
        min(axis, key=lambda one: one[0]) for axis in zip(*[zip(way.size, way.jump, strict=True) for way in known], strict=True)
    ]
    return Least(tuple([size for size, _ in axes]), tuple([jump for _, jump in axes]), known[0].input)
