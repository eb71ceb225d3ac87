"""reports/lab.md: the claims that take a run, measured."""

from __future__ import annotations

from archlens.chapter.lab import recorded
from archlens.chapter.reports.shelf import anchor
from archlens.report.lesson import render_lessons
from archlens.report.markdown import escaped

__all__ = ["page"]

_HEAD = """# The lab

{count} claims of the chapter that a formula cannot settle, measured: what is claimed, what came out, whether it holds,
and what is so where the claim is imprecise. `archlens lab NAME` runs one on your machine, in a second or so
(`degradation`, which trains four networks, takes some more), `--seed` with other random numbers. The verdicts are the
same in every run; these figures are of one on a CPU with PyTorch {pytorch}, and their last digits are its own.
"""


def page() -> str:
    """All findings, with a table of contents."""
    record = recorded()
    lines = [_HEAD.format(count=len(record.findings), pytorch=record.pytorch)]
    lines += [f"- [{escaped(one.title)}](#{anchor(one.title)}): {one.measured.verdict}" for one in record.findings]
    return "\n".join([*lines, "", render_lessons(record.findings, "markdown")])
