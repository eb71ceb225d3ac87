"""Python text of at most 88 columns, laid out as common formatters leave it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

__all__ = ["WIDTH", "Bracketed", "Either", "Text", "call", "fits", "flat", "laid_out", "literal", "quoted"]

WIDTH = 88


class Bracketed(NamedTuple):
    """A call, a list or a mapping: `head`, then items between brackets, each with what stands before it (`dim=`)."""

    head: str
    items: tuple[tuple[str, Text], ...]
    brackets: str = "()"


class Either(NamedTuple):
    """A short text where it fits into the line, else another that says the same."""

    short: str
    long: Text


Text: TypeAlias = "str | Bracketed | Either"


def call(head: str, items: Iterable[Text] = (), /, **named: Text) -> Bracketed:
    """`head(*items, **named)`."""
    return Bracketed(head, (*[("", item) for item in items], *[(f"{name}=", item) for name, item in named.items()]))


def flat(text: Text) -> str:
    """All in one line."""
    if isinstance(text, str):
        return text
    if isinstance(text, Either):
        return text.short
    inner = ", ".join([before + flat(item) for before, item in text.items])
    return f"{text.head}{text.brackets[0]}{inner}{text.brackets[1]}"


def fits(line: str) -> bool:
    """Whether a whole line is narrow enough."""
    return len(line) <= WIDTH


def laid_out(text: Text, indent: int, before: str = "", after: str = "") -> list[str]:
    """`before`, the text and `after` in one line if it fits; else the items in one of their own, or in one each."""
    blank = " " * indent
    line = f"{blank}{before}{flat(text)}{after}"
    if fits(line) or isinstance(text, str) or (isinstance(text, Bracketed) and not text.items):
        return [line]
    if isinstance(text, Either):
        return laid_out(text.long, indent, before, after)
    first, last = f"{blank}{before}{text.head}{text.brackets[0]}", f"{blank}{text.brackets[1]}{after}"
    inner = f"{blank}    {', '.join([start + flat(item) for start, item in text.items])}"
    if text.head and fits(inner):  # a call; a list or a mapping has a line for each
        return [first, inner, last]
    lines = [line for start, item in text.items for line in laid_out(item, indent + 4, start, ",")]
    if text.head and len(text.items) == 1:
        lines[-1] = lines[-1].removesuffix(",")
    return [first, *lines, last]


def quoted(text: str) -> str:
    """A string in double quotes, or in single ones where that needs fewer backslashes."""
    inner = repr('"' + text)[2:-1].replace("\\'", "'")  # with a double quote inside, repr takes single ones
    if text.count('"') > text.count("'"):
        return "'" + inner.replace("'", "\\'") + "'"
    return '"' + inner.replace('"', '\\"') + '"'


def literal(value: Any) -> str:
    """The text of a value: a number, a word, None, or a tuple of them."""
    if isinstance(value, tuple | list):
        return _tuple([literal(item) for item in value])
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return f'float("{value}")'
        return repr(value).replace("e-0", "e-").replace("e+0", "e+").replace("e+", "e")
    return repr(value)


def _tuple(items: Sequence[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
