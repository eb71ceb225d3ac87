"""A page of headings, text, worked formulas and tables: laid out for a terminal, or as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from archlens.errors import printable, text_width
from archlens.report.grid import GAP, Paint, cut, draw, plain, wrapped

__all__ = ["Block", "Chain", "Code", "Grid", "Heading", "Rows", "Text", "page_markdown", "page_text"]

_INDENT = 2
_KEPT = re.compile("[^\n\u00a0]+")
_SHORTEST = 12  # a name in a table is not cut below this


class Heading(NamedTuple):
    """level: 1 the page's, 2 a part's, 3 a part of a part. figure: what it comes to, beside it."""

    text: str
    level: int = 2
    figure: str = ""


class Text(NamedTuple):
    """A paragraph; faint: of lesser weight. apart: with a blank line before it."""

    text: str
    faint: bool = False
    apart: bool = False


class Chain(NamedTuple):
    """`left = steps[0] = steps[1] = …`, a line each; note: what holds besides."""

    left: str
    steps: tuple[str, ...]
    note: str = ""


class Rows(NamedTuple):
    """Names and what is said of each; code: whether the names are those of the language."""

    rows: tuple[tuple[str, str], ...]
    code: bool = False


class Grid(NamedTuple):
    """A table. numeric: by column, whether it is aligned right. footer: whether the last row is the total of the others."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    footer: bool = False


class Code(NamedTuple):
    """Lines to be copied."""

    text: str


Block: TypeAlias = "Heading | Text | Chain | Rows | Grid | Code"


def page_text(blocks: Sequence[Block], width: int = 80, paint: Paint = plain) -> str:
    """The page for a terminal, `width` wide where its numbers and formulas can be broken."""
    lines: list[str] = []
    inset = 0
    for block in map(_shown, blocks):
        if isinstance(block, Heading):
            if lines and not (block.level == 3 and inset == 0):
                lines.append("")
            inset = _INDENT if block.level == 3 else 0
        elif isinstance(block, Code) or (isinstance(block, Text) and block.apart):
            lines.append("")
        lines += [" " * inset + line for line in _lines(block, width - inset, paint)]
    return "\n".join(lines).replace("\u00a0", " ")


def _shown(part: Any) -> Any:
    """A block, or a part of one, whose words a terminal shows as they are; lines and no-break blanks stay."""
    if isinstance(part, str):
        return part if part.isprintable() else _KEPT.sub(lambda words: printable(words[0]), part)
    if isinstance(part, tuple):
        parts = map(_shown, part)
        return type(part)(*parts) if hasattr(part, "_fields") else tuple(parts)
    return part


def _lines(block: Block, width: int, paint: Paint) -> list[str]:
    pad = " " * _INDENT
    match block:
        case Heading(text, level, figure):
            return _heading(text, level, figure, width, paint)
        case Text(text, faint, _):
            return wrapped(pad, text, width, _INDENT, plain, "") if not faint else _faint(text, width, paint)
        case Chain():
            return _chain(block, width, paint)
        case Rows(rows):
            return _rows(rows, width, paint)
        case Grid():
            return _grid(block, width, paint)
        case Code(text):
            return [line for written in text.split("\n") for line in _code(written, width)]


def _heading(text: str, level: int, figure: str, width: int, paint: Paint) -> list[str]:
    """The heading and its figure, which gets lines of its own where there is no room beside."""
    head = paint(cut(text, width), ("title", "head", "group")[level - 1])
    if not figure:
        return [head]
    if text_width(text) + len(GAP) + text_width(figure) <= width:
        return [head + GAP + paint(figure, "total")]
    return [head, *wrapped(" " * _INDENT, figure, width, _INDENT, paint, "total")]


def _code(line: str, width: int) -> list[str]:
    """A line to be copied, broken between words where it is too long."""
    indent = len(line) - len(line.lstrip(" ")) + _INDENT
    first, *rest = wrapped("", line.lstrip(" "), width, indent + 2)
    return [" " * indent + first.lstrip(" "), *rest]


def _faint(text: str, width: int, paint: Paint) -> list[str]:
    return wrapped(" " * _INDENT, text, width, _INDENT, lambda part, role: paint(part, role) if role else part, "faint")


def _chain(block: Chain, width: int, paint: Paint) -> list[str]:
    lead = " " * _INDENT + block.left
    indent = text_width(lead) + 3
    lines = []
    for place, step in enumerate(block.steps):
        head = f"{lead} = " if place == 0 else " " * (indent - 2) + "= "
        lines += wrapped(head, _glued(step), width, indent, plain, "")
    if block.note:
        lines += wrapped(" " * indent, block.note, width, indent, lambda part, role: paint(part, role) if role else part, "faint")
    return lines


def _glued(formula: str) -> str:
    """The formula with no-break blanks inside brackets within brackets: lines break between its large parts."""
    depth, signs = 0, []
    for sign in formula:
        depth += (sign in "(⌊⌈") - (sign in ")⌋⌉")
        signs.append("\u00a0" if sign == " " and depth > 1 else sign)
    return "".join(signs)


def _rows(rows: Sequence[tuple[str, str]], width: int, paint: Paint) -> list[str]:
    widest = max([text_width(name) for name, _ in rows], default=0)
    indent = _INDENT + min(widest, width // 3) + len(GAP)
    lines = []
    for name, text in rows:
        head = " " * _INDENT + name
        if text_width(head) + len(GAP) > indent:
            lines += [paint(head, "head"), *wrapped("", text, width, indent, paint)]
        else:
            lines += wrapped(head + " " * (len(name) - text_width(name)), text, width, indent, paint)
    return lines


def _grid(block: Grid, width: int, paint: Paint) -> list[str]:
    rows = block.rows
    columns = _columns(block.head, rows)
    if _over(columns, width) > 0:
        rows = _under_headings(rows)
        columns = _columns(block.head, rows)
    over = _over(columns, width)
    if over > 0:  # names give way, numbers do not
        room = max(_SHORTEST, max(map(text_width, columns[0])) - over)
        columns[0] = [cut(text, room, keep_end=True) for text in columns[0]]
    roles = ["head", *["group" if len(row) > 1 and not any(row[1:]) else "" for row in rows]]
    if block.footer:
        roles[-1] = "total"
    lines = draw(columns, block.numeric, roles, paint, footer=block.footer)
    return [" " * _INDENT + line for line in lines]


def _columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(texts) for texts in zip(head, *rows, strict=True)]


def _over(columns: Sequence[Sequence[str]], width: int) -> int:
    """By how much the columns are too wide."""
    return _INDENT + sum(max(map(text_width, column)) + len(GAP) for column in columns) - len(GAP) - width


def _under_headings(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Paths shortened by their first part, which becomes a line of its own over all that share it."""
    found: list[tuple[str, ...]] = []
    last = ""
    for row in rows:
        scope, slash, rest = row[0].partition("/")
        if slash and scope != last:
            found.append((scope, *[""] * (len(row) - 1)))
        last = scope if slash else ""
        found.append((f"  {rest}", *row[1:]) if slash else row)
    return tuple(found)


def page_markdown(blocks: Sequence[Block], level: int = 2) -> str:
    """The page as Markdown whose first heading has `level` signs. `…` in a text is code there too."""
    parts: list[str] = []
    last: Block | None = None
    for block in blocks:
        part = _markdown(block, level)
        if isinstance(block, Chain) and isinstance(last, Chain):
            part = parts.pop().removesuffix("\n```") + "\n" + part.removeprefix("```text\n")
        parts.append(part)
        last = block
    return "\n\n".join(parts).replace("\u00a0", " ")


def _markdown(block: Block, level: int) -> str:
    from archlens.report.markdown import prose

    match block:
        case Heading(text, depth, figure):
            shown = prose(text) + (f": {prose(figure)}" if figure else "")
            return "#" * (level + depth - 1) + f" {shown}" if depth < 3 else f"**{shown}**"
        case Text(text, faint, _):
            return f"*{prose(text)}*" if faint else prose(text)
        case Chain():
            return "```text\n" + "\n".join([line[_INDENT:] for line in _lines(block, 100, plain)]) + "\n```"
        case Rows(rows, code):
            return "\n".join([f"- {f'`{name}`' if code else prose(name)}: {prose(text)}" for name, text in rows])
        case Grid():
            return _table(block)
        case Code(text):
            return f"```text\n{text}\n```"


def _table(block: Grid) -> str:
    from archlens.report.markdown import escaped, pipe_table

    rows = [[escaped(text) for text in row] for row in block.rows]
    if block.footer:
        rows[-1] = [f"**{text}**" if text else "" for text in rows[-1]]
    return pipe_table(block.head, rows, block.numeric)
