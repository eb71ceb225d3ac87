"""The one-line form of arguments: `64 3x3 /2 same bias=false`.

Blank-separated values in the order of the fields; brackets and quotes hold blanks together. `/S` is
`stride=S`, `name=value` names a field, and the words `same`, `valid` (padding) and `ceil` (ceil_mode) stand
for themselves.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from archlens.spec.expressions import ExpressionError

__all__ = ["WORDS", "Piece", "split"]

WORDS = {"same": ("padding", "same"), "valid": ("padding", "valid"), "ceil": ("ceil_mode", "true")}

_NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(?!=)")
_OPEN, _CLOSE = "([{", ")]}"


class Piece(NamedTuple):
    """One value: the field it names (empty when its place decides), its text and where that starts."""

    field: str
    text: str
    start: int


def split(text: str) -> list[Piece]:
    """The pieces of a shorthand line; raises ExpressionError on brackets or quotes left open."""
    pieces = []
    for start, end in _words(text):
        word = text[start:end]
        named = _NAMED.match(word)
        if word in WORDS:
            field, value = WORDS[word]
            pieces.append(Piece(field, value, start))
        elif word.startswith("/") and len(word) > 1:
            pieces.append(Piece("stride", word[1:], start + 1))
        elif named:
            if named.end() == len(word):
                raise ExpressionError(f"`{word}` lacks a value", start, len(word), "no blank may stand around the `=`", "ARC114")
            pieces.append(Piece(named.group(1), word[named.end() :], start + named.end()))
        else:
            pieces.append(Piece("", word, start))
    return pieces


def _words(text: str) -> list[tuple[int, int]]:
    words = []
    begin: int | None = None
    closing: list[str] = []
    opened = 0
    quote = ""
    for i, c in enumerate(text):
        if begin is None and not c.isspace():
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
        elif c.isspace() and begin is not None and not closing:
            words.append((begin, i))
            begin = None
    if quote or closing:
        raise ExpressionError(f"`{text[opened]}` is never closed", opened, 1, f"close it with `{quote or closing[-1]}`", "ARC114")
    if begin is not None:
        words.append((begin, len(text)))
    return words
