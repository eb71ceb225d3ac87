"""Pairs → text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from archlens.errors import printable, text_width
from archlens.report.diff.page import (
    CHANGE_NUMERIC,
    SUMMARY_HEAD,
    SUMMARY_NUMERIC,
    TOTAL_HEAD,
    TOTAL_NUMERIC,
    Line,
    change_head,
    change_lines,
    filled,
    remarks,
    summary_rows,
    total_rows,
)
from archlens.report.diff.pair import Comparison, Pair
from archlens.report.grid import GAP, Paint, cut, draw, plain, wrapped

__all__ = ["diff_text"]

_LABEL = 11
_SHORTEST = 20  # names and changes are cut to no less before a column is left out
_ROLES = {"added": "good", "removed": "bad", "changed": "warning", "resized": "faint"}
_COLUMNS = ((0, 1, 2, 3, 4, 5), (0, 1, 2, 4, 5), (0, 1, 2, 4), (0, 1, 2))
"""Which columns of the changes are shown, from rich to plain."""


def diff_text(comparison: Comparison, width: int = 80, paint: Paint = plain) -> str:
    """At most `width` wide where its numbers allow."""
    lines = wrapped("", printable(comparison.about), width, 0, paint, "faint") if comparison.about else []
    if len(comparison.pairs) > 1:
        lines += [""] if lines else []
        lines += _summary(comparison, width, paint)
    for pair in comparison.pairs:
        if len(comparison.pairs) == 1 or pair.status == "changed":
            lines += [""] if lines else []
            lines += _pair(pair, comparison, width, paint)
    closing = [("note", note, "faint") for note in comparison.notes] + [("limit", text, "bad") for text in comparison.broken]
    lines += [""] if closing and lines else []
    for label, text, role in closing:
        lines += wrapped(label, printable(text), width, _LABEL, paint, role)
    return "\n".join(lines)


def _summary(comparison: Comparison, width: int, paint: Paint) -> list[str]:
    rows = summary_rows(comparison)
    kept = filled(rows, always=(0, 1))
    columns = [[SUMMARY_HEAD[at], *[printable(row[at]) for row in rows]] for at in kept]
    over = _width(columns) - width
    columns[0] = [cut(cell, max(_SHORTEST, _widest(columns[0]) - over)) for cell in columns[0]]
    roles = ["head", *["faint" if pair.status == "same" else "" for pair in comparison.pairs]]
    return _drawn(columns, [SUMMARY_NUMERIC[at] for at in kept], roles, paint)


def _pair(pair: Pair, comparison: Comparison, width: int, paint: Paint) -> list[str]:
    lines = [paint(cut(printable(pair.heading), width), "title"), *wrapped("", printable(pair.where), width, 0, paint, "faint")]
    difference = pair.difference
    if difference is not None and difference.same:
        return [*lines, "", paint(f"no difference in {len(difference.new.layers):,} layers", "good")]
    lines += ["", *_totals(pair, width, paint)]
    if difference is None:
        return lines
    if difference.changes:
        lines += [
            "",
            *_changes(
                [change_lines(difference, comparison.level, comparison.every, brief) for brief in (False, True)],
                change_head(comparison.level),
                width,
                paint,
            ),
        ]
    lines.append("")
    for remark in remarks(difference):
        lines += wrapped(remark.label, printable(remark.text), width, _LABEL, paint, remark.role)
    return lines


def _totals(pair: Pair, width: int, paint: Paint) -> list[str]:
    rows = total_rows(pair)
    kept = filled(rows)
    columns = [[TOTAL_HEAD[at], *[row[at] for row in rows]] for at in kept]
    while _width(columns) > width and len(columns) > 2:
        del columns[-1]
    roles = ["head", *["faint" if row[3] == "=" else "" for row in rows]]
    return _drawn(columns, [TOTAL_NUMERIC[at] for at in kept[: len(columns)]], roles, paint)


def _changes(choices: Sequence[Sequence[Line]], head: Sequence[str], width: int, paint: Paint) -> list[str]:
    """The table of changes: the most columns that fit, figures exact or rounded; names and changes cut where they must be."""
    for shown, lines in product(_COLUMNS, choices):
        cells = [[head[at], *[printable(line.cells[at]) for line in lines]] for at in shown]
        kept = [(column, at) for column, at in zip(cells, shown, strict=True) if at in (0, 2) or any(column[1:])]
        columns, places = [column for column, _ in kept], [at for _, at in kept]
        over = _width(columns) - width
        slack = sum([max(0, _widest(column) - _readable(at)) for column, at in kept if at in (0, 2)])
        if over <= slack:
            break
    for at, keep_end in ((2, False), (0, True)):
        column = columns[places.index(at)]
        room = max(_readable(at), _widest(column) - max(over, 0))
        over -= _widest(column) - room if over > 0 else 0
        columns[places.index(at)] = [_cut(cell, room, keep_end) for cell in column]
    roles = ["head", *[_ROLES[line.kind] for line in choices[0]]]
    return draw(columns, [CHANGE_NUMERIC[at] for at in places], roles, paint, footer=False)


def _drawn(columns: Sequence[Sequence[str]], numeric: Sequence[bool], roles: Sequence[str], paint: Paint) -> list[str]:
    """A table's lines, with blanks that break."""
    return [line.replace("\u00a0", " ") for line in draw(columns, numeric, roles, paint, footer=False)]


def _cut(text: str, room: int, keep_end: bool) -> str:
    """A name keeps its sign and its end."""
    return text[:2] + cut(text[2:], room - 2, keep_end=True) if keep_end and text_width(text) > room else cut(text, room)


def _readable(at: int) -> int:
    return 28 if at == 0 else 34


def _widest(column: Sequence[str]) -> int:
    return max(map(text_width, column))


def _width(columns: Sequence[Sequence[str]]) -> int:
    return sum(map(_widest, columns)) + len(GAP) * (len(columns) - 1)
