"""`archlens quiz`: interview practice."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from archlens.chapter.quiz.question import LEVELS
from archlens.cli.shared import Failures, painter

if TYPE_CHECKING:
    from archlens.chapter.quiz import Question

__all__ = ["command"]

_TRIES = 2  # times an answer that cannot be read is asked for again


@click.command("quiz")
@click.option(
    "--topic", "topics", multiple=True, metavar="NAME", help="Only this one; may be given again. A wrong name lists them."
)
@click.option("--level", type=click.Choice(LEVELS), help="By default a mixture.")
@click.option("-n", "count", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many questions.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="The same questions again; by default others every time.")
@click.option("--cards", is_flag=True, help="The questions of the chapter, all of them in its order.")
@click.option(
    "--format", "form", type=click.Choice(["table", "markdown", "json", "csv"]), default="table", help="csv is for Anki."
)
def command(topics: tuple[str, ...], level: str | None, count: int, seed: int | None, cards: bool, form: str) -> None:
    """Practise for an interview: a question, your answer, and how it is worked out.

    Questions are drawn from random layers, from shipped networks and from the chapter. Numbers may be rounded to
    three digits, as 4.09G; an empty answer shows the solution, q ends the quiz. Other formats print questions
    with their solutions.

    \b
    archlens quiz -n 3
    archlens quiz --topic params --level hard --seed 7 --format markdown
    archlens quiz --cards --format csv > cards.csv
    """
    from archlens.chapter.quiz import chapter_questions, quiz
    from archlens.chapter.quiz.writing import render_questions

    failures = Failures()
    questions: list[Question] = []
    with failures.caught():
        questions = chapter_questions() if cards else quiz(topics, level, count, _seed() if seed is None else seed)
    if questions and form != "table":
        click.echo(render_questions(questions, form))
    elif questions:
        _ask(questions, painter(sys.stdout))
    failures.exit()


def _seed() -> int:
    from secrets import randbelow

    return randbelow(2**31)


def _ask(questions: Sequence[Question], paint: Callable[[str, str], str]) -> None:
    """One after another, until they are through, `q`, or the input ends."""
    right = asked = 0
    for number, question in enumerate(questions, 1):
        click.echo(paint(f"{number} of {len(questions)}: {question.topic}, {question.level}", "title"), color=True)
        click.echo(f"\n{question.prompt}\n")
        verdict = _answer(question)
        if verdict is None:
            break
        asked += 1
        said = paint("✓ right", "good") if verdict else paint("✗ no", "bad")
        if question.answer is None:
            click.echo(f"\n{question.solution}\n")
            verdict = _judged()
        else:
            click.echo(f"\n{said}: {question.answer_text}\n\n{question.solution}\n", color=True)
        right += verdict
    click.echo(f"{right} of {asked} right" if asked else "no question was answered")


def _answer(question: Question) -> bool | None:
    """Whether what is typed is right; None where the quiz ends. What cannot be read is asked for again."""
    from archlens.chapter.quiz import graded

    for _ in range(1 + _TRIES):
        text = _line(f"{question.expects}: ")
        if text is None or text.strip().lower() in ("q", "quit"):
            return None
        if not text.strip() or question.answer is None:
            return False
        verdict = graded(question, text)
        if verdict is not None:
            return verdict
        click.echo(f"`{text.strip()[:40]}` is not {question.expects}")
    return False


def _judged() -> bool:
    text = _line("did you have it? y or n: ")
    return text is not None and text.strip().lower().startswith("y")


def _line(prompt: str) -> str | None:
    """A line of the input; None at its end."""
    click.echo(prompt, nl=False)
    sys.stdout.flush()
    try:
        text = sys.stdin.readline()
    except (UnicodeDecodeError, KeyboardInterrupt):
        text = ""
    if not text.endswith("\n"):
        click.echo()
    return text or None
