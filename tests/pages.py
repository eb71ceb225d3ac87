"""The fenced blocks of the pages: README, ARCHITECTURE, CONTRIBUTING and docs/."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["BLOCKS", "PAGES", "ROOT", "Block", "blocks_of", "lay_out"]

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")), *sorted((ROOT / "docs").glob("*.md"))]


class Block(NamedTuple):
    """A fenced block: the comment on the line before it, its language and its lines."""

    page: str
    line: int
    language: str
    mark: str
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    @property
    def file(self) -> str:
        """The name it is written to, if it is marked as a file."""
        return self.mark.removeprefix("file:").strip() if self.mark.startswith("file:") else ""


def blocks_of(text: str, page: str) -> Iterator[Block]:
    """The fenced blocks of a Markdown text, indentation (of a list, say) taken off."""
    mark, inside, indent, close = "", None, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        fence = re.fullmatch(r"(\s*)(`{3,})([\w-]*)\s*", line)
        if inside is not None:
            if line.strip() == close:
                yield inside
                inside, mark = None, ""
            else:
                inside.lines.append(line[indent:])
        elif fence:
            indent, close = len(fence[1]), fence[2]
            inside = Block(page, number, fence[3], mark, [])
        elif line.strip():
            comment = re.fullmatch(r"\s*<!--\s*(.*?)\s*-->\s*", line)
            mark = comment[1] if comment else ""
    assert inside is None, f"{page}:{inside and inside.line}: the block is never closed"


BLOCKS = [block for page in PAGES for block in blocks_of(page.read_text(encoding="utf-8"), str(page.relative_to(ROOT)))]


def lay_out(block: Block, folder: Path) -> None:
    """Fill `folder` with a copy of specs/ and the files that the block's page writes."""
    shutil.copytree(ROOT / "specs", folder / "specs")
    for other in BLOCKS:
        if other.page == block.page and other.file:
            (folder / other.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / other.file).write_text(other.text, encoding="utf-8")
