"""A question with its answer and how it is worked out, and what of an answer counts as right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from archlens.spec.scalars import figure

__all__ = ["LETTERS", "LEVELS", "Question", "graded"]

LEVELS = ("easy", "medium", "hard")
LETTERS = "abcdefgh"


class Question(NamedTuple):
    """answer: a whole number, a size such as `64×112×112`, the number of a choice, or None where people judge for themselves.

    choices: what to choose from, empty otherwise. solution: how it is worked out, in lines. also: numbers that are right too.
    """

    topic: str
    level: str
    prompt: str
    answer: int | str | None
    solution: str
    choices: tuple[str, ...] = ()
    also: tuple[int, ...] = ()

    @property
    def expects(self) -> str:
        """What to type: `a or b`, `a size, such as 64x112x112`, `a number`."""
        if self.choices:
            return f"{', '.join(LETTERS[: len(self.choices) - 1])} or {LETTERS[len(self.choices) - 1]}"
        if self.answer is None:
            return "say it aloud, then press Enter"
        return "a number, such as 9,408 or 4.1G" if isinstance(self.answer, int) else "a size, such as 64x112x112"

    @property
    def answer_text(self) -> str:
        """The right answer as people read it; empty where they judge for themselves."""
        if self.choices and isinstance(self.answer, int):
            return f"{LETTERS[self.answer]}) {self.choices[self.answer]}"
        return "" if self.answer is None else f"{self.answer:,}" if isinstance(self.answer, int) else self.answer


def graded(question: Question, text: str) -> bool | None:
    """Whether `text` is the answer; None where it is none of the kind that is asked for.

    Numbers may be grouped, or rounded to three digits or more (`4.09G`); sizes may be written with x, ×, * or commas.
    """
    said = text.strip().lower()
    if question.choices:
        index = LETTERS.find(said.rstrip(").")) if len(said.rstrip(").")) == 1 else -1
        return index == question.answer if 0 <= index < len(question.choices) else None
    if isinstance(question.answer, str):
        sizes = re.findall(r"[0-9]+", said)
        readable = sizes and re.fullmatch(r"[\s0-9x×*,()\[\]]+", said)
        return sizes == re.findall(r"[0-9]+", question.answer) if readable else None
    if question.answer is None:
        return None
    return _number((question.answer, *question.also), text)


def _number(right: Sequence[int], text: str) -> bool | None:
    said = text.strip().replace(",", "").replace("'", "").replace(" ", "")
    found = figure(said)
    if found is None:
        return None
    digits = len(re.sub(r"[^0-9]", "", said).lstrip("0"))
    return any(found.low <= answer <= found.high for answer in right) and (found.exact or digits >= 3)
