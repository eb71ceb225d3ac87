"""What to show of a network: which columns, of layers or of larger parts, in which order, how many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from archlens.analysis.facts import POLICY, Analysis
from archlens.analysis.levels import grouped, summed
from archlens.errors import UsageError, closest
from archlens.report.columns import DEFAULT, GROUPED, Column, Row, bound, by_policy, choose, column_named, columns_of

__all__ = ["LEVELS", "View", "make_view"]

LEVELS = ("layer", "block", "stage")


class View(NamedTuple):
    """columns: None is what the format shows by itself. level: `layer`, `block`, `stage` or a number of path parts.
    sort: numbers descending, the rest ascending, unless `ascending`. top: rows shown; the rest is summed in one more."""

    columns: tuple[Column, ...] | None = None
    level: str = "layer"
    sort: Column | None = None
    ascending: bool = False
    top: int | None = None

    @property
    def groups(self) -> bool:
        """Whether rows are larger parts than layers."""
        return self.level != "layer"

    @property
    def flat(self) -> bool:
        """Whether rows stand by themselves, with full paths, rather than in the order of execution under their blocks."""
        return self.groups or self.sort is not None or self.top is not None

    def chosen(self, analysis: Analysis, otherwise: Sequence[str] = ()) -> tuple[Column, ...]:
        """The columns for one network; `otherwise` are the names where none were asked for, with what rows are sorted by."""
        names = otherwise or [by_policy(name, analysis.policy) for name in (GROUPED if self.groups else DEFAULT)]
        known = columns_of(analysis.policy)
        chosen = self.columns or tuple([known[name] for name in self.with_order(names)])
        return tuple([bound(column, analysis.totals) for column in chosen])

    def every(self, analysis: Analysis) -> tuple[Column, ...]:
        """As `chosen`, with all that can be said where none were asked for."""
        return self.chosen(analysis, self.names(analysis.policy))

    def names(self, policy: str = POLICY) -> tuple[str, ...]:
        """The names of all columns that can be said of these rows."""
        other = "layer" if self.groups else "group"
        return tuple([column.name for column in columns_of(policy).values() if column.of != other])

    def with_order(self, names: Sequence[str]) -> tuple[str, ...]:
        """The names, and what rows are sorted by where it is not among them."""
        missing = () if self.sort is None or self.sort.name in names else (self.sort.name,)
        return (*names, *missing)

    def rows(self, analysis: Analysis) -> list[Row]:
        """The rows, sorted and cut as asked; together they are the whole network."""
        rows: list[Row] = list(grouped(analysis.layers, self.level) if self.groups else analysis.layers)
        if self.sort is not None:
            rows = _sorted(rows, self.sort, self.ascending)
        if self.top is not None and len(rows) > self.top:
            rest = rows[self.top :]
            rows[self.top :] = [summed(f"{len(rest):,} more", rest)]
        return rows


def make_view(
    columns: str | None = None,
    level: str = "layer",
    sort: str | None = None,
    ascending: bool = False,
    top: int | None = None,
    policy: str = POLICY,
) -> View:
    """The view that these words ask for; raises UsageError for a level or column there is none of, or an order of nothing."""
    if ascending and sort is None:
        raise UsageError("--ascending says how rows are sorted; add --sort NAME")
    if level not in LEVELS and not re.fullmatch("[1-9][0-9]{0,2}", level):
        near = closest(level, LEVELS)
        help = f"did you mean `{near}`?" if near else f"there are {', '.join(LEVELS)}, or how many parts of a path, such as 2"
        raise UsageError(f"no level is called `{level}`; {help}")
    groups = level != "layer"
    chosen = None if columns is None else choose(columns, groups, policy)
    return View(chosen, level, None if sort is None else column_named(sort, groups, policy), ascending, top)


def _sorted(rows: list[Row], column: Column, ascending: bool) -> list[Row]:
    """By what the column says: numbers descending unless `ascending`, names ascending; rows without a value come last."""
    key = column.key or column.value
    known: list[tuple[Any, Row]] = []
    unknown = []
    for row in rows:
        value = key(row)
        if value is None or value == "":
            unknown.append(row)
        else:
            known.append((value, row))
    known.sort(key=lambda pair: pair[0], reverse=not ascending and (column.numeric or column.key is not None))
    return [*[row for _, row in known], *unknown]
