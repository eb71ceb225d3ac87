"""Arithmetic on dimensions: values that may be an int, a NumPy integer array or a SymPy expression.

A layer's rules are written once over all three, so inside a rule there is no `int()`, no `max()` and no
`if` on a dimension: `+ - * //` work everywhere, and what does not is here. Neither NumPy nor SymPy is
imported unless a value of theirs arrives. What spatial axes are called is here too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from math import gcd as _whole_gcd
from math import prod
from typing import Any, TypeAlias

from archlens.errors import LayerError

__all__ = [
    "AXES",
    "Constraints",
    "Dim",
    "Shape",
    "axis_names",
    "ceil_div",
    "collecting",
    "divides",
    "either",
    "equal",
    "gcd",
    "maximum",
    "minimum",
    "prod",
    "require",
    "show",
]

Dim: TypeAlias = Any  # int | numpy.ndarray of integers | sympy.Expr
Shape: TypeAlias = tuple[Dim, ...]

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""What spatial axes are called, by their number."""


def axis_names(count: int) -> tuple[str, ...]:
    """What so many spatial axes are called: by name, or counted from 0."""
    return AXES.get(count) or tuple([f"axis {axis}" for axis in range(count)])


def _is_symbolic(*values: Any) -> bool:
    sympy = sys.modules.get("sympy")
    return sympy is not None and any(isinstance(v, sympy.Basic) for v in values)


def _are_whole(a: Any, b: Any) -> bool:
    """Whether both are plain integers: the common case, answered first."""
    return isinstance(a, int) and isinstance(b, int)


def ceil_div(a: Dim, b: Dim) -> Dim:
    """⌈a / b⌉."""
    return -(-a // b)


def maximum(a: Dim, b: Dim) -> Dim:
    """The larger, element by element on arrays."""
    if _are_whole(a, b):
        return max(a, b)
    return _choose("maximum", "Max", a, b)


def minimum(a: Dim, b: Dim) -> Dim:
    """The smaller, element by element on arrays."""
    if _are_whole(a, b):
        return min(a, b)
    return _choose("minimum", "Min", a, b)


def _choose(numpy_name: str, sympy_name: str, a: Dim, b: Dim) -> Dim:
    if _is_symbolic(a, b):
        return getattr(sys.modules["sympy"], sympy_name)(a, b)
    return getattr(sys.modules["numpy"], numpy_name)(a, b)


def gcd(a: Dim, b: Dim) -> Dim:
    """The greatest common divisor."""
    if _are_whole(a, b):
        return _whole_gcd(a, b)
    if _is_symbolic(a, b):
        return _symbolic_gcd()(a, b)
    return sys.modules["numpy"].gcd(a, b)


@cache
def _symbolic_gcd() -> Any:
    """A function that stays as written until numbers take the place of its symbols.

    (`sympy.gcd` is that of polynomials: it answers 1 for two different symbols.)
    """
    sympy = sys.modules["sympy"]

    def value(cls: Any, a: Any, b: Any) -> Any:
        return sympy.Integer(_whole_gcd(int(a), int(b))) if a.is_Integer and b.is_Integer else None

    return type("gcd", (sympy.Function,), {"eval": classmethod(value), "is_integer": True, "is_positive": True})


def equal(a: Dim, b: Dim) -> Any:
    """Whether a = b: a bool, an array of them, or an equation. (`==` on SymPy compares the writing.)"""
    if not _are_whole(a, b) and _is_symbolic(a, b):
        return sys.modules["sympy"].Eq(a, b)
    return a == b


def divides(divisor: Dim, value: Dim) -> Any:
    """Whether `divisor` goes into `value` without remainder."""
    return equal(value % divisor, 0)


def either(*conditions: Any) -> Any:
    """Whether at least one condition holds."""
    result = conditions[0]
    for condition in conditions[1:]:
        if result is True:
            return True
        result = sys.modules["sympy"].Or(result, condition) if _is_symbolic(result, condition) else result | condition
    return result


class Constraints:
    """What `require` met while collecting: `mask` over arrays, `conditions` over symbols."""

    def __init__(self) -> None:
        self.mask: Any = True
        self.conditions: list[Any] = []


_collector: ContextVar[Constraints | None] = ContextVar("archlens_constraints", default=None)


@contextmanager
def collecting() -> Iterator[Constraints]:
    """Collect what rules require of arrays and symbols instead of raising.

    >>> with collecting() as met:
    ...     layer.output_shapes((1, 3, heights, widths))   # arrays
    ... met.mask                                           # True where the design is legal
    """
    constraints = Constraints()
    token = _collector.set(constraints)
    try:
        yield constraints
    finally:
        _collector.reset(token)


def require(condition: Any, message: str, *values: Any, argument: str = "", help: str = "", code: str = "ARC201") -> None:
    """Refuse what a layer cannot take.

    On ints a condition that does not hold raises LayerError with `message.format(*values)` and `help` likewise
    (there without thousands separators, since help is to be copied). On arrays it
    narrows the mask of `collecting()`, on symbols it joins its conditions; without a collector an array
    must hold everywhere, and a symbolic condition is taken to hold unless it is plainly false.
    """
    if condition is True:
        return
    if condition is not False:
        collector = _collector.get()
        if _is_symbolic(condition):
            if condition == True:  # noqa: E712 - SymPy's own true
                return
            if collector is not None:
                collector.conditions.append(condition)
                return
            if condition != False:  # noqa: E712 - SymPy's own false, or an open question
                return
        elif collector is not None:
            collector.mask = collector.mask & condition
            return
        elif bool(condition.all() if hasattr(condition, "all") else condition):
            return
    shown = [f"{v:,}" if isinstance(v, int) and not isinstance(v, bool) else v for v in values]
    raise LayerError(message.format(*shown), argument, help.format(*values), code)


def show(shape: Shape) -> str:
    """A shape for people, without the batch axis: `64×56×56`."""
    return "×".join(str(d) for d in shape[1:]) or "scalar"
