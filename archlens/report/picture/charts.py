"""Charts as scenes, for a page and for files: lines, bars, bubbles, and little charts side by side.

Whatever shows a figure is a `Group` with a tooltip and the `data` that it was given, so that a page's script can find it. Words
are of a size that is read where the chart is 1,000 pixels wide.
"""

from __future__ import annotations

from archlens.report.picture.axes import Axis, compact, number_text
from archlens.report.picture.bars import Bar, bar_chart
from archlens.report.picture.bubbles import Bubble, bubble_chart
from archlens.report.picture.lines import Level, Mark, Series, line_chart
from archlens.report.picture.panels import Panel, small_multiples

__all__ = [
    "Axis",
    "Bar",
    "Bubble",
    "Level",
    "Mark",
    "Panel",
    "Series",
    "bar_chart",
    "bubble_chart",
    "compact",
    "line_chart",
    "number_text",
    "small_multiples",
]
