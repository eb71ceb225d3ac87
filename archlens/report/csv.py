"""Analysis → CSV: one row a layer, raw numbers, every column unless some are chosen."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from archlens.analysis.facts import POLICY, Analysis
from archlens.report.columns import COLUMNS, Column

__all__ = ["csv_heading", "csv_rows"]

_SIZES = re.compile(r"-?[0-9.]+(x-?[0-9.]+)*\Z")


def csv_heading(columns: Sequence[Column] | None = None) -> str:
    """The first line: the network's name, the columns, and the policy by which operations are counted."""
    return _lines([["network", *(column.name for column in columns or COLUMNS.values()), "policy"]])


def csv_rows(analysis: Analysis, columns: Sequence[Column] | None = None) -> str:
    """A line for each layer; sizes as a spec writes them: `64x112x112`."""
    chosen = tuple(columns or COLUMNS.values())
    return _lines([_safe(v) for v in (analysis.title, *[column.value(x) for column in chosen], POLICY)] for x in analysis.layers)


def _lines(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _safe(value: object) -> object:
    """A text that a spreadsheet would run as a formula, as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") and not _SIZES.match(value)
    return f"'{value}" if risky else value
