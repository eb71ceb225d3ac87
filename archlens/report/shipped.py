"""The shipped networks side by side: one row each, the figures people look up."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis
from archlens.report.numbers import grouped, short, size_text, sizes_text

__all__ = ["ShippedRow", "render_shipped", "shipped_row"]


class ShippedRow(NamedTuple):
    """The key figures of one shipped network."""

    name: str
    year: Any
    input: str
    params: int
    macs: int
    depth: int
    receptive_field: tuple[int, ...] | None
    key_idea: str


def shipped_row(name: str, analysis: Analysis) -> ShippedRow:
    """The row of the network called `name`."""
    totals, meta = analysis.totals, analysis.meta
    sizes = ", ".join(map(size_text, analysis.inputs.values()))
    return ShippedRow(
        name, meta.get("year"), sizes, totals.params, totals.macs, totals.depth, totals.receptive_field, str(meta.get("key_idea", ""))
    )


def render_shipped(rows: Sequence[ShippedRow], form: str, width: int) -> str:
    """The rows as `table`, `markdown`, `csv` or `json`."""
    if form == "json":
        return "[\n" + ",\n".join("  " + json.dumps(row._asdict(), ensure_ascii=False) for row in rows) + "\n]"
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(ShippedRow._fields)
        for row in rows:
            writer.writerow(row._replace(receptive_field=sizes_text(row.receptive_field or ())))  # type: ignore[arg-type]
        return text.getvalue().rstrip("\n")
    head = ["name", "year", "input", "params", "MACs", "depth", "RF", "key idea"]
    numeric = [False, True, False, True, True, True, True, False]
    cells = [_cells(row, rounded=form == "table" and width < 110) for row in rows]
    if form == "markdown":
        from archlens.report.markdown import pipe_table

        return pipe_table(head, cells, numeric)
    from tabulate import tabulate

    room = width - sum(max(len(row[i]) for row in [head, *cells]) + 2 for i in range(len(head) - 1))
    if room < 30:
        cells, head, numeric = [row[:-1] for row in cells], head[:-1], numeric[:-1]
    else:
        cells = [[*row[:-1], row[-1] if len(row[-1]) <= room else row[-1][: room - 1] + "…"] for row in cells]
    text_table = tabulate(cells, head, "simple", colalign=["right" if n else "left" for n in numeric], disable_numparse=True)
    return "\n".join(line.rstrip() for line in text_table.split("\n"))


def _cells(row: ShippedRow, rounded: bool) -> list[str]:
    count = short if rounded else grouped
    field = row.receptive_field
    reach = "" if field is None else str(field[0]) if len(set(field)) == 1 else sizes_text(field)
    year = "" if row.year is None else str(row.year)
    return [row.name, year, row.input, count(row.params), count(row.macs), str(row.depth), reach, row.key_idea]
