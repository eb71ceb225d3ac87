"""A table of raw values → a sheet of texts, and the sheet as every format writes it."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.analysis.lesson import Cell, Table
from archlens.errors import printable, text_width
from archlens.report.csv import csv_lines, safe
from archlens.report.grid import GAP, Paint, cut, draw, plain
from archlens.report.page import Sheet

__all__ = ["cell_text", "csv_of", "drawn", "sheet_of", "table_json"]

_SHORTEST = 14  # columns of text are cut to no less


def sheet_of(table: Table) -> Sheet:
    """Its values as people read them; columns of numbers go to the right."""
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.head)
    return Sheet(
        table.head,
        tuple([any(_is_number(cell) for cell in column) for column in columns]),
        tuple([tuple(map(cell_text, row)) for row in table.rows]),
    )


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def cell_text(cell: Cell) -> str:
    """`1,792`, `0.28`, `2.2e-16`, `yes`; nothing for None."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    return _decimal(cell) if isinstance(cell, float) else cell


def _decimal(value: float) -> str:
    """Three digits, more before the point; powers of ten where it is tiny or huge; `0` for exactly that."""
    size = abs(value)
    if size and not 0.0005 <= size < 1e9:
        return f"{value:.1e}"
    places = 0 if not size else 3 if size < 1 else 2 if size < 9.995 else 1 if size < 99.95 else 0
    return f"{value:,.{places}f}"


def drawn(sheet: Sheet, width: int = 80, paint: Paint = plain) -> list[str]:
    """For a terminal, at most `width` wide where its numbers allow: words are cut, the longest column first."""
    columns = [[printable(cell) for cell in column] for column in zip(sheet.head, *sheet.rows, strict=True)]
    widths = [max(map(text_width, column)) for column in columns]
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    for i in sorted(range(len(columns)), key=lambda i: -widths[i]):
        if over > 0 and not sheet.numeric[i] and widths[i] > _SHORTEST:
            room = max(_SHORTEST, widths[i] - over)
            over -= widths[i] - room
            columns[i] = [cut(cell, room) for cell in columns[i]]
    return draw(columns, sheet.numeric, ["head", *[""] * len(sheet.rows)], paint, footer=False)


def csv_of(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Raw values, one row a line."""
    return csv_lines([head, *[[safe(value) for value in row] for row in rows]])


def table_json(table: Table) -> dict[str, object]:
    """Rows as mappings by the names of the columns."""
    return {"caption": table.caption, "rows": [dict(zip(table.head, row, strict=True)) for row in table.rows]}
