"""Axes of charts: which numbers stand beside them, and at which pixel a value lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from archlens.report.picture.letters import words_width
from archlens.report.picture.scene import Curve, Item, Text

__all__ = ["TICK", "Axis", "Plot", "Scale", "axis_items", "axis_room", "compact", "log_ticks", "number_text", "scale", "ticks"]

TICK = 12.5
"""Size of the numbers beside an axis."""

_UNITS = ("", "k", "M", "G", "T", "P", "E")
_NICE = (1, 2, 5)


def number_text(value: float) -> str:
    """`25,557`, `0.25`."""
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def compact(value: float, unit: str = "") -> str:
    """By thousands, three digits at most: `1.5M`; with a unit `102 MB`."""
    scaled, power = float(value), 0
    while abs(scaled) >= 999.5 and power < len(_UNITS) - 1:
        scaled /= 1000
        power += 1
    digits = f"{scaled:.3g}"
    return f"{digits}\u00a0{_UNITS[power]}{unit}" if unit else f"{digits}{_UNITS[power]}"


class Axis(NamedTuple):
    """What lies along an axis. label: with its unit. text: of a number beside it. low, high: where it begins and ends, by
    default at numbers around the values; zero: not above 0, unless it is logarithmic. whole: whether values are whole."""

    label: str = ""
    log: bool = False
    text: Callable[[float], str] = number_text
    low: float | None = None
    high: float | None = None
    zero: bool = True
    whole: bool = False


class Scale(NamedTuple):
    """Values from `low` to `high` at pixels from `start` to `end`, which may lie before it. ticks: values with a number."""

    low: float
    high: float
    start: float
    end: float
    log: bool
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """The pixel of a value; one that a logarithmic axis has no place for lies at its beginning."""
        low, high = self.low, self.high
        if self.log:
            value, low, high = log10(max(value, low)), log10(low), log10(high)
        return self.start + (value - low) / (high - low) * (self.end - self.start)


class Plot(NamedTuple):
    """Where points lie: the pixels between the axes."""

    x: Scale
    y: Scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The pixel of a point."""
        return self.x.at(x), self.y.at(y)


def ticks(low: float, high: float, about: int = 5, whole: bool = False) -> list[float]:
    """Round numbers from the last at or before `low` to the first at or after `high`, `about` of them: steps of 1, 2, 5, 10 …"""
    if high <= low:
        high = low + 1
    wanted = (high - low) / about
    power = floor(log10(wanted))
    factor = next(nice for nice in (*_NICE, 10) if nice * 10.0**power >= wanted * (1 - 1e-9))
    if whole and factor * 10.0**power < 1:
        factor, power = 1, 0
    up, down = (factor * 10**power, 1) if power >= 0 else (factor, 10**-power)
    first, last = floor(low * down / up + 1e-9), ceil(high * down / up - 1e-9)
    return [number * up / down for number in range(first, last + 1)]


def log_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """1, 2, 5, 10 … from the last at or before `low` to the first at or after `high`; powers of ten alone where the others would
    be more than twice `about`."""
    found = _log_ticks(low, high, _NICE)
    return found if len(found) <= 2 * about else _log_ticks(low, high, (1,))


def _log_ticks(low: float, high: float, steps: Sequence[int]) -> list[float]:
    powers = range(floor(log10(low)) - 1, ceil(log10(high)) + 2)
    numbers = [nice * 10**power if power >= 0 else nice / 10**-power for power in powers for nice in steps]
    first = max(place for place, number in enumerate(numbers) if number <= low * (1 + 1e-9))
    last = min(place for place, number in enumerate(numbers) if number >= high * (1 - 1e-9))
    return [float(number) for number in numbers[first : max(last, first + 1) + 1]]


def scale(axis: Axis, values: Iterable[float], start: float, end: float, about: int = 5) -> Scale:
    """The scale of an axis on which `values` lie, from pixel `start` to pixel `end`."""
    found = [value for value in values if not axis.log or value > 0]
    least = axis.low if axis.low is not None else min(found, default=1.0 if axis.log else 0.0)
    most = axis.high if axis.high is not None else max(found, default=1.0)
    if axis.log:
        numbers = log_ticks(least, max(most, least), about)
    else:
        numbers = ticks(min(least, 0) if axis.zero and axis.low is None else least, most, about, axis.whole)
    low = axis.low if axis.low is not None else numbers[0]
    high = axis.high if axis.high is not None and axis.high > low else numbers[-1]
    return Scale(low, high, start, end, axis.log, tuple([number for number in numbers if low <= number <= high]))


def axis_room(axis: Axis, numbers: Sequence[float]) -> float:
    """How wide the numbers beside an upright axis are, and a gap."""
    return max([words_width(axis.text(number), TICK) for number in numbers], default=0) + 10


def axis_items(plot: Plot, x: Axis, y: Axis, numbered: tuple[bool, bool] = (True, True), x_grid: bool = False) -> list[Item]:
    """Lines at the numbers, the numbers, and what they count; an upright axis is named above it, so that no word is turned.

    numbered: whether the numbers of x, and those of y, are written. x_grid: whether there are lines at those of x too.
    """
    left, right, bottom, top = plot.x.start, plot.x.end, plot.y.start, plot.y.end
    items: list[Item] = []
    for value in plot.y.ticks:
        at = plot.y.at(value)
        items.append(Curve(((left, at), (right, at)), "rule"))
        if numbered[1]:
            items.append(Text(left - 8, at + TICK * 0.35, y.text(value), TICK, "end", fill="faint"))
    for value in plot.x.ticks:
        at = plot.x.at(value)
        items.append(Curve(((at, top if x_grid else bottom), (at, bottom + 5)), "rule"))
    items.append(Curve(((left, bottom), (right, bottom)), "line"))
    if numbered[0]:
        items += _numbers(plot, x)
    if x.label and numbered[0]:
        items.append(Text((left + right) / 2, bottom + 41, x.label, 13, "middle"))
    if y.label and numbered[1]:
        items.append(Text(left - axis_room(y, plot.y.ticks) + 2, top - 14, y.label, 13))
    return items


def _numbers(plot: Plot, x: Axis) -> list[Item]:
    """The numbers under the axis, without those that would touch the one before."""
    items: list[Item] = []
    free = -1e9
    for value in plot.x.ticks:
        said, at = x.text(value), plot.x.at(value)
        half = words_width(said, TICK) / 2
        if at - half >= free:
            items.append(Text(at, plot.y.start + 20, said, TICK, "middle", fill="faint"))
            free = at + half + 8
    return items
