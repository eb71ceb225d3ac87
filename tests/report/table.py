"""A rendered table as cells again: what the tests of this folder read."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

RULE = re.compile(r"─+( +─+)*")
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class Row(NamedTuple):
    """Cells by heading. depth: how far the first is indented."""

    depth: int
    cells: dict[str, str]


class Table(NamedTuple):
    """The columns' headings, a row for every block and layer, and the last line."""

    headings: list[str]
    rows: list[Row]
    total: dict[str, str]

    def children(self, index: int) -> list[int]:
        """The rows directly under a row."""
        below = []
        for number in range(index + 1, len(self.rows)):
            if self.rows[number].depth <= self.rows[index].depth:
                break
            if self.rows[number].depth == self.rows[index].depth + 1:
                below.append(number)
        return below

    def outermost(self) -> list[int]:
        return [number for number, row in enumerate(self.rows) if row.depth == 0]


def columns_of(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return len(spread(text))


def spread(text: str) -> str:
    """One character a column: a wide sign is followed by a filler, one without width joins the sign before it."""
    out = []
    for sign in text:
        if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
            continue
        out.append(sign + "\0" if unicodedata.east_asian_width(sign) in "WF" else sign)
    return "".join(out)


def read_table(text: str) -> Table:
    """The table in a report."""
    lines = text.splitlines()
    rules = [number for number, line in enumerate(lines) if RULE.fullmatch(line)]
    assert len(rules) == 2, "a table has a rule under its heading and one over its totals"
    assert lines[rules[0]] == lines[rules[1]]
    spans = [match.span() for match in re.finditer("─+", lines[rules[0]])]

    def cells(line: str) -> list[str]:
        drawn = spread(line)
        gaps = "".join(drawn[end:start] for (_, end), (start, _) in pairwise(spans))
        assert not gaps.strip(), f"something stands between the columns: {line!r}"
        assert not drawn[spans[-1][1] :].strip(), f"something stands beyond the last column: {line!r}"
        return [drawn[start:end].replace("\0", "") for start, end in spans]

    headings = [cell.strip() for cell in cells(lines[rules[0] - 1])]
    rows = []
    for line in lines[rules[0] + 1 : rules[1]]:
        row = cells(line)
        indent = len(row[0]) - len(row[0].lstrip(" "))
        rows.append(Row(indent // 2, dict(zip(headings, map(str.strip, row), strict=True))))
    total = dict(zip(headings, map(str.strip, cells(lines[rules[1] + 1])), strict=True))
    return Table(headings, rows, total)


def bounds(cell: str) -> tuple[float, float]:
    """The least and the greatest value that a figure such as `4.089G` or `1,024` stands for; an empty cell is 0."""
    if not cell:
        return 0, 0
    match = re.fullmatch(r"([0-9]{1,3}(?:,[0-9]{3})*)(\.[0-9]+)?([kMGT]?)", cell)
    assert match, f"{cell!r} is no whole number"
    whole, fraction, unit = match.groups()
    value = float(whole.replace(",", "") + (fraction or "")) * UNITS[unit]
    slack = 0.5 * UNITS[unit] / 10 ** (len(fraction) - 1) if fraction else 0
    return value - slack - 1e-6 * slack, value + slack + 1e-6 * slack
