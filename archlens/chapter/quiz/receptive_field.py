"""How many pixels of the input a unit of the last layer sees along an axis."""

from __future__ import annotations

from random import Random

from archlens.chapter import small
from archlens.chapter.quiz.asking import indented, worked
from archlens.chapter.quiz.question import Question

__all__ = ["draw"]

_INPUT = "3x224x224"


def draw(random: Random, level: str) -> Question:
    """easy: a stack of equal convolutions. medium: with poolings and strides. hard: with dilation besides."""
    lines = _DRAWN[level](random)
    network = small.network(_INPUT, *lines)
    analysis = network.analyze()
    field = analysis.totals.receptive_field
    if field is None:
        raise AssertionError("every chain drawn here ends in a map")
    prompt = (
        "How many pixels of the input does a unit of the last layer see along each axis (its receptive field)?\n\n"
        + indented(f"input: {_INPUT}", *[f"- {line}" for line in lines])
    )
    return Question("receptive_field", level, prompt, field[0], worked(network, analysis.layers[-1].path, "Receptive field"))


def _easy(random: Random) -> list[str]:
    kernel = random.choice((3, 3, 5, 7))
    return [f"conv: 16 {kernel}x{kernel} same"] * random.randint(2, 5)


def _medium(random: Random) -> list[str]:
    lines = []
    for _ in range(random.randint(3, 5)):
        kernel = random.choice((1, 3, 3, 5))
        lines.append(random.choice((f"conv: 16 {kernel}x{kernel} same", "max_pool: 2x2", f"conv: 16 {kernel}x{kernel} /2 same")))
    return [*lines, "conv: 16 3x3 same"]


def _hard(random: Random) -> list[str]:
    start = random.choice((["conv: 16 7x7 /2 same", "max_pool: 3x3 /2 padding=1"], ["conv: 16 5x5 /2 same"]))
    more = ("", " /2", " dilation=2", " dilation=4")
    return [*start, *[f"conv: 16 3x3 same{random.choice(more)}" for _ in range(random.randint(2, 4))]]


_DRAWN = {"easy": _easy, "medium": _medium, "hard": _hard}
