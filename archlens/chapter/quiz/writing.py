"""Questions → Markdown, JSON, and CSV that Anki imports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from archlens.chapter.quiz.question import Question
from archlens.report.csv import csv_lines
from archlens.report.markdown import escaped

__all__ = ["render_questions"]

_ANKI = "#separator:Comma\n#html:true\n#columns:Front,Back,Tags\n#tags column:3\n"


def render_questions(questions: Sequence[Question], form: str) -> str:
    """As `markdown`, `json` or `csv`."""
    return {"markdown": _markdown, "json": _json, "csv": _csv}[form](questions)


def _markdown(questions: Sequence[Question]) -> str:
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
    return "\n".join([line if line.startswith("    ") or not line else escaped(line) for line in prompt.split("\n")])


def _json(questions: Sequence[Question]) -> str:
    keys = ("topic", "level", "prompt", "expects", "choices", "answer", "also", "solution")
    return json.dumps([{"schema": 1, **{key: getattr(one, key) for key in keys}} for one in questions], indent=2)


def _csv(questions: Sequence[Question]) -> str:
    """With the header lines by which Anki knows the columns; texts keep their lines and columns as HTML."""
    rows = []
    for one in questions:
        back = f"{one.answer_text}\n\n{one.solution}" if one.answer_text else one.solution
        rows.append((_pre(one.prompt), _pre(back), f"archlens {one.topic} {one.level}"))
    return _ANKI + csv_lines(rows).rstrip("\n")


def _pre(text: str) -> str:
    return f'<pre style="text-align:left;white-space:pre-wrap">{escape(text)}</pre>'
