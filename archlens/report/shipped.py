"""The shipped networks side by side: one row each, the figures people look up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from archlens.analysis.facts import POLICY, Analysis
from archlens.errors import text_width
from archlens.report.csv import csv_lines
from archlens.report.grid import GAP, Paint, cut, draw, plain, wrapped
from archlens.report.numbers import each, grouped, short, size_text, sizes_text

if TYPE_CHECKING:
    from archlens.report.page import Sheet

__all__ = ["ShippedRow", "render_shipped", "shipped_row"]

_IDEA = "key idea"
_HEAD = ("name", "year", "input", "params", "MACs", "depth", "RF", _IDEA)
_NUMERIC = ("year", "params", "MACs", "depth", "RF")
_READABLE = 30  # fewer columns than this are too few for an idea
# What is left out and whether figures are rounded, from rich to plain.
_CHOICES: tuple[tuple[tuple[str, ...], bool], ...] = (
    ((), False),
    ((), True),
    ((_IDEA,), False),
    ((_IDEA,), True),
    ((_IDEA, "input"), True),
    ((_IDEA, "input", "year"), True),
)


class ShippedRow(NamedTuple):
    """The key figures of one shipped network; of its first variant where it has several."""

    name: str
    variants: tuple[str, ...]
    year: Any
    input: str
    params: int
    macs: int
    depth: int
    receptive_field: tuple[int, ...] | None
    key_idea: str


def shipped_row(name: str, variants: Sequence[str], analysis: Analysis) -> ShippedRow:
    """The row of the network called `name`."""
    totals, meta = analysis.totals, analysis.meta
    return ShippedRow(
        name,
        tuple(variants),
        meta.get("year"),
        ", ".join([size_text(shape, "x") for shape in analysis.inputs.values()]),
        totals.params,
        totals.macs,
        totals.depth,
        totals.receptive_field,
        str(meta.get("key_idea", "")),
    )


def render_shipped(rows: Sequence[ShippedRow], form: str, width: int = 80, paint: Paint = plain) -> str:
    """The rows as `table`, `markdown`, `csv`, `json`, `latex` or `html`."""
    if form == "json":
        return "[\n" + ",\n".join("  " + json.dumps({**row._asdict(), "policy": POLICY}) for row in rows) + "\n]"
    if form == "csv":
        return csv_lines([(*ShippedRow._fields, "policy"), *map(_raw, rows)]).rstrip("\n")
    if form in _PAGES:
        return _PAGES[form](rows)
    return "\n".join([*_table(rows, width, paint), *_families(rows, width, paint)])


def _raw(row: ShippedRow) -> tuple[object, ...]:
    """For CSV, what holds several values as one text."""
    field = sizes_text(row.receptive_field or (), "x")
    return (*row._replace(variants=" ".join(row.variants), receptive_field=field), POLICY)  # type: ignore[arg-type]


def _sheet(rows: Sequence[ShippedRow]) -> Sheet:
    from archlens.report.page import Sheet

    return Sheet(_HEAD, tuple([head in _NUMERIC for head in _HEAD]), tuple([tuple(_cells(row)) for row in rows]))


def _markdown(rows: Sequence[ShippedRow]) -> str:
    from archlens.report.markdown import markdown_sheet

    return markdown_sheet(_sheet(rows))


def _latex(rows: Sequence[ShippedRow]) -> str:
    from archlens.report.latex import latex_sheet
    from archlens.report.page import Sheet

    sheet = _sheet(rows)
    figures = Sheet(sheet.head[:-1], sheet.numeric[:-1], tuple([row[:-1] for row in sheet.rows]))  # no idea fits a page
    return latex_sheet(figures, f"Networks that come with archlens; policy {POLICY}.", "tab:shipped")


def _html(rows: Sequence[ShippedRow]) -> str:
    from archlens.report.html import html_page, html_sheet

    return html_page("Networks that come with archlens", html_sheet(_sheet(rows)))


_PAGES = {"markdown": _markdown, "latex": _latex, "html": _html}


def _table(rows: Sequence[ShippedRow], width: int, paint: Paint) -> list[str]:
    """The richest choice that fits: the idea cut to what is left, figures exact or rounded, columns left out."""
    for left_out, rounded in _CHOICES:
        texts = zip(_HEAD, *[_cells(row, rounded) for row in rows], strict=True)
        columns = {head: [head, *cells] for head, *cells in texts if head not in left_out}
        ideas = columns.pop(_IDEA, None)
        room = width - sum(max(map(text_width, column)) + len(GAP) for column in columns.values())
        if room >= (_READABLE if ideas else -len(GAP)):
            break
    if ideas:
        columns[_IDEA] = [cut(idea, room) for idea in ideas]
    return draw(list(columns.values()), [head in _NUMERIC for head in columns], ["head", *[""] * len(rows)], paint, footer=False)


def _families(rows: Sequence[ShippedRow], width: int, paint: Paint) -> list[str]:
    """The names of the variants, for `archlens analyze NAME:VARIANT`."""
    families = [row for row in rows if row.variants]
    indent = max((text_width(row.name) for row in families), default=0) + len(GAP)
    lines = [line for row in families for line in wrapped(row.name, " ".join(row.variants), width, indent, paint)]
    return (
        ["", *wrapped("", "Variants, NAME:VARIANT; above stands the first:", width, 0, paint, "faint"), *lines] if lines else []
    )


def _cells(row: ShippedRow, rounded: bool = False) -> list[str]:
    count = short if rounded else grouped
    year = "" if row.year is None else str(row.year)
    field = "" if row.receptive_field is None else each(row.receptive_field)
    size = row.input.replace("x", "×")
    return [row.name, year, size, count(row.params), count(row.macs), str(row.depth), field, row.key_idea]
