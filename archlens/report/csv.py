"""Analysis → CSV: one row a layer (or block, or stage), raw numbers, every column unless some are chosen."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from archlens.analysis.facts import POLICY, Analysis
from archlens.report.view import View

__all__ = ["csv_heading", "csv_lines", "csv_rows", "safe"]

_SIZES = re.compile(r"-?[0-9.]+(x-?[0-9.]+)*\Z")


def csv_heading(view: View | None = None, policy: str = POLICY) -> str:
    """The first line: the network's name, the columns, and the policy by which FLOPs are counted.

    policy: another that has columns of its own.
    """
    view = view or View()
    names = [column.name for column in view.columns] if view.columns else view.names(policy)
    return csv_lines([["network", *names, "policy"]])


def csv_rows(analysis: Analysis, view: View | None = None) -> str:
    """A line for each row; sizes as a spec writes them: `64x112x112`. Shares are percentages."""
    view = view or View()
    chosen = view.every(analysis)
    return csv_lines(
        [safe(value) for value in (analysis.title, *[column.raw(row) for column in chosen], POLICY)]
        for row in view.rows(analysis)
    )


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV, a line feed after each."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def safe(value: object) -> object:
    """As CSV has it; a text that a spreadsheet would run as a formula, as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") and not _SIZES.match(value)
    return f"'{value}" if risky else value
