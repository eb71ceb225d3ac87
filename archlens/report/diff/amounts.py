"""Differences as people read them: with a sign, in percent, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis
from archlens.report.figures import FIGURES, Figure
from archlens.report.numbers import grouped

__all__ = ["NUMERIC", "TOTALS", "Total", "percent_text", "relative", "signed", "totals"]

TOTALS = ("params", "trainable_params", "macs", "flops", "activations", "peak_memory", "depth", "receptive_field", "layers")
"""The figures that people are shown, in order; how many learn only where that is not all of them."""

NUMERIC = tuple([name for name, figure in FIGURES.items() if figure.numeric and name not in ("year", "top1", "miou")])
"""Figures that are computed, and numbers."""


class Total(NamedTuple):
    """One figure on both sides; None where there is no such figure, or no such side."""

    figure: Figure
    old: Any
    new: Any

    @property
    def differs(self) -> bool:
        """Whether it is another than it was."""
        return bool(self.old != self.new)

    @property
    def amount(self) -> Any:
        """By how much it grew, of sizes the least of them; None where a side lacks it."""
        if self.old is None or self.new is None:
            return None
        return self.number(self.new) - self.number(self.old)

    def number(self, value: Any) -> Any:
        """What the figure is compared by, of sizes the least."""
        return value if value is None or self.figure.number is None else self.figure.number(value)

    @property
    def percent(self) -> Fraction | None:
        """The same in percent of what it was; None where that was nothing."""
        if self.amount is None:
            return None
        return relative(self.number(self.old), self.amount)

    @property
    def grown(self) -> str:
        """The difference in percent, or itself where it was nothing before."""
        return percent_text(self.percent) or (signed(self.amount, self._said) if self.amount else "")

    def texts(self) -> tuple[str, str, str, str]:
        """Before, after, the difference, and it in percent."""
        before, after = ["none" if side is None else self.figure.text(side) for side in (self.old, self.new)]
        if not self.differs or not self.amount:
            return before, after, "" if self.differs else "=", ""
        return before, after, signed(self.amount, self._said), percent_text(self.percent)

    def _said(self, value: Any) -> str:
        """A difference of this figure without its sign."""
        return grouped(value) if self.figure.number else self.figure.text(value)


def totals(old: Analysis | None, new: Analysis | None, names: Sequence[str] = ()) -> list[Total]:
    """These figures of both sides; by default those that people are shown."""
    found = []
    for name in names or TOTALS:
        before, after = [side and FIGURES[name].value(side) for side in (old, new)]
        if (
            names
            or name != "trainable_params"
            or any(side and side.totals.params != side.totals.trainable_params for side in (old, new))
        ):
            found.append(Total(FIGURES[name], before, after))
    return found


def relative(before: Any, amount: Any) -> Fraction | None:
    """In percent of what was before; None where that was nothing."""
    return 100 * Fraction(amount) / Fraction(before) if before else None


def signed(amount: Any, text: Callable[[Any], str] = grouped) -> str:
    """`+1,024`, `−1.5 MB`; `0` of nothing."""
    return text(amount) if not amount else f"{'+' if amount > 0 else '−'}{text(abs(amount))}"


def percent_text(percent: Fraction | None) -> str:
    """`+74.3 %`, `−0.021 %`; nothing where there is no such share."""
    if percent is None or not percent:
        return ""
    size = abs(float(percent))
    digits = 1 if size >= 0.095 else 3
    text = f"{size:,.{digits}f}" if size >= 0.0005 else "<0.001"
    return f"{'+' if percent > 0 else '−'}{text}\u00a0%"
