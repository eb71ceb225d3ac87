"""What the pages share: every shipped network analysed once, and links between pages."""

from __future__ import annotations

import os
import re
from functools import cache

from archlens import network
from archlens.analysis.facts import Analysis
from archlens.chapter.errata import ERRATA, Erratum
from archlens.report.comparison import Comparison
from archlens.report.markdown import escaped
from archlens.spec.load import shipped

__all__ = [
    "anchor",
    "erratum_heading",
    "erratum_link",
    "families",
    "family",
    "link",
    "reference",
    "source_of",
    "spec_path",
    "told",
    "variants",
]


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


def told(comparison: Comparison) -> Comparison:
    """Without the columns that are empty for all."""
    kept = [figure for figure in comparison.figures if any(figure.said(one) for one in comparison.analyses)]
    return comparison._replace(figures=tuple(kept))


def anchor(title: str) -> str:
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def erratum_heading(one: Erratum) -> str:
    """Of its part of the page of errata."""
    return f"{one.name}. {one.title}"


def erratum_link(name: str, page: str = "errata.md") -> str:
    """`E5` as a link."""
    (one,) = [one for one in ERRATA if one.name == name]
    return f"[{name}]({page}#{anchor(erratum_heading(one))})"


def reference(shown_by: str) -> str:
    """`concept:stacks` as a link."""
    from archlens.chapter.cards import cards
    from archlens.chapter.concepts import CONCEPTS
    from archlens.chapter.lab import EXPERIMENTS

    kind, _, name = shown_by.partition(":")
    if kind == "concept":
        return f"[{escaped(CONCEPTS[name])}](concepts.md#{anchor(CONCEPTS[name])})"
    if kind == "card":
        (question,) = [card.question for card in cards() if card.name == name]
        return f"[{escaped(question)}](interview.md#{anchor(question)})"
    if kind == "lab":
        return f"[`archlens lab {name}`](lab.md#{anchor(EXPERIMENTS[name])})"
    return link(name)


def spec_path(name: str) -> str:
    """Where the spec lies in the repository, however archlens is installed."""
    return f"specs/{os.path.basename(shipped()[name])}"
