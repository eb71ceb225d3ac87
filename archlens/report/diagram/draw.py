"""A diagram as a scene: title, clusters, arrows, boxes, legend."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.report.diagram.colours import Colouring, colouring, legend, legend_height
from archlens.report.diagram.columns import Room, in_columns
from archlens.report.diagram.layout import Arrow, Layout, Place, layout
from archlens.report.diagram.looks import badge, badge_width, box_group, box_size
from archlens.report.diagram.model import Cluster, Diagram, Edge
from archlens.report.diagram.sizes import SIZE, size_texts
from archlens.report.diagram.words import shape_words
from archlens.report.picture.letters import fitted, words_width
from archlens.report.picture.scene import Curve, Group, Item, Point, Polygon, Rect, Scene, Text

__all__ = ["diagram_scene"]

_MARGIN = 20
_HEAD = 52  # the title
_NARROW = 420  # a picture is at least this wide, for its legend
_LONG = 900  # no title makes it wider
_HALF = 3.4  # half the width of an arrow's head


def diagram_scene(diagram: Diagram, color: str = "family", direction: str = "down", columns: int | None = None) -> Scene:
    """The picture. color: what colours say, a name of `COLOURINGS`. direction: `down` or `right`. columns: how many side by
    side at most, or rows one below the other; by default what comes nearest to a slide.

    Raises as `run_graphviz` does.
    """
    colours = colouring(diagram, color)
    placed = layout(diagram, [box_size(box) for box in diagram.boxes], direction)
    placed = in_columns(placed, diagram.edges, columns, _room(diagram, direction), direction)
    said = size_texts(diagram, placed, direction)
    left = min([0.0, *[text.x for text in said]])
    reach = max([placed.width, *[text.x + words_width(text.text, SIZE) for text in said]]) - left
    title = fitted(diagram.title, max(reach, _LONG), 18, True)
    totals = fitted(diagram.totals, max(reach, _LONG), 12)
    head = max(words_width(title, 18, True), words_width(totals, 12))
    room = max(reach, head, _NARROW)
    right, down = _MARGIN + (room - reach) / 2 - left, _MARGIN + _HEAD
    placed = placed.moved(right, down)
    low = _MARGIN + _HEAD + placed.height + 18
    items = (
        Text(_MARGIN, _MARGIN + 16, title, 18, bold=True),
        Text(_MARGIN, _MARGIN + 36, totals, 12, fill="faint"),
        *_body(diagram, placed, colours),
        *[text._replace(x=text.x + right, y=text.y + down) for text in said],
        *legend(colours.keys, _MARGIN, low, room),
    )
    height = low + legend_height(colours.keys, room) + _MARGIN - 6
    return Scene(room + 2 * _MARGIN, height, items, f"{diagram.title}: {diagram.totals}", _description(diagram))


def _room(diagram: Diagram, direction: str) -> Room:
    """Between columns: for arrows, and the sizes that stand beside them."""
    longest = max([words_width(shape_words(edge.shape), SIZE) for edge in diagram.edges if edge.told], default=0)
    return Room(max(60, longest + 24), 24) if direction == "down" else Room(36, longest + 30)


def _description(diagram: Diagram) -> str:
    """The picture in words: boxes in order, with what is before each."""
    names = [box.path for box in diagram.boxes]
    into: dict[int, list[str]] = {}
    for edge in diagram.edges:
        into.setdefault(edge.head, []).append(names[edge.tail])
    told = []
    for number, box in enumerate(diagram.boxes):
        times = f", {box.times} times" if box.times > 1 else ""
        sources = f", after {' and '.join(into[number])}" if number in into else ""
        told.append(f"{box.path} ({', '.join([box.title, *box.folded])}{times}){sources}")
    return "; ".join(told)


def _body(diagram: Diagram, placed: Layout, colours: Colouring) -> Iterator[Item]:
    for cluster, place in zip(diagram.clusters, placed.clusters, strict=True):
        yield _cluster(cluster, place)
    for edge, arrow in zip(diagram.edges, placed.arrows, strict=True):
        yield Group(tuple(_arrow(edge, arrow)), "skip" if edge.skip else "edge", shape_words(edge.shape))
    for number, (box, place) in enumerate(zip(diagram.boxes, placed.boxes, strict=True)):
        yield box_group(box, place, number, colours.fill(box))


def _cluster(cluster: Cluster, place: Place) -> Group:
    x, y, width, height = place
    ground = "panel" if cluster.parent < 0 else "inset"
    times = badge_width(cluster.times) + 8 if cluster.times > 1 else 0
    words = fitted(cluster.label, width - 20 - times, 12, True)
    label = Text(x + 10, y + 17, words, 12, bold=True, fill="faint")
    after = badge(x + 18 + words_width(words, 12, True), y + 5.5, cluster.times) if times else ()
    return Group((Rect(x, y, width, height, ground, "rule", 1, 10), label, *after), "cluster", cluster.path)


def _arrow(edge: Edge, arrow: Arrow) -> Iterator[Item]:
    role = "skip" if edge.skip else "line"
    yield Curve(arrow.points, role, 1.4 if edge.skip else 1.8, edge.skip, bezier=True)
    yield Polygon(_head(arrow.points[-1], arrow.tip), role)


def _head(end: Point, tip: Point) -> tuple[Point, Point, Point]:
    """The triangle from the end of a line to `tip`."""
    along = (tip[0] - end[0], tip[1] - end[1])
    length = (along[0] ** 2 + along[1] ** 2) ** 0.5 or 1.0
    x, y = along[0] / length * _HALF, along[1] / length * _HALF
    return tip, (end[0] - y, end[1] + x), (end[0] + y, end[1] - x)
