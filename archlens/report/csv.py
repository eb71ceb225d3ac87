"""Analyses → CSV: one row a layer, raw numbers, every column unless some are chosen."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from archlens.analysis.facts import Analysis
from archlens.report.columns import COLUMNS, Column

__all__ = ["render_csv"]


def render_csv(analyses: Sequence[Analysis], columns: Sequence[Column] | None = None) -> str:
    """The layers of all networks under one heading; the first column names the network."""
    chosen = tuple(columns or COLUMNS.values())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["network", *(column.name for column in chosen)])
    for analysis in analyses:
        for layer in analysis.layers:
            writer.writerow([analysis.title, *(_safe(column.value(layer)) for column in chosen)])
    return text.getvalue().rstrip("\n")


def _safe(value: object) -> object:
    """A text that a spreadsheet would run as a formula, as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@") else value
