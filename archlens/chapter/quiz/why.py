"""The chapter's own questions: an answer to hold one's own against."""

from __future__ import annotations

import textwrap
from random import Random

from archlens.chapter.cards import answered, cards
from archlens.chapter.quiz.question import Question
from archlens.report.tables import cell_text

__all__ = ["card_question", "draw"]

_SECTIONS = {"easy": ("12.1", "12.2", "12.3"), "medium": ("12.4", "12.5"), "hard": ("12.6", "12.7")}


def draw(random: Random, level: str) -> Question:
    """easy: convolutions, channels. medium: pooling, classifiers. hard: architectures, transfer."""
    chosen = [index for index, card in enumerate(cards()) if card.section in _SECTIONS[level]]
    return card_question(random.choice(chosen), level)


def card_question(index: int, level: str = "") -> Question:
    """The card of this number as a question."""
    card = cards()[index]
    level = level or next(level for level, sections in _SECTIONS.items() if card.section in sections)
    full = answered(card)
    evidence = [f"  {said}: {cell_text(value)}" for said, value in full.evidence]
    solution = "\n".join([textwrap.fill(full.answer, 76), *(["", *evidence] if evidence else [])])
    return Question("why", level, card.question, None, solution)
