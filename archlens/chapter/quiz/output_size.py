"""What comes out of a layer: its channels and sizes."""

from __future__ import annotations

from random import Random

from archlens.chapter import small
from archlens.chapter.quiz.asking import indented, worked
from archlens.chapter.quiz.question import Question
from archlens.errors import SpecError
from archlens.report.numbers import size_text

__all__ = ["draw"]


def draw(random: Random, level: str) -> Question:
    """easy: stride 1. medium: strides, padding, pooling. hard: dilation, ceil, uneven sizes, transposed convolutions."""
    while True:
        input, line = _DRAWN[level](random)
        try:
            network = small.network(input, line)
            shape = network.graph.nodes[-1].output_shapes[0]
        except SpecError:  # the window does not fit: another one
            continue
        prompt = f"What comes out of this layer, as channels × height × width?\n\n{indented(f'input: {input}', f'- {line}')}"
        return Question("output_size", level, prompt, size_text(shape), worked(network, line.partition(":")[0], "Output size"))


def _easy(random: Random) -> tuple[str, str]:
    side, kernel = random.choice((8, 14, 16, 28, 32, 64, 224)), random.choice((1, 3, 5, 7))
    padding = random.choice(("", " same", " padding=1"))
    return f"{random.choice((1, 3, 16, 64))}x{side}x{side}", f"conv: {random.choice((6, 16, 32, 64))} {kernel}x{kernel}{padding}"


def _medium(random: Random) -> tuple[str, str]:
    side, kernel = random.randint(13, 65), random.choice((2, 3, 4, 5, 7))
    input = f"{random.choice((3, 16, 64))}x{side}x{side}"
    stride, padding = random.choice((2, 2, 3, 4)), random.randint(0, kernel // 2)
    if random.random() < 0.3:
        return input, f"{random.choice(('max_pool', 'avg_pool'))}: {kernel}x{kernel} /{stride} padding={padding}"
    return input, f"conv: {random.choice((16, 32, 96))} {kernel}x{kernel} /{stride} padding={padding}"


def _hard(random: Random) -> tuple[str, str]:
    high, wide, kernel = random.randint(15, 70), random.randint(15, 70), random.choice((2, 3, 4, 5))
    input = f"{random.choice((3, 16, 64))}x{high}x{wide}"
    stride = random.choice((1, 2, 3))
    kind = random.choice(("dilated", "ceil", "transposed"))
    if kind == "dilated":
        return input, f"conv: 32 {kernel}x{kernel} /{stride} padding={random.randint(0, 4)} dilation={random.randint(2, 4)}"
    if kind == "ceil":
        return input, f"max_pool: {kernel}x{kernel} /{stride + 1} ceil"
    return input, f"conv_transpose: 16 {kernel}x{kernel} /{stride + 1} padding={random.randint(0, kernel // 2)}"


_DRAWN = {"easy": _easy, "medium": _medium, "hard": _hard}
