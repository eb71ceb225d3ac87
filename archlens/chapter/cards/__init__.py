"""The chapter's questions and some more, a section a file, each with an answer whose figures are computed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import NamedTuple

from archlens.analysis.lesson import Cell
from archlens.chapter.evidence import Evidence, filled
from archlens.report.chapters import SECTIONS

__all__ = ["SECTIONS", "Answered", "Card", "answered", "cards"]


class Card(NamedTuple):
    """question: the chapter's. answer: what to say in an interview, right also where the chapter is not; `{name}` is a figure.

    shown_by: where more is shown, as `concept:locality` or `lab:equivariance`. added: whether the question is not one of the
    chapter's, which only tells of it, or leaves it open.
    """

    name: str
    section: str
    question: str
    answer: str
    evidence: tuple[Evidence, ...]
    shown_by: tuple[str, ...]
    added: bool = False


class Answered(NamedTuple):
    """A card with its figures computed. evidence: what each is, and its value."""

    card: Card
    answer: str
    evidence: tuple[tuple[str, Cell], ...]


@cache
def cards() -> tuple[Card, ...]:
    """All, in the order of the chapter; no figure is computed yet."""
    found: list[Card] = []
    for section in SECTIONS:
        found += import_module(f"archlens.chapter.cards.section_{section.replace('.', '_')}").CARDS
    return tuple(found)


def answered(card: Card) -> Answered:
    """The card with its figures put in."""
    return Answered(card, *filled(card.answer, card.evidence))
