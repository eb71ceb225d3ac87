"""Which of two designs is cheaper."""

from __future__ import annotations

import textwrap
from random import Random
from typing import NamedTuple

from archlens.chapter import small
from archlens.chapter.quiz.asking import indented
from archlens.chapter.quiz.question import LEVELS, Question
from archlens.report.tables import cell_text

__all__ = ["draw"]

_FIGURES = {"params": "fewer parameters", "macs": "fewer multiply–accumulates", "activations": "fewer values put out"}


class _Pair(NamedTuple):
    """Two ways to the same end. why: the rule behind it."""

    input: str
    one: tuple[str, ...]
    other: tuple[str, ...]
    why: str


def draw(random: Random, level: str) -> Question:
    """easy: parameters. medium: or multiply–accumulates. hard: or the values of the maps too."""
    while True:
        pair = random.choice(_PAIRS)(random)
        figure = random.choice(list(_FIGURES)[: 1 + LEVELS.index(level)])
        sides = [pair.one, pair.other]
        random.shuffle(sides)
        totals = [small.network(pair.input, *side).analyze().totals for side in sides]
        costs = [getattr(one, figure) for one in totals]
        if costs[0] != costs[1]:
            break
    shown = "\n\n".join(
        [f"{letter})\n{indented(*[f'- {line}' for line in side])}" for letter, side in zip("ab", sides, strict=True)]
    )
    prompt = f"Both read {pair.input.replace('x', '×')}. Which has {_FIGURES[figure]}, a or b?\n\n{shown}"
    lines = [
        f"{letter}) {cell_text(one.params)} params, {cell_text(one.macs)} MACs, {cell_text(one.activations)} values put out"
        for letter, one in zip("ab", totals, strict=True)
    ]
    ratio = max(costs) / min(costs) if min(costs) else 0
    letter = "ab"[costs.index(max(costs))]
    more = f"{letter} has {ratio:.3g} times as many as the other." if ratio else f"Only {letter} has any."
    solution = "\n".join([*lines, "", more, *textwrap.wrap(pair.why, 76)])
    answer = costs.index(min(costs))
    return Question("cheaper", level, prompt, answer, solution, tuple([", ".join(side) for side in sides]))


def _stack(random: Random) -> _Pair:
    width, count = random.choice((32, 64, 128)), random.choice((2, 3))
    kernel = 2 * count + 1
    why = f"{count} of 3×3 have {9 * count}·C² weights, one of {kernel}×{kernel} has {kernel**2}·C²; but each map more is memory."
    return _Pair(f"{width}x28x28", (f"conv: {width} 3x3 same",) * count, (f"conv: {width} {kernel}x{kernel} same",), why)


def _separable(random: Random) -> _Pair:
    width, kernel = random.choice((32, 64, 128)), random.choice((3, 5))
    separable = (f"depthwise_conv: {kernel}x{kernel} same", f"conv: {2 * width} 1x1")
    why = "Depthwise and 1×1 cost K²·C_in + C_in·C_out, the full convolution K²·C_in·C_out: 1/C_out + 1/K² of it."
    return _Pair(f"{width}x28x28", separable, (f"conv: {2 * width} {kernel}x{kernel} same",), why)


def _bottleneck(random: Random) -> _Pair:
    width, cut = random.choice((128, 256)), random.choice((2, 4))
    inner = width // cut
    why = f"1×1 down to {inner}, 3×3 there, 1×1 up to {width}: 2·{width}·{inner} + 9·{inner}² weights against 9·{width}²."
    return _Pair(
        f"{width}x14x14",
        (f"conv: {inner} 1x1", f"conv: {inner} 3x3 same", f"conv: {width} 1x1"),
        (f"conv: {width} 3x3 same",),
        why,
    )


def _head(random: Random) -> _Pair:
    width, side, classes = random.choice((128, 256, 512)), random.choice((4, 6, 7)), random.choice((10, 100))
    why = f"Flattening gives every class {width}·{side}·{side} weights, averaging the map first only {width}."
    return _Pair(f"{width}x{side}x{side}", ("flatten", f"linear: {classes}"), ("global_avg_pool", f"linear: {classes}"), why)


def _early_stride(random: Random) -> _Pair:
    width = random.choice((32, 64))
    why = "A stride in the first layer spares both: a quarter of the positions there, and the second reads a quarter of the map."
    return _Pair(
        f"{width}x32x32",
        (f"conv: {width} 3x3 /2 same", f"conv: {width} 3x3 same"),
        (f"conv: {width} 3x3 same", f"conv: {width} 3x3 /2 same"),
        why,
    )


def _dilated(random: Random) -> _Pair:
    width = random.choice((32, 64))
    why = "Both see 5×5: a dilated 3×3 has 9·C² weights, a full 5×5 has 25·C²; the dilated one reads 9 of the 25 pixels."
    return _Pair(f"{width}x28x28", (f"conv: {width} 3x3 same dilation=2",), (f"conv: {width} 5x5 same",), why)


def _pooled(random: Random) -> _Pair:
    width = random.choice((32, 64))
    why = "A pooling has no weights; a convolution with stride 2 in its place has 9·C² and learns how to shrink the map."
    return _Pair(f"{width}x28x28", ("max_pool: 2x2",), (f"conv: {width} 3x3 /2 padding=1",), why)


_PAIRS = (_stack, _separable, _bottleneck, _head, _early_stride, _dilated, _pooled)
