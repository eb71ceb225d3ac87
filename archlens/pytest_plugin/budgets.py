"""Budgets that a test states: `params="<= 30M"`, held against the figures of a network."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis
from archlens.errors import UsageError, did_you_mean
from archlens.report.comparison import raw
from archlens.report.figures import FIGURES, Figure, meta_figure
from archlens.report.numbers import each
from archlens.spec.scalars import figure, number_or_none, size_or_none

__all__ = ["Held", "hold", "told"]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_LIMIT = re.compile(r"\s*(<=|>=|==|<|>)?\s*(.*?)\s*", re.DOTALL)
_EXAMPLE = 'write params="<= 30M", macs=">= 1G and < 4.1G", params=25_557_032 or output="1000"'


class Held(NamedTuple):
    """One budget. name: of the figure. actual: what that is. budget: as stated. gap: how far off; empty where it is met."""

    name: str
    actual: str
    budget: str
    gap: str


def hold(analysis: Analysis, budgets: Mapping[str, Any]) -> list[Held]:
    """Each budget against its figure, in the order stated.

    A figure is one of `archlens compare`, or a field of the spec's `meta`. A budget is a limit (`<= 30M`), several joined by
    `and`, or without a sign what the figure equals: as in `expect:` exactly, or to the digits shown (`4.1G`). A receptive field
    meets a limit where each of its axes does. Raises UsageError for a figure there is none of and a budget that is none.
    """
    if not budgets:
        raise UsageError(f"no budget is stated; {_EXAMPLE}")
    return [_held(analysis, name, budget) for name, budget in budgets.items()]


def told(analysis: Analysis, held: Sequence[Held]) -> str:
    """What a person reads where a budget is missed: every budget, and by how much."""
    missed = sum([bool(one.gap) for one in held])
    count = "its budget is missed" if len(held) == 1 else f"{missed} of {len(held)} budgets missed"
    wide = [max([len(one[at]) for one in held]) for at in range(3)]
    lines = [
        f"  {one.name:<{wide[0]}}  {one.actual:>{wide[1]}}  {one.budget:<{wide[2]}}  {one.gap or 'met'}".rstrip() for one in held
    ]
    return "\n".join([f"{analysis.spec}: {analysis.title}: {count}", *lines])


def _held(analysis: Analysis, name: str, budget: object) -> Held:
    known = FIGURES.get(name) or (meta_figure(name) if name in analysis.meta else None)
    if known is None:
        near = did_you_mean(name, [*FIGURES, *analysis.meta])
        raise UsageError(f"no figure is called `{name}`; {near or 'docs/compare.md lists them'}")
    if isinstance(budget, bool) or not isinstance(budget, int | float | str) or not str(budget).strip():
        raise UsageError(f"{name}={budget!r} is no budget; {_EXAMPLE}")
    value, text = known.value(analysis), str(budget).strip()
    if value is None:
        return Held(name, "none", text, "there is none")
    limits = [_LIMIT.fullmatch(part) for part in re.split(r"\s+and\s+", text)]
    if _is_number(known, value) and not any(limit and size_or_none(limit[2]) for limit in limits):
        numbers = value if isinstance(value, tuple) else (value,)
        gaps = [_gap(numbers, limit[1] or "", limit[2], name) for limit in limits if limit]
        return Held(name, _shown(value), text, "; ".join(filter(None, gaps)))
    is_same = text.removeprefix("==").strip().replace("×", "x") == str(raw(value))
    if not is_same and text[0] in "<>":
        raise UsageError(f'{name}="{text}": a text or a size is not more or less than another; write {name}="{raw(value)}"')
    return Held(name, str(raw(value)), text, "" if is_same else "not the same")


def _is_number(known: Figure, value: Any) -> bool:
    """Whether limits are meant for it: a number, or one for each axis, but no size of a tensor."""
    many = value if isinstance(value, tuple) and known.numeric else (value,)
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in many)


def _gap(numbers: Sequence[float], sign: str, limit: str, name: str) -> str:
    """How far off one limit the numbers are, of which each must meet it; empty where they do."""
    read = figure(limit)
    bound = read.value if read else number_or_none(limit)
    if bound is None:
        raise UsageError(f"{name}: `{limit}` is no figure; {_EXAMPLE}")
    if sign in _COMPARISONS:
        worst = max(numbers) if sign.startswith("<") else min(numbers)
        if _COMPARISONS[sign](worst, bound):
            return ""
        return _off(worst - bound, bound) or f"not {'below' if sign == '<' else 'above'} it"
    low, high = (read.low, read.high) if read else (bound, bound)
    over, under = max(numbers) - high, low - min(numbers)
    return _off(over, bound) if over > 0 else _off(-under, bound) if under > 0 else ""


def _off(difference: float, bound: float) -> str:
    """`1,245,312 over (4.2 %)`; empty for no difference."""
    if not difference:
        return ""
    share = f" ({100 * abs(difference / bound):,.1f}\u00a0%)" if bound else ""
    return f"{_grouped(abs(difference))} {'over' if difference > 0 else 'under'}{share}"


def _shown(value: Any) -> str:
    """A number as people read it; sizes along axes where these differ."""
    return each(value) if isinstance(value, tuple) else _grouped(value)


def _grouped(value: float) -> str:
    """`1,245,312`; shares and accuracies to a ten-thousandth."""
    return f"{value if isinstance(value, int) else round(value, 4):,}"
