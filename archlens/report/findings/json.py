"""Findings → JSON: the contract for tools. Keys are only ever added; `schema` names the version."""

from __future__ import annotations

from typing import Any

from archlens.report.findings.model import Checked, Entry, Findings, counts
from archlens.report.json import render_json

__all__ = ["render"]

_SCHEMA = 1


def render(findings: Findings) -> str:
    """One object, a line for each finding; what is allowed or in the baseline is there too and says so."""
    report = {
        "schema": _SCHEMA,
        "files": [_file(one) for one in findings.checked],
        "findings": [_entry(entry, one) for one in findings.checked for entry in one.entries],
        "counts": _counts(findings),
        "fail_on": findings.fail_on,
    }
    return render_json([report], several=False) + "\n"


def _entry(entry: Entry, checked: Checked) -> dict[str, Any]:
    """A diagnostic as in the JSON of `analyze`, and how it came about.

    spec: the file that was checked; `file` is where the finding stands, which that may extend. rule: null for what is no rule.
    variants: null where the spec has none. allowed: the reason, and where it is given. baseline: whether it is known. checked:
    false where the finding says that something could not be checked.
    """
    allowed = entry.allowed
    return {
        **entry.diagnostic.as_json(),
        "spec": checked.file,
        "rule": entry.rule or None,
        "layers": entry.layers,
        "variants": entry.variants or None,
        "allowed": allowed and {"reason": allowed.reason, "file": allowed.span.source.name, "line": allowed.span.line},
        "baseline": entry.known,
        "checked": not entry.unread,
    }


def _file(one: Checked) -> dict[str, Any]:
    return {"file": one.file, "variants": [name for name in one.variants if name], "extends": one.bases}


def _counts(findings: Findings) -> dict[str, int]:
    entries = list(findings.entries)
    return {
        "files": findings.files,
        "networks": findings.networks,
        **counts(entries),
        "unchecked": sum([entry.unread for entry in entries]),
        "allowed": sum([entry.allowed is not None for entry in entries]),
        "baseline": sum([entry.known for entry in entries]),
    }
