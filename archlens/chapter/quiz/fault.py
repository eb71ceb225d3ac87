"""Find the fault: a spec that archlens refuses, and its own words on why."""

from __future__ import annotations

import re
from random import Random

from archlens.chapter.quiz.question import Question
from archlens.errors import Diagnostic, SpecError, render
from archlens.network import load_text

__all__ = ["draw"]

# What goes wrong, by level: a text of a sound spec → what takes its place.
_SPECS = {
    "plain": """archlens: 1
input: 3x32x32
layers:
  - conv: 32 3x3 same
  - batch_norm
  - relu
  - max_pool: 2x2
  - conv: 64 3x3 same
  - relu
  - max_pool: 2x2
  - flatten
  - linear: 128
  - relu
  - linear: 10
""",
    "residual": """archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - add:
      main:
        - conv: 16 3x3 same bias=false
        - batch_norm
        - relu
        - conv: 16 3x3 same bias=false
      shortcut: []
  - relu
  - conv: 32 3x3 /2 same
  - global_avg_pool
  - linear: 10
""",
    "inception": """archlens: 1
input: 64x28x28
layers:
  - concat:
      1x1: [conv: 16 1x1]
      3x3: [conv: 24 1x1, conv: 32 3x3 same]
      5x5: [conv: 8 1x1, conv: 16 5x5 same]
      pool: [max_pool: 3x3 /1 padding=1, conv: 16 1x1]
  - batch_norm
  - conv: 96 3x3 same groups=8
  - global_avg_pool
  - linear: 10
""",
}

_FAULTS = {
    "easy": (
        ("plain", "- conv: 64 3x3 same", "- conv: 64 4x4 same"),
        ("plain", "- batch_norm", "- batchnorm"),
        ("plain", "- linear: 128", "- linear: 128 in_features=2048"),
        ("residual", "- conv: 32 3x3 /2 same", "- conv: 32 3x3 /0 same"),
        ("inception", "groups=8", "groups=9"),
    ),
    "medium": (
        (
            "residual",
            "        - conv: 16 3x3 same bias=false\n      shortcut",
            "        - conv: 32 3x3 same bias=false\n      shortcut",
        ),
        (
            "residual",
            "        - conv: 16 3x3 same bias=false\n        - batch",
            "        - conv: 16 3x3 /2 same bias=false\n        - batch",
        ),
        ("inception", "conv: 32 3x3 same", "conv: 32 3x3"),
        ("inception", "max_pool: 3x3 /1 padding=1", "max_pool: 3x3 /1"),
        ("plain", "  - flatten\n", "  - conv: 64 9x9\n  - flatten\n"),
    ),
    "hard": (
        ("inception", "max_pool: 3x3 /1 padding=1", "max_pool: 3x3 padding=1"),
        ("inception", "conv: 16 5x5 same]", "conv: 17 5x5 same]"),
        ("residual", "        - relu\n        - conv: 16 3x3 same", "        - relu\n        - conv: 16 5x5 padding=1"),
        ("plain", "- max_pool: 2x2\n  - flatten", "- max_pool: 2x2 /2 padding=2\n  - flatten"),
        ("plain", "  - linear: 128\n", "  - linear: 128 in_features=3136\n"),
        ("residual", "- linear: 10", "- linear: 10 in_features=64"),
    ),
}


def draw(random: Random, level: str) -> Question:
    """easy: one line is wrong by itself. medium: two lines do not go together. hard: only numbers show it, or a later line."""
    name, sound, broken = random.choice(_FAULTS[level])
    sound_text = _SPECS[name]
    text = sound_text.replace(sound, broken, 1)
    pairs = zip(text.splitlines(), sound_text.splitlines(), strict=False)
    changed = [number for number, (ours, theirs) in enumerate(pairs, 1) if ours != theirs]
    for old, new in _dressed(random):
        text = re.sub(old, new, text)
    fault = _fault(text)
    numbered = "\n".join([f"    {number:>2}  {line}" for number, line in enumerate(text.splitlines(), 1)])
    prompt = f"archlens refuses this spec. At which line, and why?\n\n{numbered}"
    if fault.span is None:
        raise AssertionError(f"a fault without a place: {fault.message}")
    also = {changed[0], *[span.line for span, _ in fault.related]} - {fault.span.line}
    solution = render(fault, lambda text, role: text)
    return Question("fault", level, prompt, fault.span.line, solution, also=tuple(sorted(also)))


def _dressed(random: Random) -> list[tuple[str, str]]:
    """Widths that change nothing about the fault, so that questions differ."""
    return [(r"linear: 10\b", f"linear: {random.choice((2, 5, 10, 100))}"), (r"input: 3x", f"input: {random.choice((1, 3))}x")]


def _fault(text: str) -> Diagnostic:
    """The one fault of a spec."""
    try:
        load_text(text, "net.yaml").analyze()
    except SpecError as error:
        (fault,) = error.diagnostics
        return fault
    raise AssertionError(f"nothing is wrong with\n{text}")
