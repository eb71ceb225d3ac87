"""What a check found, in the forms that people and tools read. `render_findings` gives any of them."""

from __future__ import annotations

from importlib import import_module

from archlens.report.findings.model import Findings

__all__ = ["FORMS", "render_findings"]

FORMS = ("text", "json", "sarif", "github", "gitlab", "junit")
"""By name; each is the module called so, whose `render` gives it. `text` is `errors.render`, with a painter."""


def render_findings(findings: Findings, form: str) -> str:
    """The findings in one of `FORMS`; ends with a line break unless it is empty."""
    text: str = import_module(f"archlens.report.findings.{form}").render(findings)
    return text
