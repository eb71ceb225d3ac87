"""What expressions can call, and the checks on values that operators and functions share.

What no network needs (huge powers, long lists) is refused before it eats time or memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

from archlens.errors import did_you_mean
from archlens.records import NamedTuple

__all__ = ["FUNCTIONS", "Function", "bounded", "number", "power", "sequence", "spelled", "undefined_help", "whole"]

MAX_INTEGER = 2**63
MAX_EXPONENT = 64
MAX_RANGE = 1_000


def number(value: Any) -> Any:
    """`value` if it is a number; raises TypeError if not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{spelled(value)} is no number")
    return value


def whole(value: Any) -> int:
    """`value` if it is a whole number; raises TypeError if not."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{spelled(value)} is no whole number")
    return value


def sequence(value: Any) -> tuple[Any, ...]:
    """`value` if it is a list; raises TypeError if not."""
    if not isinstance(value, tuple):
        raise TypeError(f"{spelled(value)} is no list")
    return value


def spelled(value: Any) -> str:
    """What a value is, in words for a message."""
    if isinstance(value, str):
        return f"the word `{value}`"
    if isinstance(value, tuple):
        return "a list"
    return {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else str(value)


def bounded(value: Any) -> Any:
    """`value`, unless no network has such a number; raises OverflowError then, before it eats memory."""
    if isinstance(value, float | complex):
        if isinstance(value, complex) or not math.isfinite(value):
            raise OverflowError("the result is not a finite number")
    elif isinstance(value, int) and not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise OverflowError("the result is larger than 2^63")
    return value


def power(base: Any, exponent: Any) -> Any:
    """base ** exponent, unless the exponent is out of all proportion; raises OverflowError then."""
    if abs(exponent) > MAX_EXPONENT and base not in (0, 1, -1):
        raise OverflowError(f"an exponent of {exponent:,}; at most {MAX_EXPONENT}")
    return base**exponent


def _divisible(value: float, divisor: float = 8) -> int:
    """The multiple of `divisor` nearest to `value`, at least `divisor`, and not below 90 % of `value`
    (the rule of the MobileNet papers' code)."""
    divisor = whole(divisor)
    nearest: int = max(divisor, int(number(value) + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * value else nearest


def _range(*bounds: Any) -> tuple[int, ...]:
    steps = range(*map(whole, bounds))
    if len(steps) > MAX_RANGE:
        raise ValueError(f"a range of {len(steps):,} values; at most {MAX_RANGE:,}")
    return tuple(steps)


def _product(values: Any) -> Any:
    result = 1
    for value in sequence(values):
        result = bounded(result * number(value))
    return result


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    def apply(*values: Any) -> Any:
        numbers = sequence(values[0]) if len(values) == 1 else values
        if not numbers:
            raise ValueError("the list is empty")
        return choose(map(number, numbers))

    return apply


def _root(value: Any) -> float:
    if number(value) < 0:
        raise ValueError(f"{value} has no square root")
    return math.sqrt(value)


def _logarithm(value: Any) -> float:
    if number(value) <= 0:
        raise ValueError(f"{value} has no logarithm")
    return math.log2(value)


class Function(NamedTuple):
    """A function of the language: how it is written, and the fewest and most values it takes."""

    apply: Callable[..., Any]
    usage: str
    fewest: int = 1
    most: int | None = 1


FUNCTIONS: dict[str, Function] = {
    "abs": Function(lambda value: abs(number(value)), "abs(value)"),
    "ceil": Function(lambda value: math.ceil(number(value)), "ceil(value)"),
    "divisible": Function(_divisible, "divisible(value, divisor)", 1, 2),
    "floor": Function(lambda value: math.floor(number(value)), "floor(value)"),
    "int": Function(lambda value: int(number(value)), "int(value)"),
    "len": Function(lambda values: len(sequence(values)), "len(list)"),
    "log2": Function(_logarithm, "log2(value)"),
    "max": Function(_extreme(max), "max(a, b, ...) or max(list)", 1, None),
    "min": Function(_extreme(min), "min(a, b, ...) or min(list)", 1, None),
    "prod": Function(_product, "prod(list)"),
    "range": Function(_range, "range(stop) or range(start, stop, step)", 1, 3),
    "round": Function(lambda value: round(number(value)), "round(value)"),
    "sqrt": Function(_root, "sqrt(value)"),
    "sum": Function(lambda values: sum(map(number, sequence(values))), "sum(list)"),
}


def undefined_help(name: str, known: Collection[str]) -> str:
    """A cure for a name that no value has."""
    if name in FUNCTIONS:
        return f"it is a function: {FUNCTIONS[name].usage}"
    if name == "channels":
        return "`channels` stands in values, not in names"
    if name == "index":
        return "`index` counts the turns of a `for`; a block sees only its parameters and `params:`, so hand it over"
    return did_you_mean(name, known) or "define it under `params:`, or as a parameter of the block"
