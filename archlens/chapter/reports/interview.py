"""reports/interview.md: every question of the chapter with its answer and figures."""

from __future__ import annotations

from archlens.chapter.cards import SECTIONS, answered, cards
from archlens.chapter.reports.shelf import anchor, reference
from archlens.report.markdown import escaped, prose
from archlens.report.tables import cell_text

__all__ = ["page"]

_HEAD = """# Interview questions

The chapter's questions, section by section. The answers are what a strong candidate would say, right also where the
chapter is not ([what it gets wrong](errata.md)); every figure in them is computed by archlens, from the network named
beside it. Practise with `archlens quiz --cards`, or import `archlens quiz --cards --format csv` into Anki.
"""


def page() -> str:
    """All cards, with a table of contents."""
    lines = [_HEAD]
    for section, title in SECTIONS.items():
        lines.append(f"- **{section}** {escaped(title)}")
        lines += [f"  - [{escaped(card.question)}](#{anchor(card.question)})" for card in cards() if card.section == section]
    for section, title in SECTIONS.items():
        lines += ["", f"## {section} {escaped(title)}"]
        for card in cards():
            if card.section == section:
                full = answered(card)
                lines += ["", f"### {escaped(card.question)}", "", prose(full.answer)]
                lines += ["", *[f"- {prose(said)}: **{cell_text(value)}**" for said, value in full.evidence]]
                if card.shown_by:
                    lines += ["", f"More: {' · '.join(map(reference, card.shown_by))}"]
    return "\n".join(lines)
