"""Texts with values in them: expressions, and templates with `$name` or `$(expression)` in them."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from archlens.spec.arithmetic import (
    FAULTY,
    Environment,
    Evaluate,
    ExpressionError,
    Unknowable,
    compile_arithmetic,
    look_up,
)
from archlens.spec.scalars import plain_value

__all__ = ["FAULT", "Expression", "ExpressionError", "Unknowable", "constant", "parse_expression", "parse_template", "spell"]

MAX_LENGTH = 200
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NAME_AFTER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Expression:
    """A value still to be computed.

    names: what it reads. word: the text is one lone word, which stands for itself when no value has that
    name. fixed: it is a value already.
    """

    __slots__ = ("evaluate", "fixed", "names", "text", "word")

    def __init__(
        self, text: str, evaluate: Evaluate, names: frozenset[str] = frozenset(), word: bool = False, fixed: bool = False
    ) -> None:
        self.text = text
        self.evaluate = evaluate
        self.names = names
        self.word = word
        self.fixed = fixed


def constant(value: Any, text: str = "") -> Expression:
    """An expression that is already a value."""
    return Expression(text or str(value), lambda env: value, fixed=True)


def _unknowable(env: Environment) -> Any:
    raise Unknowable


FAULT = Expression("?", _unknowable)
"""What stands for a text that could not be read (and has been reported)."""


@lru_cache(maxsize=1024)
def parse_expression(text: str) -> Expression:
    """The expression `text` is: a number, a size, a lone word, `$name`, or arithmetic."""
    if len(text) > MAX_LENGTH:
        message = f"an expression of {len(text):,} characters; at most {MAX_LENGTH} are read"
        raise ExpressionError(message, help="name parts of it under `params:`")
    if "$" in text:
        return parse_template(text)
    value = plain_value(text.strip())
    if not isinstance(value, str):
        if isinstance(value, float) and not math.isfinite(value):
            raise ExpressionError(f"`{text}` is not a finite number", 0, len(text), "write a number")
        return constant(value, text)
    if _WORD.match(text):
        return Expression(text, _word(text), frozenset((text,)), word=True)
    blank = len(text) - len(text.lstrip())
    evaluate, names = compile_arithmetic(text.strip()) if not blank else _shift(text.strip(), blank)
    if not names:
        return _folded(text, evaluate)
    return Expression(text, evaluate, names)


def _word(text: str) -> Evaluate:
    """What reads the value called `text`, or gives the text itself when there is none."""

    def run(env: Environment) -> Any:
        value = env.get(text, text)
        if value is FAULTY:
            raise Unknowable
        return value

    return run


def _folded(text: str, evaluate: Evaluate) -> Expression:
    """Arithmetic without names as the value it is; what refuses to compute keeps doing so where it is used."""
    try:
        return constant(evaluate({}), text)
    except ExpressionError:
        return Expression(text, evaluate)


def _shift(text: str, by: int) -> tuple[Evaluate, frozenset[str]]:
    """The expression `text` that begins `by` characters into a longer text, its faults placed there."""
    try:
        inner = parse_expression(text)
    except ExpressionError as error:
        raise error.shifted(by) from None
    evaluate = look_up(inner.text, 0) if inner.word else inner.evaluate

    def run(env: Environment) -> Any:
        try:
            return evaluate(env)
        except ExpressionError as error:
            raise error.shifted(by) from None

    return run, inner.names


def parse_template(text: str) -> Expression:
    """Text with `$name` and `$(expression)` in it; a text that is nothing but one of them keeps the value's type."""
    if "$" not in text:
        return constant(text, text)
    parts: list[str | Evaluate] = []
    names: set[str] = set()
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        if dollar > position:
            parts.append(text[position:dollar])
        start, end, position = _substituted(text, dollar)
        if "$" in text[start:end]:
            raise ExpressionError(
                f"`{text}`: no `$` is needed inside `$( )`", start, end - start, "names stand as they are there"
            )
        evaluate, read = _shift(text[start:end], start)
        parts.append(evaluate)
        names |= read
    if position < len(text):
        parts.append(text[position:])
    if len(parts) == 1 and not isinstance(parts[0], str):
        return Expression(text, parts[0], frozenset(names))
    return Expression(text, lambda env: "".join([p if isinstance(p, str) else spell(p(env)) for p in parts]), frozenset(names))


def _substituted(text: str, dollar: int) -> tuple[int, int, int]:
    """Where the expression after the `$` starts and ends, and where the text goes on."""
    name = _NAME_AFTER.match(text, dollar + 1)
    if name:
        return name.start(), name.end(), name.end()
    if text[dollar + 1 : dollar + 2] == "(":
        depth = 0
        for i in range(dollar + 1, len(text)):
            depth += (text[i] == "(") - (text[i] == ")")
            if depth == 0:
                return dollar + 2, i, i + 1
    raise ExpressionError(f"`{text}`: a `$` needs a name or `(expression)` after it", dollar, 1, "write `$name` or `$(2*name)`")


def spell(value: Any) -> str:
    """A value as part of a name."""
    if isinstance(value, tuple):
        return "x".join(map(spell, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
