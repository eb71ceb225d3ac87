"""A formula's text → a tree of terms that can be written in symbols, with values put in, and worked out.

    floor((W + P - K) / S) + 1      ⌊(W + P − K) / S⌋ + 1      ⌊(224 + 6 − 7) / 2⌋ + 1      ⌊223 / 2⌋ + 1      112

The text is parsed, never run: names, numbers, `+ - * / // % **`, comparisons, `a if c else b` and the functions of
`FUNCTIONS`. Arithmetic is exact: `/` on whole numbers gives a fraction.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

__all__ = [
    "FUNCTIONS",
    "ROUNDING",
    "Call",
    "Choice",
    "Compare",
    "Number",
    "Power",
    "Sum",
    "Symbol",
    "Term",
    "Times",
    "collapsed",
    "parsed",
    "symbols_in",
    "tested",
    "value_of",
]

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "prod": math.prod,
    "sum": sum,
    "min": min,
    "max": max,
    "abs": abs,
    "gcd": math.gcd,
    "sqrt": math.sqrt,
}
"""What a formula may call."""

ROUNDING = {"floor": "⌊⌋", "ceil": "⌈⌉"}
"""How a rounding is written."""
_OVER_AXES = {"prod": "∏", "sum": "Σ"}
_LETTERS = {1: ("",), 2: ("_h", "_w"), 3: ("_d", "_h", "_w")}
_SIGNS = {ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}


class Number(NamedTuple):
    """A number as it stands."""

    value: Any


class Symbol(NamedTuple):
    """A name, and its value where that is known. over: `∏` or `Σ` over a symbol's axes, whose number is not known."""

    name: str
    value: Any = None
    over: str = ""


class Sum(NamedTuple):
    """Terms with their signs, `+` or `-`."""

    terms: tuple[tuple[str, Term], ...]


class Times(NamedTuple):
    """Factors with `*`, `/`, `//` or `%` before each. group: the factors of one quantity, one for each axis."""

    factors: tuple[tuple[str, Term], ...]
    group: bool = False


class Power(NamedTuple):
    """base to the exponent."""

    base: Term
    exponent: Term


class Call(NamedTuple):
    """A function of terms."""

    name: str
    arguments: tuple[Term, ...]


class Compare(NamedTuple):
    """left and right of one of `< ≤ > ≥ = ≠`."""

    sign: str
    left: Term
    right: Term


class Choice(NamedTuple):
    """`yes` if the test holds, else `no`."""

    test: Term
    yes: Term
    no: Term


Term: TypeAlias = "Number | Symbol | Sum | Times | Power | Call | Compare | Choice"


def parsed(text: str, values: Mapping[str, Any] | None = None, rank: int = 0) -> Term:
    """The tree of a formula.

    values: of its names; a tuple holds one for each axis, and `prod` of it is spelled out: K_h·K_w on a map.
    rank: the number of spatial axes, whose tuples get letters; others get numbers. Raises ValueError on other syntax.
    """
    return _Parser(values, rank).term(ast.parse(text.strip(), mode="eval").body)


class _Parser:
    def __init__(self, values: Mapping[str, Any] | None, rank: int) -> None:
        self.values = values
        self.rank = rank

    def term(self, node: ast.AST) -> Term:
        match node:
            case ast.Constant(value=int() | float() | str() as value):
                return Number(value)
            case ast.Name(id=name):
                return Symbol(name, self.values[name] if self.values is not None else None)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Sum((("-", self.term(operand)),))
            case ast.BinOp(left=left, op=op, right=right):
                return self.operation(op, self.term(left), self.term(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return Compare(_SIGNS[type(op)], self.term(left), self.term(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return Choice(self.term(test), self.term(body), self.term(orelse))
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in FUNCTIONS:
                return self.call(name, [self.term(one) for one in arguments])
        raise ValueError(f"no formula can hold this: {ast.unparse(node)}; see archlens/report/terms.py")

    def operation(self, op: ast.operator, left: Term, right: Term) -> Term:
        match op:
            case ast.Add() | ast.Sub():
                sign = "+" if isinstance(op, ast.Add) else "-"
                terms = left.terms if isinstance(left, Sum) else (("+", left),)
                more = right.terms if isinstance(right, Sum) and sign == "+" else ((sign, right),)
                return Sum((*terms, *more))
            case ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Mod():
                sign = {ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"}[type(op)]
                factors = left.factors if isinstance(left, Times) and not left.group else (("*", left),)
                if sign in ("//", "%") and len(factors) > 1:
                    factors = (("*", left),)
                return Times((*factors, (sign, right)))
            case ast.Pow():
                return Power(left, right)
        raise ValueError(f"no formula can hold this operator: {type(op).__name__}")

    def call(self, name: str, arguments: list[Term]) -> Term:
        if name not in _OVER_AXES:
            return Call(name, tuple(arguments))
        (symbol,) = arguments
        if not isinstance(symbol, Symbol):
            raise ValueError(f"{name} is taken of one name")
        if symbol.value is None:
            return Symbol(symbol.name, None, _OVER_AXES[name])
        values = symbol.value if isinstance(symbol.value, tuple) else (symbol.value,)
        if not values:
            return Number(1 if name == "prod" else 0)
        spatial = len(values) == self.rank and self.rank in _LETTERS
        ends = _LETTERS[len(values)] if spatial or len(values) == 1 else [f"_{i}" for i in range(1, len(values) + 1)]
        parts = [Symbol(symbol.name + end, value) for end, value in zip(ends, values, strict=True)]
        if len(parts) == 1:
            return parts[0]
        return Times(tuple(("*", one) for one in parts), True) if name == "prod" else Sum(tuple(("+", one) for one in parts))


def value_of(term: Term) -> Any:
    """What a term comes to: an int where it is whole, else a Fraction or a float; a bool for a comparison."""
    value = _exact(term)
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _exact(term: Term) -> Any:
    match term:
        case Number(value) | Symbol(_, value):
            return Fraction(value) if isinstance(value, int) and not isinstance(value, bool) else value
        case Sum(terms):
            return sum((_exact(one) if sign == "+" else -_exact(one) for sign, one in terms), Fraction(0))
        case Times(factors):
            result: Any = Fraction(1)
            for sign, one in factors:
                result = _OPERATIONS[sign](result, _exact(one))
            return result
        case Power(base, exponent):
            return _exact(base) ** _exact(exponent)
        case Call(name, arguments):
            values = [_exact(one) for one in arguments]
            return Fraction(math.gcd(*map(int, values))) if name == "gcd" else _fraction(FUNCTIONS[name](*values))
        case Compare(sign, left, right):
            return _COMPARED[sign](_exact(left), _exact(right))
        case Choice(test, yes, no):
            return _exact(yes if _exact(test) else no)


def _fraction(value: Any) -> Any:
    return Fraction(value) if isinstance(value, int) else value


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: Fraction(a // b),
    "%": lambda a, b: a % b,
}
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: bool(a < b),
    "≤": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    "≥": lambda a, b: bool(a >= b),
    "=": lambda a, b: bool(a == b),
    "≠": lambda a, b: bool(a != b),
}


def symbols_in(term: Term) -> dict[str, None]:
    """The names in a term, in the order they stand, those of axes without their letters."""
    found: dict[str, None] = {}

    def walk(node: Any) -> None:
        if isinstance(node, Symbol):
            found[node.name] = None
        elif isinstance(node, tuple):
            for part in node:
                walk(part)

    walk(term)
    return found


def tested(term: Any) -> dict[str, None]:
    """The names that decide between branches."""
    found: dict[str, None] = dict(symbols_in(term.test)) if isinstance(term, Choice) else {}
    if isinstance(term, tuple):
        for part in term:
            found.update(tested(part))
    return found


# ---- simplification ----


def _rounds(term: Any) -> bool:
    """Whether a rounding stands in it."""
    if isinstance(term, Call) and term.name in ROUNDING:
        return True
    return isinstance(term, tuple) and any(_rounds(part) for part in term)


def collapsed(term: Term) -> Term:
    """One step worked out: all but the outermost operation, and but what is rounded."""
    match term:
        case Call(name, (argument,)) if name in ROUNDING:
            return Call(name, (_quotient(argument),))
        case Sum(terms):
            return Sum(tuple((sign, _inner(one)) for sign, one in terms))
        case Times(factors, group):
            return Times(_merged(factors), group)
        case Call(name, arguments):
            return Call(name, tuple(_inner(one) for one in arguments))
        case Power(base, exponent):
            return Power(Number(value_of(base)), Number(value_of(exponent)))
    return Number(value_of(term))


def _inner(term: Term) -> Term:
    return collapsed(term) if _rounds(term) else Number(value_of(term))


def _quotient(term: Term) -> Term:
    """What is rounded: the quotient is kept, its parts are worked out."""
    if _rounds(term):
        return collapsed(term)
    if isinstance(term, Times) and term.factors[-1][0] == "/":
        above, below = Times(term.factors[:-1]), term.factors[-1][1]
        return Times((("*", Number(value_of(above))), ("/", Number(value_of(below)))))
    return Times(tuple((sign, Number(value_of(one))) for sign, one in term.factors)) if isinstance(term, Times) else _inner(term)


def _merged(factors: Sequence[tuple[str, Term]]) -> tuple[tuple[str, Term], ...]:
    """Each factor worked out; a division is carried out on the factor before it where that leaves no rest."""
    found: list[tuple[str, Term]] = []
    for sign, factor in factors:
        term = _inner(factor)
        if sign == "/" and found and isinstance(term, Number) and isinstance(found[-1][1], Number):
            quotient = value_of(Times((("*", found[-1][1]), ("/", term))))
            if isinstance(quotient, int):
                found[-1] = found[-1][0], Number(quotient)
                continue
        found.append((sign, term))
    return tuple(found)
