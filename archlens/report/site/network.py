"""The page of one network."""

from __future__ import annotations

from archlens.analysis.facts import Analysis
from archlens.analysis.walk import field_walk
from archlens.errors import UsageError
from archlens.graph.model import Graph
from archlens.report.diagram.written import MOST_BOXES
from archlens.report.explain_reach import reach_blocks
from archlens.report.fields.drawing import field_scene
from archlens.report.picture.engine import CURE, NoGraphvizError
from archlens.report.picture.scene import Scene
from archlens.report.picture.svg import inline_svg
from archlens.report.site.charts import figure, network_charts
from archlens.report.site.formulas import formulas
from archlens.report.site.frame import COPIED, page
from archlens.report.site.head import about, cards, findings, flow, shares
from archlens.report.site.layers import layer_table, table_data
from archlens.report.site.markup import blocks_html, coded, data_block, facts_list, html_text
from archlens.report.site.source import source_data, sources
from archlens.report.site.table import tools
from archlens.report.site.tree import tree
from archlens.report.summary import convention_texts
from archlens.spec.model import Spec

__all__ = ["drawn", "network_page"]

_ZOOM = """\
<div class="tools js-only" id="zoom" role="group" aria-label="Zoom">\
<button type="button" id="zoom-out" aria-label="Smaller">−</button>\
<button type="button" id="zoom-in" aria-label="Larger">+</button><button type="button" id="zoom-fit">Fit</button></div>"""
_TABS = """\
<div class="tabs js-only" role="tablist" aria-label="Beside the layers">\
<button type="button" role="tab" id="tab-diagram" aria-controls="diagram" aria-selected="true">Diagram</button>\
<button type="button" role="tab" id="tab-spec" aria-controls="spec" aria-selected="false" tabindex="-1">Spec</button></div>"""
_FOLDS = """\
<button type="button" id="fold-all">Fold all</button><button type="button" id="open-all">Open all</button>"""


def network_page(spec: Spec, graph: Graph, analysis: Analysis, scene: Scene | str, title: str = "") -> str:
    """All of one network: a document that needs nothing else. scene: its diagram, or why there is none; then a tree of text
    stands for it."""
    worked, read = formulas(graph, analysis), sources(spec, graph, analysis)
    data = {**table_data(analysis), **source_data(read), "formulas": worked.of}
    parts = [
        ("overview", "At a glance", _glance(analysis)),
        ("layers", "Layers", _workbench(analysis, scene, read.html)),
        ("charts", "Where it goes", network_charts(analysis)),
        *([("field", "Receptive field", steps)] if (steps := _field(graph, analysis)) else []),
        ("formulas", "Formulas, worked out", worked.html),
        ("conventions", "Conventions", _conventions(analysis)),
    ]
    return page(title or analysis.title, _header(analysis), parts, data_block("data", data) + COPIED)


def drawn(graph: Graph, analysis: Analysis) -> tuple[Scene | None, str]:
    """The diagram, or why there is none: no Graphviz, or more boxes than anyone can read."""
    from archlens.report.diagram.draw import diagram_scene
    from archlens.report.diagram.fold import diagram

    found = diagram(graph, analysis)
    if len(found.boxes) > MOST_BOXES:
        return None, f"the diagram would have {len(found.boxes):,} boxes, more than can be read"
    try:
        return diagram_scene(found, columns=1), ""  # beside the table there is room for one
    except NoGraphvizError:
        return None, f"for a diagram install Graphviz: {CURE}"


def _header(analysis: Analysis) -> str:
    idea = ": ".join([str(analysis.meta[key]) for key in ("year", "key_idea") if key in analysis.meta])
    return f'<p class="flow">{flow(analysis)}</p>' + (f'<p class="idea">{html_text(idea)}</p>' if idea else "")


def _glance(analysis: Analysis) -> str:
    found = f"<div>{shares(analysis)}{findings(analysis)}</div>"
    return f'{cards(analysis)}<div class="glance">{found}{about(analysis)}</div>'


def _workbench(analysis: Analysis, scene: Scene | str, files: str) -> str:
    """The diagram and the spec on one side, the table on the other, each scrolling by itself."""
    if isinstance(scene, str):
        shown = f'<p class="why faint">{html_text(scene[:1].upper() + scene[1:])}</p>{tree(analysis)}'
    else:
        shown = f'<div class="canvas" tabindex="0" role="group" aria-label="Diagram">{inline_svg(scene, "diagram")}</div>'
    read = f'<div class="files" tabindex="0" role="group" aria-label="Spec">{files}</div>'
    sheet = f'<div id="sheet" class="sheet" tabindex="0" role="group" aria-label="Layers">{layer_table(analysis)}</div>'
    zoom = "" if isinstance(scene, str) else _ZOOM
    side = f'<div class="row">{_TABS}{zoom}</div>' + _panel("diagram", shown) + _panel("spec", read)
    return f'<div class="bench"><div class="side">{side}</div><div class="list">{tools("layers", _FOLDS)}{sheet}</div></div>'


def _panel(name: str, content: str) -> str:
    return f'<div id="{name}" class="panel" role="tabpanel" aria-labelledby="tab-{name}">{content}</div>'


def _field(graph: Graph, analysis: Analysis) -> str:
    """How the network's receptive field comes about, drawn and step by step; nothing where it has none."""
    if analysis.trunk is None or (field := analysis.layers[analysis.trunk].receptive_field) is None:
        return ""
    try:
        walk = field_walk(graph)
    except UsageError:  # it sees nothing of an input that has spatial axes
        return ""
    head, *blocks = reach_blocks(graph, walk.way, field)
    drawing = figure(field_scene(walk), "") if walk.steps else ""
    said = f"The last map is put out by <code>{html_text(analysis.layers[analysis.trunk].path)}</code>"
    return (
        drawing or f"<p>{said}; a unit of it sees {coded(getattr(head, 'figure', ''))}.</p>"
    ) + f'<details class="steps"><summary>Step by step, from the input on</summary>{blocks_html(blocks, 3)}</details>'


def _conventions(analysis: Analysis) -> str:
    return facts_list(
        [(html_text(name), coded(text)) for name, text in convention_texts(analysis.uncounted, analysis.totals.dtype)],
        'class="about"',
    )
