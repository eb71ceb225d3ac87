"""Sizes beside the arrows on which they change, where nothing crosses them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import ceil, hypot

from archlens.report.diagram.layout import Arrow, Layout, Place
from archlens.report.diagram.looks import badge_width
from archlens.report.diagram.model import Diagram, Edge
from archlens.report.diagram.words import shape_words
from archlens.report.picture.letters import words_width
from archlens.report.picture.scene import Point, Text

__all__ = ["SIZE", "size_texts"]

SIZE = 11
"""Of the letters, in pixels."""

_STEP = 3.0  # pixels between the points that stand for a line
_CELL = 48  # pixels of the squares in which they are looked up
_SOLID = 1000  # so many points weighs what is no line


def size_texts(diagram: Diagram, placed: Layout, direction: str) -> list[Text]:
    """One for each box and each size that leaves it."""
    taken = _Taken(diagram, placed)
    arrows: dict[tuple[object, ...], list[tuple[Edge, Arrow]]] = defaultdict(list)
    for edge, arrow in zip(diagram.edges, placed.arrows, strict=True):
        if _says_shape(diagram, edge):
            arrows[edge.tail, edge.shape].append((edge, arrow))
    found = []
    for way in arrows.values():
        words = shape_words(way[0][0].shape)
        wide = words_width(words, SIZE)
        spots = [spot for edge, arrow in way for spot in _spots(edge, arrow, wide, direction)]
        x, y = min(spots, key=lambda spot: taken.weight(_room(spot, wide)))  # the first of the best
        taken.solid.append(_room((x, y), wide))
        found.append(Text(x, y, words, SIZE, fill="faint"))
    return found


def _says_shape(diagram: Diagram, edge: Edge) -> bool:
    """Not at the ends of the network, which say theirs, nor where branches are joined: what comes out of the join is said."""
    tail, head = diagram.boxes[edge.tail], diagram.boxes[edge.head]
    if tail.kind == "input" or head.kind in ("output", "join"):
        return False
    return edge.told or (tail.kind == "join" and any(one.told for one in diagram.edges if one.head == edge.tail))


def _spots(edge: Edge, arrow: Arrow, wide: float, direction: str) -> Iterator[Point]:
    """Where the words may begin, best first."""
    if edge.skip:
        x, y = arrow.points[0]
        yield (x + 7, y - 5) if direction == "down" else (x + 5, y + 14)
        return
    x, y = arrow.tip
    right, left = (x + 7, y - 7), (x - wide - 9, y - 6)
    if direction == "right":
        yield from (left, (left[0], y + 14))
        return
    yield from (right, left) if arrow.points[0][0] < x + 20 else (left, right)  # else an arrow from the right would cross it
    start = arrow.points[0]
    if y - start[1] > 3 * SIZE:  # beside the middle of a long one
        middle = (start[0] + x) / 2, (start[1] + y) / 2 + SIZE / 2
        yield from ((middle[0] + 7, middle[1]), (middle[0] - wide - 9, middle[1]))


def _room(spot: Point, wide: float) -> Place:
    """What words at this place cover, and a little around."""
    return Place(spot[0] - 1, spot[1] - SIZE + 1, wide + 2, SIZE + 1)


class _Taken:
    """What is drawn already. solid: boxes, the labels of frames, words. cells: points of lines by the square they are in."""

    def __init__(self, diagram: Diagram, placed: Layout) -> None:
        self.solid = list(placed.boxes)
        self.cells: dict[tuple[int, int], list[Point]] = defaultdict(list)
        for cluster, (x, y, width, _) in zip(diagram.clusters, placed.clusters, strict=True):
            words = words_width(cluster.label, 12, True) + (badge_width(cluster.times) + 8 if cluster.times > 1 else 0)
            self.solid.append(Place(x + 10, y + 5, min(words, width - 20), 16))
        for arrow in placed.arrows:
            for at in range(0, len(arrow.points) - 3, 3):
                self.line(*arrow.points[at : at + 4])
            self.line(arrow.points[-1], arrow.points[-1], arrow.tip, arrow.tip)

    def line(self, a: Point, b: Point, c: Point, d: Point) -> None:
        """A cubic piece, as points."""
        length = hypot(b[0] - a[0], b[1] - a[1]) + hypot(c[0] - b[0], c[1] - b[1]) + hypot(d[0] - c[0], d[1] - c[1])
        count = max(1, ceil(length / _STEP))
        for step in range(count + 1):
            t = step / count
            weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            x, y = [sum(weight * point[axis] for weight, point in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1)]
            self.cells[int(x // _CELL), int(y // _CELL)].append((x, y))

    def weight(self, room: Place) -> int:
        """How much of it is covered already."""
        x, y, width, height = room
        low, high = int(x // _CELL), int((x + width) // _CELL)
        top, bottom = int(y // _CELL), int((y + height) // _CELL)
        cells = [(across, down) for across in range(low, high + 1) for down in range(top, bottom + 1)]
        points = [point for cell in cells for point in self.cells.get(cell, ())]
        lines = sum([x <= px <= x + width and y <= py <= y + height for px, py in points])
        solid = sum(
            [one.x < x + width and x < one.x + one.width and one.y < y + height and y < one.y + one.height for one in self.solid]
        )
        return lines + _SOLID * solid
