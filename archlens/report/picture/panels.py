"""Little charts side by side, over the same axes, so that they can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archlens.report.picture.axes import Axis, Plot, axis_items, axis_room, scale
from archlens.report.picture.bars import Bar, column_items
from archlens.report.picture.letters import fitted
from archlens.report.picture.lines import Series, heading, line_items
from archlens.report.picture.scene import Group, Item, Scene, Text

__all__ = ["Panel", "small_multiples"]

_GAP = 26
_LABEL = 13
_NUMBER = 20  # pixels for the number of each column


class Panel(NamedTuple):
    """One little chart: lines, or columns numbered from 1. tooltip: of its title."""

    title: str
    series: tuple[Series, ...] = ()
    bars: tuple[Bar, ...] = ()
    tooltip: str = ""


def small_multiples(
    title: str,
    panels: Sequence[Panel],
    x: Axis,
    y: Axis,
    *,
    columns: int = 3,
    width: float = 1000,
    height: float = 170,
    description: str = "",
) -> Scene:
    """Panels in rows of `columns`, all over the same axes; numbers stand at the left and at the bottom. height: of a panel."""
    top, items = heading(title, width)
    points = [point for panel in panels for one in panel.series for point in one.points]
    counts = [len(panel.bars) for panel in panels if panel.bars]
    upright = scale(y, [*[at for _, at in points], *[bar.value for panel in panels for bar in panel.bars]], 0, 1, 4)
    ends = [at for at, _ in points] + ([0.5, max(counts) + 0.5] if counts else [])
    left = 14 + axis_room(y, upright.ticks)
    wide = (width - left - 14 - (columns - 1) * _GAP) / columns
    low = 0.5 if counts and x.low is None else x.low
    fixed = x._replace(low=low, high=x.high if x.high is not None else max(ends, default=1))
    most = max(counts, default=0)
    across = scale(fixed, ends, 0, 1, most if 0 < most * _NUMBER <= wide else max(2, round(wide / 70)))
    rows = -(-len(panels) // columns)
    first = top + (22 if y.label else 4)
    for number, panel in enumerate(panels):
        row, column = divmod(number, columns)
        start, above = left + column * (wide + _GAP), first + row * (height + 14)
        plot = Plot(across._replace(start=start, end=start + wide), upright._replace(start=above + height - 24, end=above + 28))
        last = number + columns >= len(panels)
        items += axis_items(plot, x._replace(label=""), y._replace(label=""), (last, column == 0))
        name = Text(start, above + 18, fitted(panel.title, wide, _LABEL, bold=True), _LABEL, bold=True)
        items.append(Group((name,), "panel", panel.tooltip or panel.title))
        items += column_items(plot, panel.bars, y) if panel.bars else line_items(plot, panel.series, x, y, (), (), None)
    foot = first + rows * (height + 14)
    labels: list[Item] = [Text(14, top + 16, y.label, _LABEL)] if y.label else []
    if x.label:
        labels.append(Text(left + (width - left - 14) / 2, foot + 18, x.label, _LABEL, "middle"))
    return Scene(
        width, foot + (30 if x.label else 8), (*items, *labels), title, description or "; ".join([p.title for p in panels])
    )
