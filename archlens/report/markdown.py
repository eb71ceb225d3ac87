"""Analysis → Markdown: a heading, the totals, the layers as a pipe table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import cycle

from tabulate import tabulate

from archlens.analysis.facts import Analysis
from archlens.errors import printable
from archlens.report.page import Page, Sheet, page
from archlens.report.view import View

__all__ = ["about_lines", "escaped", "markdown_sheet", "pipe_table", "prose", "render_markdown"]

_CODE = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"[\\`*<>\[\]|~$]|&(?=[#\w])|(?<![^\W_])_|_(?![^\W_])")


def pipe_table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """A GitHub table; the cells are Markdown already."""
    align = ["right" if right else "left" for right in numeric]
    return tabulate(rows, head, "pipe", colalign=align if rows else None, disable_numparse=True)


def markdown_sheet(sheet: Sheet) -> str:
    """A table as a pipe table, its totals in bold as the last row."""
    rows = [list(map(escaped, row)) for row in sheet.rows]
    if sheet.totals:
        rows.append([f"**{escaped(text)}**" if text else "" for text in sheet.totals])
    return pipe_table(list(map(escaped, sheet.head)), rows, sheet.numeric)


def about_lines(said: Page) -> list[str]:
    """What goes in and out, the totals and the remarks, as a list."""
    facts = [f"{fact.label} **{fact.figure}**: {fact.comment}" for fact in said.facts]
    return [f"- {text}" for text in (escaped(said.flow), *facts, *map(prose, said.remarks))]


def escaped(text: str) -> str:
    """`text` as Markdown that shows it as it is, on one line."""
    return _SPECIAL.sub(r"\\\g<0>", printable(text))


def prose(text: str) -> str:
    """`text` as Markdown that shows it as it is, what stands between backquotes as code."""
    parts = _CODE.split(text)  # every other one is code; with a pipe it would end a table's cell
    return "".join([printable(part) if odd and "|" not in part else escaped(part) for part, odd in zip(parts, cycle((0, 1)))])


def render_markdown(analysis: Analysis, view: View | None = None) -> str:
    """The report of one network."""
    said = page(analysis, view)
    conventions = [f"{name}: {text}" for name, text in said.conventions]
    return "\n".join(
        [
            f"## {escaped(said.title)}",
            "",
            *about_lines(said),
            "",
            markdown_sheet(said.sheet),
            "",
            *(f"- {text}" for text in conventions),
        ]
    )
