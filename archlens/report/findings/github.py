"""Findings → workflow commands of GitHub Actions, which it shows beside the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from archlens.report.findings.model import Entry, Findings, place

__all__ = ["render"]

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(findings: Findings) -> str:
    """A line for each finding that counts."""
    lines = []
    for one in findings.checked:
        for entry in one.entries:
            if entry.counts:
                file, line, column, end = place(entry, one)
                at = {"line": str(line), "col": str(column), "endColumn": str(end)} if entry.diagnostic.span else {}
                where = {"file": file, **at, "title": _title(entry)}
                properties = ",".join([f"{name}={_property(value)}" for name, value in where.items()])
                lines.append(f"::{_COMMANDS[entry.diagnostic.severity]} {properties}::{_data(entry.text)}\n")
    return "".join(lines)


def _title(entry: Entry) -> str:
    return f"archlens {entry.diagnostic.code}" + (f" {entry.rule}" if entry.rule else "")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
