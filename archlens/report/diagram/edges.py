"""The arrows of a diagram: from which box to which, which say their shape, and which are shortcuts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush

from archlens.graph.model import Graph
from archlens.layers.dims import Shape
from archlens.report.diagram.boxes import Copies, Drawing
from archlens.report.diagram.model import Box, Edge

__all__ = ["between", "in_order", "told"]

_STEPS = 2_000_000  # arrows followed in search of longer ways; a second or two

Arrow = tuple[int, int, Shape]
"""Tail, head and what goes along."""
Pair = tuple[int, int]


def between(graph: Graph, drawing: Drawing, inputs: dict[int, int], outputs: Sequence[tuple[int, int]]) -> list[Arrow]:
    """Tail, head and shape of every arrow, none twice. inputs: tensor → its box; outputs: tensors and the box of each.

    What goes from one copy of a repeat to another is not drawn.
    """
    found: dict[Arrow, None] = {}
    for number, node in enumerate(graph.nodes):
        head = drawing.box_of[number]
        for tensor in node.inputs:
            maker = graph.producers[tensor]
            tail = inputs[tensor] if maker < 0 else drawing.box_of[maker]
            if tail != head and (maker < 0 or _same_copy(drawing.copies_of[maker], drawing.copies_of[number])):
                found[tail, head, graph.shapes[tensor]] = None
    for tensor, head in outputs:
        maker = graph.producers[tensor]
        found[inputs[tensor] if maker < 0 else drawing.box_of[maker], head, graph.shapes[tensor]] = None
    return list(found)


def _same_copy(one: Copies, other: Copies) -> bool:
    """Whether two layers are in the same copy of every repeat that holds both."""
    for (repeat, turn), (other_repeat, other_turn) in zip(one, other, strict=False):
        if repeat != other_repeat:
            return True
        if turn != other_turn:
            return False
    return True


def in_order(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> list[int]:
    """The numbers of the boxes, tails before heads, else by the first of their layers; inputs first, outputs last."""
    rank = {"input": -1, "output": 1}
    keys = [(rank.get(box.kind, 0), box.layers[0] if box.layers else number, number) for number, box in enumerate(boxes)]
    heads: dict[int, set[int]] = defaultdict(set)
    for tail, head, _ in arrows:
        heads[tail].add(head)
    waiting = [0] * len(boxes)
    for found in heads.values():
        for head in found:
            waiting[head] += 1
    free = [keys[number] for number, count in enumerate(waiting) if not count]
    heapify(free)
    order = []
    while free:
        number = heappop(free)[2]
        order.append(number)
        for head in heads.get(number, ()):
            waiting[head] -= 1
            if not waiting[head]:
                heappush(free, keys[head])
    return order


def told(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> list[Edge]:
    """The arrows between boxes that stand tails before heads, in the order of their heads.

    Of several arrows by which one shape leaves a box the first tells it, if the box changes it. A shortcut tells its shape where
    something of another shape goes into its head.
    """
    arrows = sorted(arrows, key=lambda arrow: (arrow[1], arrow[0]))
    into: dict[int, list[Arrow]] = defaultdict(list)
    for arrow in arrows:
        into[arrow[1]].append(arrow)
    shortcuts = _shortcuts(boxes, dict.fromkeys([(tail, head) for tail, head, _ in arrows]))
    said: set[tuple[int, Shape]] = set()
    found = []
    for tail, head, shape in arrows:
        skip = (tail, head) in shortcuts
        if skip:
            says = any(shape != other for at, _, other in into[head] if at != tail)
        else:
            says = (tail, shape) not in said and all(shape != other for _, _, other in into[tail])
            said.add((tail, shape))
        found.append(Edge(tail, head, shape, says, skip))
    return found


def _shortcuts(boxes: Sequence[Box], pairs: Iterable[Pair]) -> set[Pair]:
    """The pairs of a tail and a head that a longer way joins too.

    What only moves data between the two, as the crop on a shortcut of U-Net, is part of the shortcut.
    """
    pairs = list(pairs)
    before, after = _neighbours(pairs)
    passed = {
        box
        for box, one in enumerate(boxes)
        if one.family == "shape" and one.kind == "layer" and len(before.get(box, ())) == len(after.get(box, ())) == 1
    }
    found = _longer_ways(pairs)
    if passed:
        ends = {}
        for tail, head in pairs:
            start, end = tail, head
            while start in passed:
                (start,) = before[start]
            while end in passed:
                (end,) = after[end]
            ends[tail, head] = start, end
        far = _longer_ways(dict.fromkeys(ends.values()))
        found |= {pair for pair, between in ends.items() if between in far}
    return found


def _neighbours(pairs: Iterable[Pair]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """By head its tails, by tail its heads."""
    before: dict[int, set[int]] = defaultdict(set)
    after: dict[int, set[int]] = defaultdict(set)
    for tail, head in pairs:
        before[head].add(tail)
        after[tail].add(head)
    return before, after


def _longer_ways(pairs: Iterable[Pair]) -> set[Pair]:
    """Those of `pairs` that two or more others lead along as well; in very large networks only those found in time."""
    before, after = _neighbours(pairs)
    found = set()
    left = _STEPS
    for tail in sorted(after):
        wanted = {head for head in after[tail] if len(before[head]) > 1}
        if len(after[tail]) < 2 or not wanted:
            continue
        last = max(wanted)
        queue = [head for head in after[tail] if head < last]
        seen = set(queue)
        while queue and left > 0:
            heads = after.get(queue.pop(), ())
            left -= 1 + len(heads)
            for head in heads:
                if head in wanted:
                    found.add((tail, head))
                if head < last and head not in seen:
                    seen.add(head)
                    queue.append(head)
    return found
