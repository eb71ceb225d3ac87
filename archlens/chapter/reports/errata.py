"""reports/errata.md: what the chapter gets wrong, with evidence."""

from __future__ import annotations

from archlens.chapter.errata import ERRATA, corrected
from archlens.chapter.reports.shelf import reference
from archlens.report.markdown import escaped
from archlens.report.tables import cell_text

__all__ = ["page"]

_HEAD = """# What the chapter gets wrong

A good chapter, and these are the places where an interviewer could catch you if you repeat it. Each has what the
chapter says, what is so, and what shows it: figures computed by archlens, an experiment to run, or a paper.
"""

_SEVERITY = {"high": "wrong in a way that matters", "middle": "misleading", "low": "imprecise"}


def page() -> str:
    """The worst first."""
    lines = [_HEAD]
    for severity, said in _SEVERITY.items():
        lines += [f"## {said.capitalize()}", ""]
        for one in ERRATA:
            if one.severity == severity:
                full = corrected(one)
                lines += [
                    f"### {one.name}",
                    "",
                    f"Section {one.section} says:",
                    "",
                    f"> {escaped(one.says)}",
                    "",
                    escaped(full.right),
                    "",
                ]
                lines += [f"- {escaped(what)}: **{cell_text(value)}**" for what, value in full.evidence]
                lines += [f"- Source: {escaped(one.source)}"] if one.source else []
                lines += [f"- Shown by: {' · '.join(map(reference, one.shown_by))}"] if one.shown_by else []
                lines.append("")
    return "\n".join(lines).rstrip()
