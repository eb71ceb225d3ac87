"""Objects that show themselves in a notebook: it asks for `_repr_html_` and its like by name, so nothing of Jupyter is needed."""

from __future__ import annotations

from archlens.analysis.facts import Analysis
from archlens.errors import SpecError
from archlens.graph.model import Graph

__all__ = ["ShownAnalysis", "ShownGraph", "shown_faults", "shown_html"]

MANY = 40
"""Layers shown one by one; of more, the stages are."""


class ShownAnalysis(Analysis):
    """An analysis that a notebook shows as its table; else the same."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return shown_html(self)


class ShownGraph(Graph):
    """A graph that a notebook shows as its diagram, or as a tree of text where there is no Graphviz; else the same."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from html import escape

        from archlens.analysis.run import analyze
        from archlens.report.diagram.fold import diagram
        from archlens.report.diagram.written import Look, drawn
        from archlens.report.picture.engine import NoGraphvizError

        folded = diagram(self, analyze(self))
        tree = str(drawn(folded, "txt", Look()))
        try:
            return {"text/plain": tree, "image/svg+xml": str(drawn(folded, "svg", Look()))}
        except NoGraphvizError:
            return {"text/plain": tree, "text/html": f"<pre>{escape(tree)}</pre>"}


def shown_html(analysis: Analysis) -> str:
    """The totals and a table as an HTML fragment."""
    from archlens.report.html import html_brief
    from archlens.report.view import View

    return html_brief(analysis, View(level="stage" if len(analysis.layers) > MANY else "layer"))


def shown_faults(error: SpecError) -> str:
    """The diagnostics as an HTML fragment."""
    from html import escape

    return f'<pre class="archlens">{escape(str(error))}</pre>'
