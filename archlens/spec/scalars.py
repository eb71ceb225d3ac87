"""What a scalar says: numbers by YAML 1.2, sizes such as `3x224x224`, figures such as `4.1G`."""

from __future__ import annotations

import re
from typing import Any

from archlens.records import NamedTuple

__all__ = ["UNITS", "Figure", "figure", "plain_value", "size_or_none"]

_INT = re.compile(r"[-+]?[0-9][0-9_]*\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_BASED = re.compile(r"0x[0-9a-fA-F]+\Z|0o[0-7]+\Z")
_SIZE = re.compile(r"[0-9]+([xX×][0-9]+)+\Z")  # × is what tables print
_FIGURE = re.compile(r"([0-9][0-9_]*)(?:\.([0-9]+))?\s*(?:([kKMGTP])(iB|B)?|B)?\Z")
_WORDS: dict[str, Any] = {"": None, "~": None}
for _text, _value in (("null", None), ("true", True), ("false", False)):
    _WORDS |= dict.fromkeys((_text, _text.title(), _text.upper()), _value)
for _text in (".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"):
    _WORDS |= {_text: float(_text[1:]), "-" + _text: -float(_text[1:])}
_MAX_DIGITS = 40

UNITS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
_BINARY = {"k": 2**10, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50}


def size_or_none(text: str) -> tuple[int, ...] | None:
    """`3x224x224` as a tuple; None when the text is no size."""
    if len(text) <= _MAX_DIGITS * 2 and _SIZE.match(text):
        return tuple(map(int, re.split("[xX×]", text)))
    return None


def number_or_none(text: str) -> int | float | None:
    """An integer or float by YAML 1.2 (digits may be grouped by `_`); None when the text is none."""
    if len(text) > _MAX_DIGITS:
        return None
    if _INT.match(text):
        return int(text.replace("_", ""))
    if _FLOAT.match(text):
        return float(text.replace("_", ""))
    if _BASED.match(text):
        return int(text, 0)
    return None


def plain_value(text: str) -> Any:
    """An unquoted scalar as YAML 1.2's core schema reads it, with sizes: None, bool, number, tuple or str."""
    if text in _WORDS:
        return _WORDS[text]
    size = size_or_none(text)  # before numbers: `0x3` is a size here, not hexadecimal
    if size is not None:
        return size
    number = number_or_none(text)
    return text if number is None else number


class Figure(NamedTuple):
    """A figure of `expect:`. value: the number itself, rounded to an integer. low, high: the integers it stands for."""

    value: int
    low: int
    high: int

    @property
    def exact(self) -> bool:
        """Whether it stands for one integer only."""
        return self.low == self.high


def figure(text: str) -> Figure | None:
    """The integers that `text` stands for; None when it is no figure of an integer.

    `25_557_032` stands for itself; `4.1G` for every integer that rounds to it at the digits shown (halves
    up); `102.2MB` counts bytes by thousands, `97.5MiB` by 1,024.
    """
    found = _FIGURE.match(text)
    if not found or len(text) > _MAX_DIGITS:
        return None
    whole, decimals, unit, byte = found.group(1).replace("_", ""), found.group(2) or "", found.group(3), found.group(4)
    digits = int(whole + decimals)
    if not unit:
        return Figure(digits, digits, digits) if not decimals else None
    scale = (_BINARY if byte == "iB" else UNITS)[unit]
    steps = 10 ** len(decimals)  # the figure is digits * scale / steps, shown to scale / steps
    low, high = -(-(2 * digits - 1) * scale // (2 * steps)), -(-(2 * digits + 1) * scale // (2 * steps)) - 1
    if low > high:
        return None  # more digits than an integer has
    return Figure((2 * digits * scale + steps) // (2 * steps), max(low, 0), high)
