"""What forms with room for it say of a code: its name, and the manual of its rule."""

from __future__ import annotations

from archlens.report.findings.model import Findings

__all__ = ["FAMILIES", "reference", "rule_manuals"]

FAMILIES = {
    "ARC0": "Something could not be read.",
    "ARC1": "A fault in what a spec says.",
    "ARC2": "Shapes or arguments that do not fit.",
    "ARC3": "A figure that a spec expects is not what comes out.",
}
"""Codes that are no rules, by how they begin."""


def rule_manuals(findings: Findings) -> dict[str, tuple[str, str, str, str]]:
    """By code, those of the rules that ran and of all that was found: name, severity by default, summary and manual; what is no
    rule has no name, and only the summary of its family."""
    found = {
        rule.code: (rule.name, rule.severity, _sentence(rule.summary), rule.manual.strip() + "\n") for rule in findings.rules
    }
    for entry in findings.entries:
        code = entry.diagnostic.code
        if code not in found:
            family = FAMILIES.get(code[:4], "A finding.")
            found[code] = ("", entry.diagnostic.severity, family, family + "\n")
    return dict(sorted(found.items()))


def reference(manual: str) -> str:
    """Where a manual says more is written: its first link, or the first paper on arXiv; empty where there is none."""
    words = [word.strip("().,;:<>`[]") for word in manual.split()]
    for word in words:
        if word.startswith("https://"):
            return word
        if word.startswith("arXiv:"):
            return f"https://arxiv.org/abs/{word.removeprefix('arXiv:')}"
    return ""


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."
