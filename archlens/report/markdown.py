"""Analysis → Markdown: a heading, the totals, the layers as a pipe table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tabulate import tabulate

from archlens.analysis.facts import Analysis
from archlens.errors import printable
from archlens.report.columns import COLUMNS, DEFAULT, Column, total_text
from archlens.report.numbers import size_text
from archlens.report.summary import convention_texts, expectation_text, facts, misalignment_texts

__all__ = ["pipe_table", "render_markdown"]

_SPECIAL = re.compile(r"[\\`*<>\[\]|~$]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])")


def pipe_table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """A GitHub table; the cells are Markdown already."""
    align = ["right" if right else "left" for right in numeric]
    return tabulate(rows, head, "pipe", colalign=align if rows else None, disable_numparse=True)


def escaped(text: str) -> str:
    """`text` as Markdown that shows it as it is, on one line."""
    return _SPECIAL.sub(r"\\\g<0>", printable(text))


def render_markdown(analysis: Analysis, columns: Sequence[Column] | None = None) -> str:
    """The report of one network."""
    chosen = tuple(columns or (COLUMNS[name] for name in DEFAULT))
    rows = [[escaped(column.text(layer)) for column in chosen] for layer in analysis.layers]
    totals = [total_text(column, analysis) for column in chosen]
    totals[0] = totals[0] or "total"
    rows.append([f"**{text}**" if text else "" for text in totals])
    table = pipe_table([column.heading for column in chosen], rows, [column.numeric for column in chosen])
    conventions = [f"- {name}: {text}" for name, text in convention_texts(analysis.uncounted, analysis.totals.dtype)]
    return "\n".join([f"## {escaped(analysis.title)}", "", *_about(analysis), "", table, "", *conventions])


def _about(analysis: Analysis) -> list[str]:
    """The totals and what else stands over the table, as a list."""
    shapes = [
        f"{kind} {name} {size_text(shape)}" if name != kind else f"{kind} {size_text(shape)}"
        for kind, named in (("input", analysis.inputs), ("output", analysis.outputs))
        for name, shape in named.items()
    ]
    return [
        f"- {text}"
        for text in (
            escaped(", ".join(shapes)),
            *(f"{fact.label} **{fact.figure}**: {fact.comment}" for fact in facts(analysis)),
            *(escaped(expectation_text(one)) for one in analysis.expectations),
            *(f"note: {escaped(note)}" for note in analysis.notes),
            *(f"misaligned: {escaped(text)}" for text in misalignment_texts(analysis)),
        )
    ]
