"""What concepts and the lab found → the terminal, Markdown, HTML, LaTeX, CSV, JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from archlens.analysis.lesson import Finding, Lesson, Table
from archlens.report.grid import Paint, plain, wrapped
from archlens.report.tables import csv_of, drawn, sheet_of, table_json

__all__ = ["Taught", "render_contents", "render_lessons"]

Taught: TypeAlias = "Lesson | Finding"

_ROLES = {"holds": "good", "holds in part": "head", "does not hold": "bad"}
_LABEL = 13


def render_lessons(taught: Sequence[Taught], form: str, width: int = 80, paint: Paint = plain) -> str:
    """As `table`, `markdown`, `html`, `latex`, `csv` or `json`; json holds a list where there are several."""
    if form == "latex":
        return "\n\n".join(map(_latex, taught))
    return _written(taught, form, width, paint).replace("\u00a0", " ")  # lines are broken by now, and tools look for blanks


def _written(taught: Sequence[Taught], form: str, width: int, paint: Paint) -> str:
    if form == "json":
        found = [_json(one) for one in taught]
        return json.dumps(found[0] if len(found) == 1 else found, indent=2, ensure_ascii=False)
    if form == "csv":
        return "\n".join([_csv(one, table) for one in taught for table in _tables(one)]).rstrip("\n")
    if form == "html":
        return _html(taught)
    if form == "table":
        return "\n\n".join(["\n".join(_terminal(one, width, paint)) for one in taught])
    return "\n\n".join(map(_markdown, taught))


def render_contents(titles: Mapping[str, str], form: str, width: int = 80, paint: Paint = plain) -> str:
    """The names there are, and what each is about; in the formats of `render_lessons`."""
    table = Table("", ("name", "about"), tuple(titles.items()))
    sheet = sheet_of(table)
    if form == "table":
        return "\n".join(drawn(sheet, width, paint))
    if form == "markdown":
        from archlens.report.markdown import markdown_sheet

        return markdown_sheet(sheet)
    if form == "json":
        return json.dumps(table_json(table)["rows"], indent=2, ensure_ascii=False)
    if form == "csv":
        return csv_of(table.head, table.rows).rstrip("\n")
    if form == "html":
        from archlens.report.html import html_page, html_sheet

        return html_page("Contents", html_sheet(sheet))
    from archlens.report.latex import latex_sheet

    return latex_sheet(sheet, "Contents.", "tab:contents")


def _tables(one: Taught) -> tuple[Table, ...]:
    return one.tables if isinstance(one, Lesson) else one.measured.tables


def _words(one: Taught) -> list[tuple[str, str, str]]:
    """Label, text and role of what stands beside the tables."""
    if isinstance(one, Lesson):
        return [("", one.teaches, "")]
    verdict = one.measured.verdict
    said = [("claim", one.claim, ""), ("verdict", f"{verdict}: {one.measured.because}", _ROLES[verdict])]
    if one.correction:
        said.append(("precisely", one.correction, ""))
    return [*said, ("source", one.source, "faint")] if one.source else said


def _about(one: Taught) -> str:
    seed = "" if isinstance(one, Lesson) else f", seed {one.seed}"
    return f"{one.name}, section {one.section} of the chapter{seed}"


def _formula(one: Taught) -> tuple[str, ...]:
    return one.formula if isinstance(one, Lesson) else ()


def _terminal(one: Taught, width: int, paint: Paint) -> list[str]:
    lines = [paint(one.title, "title"), paint(_about(one), "faint"), ""]
    words = _words(one)
    indent = _LABEL if any(label for label, _, _ in words) else 0
    before = words if isinstance(one, Lesson) else words[:1]
    for label, text, role in before:
        lines += wrapped(label, text, width, indent, paint, role)
    lines += ["", *[f"  {line}" for line in _formula(one)]] if _formula(one) else []
    for table in _tables(one):
        lines += ["", *wrapped("", table.caption, width, 0, paint, "faint"), *drawn(sheet_of(table), width, paint)]
    lines += [""] if words[len(before) :] else []
    for label, text, role in words[len(before) :]:
        lines += wrapped(label, text, width, indent, paint, role)
    return lines


def _markdown(one: Taught) -> str:
    from archlens.report.markdown import escaped, markdown_sheet, prose

    lines = [f"## {escaped(one.title)}", "", f"*{escaped(_about(one))}*", ""]
    words = [(f"**{label}**: " if label else "") + prose(text) for label, text, _ in _words(one)]
    before = len(words) if isinstance(one, Lesson) else 1
    lines += words[:before]
    if _formula(one):
        lines += ["", "```text", *_formula(one), "```"]
    for table in _tables(one):
        lines += ["", f"{prose(table.caption)}:", "", markdown_sheet(sheet_of(table))]
    if words[before:]:
        lines += ["", *[f"- {text}" for text in words[before:]]]
    return "\n".join(lines)


def _html(taught: Sequence[Taught]) -> str:
    from archlens.report.html import html_page, html_sheet, html_text

    parts = []
    for one in taught:
        parts.append(f'<h3>{html_text(one.title)}</h3>\n<p class="faint">{html_text(_about(one))}</p>')
        parts += [f"<p>{f'<b>{label}</b>: ' if label else ''}{html_text(text)}</p>" for label, text, _ in _words(one)]
        if _formula(one):
            parts.append("<pre>" + "\n".join(map(html_text, _formula(one))) + "</pre>")
        for table in _tables(one):
            parts.append(f'<p>{html_text(table.caption)}</p>\n<div class="box">\n{html_sheet(sheet_of(table))}\n</div>')
    title = taught[0].title if len(taught) == 1 else "The chapter, computed"
    return html_page(title, "\n".join(parts))


def _latex(one: Taught) -> str:
    from archlens.report.latex import latex_sheet, tex

    found = [
        latex_sheet(sheet_of(table), tex(f"{one.title}: {table.caption}"), f"tab:{one.name}-{i}")
        for i, table in enumerate(_tables(one), 1)
    ]
    return "\n\n".join(found)


def _csv(one: Taught, table: Table) -> str:
    """A heading a table, since no two have the same columns."""
    rows = [(one.name, table.caption, *["" if cell is None else cell for cell in row]) for row in table.rows]
    return csv_of(("name", "table", *table.head), rows)


def _json(one: Taught) -> dict[str, Any]:
    found: dict[str, Any] = {"schema": 1, "name": one.name, "title": one.title, "section": one.section}
    if isinstance(one, Lesson):
        found |= {"teaches": one.teaches, "formula": list(one.formula)}
    else:
        measured = one.measured
        found |= {"seed": one.seed, "claim": one.claim, "verdict": measured.verdict, "because": measured.because}
        found |= {"correction": one.correction, "source": one.source}
    return {**found, "tables": [table_json(table) for table in _tables(one)]}
