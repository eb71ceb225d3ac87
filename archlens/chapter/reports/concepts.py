"""reports/concepts.md: every comparison of the chapter."""

from __future__ import annotations

from archlens.chapter.cards import SECTIONS
from archlens.chapter.concepts import CONCEPTS, concept
from archlens.chapter.reports.shelf import anchor
from archlens.report.lesson import render_lessons
from archlens.report.markdown import escaped

__all__ = ["page"]

_HEAD = """# Concepts

What the chapter compares, computed by archlens from small networks: two sentences on what to take from it, the
formula, the table. `archlens concepts NAME` prints one by itself, `--format csv` for a spreadsheet.
"""


def page() -> str:
    """All of them, with a table of contents by section."""
    lessons = {name: concept(name) for name in CONCEPTS}
    contents = []
    for section, title in SECTIONS.items():
        links = [f"[{escaped(one.title)}](#{anchor(one.title)})" for one in lessons.values() if one.section == section]
        contents.append(f"- **{section}** {escaped(title)}: {' · '.join(links)}" if links else "")
    return "\n".join([_HEAD, *filter(None, contents), "", render_lessons([*lessons.values()], "markdown")])
