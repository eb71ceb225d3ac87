"""What an erratum of the chapter is."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from archlens.analysis.lesson import Cell
from archlens.chapter.evidence import Evidence, filled

__all__ = ["Corrected", "Erratum", "Severity", "corrected"]

Severity: TypeAlias = Literal["low", "middle", "high"]


class Erratum(NamedTuple):
    """Where the chapter is not right, or not the whole truth.

    title: what is the matter, in few words. severity: high where an answer would be marked wrong, low where a rule is told
    without its exception. says: the chapter, word for word, its formulas typeset. right: the precise statement; `{name}` is a
    figure of `evidence`. source: of the literature, empty where it can be computed. shown_by: what shows it, as
    `lab:equivariance`.
    """

    name: str
    title: str
    severity: Severity
    section: str
    says: str
    right: str
    evidence: tuple[Evidence, ...]
    source: str
    shown_by: tuple[str, ...]


class Corrected(NamedTuple):
    """An erratum with its figures computed. evidence: what each is, and its value."""

    erratum: Erratum
    right: str
    evidence: tuple[tuple[str, Cell], ...]


def corrected(erratum: Erratum) -> Corrected:
    """The erratum with its figures put in."""
    return Corrected(erratum, *filled(erratum.right, erratum.evidence))
