"""The one-line form of arguments: `64 3x3 /2 same bias=false`.

Blank-separated values in the order of the fields; brackets and quotes hold blanks together. `/S` is
`stride=S`, `name=value` names a field, and the words `same`, `valid` (padding) and `ceil` (ceil_mode) stand
for themselves.
"""

from __future__ import annotations

import re
from functools import lru_cache

from archlens.records import NamedTuple
from archlens.spec.arithmetic import UNCLOSED, ExpressionError

__all__ = ["WORDS", "Piece", "chunks", "split"]

WORDS = {"same": ("padding", "same"), "valid": ("padding", "valid"), "ceil": ("ceil_mode", "true")}

_NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(?!=)")
_STRETCH = re.compile(r"\S+")
_HOLDING = re.compile(r"[()\[\]{}\"']")
_OPEN, _CLOSE = "([{", ")]}"
_OPERATORS = ("+", "-", "*", "//", "%", "**", "=", "==", "!=", "<", "<=", ">", ">=", "and", "or", "if", "else")


class Piece(NamedTuple):
    """One value: the field it names (empty when its place decides), its text and where that starts.

    named: where the name starts, if it is written.
    """

    field: str
    text: str
    start: int
    named: int | None = None


@lru_cache(maxsize=1024)
def split(text: str) -> tuple[Piece, ...]:
    """The pieces of a shorthand line; raises ExpressionError on what is left open or torn apart."""
    pieces = []
    for start, end in chunks(text):
        word = text[start:end]
        named = _NAMED.match(word)
        if word in WORDS:
            field, value = WORDS[word]
            pieces.append(Piece(field, value, start))
        elif word.startswith("/") and not word.startswith("//") and len(word) > 1:
            pieces.append(Piece("stride", word[1:], start + 1))
        elif named:
            if named.end() == len(word):
                raise ExpressionError(f"`{word}` lacks a value", start, len(word), "no blank may stand around the `=`", "ARC114")
            pieces.append(Piece(named.group(1), word[named.end() :], start + named.end(), start))
        elif word.strip(",") in _OPERATORS or word == "/":
            help = "blanks separate values: write an expression without them (4*width), or in brackets"
            raise ExpressionError(f"`{word}` stands alone", start, len(word), help, "ARC114")
        elif word.endswith(",") or word.startswith(","):
            raise ExpressionError("a comma between values", end - 1, 1, "blanks separate values: `64 3x3 /2`", "ARC114")
        else:
            pieces.append(Piece("", word, start))
    return tuple(pieces)


def chunks(text: str, separators: str = "") -> list[tuple[int, int]]:
    """Start and end of every stretch of `text` between blanks (and `separators`), brackets and quotes kept whole.

    Raises ExpressionError on brackets or quotes left open.
    """
    if not separators and not _HOLDING.search(text):
        return [match.span() for match in _STRETCH.finditer(text)]
    found = []
    begin: int | None = None
    closing: list[str] = []
    opened = 0
    quote = ""
    for i, c in enumerate(text):
        apart = not quote and not closing and (c.isspace() or c in separators)
        if begin is None and not apart:
            begin = i
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'":
            quote, opened = c, i
        elif c in _OPEN:
            closing.append(_CLOSE[_OPEN.index(c)])
            opened = i
        elif c in _CLOSE:
            if not closing or closing.pop() != c:
                raise ExpressionError(f"a `{c}` that nothing opened", i, 1, "remove it, or open it before", "ARC114")
        elif apart and begin is not None:
            found.append((begin, i))
            begin = None
    if quote or closing:
        raise ExpressionError(
            f"`{text[opened]}` is never closed", opened, 1, f"close it with `{quote}`" if quote else UNCLOSED, "ARC114"
        )
    if begin is not None:
        found.append((begin, len(text)))
    return found
