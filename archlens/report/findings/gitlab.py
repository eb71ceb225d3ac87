"""Findings → a Code Quality report of GitLab.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json

from archlens.report.findings.model import Findings, fingerprinted, place

__all__ = ["render"]

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def render(findings: Findings) -> str:
    """A list with an object for each finding that counts; what could not be checked is a `blocker`."""
    found = []
    for one, entry, mark in fingerprinted(findings):
        if entry.counts:
            file, line, _, _ = place(entry, one)
            found.append(
                {
                    "description": entry.text,
                    "check_name": entry.rule or entry.diagnostic.code,
                    "fingerprint": mark,
                    "severity": "blocker" if entry.unread else _SEVERITIES[entry.diagnostic.severity],
                    "location": {"path": file, "lines": {"begin": line}},
                }
            )
    return json.dumps(found, indent=1) + "\n"
