"""Graph → Diagram: what is to be drawn at a level of detail, and what is folded into one box."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.analysis.facts import Analysis
from archlens.errors import UsageError, closest
from archlens.graph.model import Graph
from archlens.layers.dims import Shape
from archlens.report.diagram.boxes import Drawing, draw_steps
from archlens.report.diagram.chains import links
from archlens.report.diagram.edges import between, in_order, told
from archlens.report.diagram.model import Box, Diagram
from archlens.report.diagram.repeats import boxes_of, steps
from archlens.report.diagram.scopes import LEVELS, Scopes, settle
from archlens.report.diagram.titles import totals_text
from archlens.report.diagram.units import units
from archlens.report.diagram.wiring import Wiring, wiring

__all__ = ["LEVELS", "MOST", "diagram"]

MOST = 40
"""Boxes that a picture shows at most, unless a level is asked for."""


def diagram(
    graph: Graph, analysis: Analysis, level: str | None = None, fold: Sequence[str] = (), unfold: Sequence[str] = ()
) -> Diagram:
    """What is drawn of a network at a level: `layer`, `block` or `stage`, by default the first with no more than MOST boxes.

    fold, unfold: globs over the paths of stages and blocks to close and to open whatever the level; what both match is closed.
    Raises UsageError for a level that there is not and a glob that matches nothing.
    """
    if level is not None and level not in LEVELS:
        near = closest(level, LEVELS)
        cure = f"did you mean `{near}`?" if near else f"there are {', '.join(LEVELS)}"
        raise UsageError(f"no level is called `{level}`; {cure}")
    known = wiring(graph, analysis)
    scopes = Scopes(graph, links(known))
    folded, unfolded = scopes.matching(fold, graph.spec), scopes.matching(unfold, graph.spec)
    for wanted in (level,) if level else LEVELS:
        settle(scopes, wanted, folded, unfolded)
        groups = steps(known, scopes, units(known, scopes))
        if boxes_of(groups) + len(graph.inputs) + len(graph.outputs) <= MOST:
            break
    return _drawn(known, analysis, draw_steps(known, analysis, scopes, groups), wanted)


def _drawn(known: Wiring, analysis: Analysis, drawing: Drawing, level: str) -> Diagram:
    graph = known.graph
    boxes = drawing.boxes
    inputs: dict[int, int] = {}
    for name, tensor in graph.inputs.items():
        inputs[tensor] = len(boxes)
        boxes.append(_port("input", name, graph.shapes[tensor]))
    outputs = []
    for name, tensor in graph.outputs.items():
        outputs.append((tensor, len(boxes)))
        boxes.append(_port("output", name, graph.shapes[tensor]))
    arrows = between(graph, drawing, inputs, outputs)
    order = in_order(boxes, arrows)
    place = {number: at for at, number in enumerate(order)}
    boxes = [boxes[number] for number in order]
    edges = told(boxes, [(place[tail], place[head], shape) for tail, head, shape in arrows])
    totals = analysis.totals
    return Diagram(
        title=analysis.title,
        totals=totals_text(analysis),
        level=level,
        boxes=tuple(boxes),
        edges=tuple(edges),
        clusters=tuple(drawing.clusters),
        total_params=totals.params,
        total_macs=totals.macs,
    )


def _port(kind: str, name: str, shape: Shape) -> Box:
    """What the network takes or gives."""
    return Box(kind, name, "other", name, (), shape, 1, (), 0, 0, 0, 0, None, False, None, -1)
