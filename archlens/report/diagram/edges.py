"""The arrows of a diagram: from which box to which, which say their shape, and which are shortcuts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from archlens.graph.model import Graph
from archlens.layers.dims import Shape
from archlens.report.diagram.boxes import Copies, Drawing
from archlens.report.diagram.model import Box, Edge

__all__ = ["between", "in_order", "told"]

_STEPS = 4_000_000  # boxes looked at in search of longer ways; a few seconds

Arrow = tuple[int, int, Shape]


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
    """The arrows between boxes that stand tails before heads, in the order of their heads."""
    arrows = sorted(arrows, key=lambda arrow: (arrow[1], arrow[0]))
    into: dict[int, list[Arrow]] = defaultdict(list)
    for arrow in arrows:
        into[arrow[1]].append(arrow)
    shortcuts = _shortcuts(arrows) | _bypasses(boxes, arrows)
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


def _bypasses(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> set[tuple[int, int]]:
    """The arrows to and from boxes that only cut or arrange what a shortcut brings: the crops of U-Net."""
    before: dict[int, list[int]] = defaultdict(list)
    after: dict[int, list[int]] = defaultdict(list)
    for tail, head, _ in arrows:
        before[head].append(tail)
        after[tail].append(head)
    through = {
        number: (before[number][0], after[number][0])
        for number, box in enumerate(boxes)
        if box.kind == "layer" and box.family == "shape" and len(before[number]) == len(after[number]) == 1
    }
    direct = [arrow for arrow in arrows if arrow[0] not in through and arrow[1] not in through]
    shortcuts = _shortcuts([*direct, *[(tail, head, ()) for tail, head in through.values()]])
    ways = [(number, way) for number, way in through.items() if way in shortcuts]
    return {arrow for number, (tail, head) in ways for arrow in ((tail, number), (number, head))}


def _shortcuts(arrows: Sequence[Arrow]) -> set[tuple[int, int]]:
    """Tails and heads that a longer way joins too; in very large networks only those found in time."""
    heads: dict[int, set[int]] = defaultdict(set)
    tails: dict[int, set[int]] = defaultdict(set)
    for tail, head, _ in arrows:
        heads[tail].add(head)
        tails[head].add(tail)
    found = set()
    left = _STEPS
    for tail in sorted(heads):
        wanted = {head for head in heads[tail] if len(tails[head]) > 1}
        if len(heads[tail]) < 2 or not wanted:
            continue
        last = max(wanted)
        queue = [head for head in heads[tail] if head < last]
        seen = set(queue)
        while queue and left > 0:
            left -= 1
            for head in heads.get(queue.pop(), ()):
                if head in wanted:
                    found.add((tail, head))
                if head < last and head not in seen:
                    seen.add(head)
                    queue.append(head)
    return found
