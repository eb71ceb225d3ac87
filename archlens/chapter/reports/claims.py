"""reports/claims.md: where each claim of the chapter is shown."""

from __future__ import annotations

from archlens.chapter.claims import CLAIMS, PLACES, Claim
from archlens.chapter.reports.shelf import erratum_link, reference
from archlens.report.markdown import escaped, pipe_table, prose

__all__ = ["page"]

_HEAD = """# Every claim of the chapter, and what shows it

{count} statements that can be checked, each with a verdict and at least one place that shows it: a shipped network
held to published figures, a [comparison](concepts.md), an experiment (`archlens lab NAME`) or a
[question](interview.md). {right} are right as they stand, {imprecise} need a correction, {wrong} are wrong; E1 to E27
are [the errata](errata.md).
"""


def page() -> str:
    """A table a section."""
    verdicts = [claim.verdict for claim in CLAIMS]
    counts = {name: verdicts.count(name) for name in ("right", "imprecise", "wrong")}
    lines = [_HEAD.format(count=len(CLAIMS), **counts)]
    for section in dict.fromkeys([claim.section for claim in CLAIMS]):
        lines += [f"## {section} {escaped(PLACES[section])}".rstrip(), ""]
        rows = [_row(claim) for claim in CLAIMS if claim.section == section]
        lines += [pipe_table(("", "the chapter says", "verdict", "shown by"), rows, (True, False, False, False)), ""]
    return "\n".join(lines).rstrip()


def _row(claim: Claim) -> list[str]:
    number, text, verdict = claim.number, claim.text, claim.verdict
    errata = ", ".join([erratum_link(name) for name in claim.errata])
    said = f"{verdict} ({errata})" if errata else verdict
    return [str(number), prose(text), said, " · ".join(map(reference, claim.shown_by))]
