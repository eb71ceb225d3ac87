"""Every rule finds what its cases mark, and nothing else; its manual's example breaks it, and what to write instead does not."""

from __future__ import annotations

import re

import pytest

from archlens.rules.catalogue import BUILT_IN
from archlens.rules.model import Rule
from tests.rules.judging import cases, examples, found_in, marks, whole_text

CASES = cases()
HEADINGS = ["What it does", "Why it is bad", "Example", "Use instead", "Not reported", "Reference"]


def targeted(text: str) -> str | None:
    """The target that a first line `# … (target float16)` asks for."""
    found = re.search(r"\(target (\w+)\)", text.split("\n", 1)[0])
    return found[1] if found else None


@pytest.mark.parametrize(("rule", "text"), CASES, ids=[f"{rule}: {text.split(chr(10))[0][2:60]}" for rule, text in CASES])
def test_what_is_marked_is_found(rule: str, text: str) -> None:
    assert text.startswith("# "), "a case begins with a line that says what it shows"
    found = [one for one in found_in(text, rule, target=targeted(text)) if one.allowed is None]
    places = sorted((one.diagnostic.span.line if one.diagnostic.span else 0, one.diagnostic.code) for one in found)
    wanted = marks(text)
    assert places == [(line, code) for line, code, _ in wanted], [whole_text(one) for one in found]
    for line, code, part in wanted:
        told = [whole_text(one) for one in found if one.diagnostic.span and one.diagnostic.span.line == line]
        assert any(part in text for text in told), (code, told)


@pytest.mark.parametrize("rule", BUILT_IN, ids=[rule.name for rule in BUILT_IN])
def test_every_rule_has_a_manual_that_holds(rule: Rule) -> None:
    summary, *_ = rule.manual.strip().split("\n")
    assert len(summary) < 100
    assert summary.endswith(".")
    assert re.findall(r"^## (.*)$", rule.manual, re.MULTILINE) == HEADINGS
    bad, good = examples(rule.manual, "Example"), examples(rule.manual, "Use instead")
    assert bad
    assert good
    target = "float16" if rule.code.startswith("ARC7") else None
    for text in bad:
        assert rule.code in [one.diagnostic.code for one in found_in(text, rule.code, target=target)], text
    for text in good:
        assert [whole_text(one) for one in found_in(text, rule.code, target=target) if one.allowed is None] == [], text


@pytest.mark.parametrize("rule", BUILT_IN, ids=[rule.name for rule in BUILT_IN])
def test_every_rule_has_a_case_that_fires_and_one_that_does_not(rule: Rule) -> None:
    mine = [rule.code in [code for _, code, _ in marks(text)] for name, text in CASES if name == rule.name]
    assert True in mine
    assert False in mine


def test_every_mark_is_of_a_rule() -> None:
    """One with a code that there is not would be read as any comment."""
    for _, text in CASES:
        assert len(marks(text)) == len(re.findall(r"# ARC\d+", text))
