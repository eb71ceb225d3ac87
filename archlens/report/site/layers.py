"""The layers of a network as a table: under the headings of their blocks, with sums; all columns as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archlens.analysis.facts import Analysis, LayerFacts, conventions
from archlens.report.columns import DEFAULT, Column, Row, total_text
from archlens.report.groups import Line, grouped_lines, says_type
from archlens.report.numbers import counted, grouped
from archlens.report.site.markup import element, html_text
from archlens.report.site.table import Cells, told
from archlens.report.view import View

__all__ = ["layer_table", "table_data"]

_SOUGHT = ("path", "type", "operation", "output")
"""Columns that the search looks in."""

_BARS = ("params", "macs", "flops", "activations", "activation_bytes", "parameter_bytes", "live_bytes")


def layer_table(analysis: Analysis) -> str:
    """The table as it stands without a script: every layer, in order, the columns that a page shows by itself."""
    columns = [column for column in View().every(analysis) if column.name in DEFAULT]
    head = "".join([element("th", html_text(one.heading), f'scope="col"{_right(one)}') for one in columns])
    rows = "".join([_row(line, columns, number) for line, number in _numbered(grouped_lines(analysis.layers))])
    totals = [total_text(column, analysis) for column in columns[1:]]
    foot = '<th scope="row">total</th>' + "".join(
        [element("td", html_text(text), _right(one).strip()) for text, one in zip(totals, columns[1:], strict=True)]
    )
    caption = f"<caption>{grouped(len(analysis.layers))} layers in the order they run, under the blocks they belong to</caption>"
    return (
        f'<table id="layer-table">{caption}<thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody><tfoot><tr>{foot}</tr></tfoot></table>"
    )


def _numbered(lines: Sequence[Line]) -> Iterator[tuple[Line, int]]:
    """Each line with the number of its layer, -1 for a heading."""
    number = -1
    for line in lines:
        number += not line.heading
        yield line, -1 if line.heading else number


def _row(line: Line, columns: Sequence[Column], number: int) -> str:
    kind = f'class="g d{line.depth}"' if line.heading else f'id="l{number}"' + (f' class="d{line.depth}"' if line.depth else "")
    count = f" <small>{_count(line)}</small>" if line.heading else ""
    cells = "".join([f"<td{_right(one)}>{html_text(_said(line, one) or '')}</td>" for one in columns[1:]])
    return f'<tr {kind}><th scope="row">{html_text(line.label)}{count}</th>{cells}</tr>'


def _count(line: Line) -> str:
    return counted(1 if isinstance(line.row, LayerFacts) else line.row.layers)


def _right(column: Column) -> str:
    return ' class="n"' if column.numeric else ""


def _said(line: Line, column: Column) -> str | None:
    """What a heading or a layer says in a column; None for nothing to say. A type that its name says already is left out."""
    if line.heading and column.of not in ("sum", "group"):
        return None
    said = column.said(line.row)
    if column.name == "operation" and isinstance(line.row, LayerFacts) and says_type(line.label, line.row):
        return said[len(line.row.type) + 1 :]
    return said


def table_data(analysis: Analysis) -> dict[str, Any]:
    """Every column that says anything, and for each row its depth and the number of its layer, -1 for a heading."""
    lines = grouped_lines(analysis.layers)
    columns = [_cells(column, lines, analysis) for column in View().every(analysis)]
    kept = [one for one in columns if one.shown or one.name == "type" or any(one.texts)]
    return {
        "columns": [told(one) for one in kept],
        "sought": [place for place, one in enumerate(kept) if one.name in _SOUGHT],
        "depths": [line.depth for line in lines],
        "layers": [number for _, number in _numbered(lines)],
    }


def _cells(column: Column, lines: Sequence[Line], analysis: Analysis) -> Cells:
    rows = [line.row for line in lines]
    if column.name == "path":
        texts: list[str | None] = [*_full_paths(lines)]
        raws: list[Any] = texts
    else:
        texts = [_said(line, column) for line in lines]
        raws = ["" if text is None else column.raw(row) for text, row in zip(texts, rows, strict=True)]
    keys = [None if line.heading else _key(column, line.row) for line in lines]
    return Cells(
        column.name,
        column.heading,
        column.numeric,
        texts,
        raws,
        keys,
        column.name in DEFAULT,
        total_text(column, analysis),
        _about(column, analysis.totals.dtype),
        column.name in _BARS,
    )


def _about(column: Column, dtype: str) -> str:
    """How a figure is meant, where that is a convention."""
    said = conventions(dtype)
    return said.get({"arithmetic_intensity": "intensity", "live_bytes": "memory"}.get(column.name, column.name), "")


def _key(column: Column, row: Row) -> Any:
    """What `archlens analyze --sort` goes by; None for what it puts last."""
    found = (column.key or column.value)(row)
    return None if found == "" else found


def _full_paths(lines: Sequence[Line]) -> Iterator[str]:
    """Of a layer its path, of a heading that of its block."""
    above: list[str] = []
    for line in lines:
        if line.heading:
            above[line.depth :] = [line.label]
            yield "/".join(above)
        else:
            yield line.row.path
