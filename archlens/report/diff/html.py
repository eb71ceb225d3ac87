"""Pairs → one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.report.diff.page import (
    CHANGE_NUMERIC,
    MARK,
    SUMMARY_HEAD,
    SUMMARY_NUMERIC,
    TOTAL_HEAD,
    TOTAL_NUMERIC,
    change_head,
    change_lines,
    comparison_title,
    fault_texts,
    filled,
    remarks,
    summary_rows,
    total_rows,
)
from archlens.report.diff.pair import Comparison, Pair
from archlens.report.html import html_page, html_row, html_text

__all__ = ["diff_html"]

# Readable on white; dark readers get the lighter ones.
_STYLE = """\
<style>
.archlens h3{font-size:1.05em;margin:1.6em 0 0}
.archlens h2,.archlens h3,.archlens p,.archlens li{overflow-wrap:anywhere}
.archlens .added{color:#1a7f37}.archlens .removed{color:#cf222e}.archlens .changed{color:#7d4e00}
.archlens .resized,.archlens .same{opacity:.7}
@media (prefers-color-scheme:dark){
.archlens .added{color:#3fb950}.archlens .removed{color:#ff7b72}.archlens .changed{color:#d29922}.archlens .bad{color:#ff7b72}}
</style>"""


def diff_html(comparison: Comparison) -> str:
    """The summary of several, then every pair that differs."""
    parts = [_STYLE]
    parts += [f'<p class="faint">{html_text(comparison.about)}</p>'] if comparison.about else []
    parts += [f'<p class="bad">✗ {html_text(text)}</p>' for text in comparison.broken]
    parts += [f'<p class="faint">{html_text(note)}</p>' for note in comparison.notes]
    parts += ["<pre>" + "\n".join(map(html_text, fault.split("\n"))) + "</pre>" for fault in fault_texts(comparison)]
    several = len(comparison.pairs) > 1
    if several:
        kinds = ["same" if pair.status == "same" else "" for pair in comparison.pairs]
        parts.append(_table(SUMMARY_HEAD, summary_rows(comparison), SUMMARY_NUMERIC, kinds))
    for pair in comparison.pairs:
        if not several or pair.status == "changed":
            parts += _pair(pair, comparison, several)
    page = html_page(comparison_title(comparison), "\n".join(parts))
    return page.replace("\n", f"\n{MARK}\n", 1)


def _pair(pair: Pair, comparison: Comparison, several: bool) -> list[str]:
    parts = [f"<h3>{html_text(pair.title)}</h3>"] if several else []
    parts.append(f'<p class="faint">{html_text(pair.where)}</p>')
    difference = pair.difference
    if difference is not None and difference.same:
        return [*parts, f"<p>No difference in {len(difference.new.layers):,} layers.</p>"]
    rows = total_rows(pair)
    parts.append(_table(TOTAL_HEAD, rows, TOTAL_NUMERIC, ["same" if row[3] == "=" else "" for row in rows]))
    if difference is None:
        return parts
    lines = change_lines(difference, comparison.level, comparison.every)
    if lines:
        cells = [line.cells for line in lines]
        parts.append(_table(change_head(comparison.level), cells, CHANGE_NUMERIC, [line.kind for line in lines]))
    items = [f"<li{' class=bad' if one.role else ''}>{one.label}: {html_text(one.text)}</li>" for one in remarks(difference)]
    return [*parts, "<ul>", *items, "</ul>"]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], kinds: Sequence[str]) -> str:
    """A table without the columns that say nothing; kinds: the class of each row."""
    kept = filled(rows)
    sides = [numeric[at] for at in kept]
    first = html_row([head[at].strip() for at in kept], sides, "th")
    body = [html_row([row[at] for at in kept], sides, kind=kind) for row, kind in zip(rows, kinds, strict=True)]
    return f'<div class="box"><table>\n<thead>{first}</thead>\n<tbody>\n' + "\n".join(body) + "\n</tbody>\n</table></div>"
