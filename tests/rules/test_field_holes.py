"""Holes in a field are those that taps, counted one by one, leave; the dilation that is proposed leaves none up to there."""

from __future__ import annotations

import re
from random import Random

from tests.rules import judging


def spec(windows: list[tuple[int, int, int]]) -> str:
    lines = [f"  - conv: 2 {kernel} /{stride} dilation={dilation}\n" for kernel, stride, dilation in windows]
    return "archlens: 1\ninput: 2x400\nlayers:\n" + "  - relu\n".join(lines)


def seen(windows: list[tuple[int, int, int]]) -> set[int]:
    """Offsets of the pixels that one unit reads, tap by tap."""
    offsets, jump = {0}, 1
    for kernel, stride, dilation in windows:
        offsets = {at + tap * dilation * jump for at in offsets for tap in range(kernel)}
        jump *= stride
    return offsets


def test_holes_are_those_of_the_taps() -> None:
    random = Random(2)
    holes = cured = 0
    for _ in range(200):
        windows = [(random.randint(1, 4), random.choice([1, 1, 2]), random.randint(1, 7)) for _ in range(random.randint(1, 4))]
        reads = seen(windows)
        span = max(reads) - min(reads) + 1
        jump, opens = 1, False
        for at, (kernel, stride, dilation) in enumerate(windows):
            before = max(seen(windows[:at])) + 1
            opens |= kernel > 1 < dilation and dilation * jump > before
            jump *= stride
        told = judging.told(spec(windows), "field-holes")
        assert bool(told) == (opens and len(reads) < span), windows
        if told:
            holes += 1
            assert f"{len(reads)} of {span} pixels along its length" in told[0], windows
            cure = re.match(r"conv(\d?): .*; `dilation=(\d+)` here leaves no gap", told[0])
            if cure and all(kernel >= stride for kernel, stride, _ in windows):
                cured += 1
                at = int(cure[1] or 1) - 1
                kernel, stride, _ = windows[at]
                reads = seen([*windows[:at], (kernel, stride, int(cure[2]))])
                assert len(reads) == max(reads) - min(reads) + 1, windows
    assert holes > 50
    assert cured > 20
