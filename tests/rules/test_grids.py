"""Where the cells of a map lie, by each way: closed formulas of single layers, added up along all ways of random networks."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import archlens
from archlens.rules.grids import Way, apart, grids, nearest

_Grid = tuple[Fraction, Fraction]  # jump, centre of the first cell


def _layer(random: Random) -> tuple[str, Fraction]:
    """A line that keeps the size of a map, and how many cells it looks ahead."""
    kernel, dilation = random.choice((1, 2, 3, 5)), random.choice((1, 2))
    low = random.randint(0, dilation * (kernel - 1))
    pads = [[low, dilation * (kernel - 1) - low]]
    line = f"conv: {{out_channels: 2, kernel_size: {kernel}, dilation: {dilation}, padding: {pads}}}"
    return line, Fraction(dilation * (kernel - 1), 2) - low


def _branch(random: Random) -> tuple[list[str], list[tuple[str, Fraction]]]:
    """Lines that lead from a map to one of its size, and what they do, in order."""
    lines, steps = [], []
    for _ in range(random.randint(0, 2)):
        line, ahead = _layer(random)
        lines.append(line)
        steps.append(("shift", ahead))
    if random.random() < 0.4:
        factor = random.choice((2, 3))
        lines += [f"max_pool: {factor}", f"upsample: {factor}"]
        steps += [("pool", Fraction(factor)), ("up", Fraction(factor))]
    return lines, steps


def _after(grid: _Grid, steps: list[tuple[str, Fraction]]) -> _Grid:
    """The grid behind steps. A pool of f lies in the middle of f cells; of f copies the middle is where the cell was."""
    jump, centre = grid
    for what, value in steps:
        if what == "shift":
            centre += value * jump
        elif what == "pool":
            centre += (value - 1) / 2 * jump
            jump *= value
        else:
            jump /= value
            centre -= (value - 1) / 2 * jump
    return jump, centre


def test_every_way_is_where_its_layers_bring_it() -> None:
    random = Random(3)
    shifted = 0
    for _ in range(40):
        text = "archlens: 1\ninput: 2x36\nlayers:\n"
        ways = {(Fraction(1), Fraction(0))}
        for _ in range(random.randint(1, 3)):
            branches = [_branch(random) for _ in range(random.randint(2, 3))]
            text += "  - add:\n"
            for at, (lines, _) in enumerate(branches):
                text += f"      b{at}: [{', '.join(['{' + line + '}' for line in lines])}]\n"
            ways = {_after(grid, steps) for grid in ways for _, steps in branches}
        graph = archlens.load_text(text).graph
        found, _ = grids(graph)
        (tensor,) = graph.outputs.values()
        (along,) = found[tensor]
        # Of ways that look back only, which lie alike whatever their centres, the nearest stands for all.
        back = [way for way in along if way.looks_back]
        assert len(back) <= 1
        assert {(Fraction(way.jump), Fraction(way.centre)) for way in along} <= ways, text
        missing = ways - {(Fraction(way.jump), Fraction(way.centre)) for way in along}
        assert all(centre <= back[0].centre for _, centre in missing), text
        shifted += len(ways) > 1
    assert shifted > 20


def test_how_far_two_ways_lie_apart() -> None:
    """At 10 cells: shifted; stretched about the middle; causal, which end at their own pixel."""
    plain, moved = Way(2, 0, False, 2, False), Way(2, 3, False, 2, False)
    assert apart(plain, moved, 10) == 3
    corners = Way(Fraction(20, 9), -1, False, 4, True)
    assert apart(plain, corners, 10) == 1  # -1 at the first cell, -1 + 9·2/9 = 1 at the last
    back, further = Way(1, 0, True, 1, False), Way(1, -8, True, 1, False)
    assert apart(back, further, 10) == 0
    assert apart(back, Way(1, -8, False, 1, False), 10) == 8
    assert nearest((plain, corners), (moved,), 10) == (plain, moved)  # 3, against 4 at the first cell
    assert nearest((), (moved,), 10) is None
