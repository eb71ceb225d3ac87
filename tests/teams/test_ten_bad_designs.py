"""Ten designs, each with a mistake that people make: it is found where it is, and nothing else is; mended as its message says, it
is gone.

In `ten_bad_designs/bad` the line that is to be told ends in its code; `mended` has the same design put right.
"""

import difflib
import re
from pathlib import Path

import pytest

import archlens

DESIGNS = Path(__file__).with_name("ten_bad_designs")

# What the message must say, so that a person who has nothing else can write what `mended` has.
SAYS = {
    "join_channels": "- conv: 128 1x1 /2",
    "bias_before_norm": "write `bias=false`",
    "dead_taps": "keep the map larger, from 3×3 cells on every weight counts",
    "checkerboard": "write `4x4 /2 padding=1`",
    "softmax_before_loss": "leave the `softmax` out",
    "linear_collapse": "put an activation after linear1, e.g. `relu`",
    "dropped_pixels": "give it a map of 224×224",
    "over_budget": "35,092 over its budget",
    "gridding": "`dilation=1` here leaves no gap",
    "unused_skip": "`concat: [prev, skip]`",
}


def findings(path):
    """The code and the line of each that makes the check fail, and the report; notes are about what may be meant."""
    report = archlens.check(str(path), config=False)
    return [
        (one.diagnostic.code, one.diagnostic.span.line) for one in report.findings if one.diagnostic.severity != "note"
    ], report


def test_there_are_ten():
    names = sorted(path.stem for path in (DESIGNS / "bad").iterdir())
    assert names == sorted(path.stem for path in (DESIGNS / "mended").iterdir()) == sorted(SAYS)
    assert len(names) == 10


@pytest.mark.parametrize("name", sorted(SAYS))
def test_a_bad_design_is_found_and_can_be_mended(name):
    bad, mended = DESIGNS / "bad" / f"{name}.yaml", DESIGNS / "mended" / f"{name}.yaml"
    lines = bad.read_text(encoding="utf-8").splitlines()
    marked = [(found[1], number) for number, line in enumerate(lines, 1) if (found := re.search(r" # (ARC\d{3})$", line))]
    assert len(marked) == 1
    found, report = findings(bad)
    assert found == marked, report.render()
    assert SAYS[name] in report.render()
    assert not report.ok
    found, report = findings(mended)
    assert (found, report.ok) == ([], True), report.render()
    plain = [re.sub(r" # ARC\d{3}$", "", line) for line in lines]
    changed = [line for line in difflib.ndiff(plain, mended.read_text(encoding="utf-8").splitlines()) if line[0] in "+-"]
    assert 1 <= len(changed) <= 6
