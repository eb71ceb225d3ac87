"""What rules about windows propose, written into the spec: the rule is content, and the output as large as they say."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import torch
from torch.nn.functional import conv_transpose1d

import archlens
from archlens.errors import SpecError
from tests.rules.judging import found_in, spec, whole_text

RULES = ("checkerboard", "skipped-pixels", "dropped-pixels", "windows-in-padding")
KEPT = RULES[:2]  # their cures put out as many cells


def drawn(random: Random) -> tuple[str, str, str, str]:
    """A layer with a window: its head, kernel, stride and padding."""

    def sizes(low: int, high: int) -> str:
        return f"{random.randint(low, high)}x{random.randint(low, high)}"

    head = random.choice(["conv: 2", "max_pool:", "conv_transpose: 2"])
    return head, sizes(1, 4), f"/{sizes(1, 4)}", f"padding={'0' if head == 'max_pool:' else sizes(0, 3)}"


def cured(line: tuple[str, str, str, str], told: str) -> str:
    """The line with what is proposed put in."""
    head, kernel, stride, padding = line
    for word in re.findall(r"`([^`]*)`", told):
        whole = re.fullmatch(r"(\d+x\d+) (/\S+)( .*)?", word)
        if whole:
            return f"{head} {whole[1]} {whole[2]}{whole[3] or ''}"
        if word.startswith("padding="):
            return f"{head} {kernel} {stride} {word}"
        if word == "ceil":
            return f"{head} {kernel} {stride} {padding} ceil"
    return ""


def output(text: str) -> tuple[int, ...]:
    return tuple(archlens.load_text(text, "drawn.yaml").graph.nodes[0].output_shapes[0])


def test_cures_cure() -> None:
    random = Random(3)
    met: Counter[str] = Counter()
    for _ in range(400):
        size, line = f"{random.randint(2, 12)}x{random.randint(2, 12)}", drawn(random)
        text = spec(f"2x{size}", [" ".join(line)])
        try:
            before = output(text)
        except SpecError:
            continue
        for one in found_in(text):
            told = whole_text(one)
            better = cured(line, told) if one.rule in RULES else ""
            if better:
                met[one.rule] += 1
                after = spec(f"2x{size}", [better])
                assert one.rule not in [other.rule for other in found_in(after)], (text, told)
                assert one.rule not in KEPT or output(after) == before, (text, told)
                assert "keeps the size" not in told or output(after)[2:] == tuple(map(int, size.split("x")))
            sizes = re.search(r"give it a map of (\S+) or ([\dx×]+)", told)
            for other in (sizes[1], sizes[2]) if sizes else ():
                larger = spec(f"2x{other.replace('×', 'x')}", [" ".join(line)])
                fitting = found_in(larger) if "0" not in other.split("×") else ()
                assert "dropped-pixels" not in [found.rule for found in fitting], (text, told)
    assert min(met[rule] for rule in RULES) > 10, met


def test_uneven_taps_and_gaps_are_those_of_torch() -> None:
    random = Random(4)
    uneven = 0
    for _ in range(150):
        kernel, stride, dilation, cut = random.randint(1, 6), random.randint(1, 4), random.randint(1, 3), random.randint(0, 2)
        line = f"conv_transpose: 2 {kernel} /{stride} padding={cut} dilation={dilation}"
        found = [one for one in found_in(spec("2x40", [line])) if one.rule == "checkerboard"]
        weight = torch.ones(1, 1, kernel)
        taps = conv_transpose1d(torch.ones(1, 1, 40), weight, stride=stride, padding=cut, dilation=dilation).flatten()[40:]
        period = taps[:stride].int().tolist()
        assert bool(found) == (len({*period}) > 1), line
        if 0 in period:
            assert f"{period.count(0)} of every {stride} cells are the bias alone" in whole_text(found[0])
        elif found:
            uneven += 1
            turns = ", ".join(map(str, period))
            told = re.search(r"along its length, cells get ([\d, ]+), … taps", whole_text(found[0]))
            assert told
            assert turns in f"{told[1]}, {told[1]}", (line, turns)  # from whichever cell the turn is counted
    assert uneven > 10
