"""Comparison → table, Markdown, CSV, JSON, LaTeX, HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from archlens.analysis.facts import POLICY, Analysis
from archlens.errors import printable, text_width
from archlens.report.comparison import Comparison, raw
from archlens.report.figures import ACCURACIES, Figure
from archlens.report.grid import GAP, Paint, plain, wrapped
from archlens.report.json import SCHEMA, render_json
from archlens.report.page import Sheet
from archlens.report.tables import csv_of, drawn

__all__ = ["comparison_json", "comparison_remarks", "render_comparison"]

_READABLE = 30  # a text is cut to this before a column is left out


def render_comparison(comparison: Comparison, form: str, width: int = 80, paint: Paint = plain) -> str:
    """As `table`, `markdown`, `csv`, `json`, `latex` or `html`."""
    if form == "table":
        return "\n".join(_terminal(comparison, width, paint))
    if form == "json":
        return render_json([comparison_json(comparison)], several=False)
    if form == "csv":
        head = [*[figure.name for figure in comparison.figures], "policy"]
        return csv_of(head, [[*_values(comparison, one, ""), POLICY] for one in comparison.analyses]).rstrip("\n")
    return {"markdown": _markdown, "latex": _latex, "html": _html}[form](comparison)


def _values(comparison: Comparison, analysis: Analysis, missing: Any) -> list[Any]:
    """A row for machines."""
    found = [figure.value(analysis) for figure in comparison.figures]
    return [missing if value is None else raw(value) for value in found]


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Rows as mappings by the names of the columns; sizes as lists, null for what is not there."""
    rows = [{figure.name: _plain(figure, one) for figure in comparison.figures} for one in comparison.analyses]
    return {
        "schema": SCHEMA,
        "title": comparison.title,
        "columns": [{"name": figure.name, "heading": figure.heading, "about": figure.about} for figure in comparison.figures],
        "rows": rows,
        "sources": {one.title: one.meta.get("source") for one in comparison.analyses},
        "notes": list(comparison.notes),
        "policy": POLICY,
    }


def _plain(figure: Figure, analysis: Analysis) -> Any:
    value = figure.value(analysis)
    return value._asdict() if hasattr(value, "_asdict") else value


def _sheet(comparison: Comparison, briefly: bool = False) -> Sheet:
    figures = comparison.figures
    return Sheet(
        tuple([figure.heading for figure in figures]),
        tuple([figure.numeric for figure in figures]),
        tuple([tuple([printable(figure.said(one, briefly)) for figure in figures]) for one in comparison.analyses]),
    )


def _titles(those: Sequence[Analysis]) -> str:
    return ", ".join([one.title for one in those])


def comparison_remarks(
    comparison: Comparison, called: Callable[[Sequence[Analysis]], str] = _titles
) -> Iterator[tuple[str, str]]:
    """Where published accuracy is from, and on which images; once for all that share a source; and what was left out.

    called: the words for some of the networks.
    """
    for figure in [figure for figure in comparison.figures if figure.name in ACCURACIES]:
        by_source: dict[tuple[str, str], list[Analysis]] = {}
        for one in comparison.analyses:
            if figure.value(one) is not None:
                on = f" on {one.meta['dataset']}" if "dataset" in one.meta else ""
                by_source.setdefault((on, str(one.meta.get("source", "no source is stated"))), []).append(one)
        for (on, source), those in by_source.items():
            yield figure.heading.removesuffix(" %"), f"{called(those)}{on}: {source}"
    for note in comparison.notes:
        yield "note", note


# ---- for the terminal ----


def _terminal(comparison: Comparison, width: int, paint: Paint) -> list[str]:
    if not comparison.analyses:
        lines = [paint("no network is left to compare", "faint")]
    else:
        figures, sheet = _fitting(comparison, width)
        lines = drawn(sheet, width, paint)
        left_out = [figure.name for figure in comparison.figures if figure not in figures]
        if left_out:
            lines += ["", *wrapped("", f"too wide for {width} columns: {', '.join(left_out)}", width, 0, paint, "faint")]
    remarks = list(comparison_remarks(comparison))
    lines += [""] if remarks else []
    for label, text in remarks:
        lines += wrapped(label, printable(text), width, 7, paint, "faint")
    return lines


def _fitting(comparison: Comparison, width: int) -> tuple[Sequence[Figure], Sheet]:
    """The most columns that fit: figures exact, else rounded; texts cut to what can be read; columns left out from the right."""
    sheets = [_sheet(comparison, briefly) for briefly in (False, True)]
    for count, sheet in product(range(len(comparison.figures), 1, -1), sheets):
        shown = _first(sheet, count)
        widths = [max(map(text_width, column)) for column in zip(shown.head, *shown.rows, strict=True)]
        least = [at if right else min(at, _READABLE) for at, right in zip(widths, shown.numeric, strict=True)]
        if sum(least) + len(GAP) * (count - 1) <= width:
            return comparison.figures[:count], shown
    return comparison.figures[:1], _first(sheets[0], 1)


def _first(sheet: Sheet, count: int) -> Sheet:
    """Its first columns."""
    return Sheet(sheet.head[:count], sheet.numeric[:count], tuple([row[:count] for row in sheet.rows]))


# ---- for documents ----


def _markdown(comparison: Comparison) -> str:
    from archlens.report.markdown import markdown_sheet, prose

    remarks = [f"- {label}: {prose(text)}" for label, text in comparison_remarks(comparison)]
    return "\n".join([markdown_sheet(_sheet(comparison)), *([""] if remarks else []), *remarks])


def _latex(comparison: Comparison) -> str:
    from archlens.report.latex import latex_sheet, tex

    remarks = "".join([f" {label}: {text}." for label, text in comparison_remarks(comparison)])
    caption = tex(f"{comparison.title[:1].upper()}{comparison.title[1:]}; policy {POLICY}.{remarks}")
    return latex_sheet(_sheet(comparison), caption, "tab:comparison")


def _html(comparison: Comparison) -> str:
    from archlens.report.html import html_page, html_sheet, html_text

    remarks = "".join([f"<li>{label}: {html_text(text)}</li>\n" for label, text in comparison_remarks(comparison)])
    title = f"{comparison.title[:1].upper()}{comparison.title[1:]}"
    sheet = f'<div class="box">\n{html_sheet(_sheet(comparison))}\n</div>'
    return html_page(title, f'{sheet}\n<ul class="faint">\n{remarks}</ul>' if remarks else sheet)
