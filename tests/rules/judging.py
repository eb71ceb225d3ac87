"""What rules find in a text: marks at the ends of lines, held against findings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import archlens
from archlens import testing
from archlens.rules.catalogue import all_rules, chosen_rules
from archlens.rules.model import Found
from archlens.rules.run import run_rules
from archlens.rules.subject import Subject
from archlens.testing import examples, whole_text

__all__ = ["CASES", "cases", "examples", "found_in", "marks", "spec", "subject", "told", "whole_text"]

CASES = Path(__file__).parent / "cases"


def found_in(text: str, *extra: str, target: str | None = None) -> tuple[Found, ...]:
    """What the rules that are on by default, and `extra` ones, find in every variant of a spec."""
    network = archlens.load_text(text, "case.yaml")
    return run_rules(network.graph, network.analyze(), chosen_rules(extend=extra), target)


def told(text: str, rule: str) -> list[str]:
    """All that each finding of one rule says, on by default or not."""
    return [whole_text(one) for one in found_in(text, rule) if one.rule == rule]


def spec(size: str, lines: Iterable[str]) -> str:
    """A spec with these lines under `layers:`."""
    return f"archlens: 1\ninput: {size}\nlayers:\n" + "".join([f"  - {line}\n" for line in lines])


def subject(text: str) -> Subject:
    """The network of a spec as rules look at it."""
    network = archlens.load_text(text)
    return Subject(network.graph, network.analyze())


def marks(text: str) -> list[tuple[int, str, str]]:
    """(line, code, a part of the message) of each mark."""
    return testing.marks(text, *all_rules())


def cases() -> list[tuple[str, str]]:
    """(rule, spec) of every spec under cases/: a file a rule, specs apart by `---`."""
    names = {rule.name for rule in all_rules().values()}
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        assert path.stem in names, f"{path.name} is called after no rule"
        found += [
            (path.stem, text.lstrip("\n")) for text in re.split(r"^---\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        ]
    return found
