"""Objects that show themselves in a notebook: `_repr_html_` is asked for by name, so nothing of Jupyter is needed."""

from __future__ import annotations

from archlens.analysis.facts import Analysis
from archlens.errors import SpecError

__all__ = ["ShownAnalysis", "shown_faults", "shown_html"]

MANY = 40
"""Layers shown one by one; of more, the stages are."""


class ShownAnalysis(Analysis):
    """An analysis that a notebook shows as its table; else the same."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return shown_html(self)


def shown_html(analysis: Analysis) -> str:
    """The totals and a table as an HTML fragment."""
    from archlens.report.html import html_brief
    from archlens.report.view import View

    return html_brief(analysis, View(level="stage" if len(analysis.layers) > MANY else "layer"))


def shown_faults(error: SpecError) -> str:
    """The diagnostics as an HTML fragment."""
    from html import escape

    return f'<pre class="archlens">{escape(str(error))}</pre>'
