"""Findings → JUnit XML, as GitLab and Jenkins read it: a suite for each file, a case for each finding and each sound network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from archlens.errors import printable
from archlens.errors import render as drawn
from archlens.report.findings.model import Checked, Entry, Findings, place, posix

__all__ = ["render"]


class _Case(NamedTuple):
    """A test case. outcome: `failure`, `error`, `skipped`, `system-out` for what does not make the check fail, or empty."""

    name: str
    line: int
    outcome: str
    message: str = ""
    text: str = ""


def render(findings: Findings) -> str:
    """All suites. A finding is a failure where it is as bad as `fail_on`, else only told; one that is allowed or known is
    skipped; what could not be checked is an error."""
    suites = [(one, list(_cases(one, findings.bad))) for one in findings.checked]
    everything = [case for _, cases in suites for case in cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="archlens" {_sums(everything)}>']
    for one, cases in suites:
        lines.append(f'  <testsuite name="{_text(posix(one.file))}" {_sums(cases)}>')
        lines += [_case(case, posix(one.file)) for case in cases]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>\n"])


def _sums(cases: list[_Case]) -> str:
    outcomes = [case.outcome for case in cases]
    sums = {"tests": len(cases), "failures": outcomes.count("failure"), "errors": outcomes.count("error")}
    sums["skipped"] = outcomes.count("skipped")
    return " ".join([f'{name}="{count}"' for name, count in sums.items()])


def _cases(one: Checked, bad: tuple[str, ...]) -> Iterator[_Case]:
    told = [entry for entry in one.entries if entry.counts]
    for variant in one.variants:
        if not any(entry.is_in(variant) for entry in told):
            yield _Case(variant or "network", 1, "")
    for entry in one.entries:
        file, line, column, _ = place(entry, one)
        name = " ".join(filter(None, [entry.diagnostic.code, entry.rule]))
        if entry.diagnostic.span is not None:
            name += f" {file}:{line}:{column}"
        yield _Case(name, line, _outcome(entry, bad), _why(entry), drawn(entry.diagnostic))


def _outcome(entry: Entry, bad: tuple[str, ...]) -> str:
    if entry.unread:
        return "error"
    if not entry.counts:
        return "skipped"
    return "failure" if entry.diagnostic.severity in bad else "system-out"


def _why(entry: Entry) -> str:
    if entry.allowed is not None:
        return f"allowed: {entry.allowed.reason}"
    return "in the baseline" if entry.known else entry.diagnostic.message


def _case(case: _Case, file: str) -> str:
    head = f'    <testcase name="{_text(case.name)}" classname="{_text(file)}" file="{_text(file)}" line="{case.line}"'
    if not case.outcome:
        return head + "/>"
    if case.outcome == "system-out":
        inner = f"<system-out>{_text(case.text)}</system-out>"
    elif case.outcome == "skipped":
        inner = f'<skipped message="{_text(case.message)}"/>'
    else:
        inner = f'<{case.outcome} message="{_text(case.message)}">{_text(case.text)}</{case.outcome}>'
    return f"{head}>{inner}</testcase>"


def _text(text: str) -> str:
    """With no sign that XML gives a meaning, or has none for."""
    return "\n".join([escape(printable(line)) for line in text.split("\n")])
