"""Analysis → Markdown: a heading, the totals, the layers as a pipe table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tabulate import tabulate

from archlens.analysis.facts import Analysis
from archlens.errors import printable
from archlens.report.page import page
from archlens.report.view import View

__all__ = ["escaped", "pipe_table", "render_markdown"]

_SPECIAL = re.compile(r"[\\`*<>\[\]|~$]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])")


def pipe_table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """A GitHub table; the cells are Markdown already."""
    align = ["right" if right else "left" for right in numeric]
    return tabulate(rows, head, "pipe", colalign=align if rows else None, disable_numparse=True)


def escaped(text: str) -> str:
    """`text` as Markdown that shows it as it is, on one line."""
    return _SPECIAL.sub(r"\\\g<0>", printable(text))


def render_markdown(analysis: Analysis, view: View | None = None) -> str:
    """The report of one network."""
    said = page(analysis, view)
    sheet = said.sheet
    rows = [[escaped(text) for text in row] for row in sheet.rows]
    rows.append([f"**{escaped(text)}**" if text else "" for text in sheet.totals])
    about = [
        escaped(said.flow),
        *(f"{fact.label} **{fact.figure}**: {fact.comment}" for fact in said.facts),
        *map(escaped, said.remarks),
    ]
    conventions = [f"{name}: {text}" for name, text in said.conventions]
    return "\n".join(
        [
            f"## {escaped(said.title)}",
            "",
            *(f"- {text}" for text in about),
            "",
            pipe_table(sheet.head, rows, sheet.numeric),
            "",
            *(f"- {text}" for text in conventions),
        ]
    )
