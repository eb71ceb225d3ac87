"""Interview practice: questions drawn from random layers, real networks and the chapter, one topic a file.

Each file has `draw(random, level)`; a question comes with its answer worked out by `archlens explain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from random import Random

from archlens.chapter.quiz.question import LETTERS, LEVELS, Question, graded
from archlens.errors import UsageError, did_you_mean

__all__ = ["LETTERS", "LEVELS", "TOPICS", "Question", "chapter_questions", "graded", "quiz"]

TOPICS = {
    "output_size": "what comes out of a layer",
    "params": "how many parameters",
    "macs": "how many multiply–accumulates",
    "receptive_field": "how much of the input a unit sees",
    "cheaper": "which of two designs costs less",
    "fault": "find the fault in a spec",
    "why": "the chapter's own questions",
}
"""By name."""

_TRIES = 150
"""Draws in a row that bring nothing new before a topic counts as exhausted."""


def quiz(topics: Sequence[str] = (), level: str | None = None, count: int = 10, seed: int = 0) -> list[Question]:
    """That many questions, each once; fewer where a topic has no more. topics: all of them where none is named.

    level: `easy`, `medium` or `hard`; a mixture where none is named. Raises UsageError for a topic there is none of.
    """
    for name in topics:
        if name not in TOPICS:
            raise UsageError(f"no topic is called `{name}`; {did_you_mean(name, TOPICS)}")
    random = Random(seed)
    chosen = list(dict.fromkeys(topics)) or list(TOPICS)
    found: dict[str, Question] = {}
    order: list[str] = []
    idle = 0
    while len(found) < count and idle < _TRIES:
        if not order:  # every topic once before one comes again
            order = random.sample(chosen, len(chosen))
        draw = import_module(f"archlens.chapter.quiz.{order.pop()}").draw
        question: Question = draw(random, level or random.choice(LEVELS))
        idle = idle + 1 if question.prompt in found else 0
        found.setdefault(question.prompt, question)
    return list(found.values())


def chapter_questions() -> list[Question]:
    """The chapter's own questions, each of them, in its order."""
    from archlens.chapter.cards import cards
    from archlens.chapter.quiz.why import card_question

    return [card_question(index) for index in range(len(cards()))]
