"""The manuals of design rules: in a terminal, as Markdown, and all on one page (docs/rules.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archlens.report.grid import Paint, plain
from archlens.report.pages import Block, Code, Grid, Heading, Text, page_markdown, page_text
from archlens.rules.model import Rule

__all__ = ["FORMATS", "manual_markdown", "render_manuals", "render_rules", "rules_page"]

FORMATS = ("text", "markdown", "json")

FAMILIES: Mapping[str, str] = {
    "ARC5": "Wasted or meaningless computation",
    "ARC6": "Capacity and resolution",
    "ARC7": "Speed",
}
"""By the first digit of their codes what rules are about."""

_CONTENTS = ("| code | name | by default | what it finds |", "|---|---|---|---|")

_INTRODUCTION = """\
# The design rules

Written by `scripts/reports` from the rules themselves, as `archlens rule CODE` shows them. `archlens check` runs those that are
on; `--select`, `--extend-select` and `--ignore` choose others, by code, by name, or by the beginning of codes (`ARC6`). Each says
exactly when it reports. To break one on purpose, say so in the spec with the reason (`allow:`, see [the language](spec.md)).
"""


def render_rules(rules: Sequence[Rule], form: str, width: int = 80, paint: Paint = plain) -> str:
    """A table of rules: code, name, whether it is on, severity, summary."""
    if form == "json":
        return _json([_row(rule) for rule in rules])
    if form == "markdown":
        rows = tuple([(rule.code, rule.name, _default(rule), rule.summary) for rule in rules])
        return page_markdown([Grid(("code", "name", "by default", "what it finds"), rows, (False,) * 4)])
    blocks: list[Block] = [
        Heading("Design rules", 1),
        Text("`archlens rule CODE` shows the manual of one; `archlens check --extend-select CODE` runs one that is off."),
    ]
    listed: dict[str, list[Rule]] = {}
    for rule in rules:
        listed.setdefault(FAMILIES.get(rule.code[:4], "Of installed packages"), []).append(rule)
    lines = [page_text(blocks, width, paint)]
    widest = max([len(rule.name) for rule in rules], default=0)
    for title, members in listed.items():
        lines += ["", paint(title, "head")]
        for rule in members:
            lines.append(f"  {paint(rule.code, 'group')}  {rule.name:<{widest}}  {_default(rule)}")
            lines.append(page_text([Text(rule.summary)], width, paint).replace("  ", "          ", 1))
    return "\n".join(lines)


def render_manuals(rules: Sequence[Rule], form: str, width: int = 80, paint: Paint = plain) -> str:
    """The manuals of rules, one after the other."""
    if form == "json":
        return _json([{**_row(rule), "manual": rule.manual.strip()} for rule in rules])
    if form == "markdown":
        return "\n\n".join([manual_markdown(rule) for rule in rules])
    return "\n\n".join([page_text([_head(rule), *_blocks(rule.manual)], width, paint) for rule in rules])


def manual_markdown(rule: Rule, level: int = 1) -> str:
    """The manual of one as Markdown, its heading with `level` signs."""
    summary, _, rest = rule.manual.strip().partition("\n")
    deeper = "#" * (level - 1)
    body = "\n".join([f"{deeper}{line}" if line.startswith("## ") else line for line in rest.strip().split("\n")])
    return f"{'#' * level} {rule.code} {rule.name}\n\n{summary} *{_state(rule)}*\n\n{body}"


def rules_page(rules: Sequence[Rule]) -> str:
    """The text of docs/rules.md."""
    parts = [_INTRODUCTION.strip()]
    for prefix, title in FAMILIES.items():
        members = [rule for rule in rules if rule.code.startswith(prefix)]
        if members:
            parts.append("\n".join([f"**{title}**", "", *_CONTENTS, *map(_contents_row, members)]))
    parts += [manual_markdown(rule, 2) for rule in rules]
    return "\n\n".join(parts) + "\n"


def _contents_row(rule: Rule) -> str:
    anchor = f"#{rule.code}-{rule.name}".lower()
    return f"| [{rule.code}]({anchor}) | {rule.name} | {_default(rule)} | {rule.summary} |"


def _row(rule: Rule) -> dict[str, Any]:
    return {"code": rule.code, "name": rule.name, "severity": rule.severity, "default": rule.on, "summary": rule.summary}


def _json(rows: list[dict[str, Any]]) -> str:
    import json

    return json.dumps({"schema": 1, "rules": rows}, indent=1, ensure_ascii=False)


def _default(rule: Rule) -> str:
    return rule.severity if rule.on else "off"


def _state(rule: Rule) -> str:
    return f"{rule.severity}, on by default" if rule.on else f"{rule.severity}, on request"


def _head(rule: Rule) -> Heading:
    return Heading(f"{rule.code} {rule.name}", 1, _state(rule))


def _blocks(manual: str) -> Iterator[Block]:
    """The parts of a manual: headings, paragraphs, code."""
    lines: list[str] = []
    fence = False
    for line in [*manual.strip().split("\n"), ""]:
        if line.startswith("```"):
            if fence:
                yield Code("\n".join(lines))
                lines.clear()
            fence = not fence
        elif fence or (line.strip() and not line.startswith("## ")):
            lines.append(line)
        else:
            if lines:
                yield Text(" ".join(lines))
                lines.clear()
            if line:
                yield Heading(line.removeprefix("## "), 2)
