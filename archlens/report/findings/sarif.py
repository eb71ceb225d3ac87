"""Findings → SARIF 2.1.0 (OASIS, errata 01), as code scanning reads it."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any
from urllib.parse import quote_from_bytes

from archlens.errors import Span
from archlens.report.findings.manuals import reference, rule_manuals
from archlens.report.findings.model import Checked, Entry, Findings, fingerprinted, posix

__all__ = ["render"]

_BASE = "SRCROOT"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "archlens/v1"


def render(findings: Findings) -> str:
    """One run: its rules with their manuals, a result for each finding, and a notification for what could not be checked.

    What is allowed or in the baseline is there, suppressed, only with `show_allowed`: code scanning of GitHub passes over
    suppressions and would open an alert for each (https://github.com/github/codeql-action/issues/1230).
    """
    manuals = rule_manuals(findings)
    numbers = {code: number for number, code in enumerate(manuals)}
    results = [
        _result(entry, one, mark, numbers)
        for one, entry, mark in fingerprinted(findings)
        if not entry.unread and (entry.counts or findings.show_allowed)
    ]
    unread = [_notification(entry, one) for one in findings.checked for entry in one.entries if entry.unread]
    run = {
        "tool": {
            "driver": {
                "name": "archlens",
                "semanticVersion": sys.modules["archlens"].__version__,  # whose face may not be imported from here
                "rules": [_rule(code, *manual) for code, manual in manuals.items()],
            }
        },
        "invocations": [{"executionSuccessful": not unread, "toolExecutionNotifications": unread}],
        "originalUriBaseIds": {_BASE: {"description": {"text": "The folder that archlens was called in."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(code: str, name: str, level: str, summary: str, manual: str) -> dict[str, Any]:
    """A rule, or a kind of fault; code scanning of GitHub wants both descriptions and a help of each."""
    link = reference(manual)
    return {
        "id": code,
        **({"name": name} if name else {}),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": manual, "markdown": manual},
        **({"helpUri": link} if link else {}),
        "defaultConfiguration": {"level": level},
    }


def _result(entry: Entry, one: Checked, mark: str, numbers: dict[str, int]) -> dict[str, Any]:
    diagnostic = entry.diagnostic
    related = [{"id": number, **_location(at, text)} for number, (at, text) in enumerate(diagnostic.related, 1)]
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": numbers[diagnostic.code],
        "level": diagnostic.severity,
        "message": {"text": _escaped(entry.text)},
        "locations": [_place(entry, one)],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {_FINGERPRINT: mark},
        "suppressions": _suppressions(entry),
        "properties": {"variants": entry.variants, "spec": posix(one.file)},
    }


def _suppressions(entry: Entry) -> list[dict[str, Any]]:
    """None of them says that the result counts (3.27.23 of the standard)."""
    if entry.allowed is not None:
        return [{"kind": "inSource", "justification": entry.allowed.reason, "location": _location(entry.allowed.span, "")}]
    return [{"kind": "external", "justification": "it is in the baseline"}] if entry.known else []


def _place(entry: Entry, one: Checked) -> dict[str, Any]:
    span = entry.diagnostic.span
    location = _location(span, entry.diagnostic.label) if span else {"physicalLocation": {"artifactLocation": _file(one.file)}}
    layers = [{"fullyQualifiedName": path, "kind": "member"} for path in entry.layers]
    return {**location, **({"logicalLocations": layers} if layers else {})}


def _location(span: Span, text: str) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.end}
    place = {"artifactLocation": _file(span.source.name), "region": region}
    return {"physicalLocation": place, **({"message": {"text": _escaped(text)}} if text else {})}


def _file(path: str) -> dict[str, str]:
    """Where a file is: from the folder that archlens was called in, or by itself where it is not below that."""
    path = posix(path)
    if os.path.isabs(path):
        return {"uri": "file://" + _quoted(path if path.startswith("/") else "/" + path)}
    return {"uri": _quoted(path), "uriBaseId": _BASE}


def _quoted(path: str) -> str:
    return quote_from_bytes(os.fsencode(path))  # which names of files that are no UTF-8 have too


def _notification(entry: Entry, one: Checked) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": _escaped(entry.text)},
        "descriptor": {"id": entry.diagnostic.code},
        "locations": [{"physicalLocation": {"artifactLocation": _file(one.file)}}],
    }


def _escaped(text: str) -> str:
    """With braces around digits doubled, which would be the place of an argument (3.11.5), and no `](`, which would be a link
    (3.11.6). The standard would have all braces doubled, but readers undo that only where there are arguments."""
    return re.sub(r"\{(\d+)\}", r"{{\1}}", text).replace("](", "\\](")
