"""Analysis → HTML: one section with its own style that follows light and dark, for a notebook, a wiki or a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from archlens.analysis.facts import Analysis
from archlens.errors import printable
from archlens.report.page import Page, Sheet, page
from archlens.report.view import View

__all__ = ["html_brief", "html_page", "html_row", "html_sheet", "html_text", "page_head", "page_tail", "render_html"]

# Colours are those around it: text inherits, rules and notes are half-transparent grey, which reads on white and on black.
_STYLE = """\
.archlens{font:14px/1.5 system-ui,sans-serif;margin:1em 0;max-width:100%}
.archlens h2{font-size:1.2em;margin:0}
.archlens p,.archlens ul{margin:.3em 0}
.archlens ul{padding-left:1.2em}
.archlens .faint{opacity:.7}
.archlens .bad{color:#d1242f;font-weight:600}
.archlens .box{overflow:auto;max-height:32em;margin:.8em 0}
.archlens table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:0}
.archlens th,.archlens td{padding:.15em .7em;text-align:left;white-space:nowrap;border:0}
.archlens .n{text-align:right}
.archlens thead th{border-bottom:1px solid #8888}
.archlens tbody tr:hover{background:#8882}
.archlens tfoot td{border-top:1px solid #8888;font-weight:600}"""


def render_html(analysis: Analysis, view: View | None = None) -> str:
    """The report of one network as a fragment."""
    return _section(page(analysis, view), conventions=True)


def html_brief(analysis: Analysis, view: View) -> str:
    """As `render_html`, without the conventions."""
    return _section(page(analysis, view), conventions=False)


def page_head(title: str = "archlens") -> str:
    """What stands before the fragments to make them a page."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{html_text(title)}</title>\n"
        "<style>:root{color-scheme:light dark} body .archlens .box{max-height:none}</style>\n"
        "</head>\n<body>"
    )


def page_tail() -> str:
    """What stands after them."""
    return "</body>\n</html>"


def html_page(title: str, content: str) -> str:
    """A page of one section."""
    section = f'<section class="archlens">\n<style>\n{_STYLE}\n</style>\n<h2>{html_text(title)}</h2>\n{content}\n</section>'
    return "\n".join([page_head(title), section, page_tail()])


def html_sheet(sheet: Sheet) -> str:
    """A table, numbers to the right, the totals as its foot."""
    foot = f"<tfoot>\n{html_row(sheet.totals, sheet.numeric)}\n</tfoot>\n" if sheet.totals else ""
    head = html_row(sheet.head, sheet.numeric, "th")
    body = "\n".join([html_row(row, sheet.numeric) for row in sheet.rows])
    return f"<table>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n{foot}</table>"


def _section(said: Page, conventions: bool) -> str:
    about = [f"{html_text(fact.label)} <b>{html_text(fact.figure)}</b>: {html_text(fact.comment)}" for fact in said.facts]
    about += [f'<span class="bad">{html_text(text)}</span>' if text[:1] == "✗" else html_text(text) for text in said.remarks]
    parts = [
        f'<section class="archlens">\n<style>\n{_STYLE}\n</style>',
        f"<h2>{html_text(said.title)}</h2>",
        f'<p class="faint">{html_text(said.spec)}: {html_text(said.flow)}</p>',
        _list(about),
        f'<div class="box">\n{html_sheet(said.sheet)}\n</div>',
    ]
    if conventions:
        parts.append(_list([f"{html_text(name)}: {html_text(text)}" for name, text in said.conventions], ' class="faint"'))
    return "\n".join([*parts, "</section>"])


def _list(items: Iterable[str], attributes: str = "") -> str:
    return "\n".join([f"<ul{attributes}>", *(f"<li>{item}</li>" for item in items), "</ul>"])


def html_row(cells: Sequence[str], numeric: Sequence[bool], tag: str = "td", kind: str = "") -> str:
    """A row of a table, numbers to the right; kind: its class."""
    texts = [f"<{tag}{' class=n' if right else ''}>{html_text(cell)}</{tag}>" for cell, right in zip(cells, numeric, strict=True)]
    return f"<tr{f' class={kind}' if kind else ''}>{''.join(texts)}</tr>"


def html_text(text: str) -> str:
    """`text` as HTML that shows it as it is."""
    return escape(printable(text.replace("\u00a0", " ")))
