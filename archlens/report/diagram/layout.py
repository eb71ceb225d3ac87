"""Where Graphviz puts the boxes and arrows of a diagram."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from archlens.report.diagram.dot import layout_source
from archlens.report.diagram.model import Diagram
from archlens.report.picture.engine import run_graphviz
from archlens.report.picture.scene import Point

__all__ = ["Arrow", "Layout", "Place", "layout"]


class Place(NamedTuple):
    """A rectangle by its upper left corner, in pixels."""

    x: float
    y: float
    width: float
    height: float


class Arrow(NamedTuple):
    """A line of cubic pieces (start, then control, control, end of each) and the point its head touches."""

    points: tuple[Point, ...]
    tip: Point


class Layout(NamedTuple):
    """Places of boxes, arrows and clusters, in the order of the diagram."""

    width: float
    height: float
    boxes: tuple[Place, ...]
    arrows: tuple[Arrow, ...]
    clusters: tuple[Place, ...]

    def moved(self, right: float, down: float) -> Layout:
        """The same elsewhere."""

        def at(point: Point) -> Point:
            return point[0] + right, point[1] + down

        return self._mapped(self.width, self.height, at, lambda one: one._replace(x=one.x + right, y=one.y + down))

    def turned(self) -> Layout:
        """With x for y."""
        return self._mapped(
            self.height, self.width, lambda point: (point[1], point[0]), lambda one: Place(one.y, one.x, one.height, one.width)
        )

    def _mapped(self, width: float, height: float, at: Callable[[Point], Point], place: Callable[[Place], Place]) -> Layout:
        arrows = [Arrow(tuple(map(at, arrow.points)), at(arrow.tip)) for arrow in self.arrows]
        boxes, clusters = tuple(map(place, self.boxes)), tuple(map(place, self.clusters))
        return Layout(width, height, boxes, tuple(arrows), clusters)


def layout(diagram: Diagram, sizes: Sequence[tuple[float, float]], direction: str = "down") -> Layout:
    """The layout of boxes of these sizes, in pixels. Raises as `run_graphviz` does."""
    found = json.loads(run_graphviz(layout_source(diagram, sizes, direction), "json0"))
    left, low, right, high = _numbers(found["bb"])
    named = {one["name"]: one for one in found.get("objects", ())}

    def point(text: str) -> Point:
        x, y = _numbers(text)
        return x - left, high - y

    def box(number: int) -> Place:
        (x, y), (width, height) = point(named[f"n{number}"]["pos"]), sizes[number]
        return Place(x - width / 2, y - height / 2, width, height)

    def cluster(number: int) -> Place:
        x0, y0, x1, y1 = _numbers(named[f"cluster_{number}"]["bb"])
        return Place(x0 - left, high - y1, x1 - x0, y1 - y0)

    def arrow(edge: dict[str, Any]) -> Arrow:
        end, *points = edge["pos"].removeprefix("e,").split(" ")
        return Arrow(tuple(map(point, points)), point(end))

    ways = {(edge["tail"], edge["head"]): arrow(edge) for edge in found.get("edges", ())}
    numbers = {one["_gvid"]: one["name"] for one in named.values()}
    arrows = {(numbers[tail], numbers[head]): way for (tail, head), way in ways.items()}
    return Layout(
        right - left,
        high - low,
        tuple(map(box, range(len(diagram.boxes)))),
        tuple([arrows[f"n{edge.tail}", f"n{edge.head}"] for edge in diagram.edges]),
        tuple(map(cluster, range(len(diagram.clusters)))),
    )


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(map(float, text.split(",")))
