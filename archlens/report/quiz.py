"""Questions → Markdown, JSON, and CSV that Anki imports."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from html import escape
from typing import Protocol

__all__ = ["Asked", "render_questions"]


class Asked(Protocol):
    """What is read of a question."""

    @property
    def topic(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def answer_text(self) -> str: ...
    @property
    def solution(self) -> str: ...


def render_questions(questions: Sequence[Asked], form: str) -> str:
    """As `markdown`, `json` or `csv`."""
    return {"markdown": _markdown, "json": _json, "csv": _csv}[form](questions)


def _markdown(questions: Sequence[Asked]) -> str:
    """A heading a question; the solution folds out."""
    parts = []
    for number, one in enumerate(questions, 1):
        answer = f"**{one.answer_text}**\n\n" if one.answer_text else ""
        parts.append(
            f"## {number}. {one.topic}, {one.level}\n\n{_prose(one.prompt)}\n\n<details><summary>answer</summary>\n\n"
            f"{answer}```text\n{one.solution}\n```\n\n</details>"
        )
    return "\n\n".join(parts)


def _prose(prompt: str) -> str:
    """Indented lines are code in Markdown already; the rest must not be read as markup."""
    from archlens.report.markdown import escaped

    return "\n".join([line if line.startswith("    ") or not line else escaped(line) for line in prompt.split("\n")])


def _json(questions: Sequence[Asked]) -> str:
    keys = ("topic", "level", "prompt", "expects", "choices", "answer", "also", "solution")
    return json.dumps([{"schema": 1, **{key: getattr(one, key) for key in keys}} for one in questions], indent=2)


def _csv(questions: Sequence[Asked]) -> str:
    """With the header lines by which Anki knows the columns; texts keep their lines and columns as HTML."""
    text = io.StringIO()
    text.write("#separator:Comma\n#html:true\n#columns:Front,Back,Tags\n#tags column:3\n")
    writer = csv.writer(text, lineterminator="\n")
    for one in questions:
        back = f"{one.answer_text}\n\n{one.solution}" if one.answer_text else one.solution
        writer.writerow((_pre(one.prompt), _pre(back), f"archlens {one.topic} {one.level}"))
    return text.getvalue().rstrip("\n")


def _pre(text: str) -> str:
    return f'<pre style="text-align:left;white-space:pre-wrap">{escape(text)}</pre>'
