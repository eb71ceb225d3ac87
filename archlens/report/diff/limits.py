"""Limits on a change: `macs > +5%` says what must not happen."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from archlens.errors import UsageError, closest
from archlens.report.diff.amounts import NUMERIC, Total, totals
from archlens.report.diff.pair import Pair
from archlens.spec.expectations import FAMILIAR
from archlens.spec.scalars import figure

__all__ = ["Limit", "broken", "limit"]

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_LIMIT = re.compile(r"\s*([\w-]+)\s*([<>=!]{1,2})\s*([+−-]?)\s*([0-9][0-9_.]*\s*[A-Za-z]*)\s*(%?)\s*")
_EXAMPLES = "write `macs > +5%`, `params > +100k` (differences), or `params > 10M` (what it comes to)"
_PAST = 1e9  # a percentage of nothing is beyond every limit


class Limit(NamedTuple):
    """What must not be: `name` `sign` `amount`. of: `percent` and `difference`, or the `figure` as it is now."""

    text: str
    name: str
    sign: str
    amount: Fraction
    of: str


def limit(text: str) -> Limit:
    """The limit that `FIGURE SIGN [+|-]N[unit][%]` states. Raises UsageError where it is none, or names no figure."""
    found = _LIMIT.fullmatch(text)
    if not found or found[2] not in _SIGNS:
        raise UsageError(f"--fail-on {text}: this is no limit; {_EXAMPLES}")
    word = found[1].lower().replace("-", "_")
    name = FAMILIAR.get(word, word)
    if name not in NUMERIC:
        near = closest(name, NUMERIC)
        cure = f"did you mean `{near}`?" if near else f"there are {', '.join(NUMERIC)}"
        raise UsageError(f"--fail-on {text}: no figure is called `{found[1]}`; {cure}")
    amount = _amount(found[4].replace(" ", ""))
    if amount is None or (found[5] and not found[4].strip()[-1].isdigit()):
        raise UsageError(f"--fail-on {text}: `{found[4].strip()}{found[5]}` is no amount; {_EXAMPLES}")
    of = "percent" if found[5] else "difference" if found[3] else "figure"
    return Limit(" ".join(text.split()), name, found[2], -amount if found[3] in ("-", "−") else amount, of)


def _amount(text: str) -> Fraction | None:
    """`5`, `1_000`, `4.1G`, `97.5MiB`, `0.5`."""
    read = figure(text)
    if read is not None:
        return Fraction(read.value)
    try:
        return Fraction(text.replace("_", ""))
    except ValueError:
        return None


def broken(limits: Sequence[Limit], pair: Pair) -> Iterator[str]:
    """What of the limits is not kept, in words; what a network that is new or gone has no difference of is left out."""
    for one in limits:
        (total,) = totals(pair.old, pair.new, (one.name,))
        if pair.new is None or (pair.old is None and one.of != "figure"):
            continue
        if total.old is None and total.new is None:
            continue
        now = total.number(total.new)
        value: Any = now if one.of == "figure" else total.amount
        if value is None:
            yield f"{one.text}: {pair.title} has no {one.name} {'now' if total.new is None else 'before'}"
            continue
        if one.of == "percent":
            value = total.percent
            if value is None:  # of nothing
                value = Fraction(0) if not total.amount else Fraction(_PAST) * (1 if total.amount > 0 else -1)
        if _SIGNS[one.sign](Fraction(value), one.amount):
            yield f"{one.text}: {pair.title} has {_told(total, one)}"


def _told(total: Total, one: Limit) -> str:
    before, after, difference, percent = total.texts()
    if one.of == "figure":
        return after
    return f"{difference or '+0'}{f' ({percent})' if percent else ''}, {before} → {after}"
