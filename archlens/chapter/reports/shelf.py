"""What the pages share: every shipped network analysed once, and links between pages."""

from __future__ import annotations

import os
import re
from functools import cache

from archlens import network
from archlens.analysis.facts import Analysis
from archlens.report.markdown import escaped
from archlens.spec.load import shipped

__all__ = ["anchor", "families", "family", "link", "reference", "source_of", "spec_path", "variants"]


family = cache(network.family)
"""Read once for all pages."""


def variants(name: str) -> tuple[Analysis, ...]:
    """The analyses of a shipped spec's networks."""
    return tuple([one.analyze() for one in family(name)])


@cache
def families() -> dict[str, str]:
    """By the name of a shipped spec, the family in whose spec it is a variant; itself where there is none."""
    homes: dict[str, str] = {}
    for name in shipped():
        found = family(name)
        homes |= {one.spec.variant: name for one in found if len(found) > 1 and one.spec.variant}
    return {name: homes.get(name, name) for name in shipped()}


def source_of(name: str) -> str:
    """The text of a shipped spec."""
    with open(shipped()[name], encoding="utf-8") as file:
        return file.read()


def link(name: str, text: str = "", folder: str = "networks/") -> str:
    """To the page of a network."""
    return f"[{escaped(text or name)}]({folder}{name}.md)"


def anchor(title: str) -> str:
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def reference(shown_by: str) -> str:
    """`concept:stacks` as a link, or as the command that shows it."""
    from archlens.chapter.cards import cards
    from archlens.chapter.concepts import CONCEPTS

    kind, _, name = shown_by.partition(":")
    if kind == "concept":
        return f"[{escaped(CONCEPTS[name])}](concepts.md#{anchor(CONCEPTS[name])})"
    if kind == "card":
        (question,) = [card.question for card in cards() if card.name == name]
        return f"[{escaped(question)}](interview.md#{anchor(question)})"
    if kind == "lab":
        return f"`archlens lab {name}`"
    return link(name)


def spec_path(name: str) -> str:
    """Where the spec lies in the repository, however archlens is installed."""
    return f"specs/{os.path.basename(shipped()[name])}"
