"""HTML as text: escaped words, elements, data that a script reads, and the blocks of explanations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from archlens.report.html import html_text
from archlens.report.pages import Block, Chain, Code, Grid, Heading, Rows, Text

__all__ = ["blocks_html", "coded", "data_block", "element", "facts_list", "html_text", "listed", "unbroken"]

_SIGNS = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


def element(name: str, content: str, attributes: str = "") -> str:
    """`<name attributes>content</name>`; both are HTML already."""
    return f"<{name}{' ' if attributes else ''}{attributes}>{content}</{name}>"


def listed(items: Iterable[str], attributes: str = "") -> str:
    """An unordered list of things that are HTML already."""
    return element("ul", "".join([f"<li>{item}</li>" for item in items]), attributes)


def facts_list(rows: Iterable[tuple[str, str]], attributes: str = "") -> str:
    """Names and what is said of each, both HTML already."""
    return element("dl", "".join([f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in rows]), attributes)


def coded(text: str) -> str:
    """A text as HTML, `…` in it as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html_text(text))


def unbroken(text: str) -> str:
    """HTML in which no line ends between a number and its unit.

    >>> unbroken("9.6 MB, 3.1 %, 3 layers")
    '9.6\\xa0MB, 3.1\\xa0%, 3 layers'
    """
    return re.sub(r"(\d) (%|[kMGTPE]?B\b)", "\\1\u00a0\\2", text)


def data_block(name: str, value: Any) -> str:
    """Data for scripts: JSON in which nothing can end the element or open another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_SIGNS)
    return f'<script type="application/json" id="{name}">{text}</script>'


def blocks_html(blocks: Sequence[Block], level: int = 4) -> str:
    """Explanations; level: of the headings that are `level` 2 there."""
    return "".join([_block(block, level) for block in blocks])


def _block(block: Block, level: int) -> str:
    match block:
        case Heading(text, depth, figure):
            shown = f" <b>{coded(figure)}</b>" if figure else ""
            return element(f"h{min(6, level + depth - 2)}", coded(text) + shown)
        case Text(text, faint, _):
            return element("p", coded(text), 'class="faint"' if faint else "")
        case Chain(left, steps, note):
            said = f"<small>{coded(note)}</small>" if note else ""
            return f'<p class="sum"><i>{html_text(left)}</i><span>= {"<br>= ".join(map(html_text, steps))}{said}</span></p>'
        case Rows(rows):
            return facts_list([(coded(name), coded(text)) for name, text in rows])
        case Grid():
            return f'<div class="wide">{_grid(block)}</div>'
        case Code(text):
            return element("pre", "\n".join(map(html_text, text.split("\n"))))


def _grid(block: Grid) -> str:
    head = "".join([f'<th scope="col"{_right(right)}>{html_text(text)}</th>' for text, right in _pairs(block.head, block)])
    rows = [_row(row, block) for row in block.rows]
    foot = f"<tfoot>{rows.pop()}</tfoot>" if block.footer else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>{foot}</table>"


def _row(row: Sequence[str], block: Grid) -> str:
    return element("tr", "".join([f"<td{_right(right)}>{html_text(text)}</td>" for text, right in _pairs(row, block)]))


def _pairs(row: Sequence[str], block: Grid) -> list[tuple[str, bool]]:
    return list(zip(row, block.numeric, strict=True))


def _right(numeric: bool) -> str:
    return ' class="n"' if numeric else ""
