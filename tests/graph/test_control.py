"""`when`: what it is asked, and how often."""

from __future__ import annotations

import pytest

from archlens.graph.values import Values
from tests.graph.spelling import faults, layers, network, paths

BEFORE = "input: 3x32x32\nparams: {deep: true, flat: false}"
FORK = "- conv: 8 3x3 same\n  as: a\n- conv: 4 3x3 same\n- relu:\n"

LINES = {  # lines → how often their only `when` is asked, and whether its line runs
    "beside `from`": (FORK + "  from: a\n  when: deep", 1, True),
    "one that does not hold, beside `from`": (FORK + "  from: a\n  when: flat", 1, False),
    "of the tensor that `from` names": (FORK + "  from: a\n  when: channels == 8", 1, True),
    "of its last axis": (FORK + "  from: a\n  when: features == 32", 1, True),
    "of the tensor and a parameter": (FORK + "  from: a\n  when: flat and channels == 8", 1, False),
    "of the tensor above": (FORK + "  when: channels == 4", 1, True),
    "beside `repeat`": (FORK + "  from: a\n  when: deep\n  repeat: 1", 1, True),
    "in a loop of two turns": ("- for: {i: [1, 2]}\n  do: [{relu: , from: input, when: i == 2}]", 2, True),
}


@pytest.mark.parametrize("name", LINES)
def test_a_condition_is_asked_once_a_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, times, runs = LINES[name]
    asked: list[str] = []
    get = Values.get

    def noted(self, argument, *rest):  # type: ignore[no-untyped-def]
        asked.extend(["when"] if argument.name == "when" else [])
        return get(self, argument, *rest)

    monkeypatch.setattr(Values, "get", noted)
    assert any(path.startswith("relu") for path in paths(network(lines, BEFORE))) is runs
    assert len(asked) == times


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("- relu:\n  from: nowhere\n  when: dep", "ARC133"),  # a slip of the pen; `nowhere` may be left out with its line
        ("- relu:\n  from: nowhere\n  when: 1/0", "ARC131"),
        ("- relu:\n  when: 1/0\n  as: [a, b]\n- add: [a, b]", "ARC131"),
        ("- conv: 3 1x1\n  when: 1/0\n  name: c\n- conv: 3 1x1\n  weights: c", "ARC131"),
        ("- conv: 3 1x1\n  repeat: -1\n  as: [a, b]\n- add: [a, b]", "ARC121"),
    ],
)
def test_of_a_line_that_may_not_run_only_its_condition_is_told(line: str, code: str) -> None:
    assert [fault.code for fault in faults(layers(line, BEFORE))] == [code]
