"""Terms as people write them: × · ⌊ ⌋ ⌈ ⌉ ∏ −, and which branch of a choice holds."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from archlens.report.terms import ROUNDING, Call, Choice, Compare, Number, Power, Sum, Symbol, Term, Times, value_of

__all__ = ["chosen", "number_text", "written"]


def chosen(term: Term, reasons: dict[str, None]) -> Term:
    """The term with every choice made; `reasons` gets what decided: `ceil_mode is false`, `T = 4 > 1`."""
    match term:
        case Choice(test, yes, no):
            holds = bool(value_of(test))
            reasons[_reason(test, holds)] = None
            return chosen(yes if holds else no, reasons)
        case Sum(terms):
            return Sum(tuple((sign, chosen(one, reasons)) for sign, one in terms))
        case Times(factors, group):
            return Times(tuple((sign, chosen(one, reasons)) for sign, one in factors), group)
        case Power(base, exponent):
            return Power(chosen(base, reasons), chosen(exponent, reasons))
        case Call(name, arguments):
            return Call(name, tuple(chosen(one, reasons) for one in arguments))
    return term


def _reason(test: Term, holds: bool) -> str:
    if isinstance(test, Compare):
        return written(test) if holds else f"{written(test)} does not hold"
    return f"{written(test)} is {'true' if holds else 'false'}"


def written(term: Term, values: bool = False) -> str:
    """The term in textbook notation; with `values` numbers stand for the symbols."""
    return _text(term, values, 0)


def _text(term: Term, values: bool, within: int) -> str:
    """The text, in brackets where it binds less than `within`: 1 a sum, 2 a product, 3 a quotient's end, 4 a power's base."""
    match term:
        case Number(value):
            plain = not isinstance(value, int | float | Fraction) or (value >= 0 and not isinstance(value, Fraction))
            return _bracketed(number_text(value), 9 if plain else 3, within)
        case Symbol(name, value, over):
            if values and value is not None:
                return _text(Number(value), values, within)
            return f"{over}{name}"
        case Sum(terms):
            signs = {"+": " + ", "-": " − "}
            parts = [(signs[sign], _text(one, values, 2 if sign == "-" and isinstance(one, Sum) else 1)) for sign, one in terms]
            text = "".join(
                [sign + (f"({part})" if place and part.startswith("−") else part) for place, (sign, part) in enumerate(parts)]
            )
            return _bracketed("−" + text[3:] if text.startswith(" −") else text[3:], 1, within)
        case Times(factors, group):
            return _bracketed(_product(factors, group, values, wide=within == 0), 2, within)
        case Power(base, exponent):
            return _bracketed(f"{_text(base, values, 4)}^{_text(exponent, values, 4)}", 3, within)
        case Call(name, arguments):
            inner = ", ".join([_text(one, values, 1 if name in ROUNDING and isinstance(one, Sum) else 0) for one in arguments])
            return f"{ROUNDING[name][0]}{inner}{ROUNDING[name][1]}" if name in ROUNDING else f"{name}({inner})"
        case Compare(sign, left, right):
            return f"{_text(left, values, 1)} {sign} {_text(right, values, 1)}"
        case Choice(test, yes, no):
            condition = _text(test, values, 0)
            return _bracketed(f"{_text(yes, values, 0)} if {condition}, else {_text(no, values, 0)}", 0, within)


def _bracketed(text: str, binds: int, within: int) -> str:
    return f"({text})" if binds < within else text


def _product(factors: Sequence[tuple[str, Term]], group: bool, values: bool, wide: bool) -> str:
    """Factors with `×` between them, or `·` where they are a part of something larger."""
    if group:
        return "·".join([_text(one, values, 3) for _, one in factors])
    plain = all(sign == "*" and not (isinstance(one, Times) and one.group) for sign, one in factors)
    times = "·" if plain and not wide else " × "
    text = ""
    for place, (sign, one) in enumerate(factors):
        factor = _text(one, values, 2 if sign == "*" else 3)
        if not place:
            text = factor
        elif sign == "*":
            text += times + factor
        else:
            numbers = isinstance(one, Number) and isinstance(factors[0][1], Number)
            spaced = numbers or sign != "/" or text.endswith(")") or factor.startswith("(")
            text += f" {sign} {factor}" if spaced else f"/{factor}"
    return text


def number_text(value: Any) -> str:
    """`12,544`, `1.5`, `2/3`, `−3`; words for what is no number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return number_text(value.numerator) if value.denominator == 1 else f"{number_text(value.numerator)}/{value.denominator:,}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    return "none" if value is None else str(value).replace("-", "−")
