"""A comparison in each of its formats."""

from __future__ import annotations

from archlens.report.diff.pair import Comparison
from archlens.report.grid import Paint, plain

__all__ = ["DIFF_FORMATS", "render_diff"]

DIFF_FORMATS = ("text", "markdown", "json", "html")
"""By name."""


def render_diff(comparison: Comparison, form: str, width: int = 120, paint: Paint = plain) -> str:
    """As `text`, `markdown`, `json` or `html`. width, paint: of text, for a terminal."""
    if form == "text":
        from archlens.report.diff.text import diff_text

        return diff_text(comparison, width, paint)
    if form == "markdown":
        from archlens.report.diff.markdown import diff_markdown

        return diff_markdown(comparison)
    if form == "json":
        from archlens.report.diff.json import diff_json

        return diff_json(comparison)
    from archlens.report.diff.html import diff_html

    return diff_html(comparison)
