"""What rules find in a text: marks at the ends of lines, held against findings."""

from __future__ import annotations

import re
from pathlib import Path

import archlens
from archlens import testing
from archlens.rules.catalogue import all_rules, chosen_rules
from archlens.rules.model import Found
from archlens.rules.run import run_rules
from archlens.testing import examples, whole_text

__all__ = ["CASES", "cases", "examples", "found_in", "marks", "whole_text"]

CASES = Path(__file__).parent / "cases"


def found_in(text: str, *extra: str, target: str | None = None) -> tuple[Found, ...]:
    """What the rules that are on by default, and `extra` ones, find in every variant of a spec."""
    network = archlens.load_text(text, "case.yaml")
    return run_rules(network.graph, network.analyze(), chosen_rules(extend=extra), target)


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
