"""Another figure in the notation of the one that stands there."""

from __future__ import annotations

import re
from typing import Any

from archlens.spec.scalars import figure, size_or_none

__all__ = ["respelled"]

_WITH_UNIT = re.compile(r"([0-9][0-9_]*)(?:\.([0-9]+))?(\s*)([kKMGTP])(iB|B|)\Z")
_UNITS = "kMGTP"
_LIST = re.compile(r"\[.*\]\Z")
_NUMBER = re.compile(r"[0-9][0-9_]*")


def respelled(text: str, value: Any) -> str | None:
    """`text`, a figure or a size of `expect:` as written, for another value: an integer, or a list of sizes.

    Digits with a unit stay that, as many after the point; digits that are grouped stay grouped; sizes keep their form, quotes
    stay. None where `text` is no such figure, or there is no value.

    >>> respelled("4.1G", 3_858_000_000), respelled("25_557_032", 11_689_512), respelled("64x112x112", [64, 56, 56])
    ('3.9G', '11_689_512', '64x56x56')
    """
    if value is None:
        return None
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        inner = respelled(text[1:-1], value)
        return None if inner is None else text[0] + inner + text[0]
    sizes = list(value) if isinstance(value, list | tuple) else [value]
    if _LIST.match(text):
        return _listed(text, sizes)
    if size_or_none(text):
        sign = next(sign for sign in "xX×" if sign in text)
        return sign.join(map(str, sizes))
    if figure(text) is None:
        return None
    return _figure(text, sizes[0]) if len(sizes) == 1 else "x".join(map(str, sizes))


def _listed(text: str, sizes: list[int]) -> str:
    """`[64, 112, 112]`, with its blanks as far as there are as many."""
    if len(_NUMBER.findall(text)) != len(sizes):
        return f"[{', '.join(map(str, sizes))}]"
    given = iter(sizes)
    return _NUMBER.sub(lambda found: _digits(found[0], next(given)), text)


def _digits(text: str, value: int) -> str:
    return f"{value:_}" if "_" in text else str(value)


def _figure(text: str, value: int) -> str | None:
    found = _WITH_UNIT.match(text)
    if not found:  # digits, perhaps with B
        return _NUMBER.sub(lambda digits: _digits(digits[0], value), text)
    whole, decimals, blank, unit, byte = found[1], len(found[2] or ""), found[3], found[4], found[5]
    scale = 1024 if byte == "iB" else 1000
    at = _UNITS.index(unit.lower() if unit == "K" else unit)
    steps: int = 10**decimals

    def rounded(at: int) -> int:
        one: int = scale ** (at + 1)
        return (2 * value * steps + one) // (2 * one)

    least = steps if int(whole.replace("_", "")) else 1  # for 4.1G, 0.1G would say too little
    while at >= 0 and rounded(at) < least:
        at -= 1
    if at < 0:
        return f"{value}{'B' if byte else ''}"
    while at < len(_UNITS) - 1 and rounded(at) >= scale * steps > int(whole.replace("_", "")) * steps:
        at += 1
    before, after = divmod(rounded(at), steps)
    sign = unit if _UNITS[at] == unit.lower() else _UNITS[at]
    new = _digits(whole, before) + (f".{after:0{decimals}}" if decimals else "") + blank + sign + byte
    read = figure(new)
    return new if read is not None and read.low <= value <= read.high else str(value)
