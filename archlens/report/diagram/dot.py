"""A diagram in the language of Graphviz: for its layout alone, every size fixed, or as a file that a person renders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from archlens.errors import printable
from archlens.report.diagram.frames import frame_number, inside
from archlens.report.diagram.model import Box, Diagram
from archlens.report.diagram.words import figures, heading, shape_words
from archlens.report.picture.letters import words_width
from archlens.report.picture.themes import colours_of, family_role

if TYPE_CHECKING:
    import graphviz

__all__ = ["DIRECTIONS", "dot_file", "layout_source", "trunk_of"]

DIRECTIONS = {"down": "TB", "right": "LR"}
"""Which way a diagram runs, and what Graphviz calls it."""

_POINTS = 72  # an inch; a pixel of ours is a point of Graphviz
_STRAIGHT = "12"  # how much more than others an edge of the trunk wants to be short and straight

# The label of a cluster, for the layout: no words, so that no font has a say. Only an HTML label takes a size.
_ROOM = (
    '<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0">'
    '<TR><TD FIXEDSIZE="TRUE" WIDTH="{}" HEIGHT="16"></TD></TR></TABLE>>'
)


def layout_source(diagram: Diagram, sizes: Sequence[tuple[float, float]], direction: str = "down") -> str:
    """For the layout: boxes of these sizes (width, height in pixels) and room for the labels of clusters, nothing to read."""
    graph = _graph(direction)
    if direction == "right":  # sizes stand beside the arrows, between boxes
        longest = max([words_width(shape_words(edge.shape), 11) for edge in diagram.edges if edge.told], default=0)
        graph.attr(ranksep=f"{(longest + 22) / _POINTS:.4f}")
    trunk = trunk_of(diagram)

    def node(to: graphviz.Digraph, number: int) -> None:
        width, height = [f"{size / _POINTS:.4f}" for size in sizes[number]]
        kept = {"group": "trunk"} if number in trunk else {}  # in one line
        to.node(f"n{number}", label="", shape="box", fixedsize="true", width=width, height=height, **kept)

    _fill(graph, diagram, node, _room_of)
    leaves, enters, side = ("s", "n", "e") if direction == "down" else ("e", "w", "s")
    for edge in diagram.edges:
        tail, head, weight = leaves, enters, "1"
        if edge.skip:
            weight = "0"
            tail = "_" if diagram.boxes[edge.tail].family == "shape" else side
            met = diagram.boxes[edge.head]
            head = side if met.kind == "join" else enters if met.family == "shape" else "_"  # beside the arrow of the trunk
        elif {edge.tail, edge.head} <= trunk:
            weight = _STRAIGHT
        elif diagram.boxes[edge.head].kind == "join":
            head = "_"  # where it comes from
        graph.edge(f"n{edge.tail}:{tail}", f"n{edge.head}:{head}", weight=weight, arrowsize="0.7")
    return str(graph.source)


def dot_file(diagram: Diagram, direction: str = "down", theme: str = "light") -> str:
    """For a person who has Graphviz elsewhere: the same boxes, arrows and clusters with plain labels."""
    colours = colours_of(theme)
    graph = _graph(direction)
    graph.attr(label=_plain(diagram.title, diagram.totals), labelloc="t", bgcolor=colours["paper"], fontcolor=colours["ink"])
    graph.attr(fontname="Helvetica")
    graph.attr("node", fontname="Helvetica", fontsize="11", style="rounded,filled", fontcolor=colours["ink"])
    graph.attr("edge", fontname="Helvetica", fontsize="10", color=colours["line"], fontcolor=colours["faint"])

    def node(to: graphviz.Digraph, number: int) -> None:
        box = diagram.boxes[number]
        role = family_role(box.family) if box.kind in ("layer", "block") else "join"
        shape = "ellipse" if box.kind == "join" else "box"
        to.node(f"n{number}", label=_label(box), shape=shape, fillcolor=colours[role], color=colours[f"{role}.edge"])

    around = {"style": "rounded,filled", "fillcolor": colours["panel"], "color": colours["rule"], "fontcolor": colours["faint"]}
    _fill(graph, diagram, node, lambda words: {"label": _plain(words), **around})
    for edge in diagram.edges:
        said = {"label": _plain(f" {shape_words(edge.shape)}")} if edge.told else {}
        kind = {"style": "dashed", "weight": "0"} if edge.skip else {"weight": _STRAIGHT}
        graph.edge(f"n{edge.tail}", f"n{edge.head}", **said, **kind)
    return str(graph.source)


def trunk_of(diagram: Diagram) -> set[int]:
    """The numbers of the boxes on the longest way through, in layers; of equal ways the first."""
    length = [float(len(box.layers) or 1) for box in diagram.boxes]
    before = [-1] * len(length)
    own = list(length)
    for edge in sorted(diagram.edges, key=lambda edge: edge.tail):  # boxes are numbered in the order in which they run
        if length[edge.tail] + own[edge.head] > length[edge.head]:
            length[edge.head], before[edge.head] = length[edge.tail] + own[edge.head], edge.tail
    at = max(range(len(length)), key=length.__getitem__, default=-1)
    found = set()
    while at >= 0:
        found.add(at)
        at = before[at]
    return found


def _graph(direction: str) -> graphviz.Digraph:
    import graphviz

    return graphviz.Digraph("network", graph_attr={"rankdir": DIRECTIONS[direction], "nodesep": "0.3", "ranksep": "0.34"})


def _room_of(words: str) -> dict[str, str]:
    """Room for the label of a cluster, twice as wide as the words: they end before the middle, where arrows come in."""
    return {"label": _ROOM.format(2 * round(words_width(words, 12, True)) + 36), "labeljust": "l"}


def _fill(
    graph: graphviz.Digraph,
    diagram: Diagram,
    node: Callable[[graphviz.Digraph, int], None],
    label: Callable[[str], Mapping[str, str]],
) -> None:
    """Boxes and clusters, each in the one around it."""
    within = inside(diagram)

    def fill(to: graphviz.Digraph, around: int) -> None:
        for number in [item for item in within[around] if item >= 0]:
            node(to, number)
        for number in sorted([frame_number(item) for item in within[around] if item < 0]):
            cluster = diagram.clusters[number]
            with to.subgraph(name=f"cluster_{number}") as inner:
                words = f"{cluster.label}  ×{cluster.times}" if cluster.times > 1 else cluster.label
                inner.attr(**label(words))
                fill(inner, number)

    fill(graph, -1)


def _label(box: Box) -> str:
    head = ", ".join([heading(box), *box.folded]) + (f"  ×{box.times}" if box.times > 1 else "")
    return _plain(head, " · ".join(filter(None, [figures(box), "frozen" if box.frozen else ""])))


def _plain(*lines: str) -> str:
    """Lines as a label that shows them as they are."""
    import graphviz

    return "\\n".join([graphviz.escape(printable(line)) for line in lines if line])
