"""Tables of figures with what they teach: what the chapter's concepts and the lab hand to a report."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

__all__ = ["Cell", "Finding", "Lesson", "Measurement", "Table", "Verdict"]

Cell: TypeAlias = "str | int | float | bool | None"
"""A raw value; None is not there."""

Verdict: TypeAlias = Literal["holds", "holds in part", "does not hold"]


class Table(NamedTuple):
    """Rows of raw values. caption: what is varied and what is held, in one line. head: a name a column, with its unit."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Lesson(NamedTuple):
    """One comparison of the chapter, computed.

    section: of the chapter, `12.4`. teaches: what to take from it, in two sentences. formula: lines of it.
    """

    name: str
    title: str
    section: str
    teaches: str
    formula: tuple[str, ...]
    tables: tuple[Table, ...]


class Measurement(NamedTuple):
    """What a run gave. because: why the verdict, with the figures measured."""

    tables: tuple[Table, ...]
    verdict: Verdict
    because: str


class Finding(NamedTuple):
    """One claim of the chapter, measured.

    correction: the precise statement where the claim is not, else empty; source: who says so. seed: what fixes the run.
    """

    name: str
    title: str
    section: str
    claim: str
    measured: Measurement
    correction: str
    source: str
    seed: int
