"""Text in columns: how wide a terminal draws it, cut and padded to fit, dressed where it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archlens.errors import text_width

__all__ = ["GAP", "Paint", "cut", "draw", "plain", "wrapped"]

Paint = Callable[[str, str], str]
"""`paint(text, role)` dresses text for a terminal; roles: title, head, group, total, faint, good, bad."""

GAP = "  "


def plain(text: str, role: str) -> str:
    """No dress."""
    return text


def cut(text: str, room: int, keep_end: bool = False) -> str:
    """`text` in at most `room` columns, `…` for what is left out; `keep_end` loses the beginning, not the indentation."""
    if text_width(text) <= room:
        return text
    if keep_end:
        body = text.lstrip(" ")
        indent = text[: len(text) - len(body)]
        return f"{indent}…{_beginning(body[::-1], room - len(indent) - 1)[::-1]}"
    return f"{_beginning(text, room - 1)}…"


def _beginning(text: str, room: int) -> str:
    """As much of the beginning of `text` as fits."""
    taken = 0
    for end, char in enumerate(text):
        taken += text_width(char)
        if taken > room:
            return text[:end]
    return text


def wrapped(head: str, text: str, width: int, indent: int, paint: Paint = plain, role: str = "") -> list[str]:
    """`head`, then `text` from column `indent` on; broken between words where it must be, at no-break blanks never."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and indent + text_width(lines[-1]) + 1 + text_width(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    heads = [head.ljust(indent), *[" " * indent] * (len(lines) - 1)]
    return [paint(before, "head") + paint(line.replace("\u00a0", " "), role) for before, line in zip(heads, lines, strict=True)]


def draw(
    columns: Sequence[Sequence[str]], numeric: Sequence[bool], roles: Sequence[str], paint: Paint, footer: bool = True
) -> list[str]:
    """The lines of a table: numbers to the right, a rule under the heading and, with `footer`, over the last line.

    columns: by column its heading, then a text for every line. roles: how each line is dressed, the heading's first.
    """
    widths = [max(map(text_width, texts)) for texts in columns]
    padded = [
        [" " * (width - text_width(text)) + text if right else text + " " * (width - text_width(text)) for text in texts]
        for texts, right, width in zip(columns, numeric, widths, strict=True)
    ]
    drawn = [GAP.join(cells).rstrip() for cells in zip(*padded, strict=True)]
    lines = [paint(line, role) if role else line for line, role in zip(drawn, roles, strict=True)]
    rule = paint(GAP.join("─" * width for width in widths), "faint")
    return [lines[0], rule, *lines[1:-1], rule, lines[-1]] if footer else [lines[0], rule, *lines[1:]]
