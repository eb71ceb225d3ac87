"""reports/errata.md: what the chapter gets wrong, with evidence."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.chapter.errata import ERRATA, Erratum, corrected
from archlens.chapter.reports.shelf import erratum_heading, erratum_link, reference
from archlens.report.markdown import escaped, prose
from archlens.report.tables import cell_text

__all__ = ["page"]

_HEAD = """# What the chapter gets wrong

A good chapter, and these are the places where an interviewer could catch you if you repeat it. Each has what the
chapter says, what is so, and what shows it: figures computed by archlens, an experiment to run, or a paper.
"""

_SEVERITY = {"high": "Wrong in a way that matters", "middle": "Misleading", "low": "Imprecise"}


def page() -> str:
    """A table of contents; then all, the worst first."""
    lines = [_HEAD]
    by_severity = {said: [one for one in ERRATA if one.severity == severity] for severity, said in _SEVERITY.items()}
    for said, errata in by_severity.items():
        lines += [f"- {said}", *[f"  - {erratum_link(one.name, '')} {escaped(one.title)}" for one in errata]]
    for said, errata in by_severity.items():
        lines += ["", f"## {said}"]
        for one in errata:
            lines += ["", *_told(one)]
    return "\n".join(lines)


def _told(one: Erratum) -> Iterator[str]:
    full = corrected(one)
    yield from (f"### {escaped(erratum_heading(one))}", "")
    yield from (f"The chapter, section {one.section}:", "", f"> {prose(one.says)}", "", prose(full.right), "")
    yield from [f"- {prose(what)}: **{cell_text(value)}**" for what, value in full.evidence]
    if one.source:
        yield f"- Source: {escaped(one.source)}"
    if one.shown_by:
        yield f"- Shown by: {' · '.join(map(reference, one.shown_by))}"
