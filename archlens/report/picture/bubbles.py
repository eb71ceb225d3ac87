"""Charts of bubbles: two figures by place, a third by area, each bubble named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import floor, hypot, log10, sqrt
from typing import NamedTuple

from archlens.report.picture.axes import TICK, Axis, Plot, Scale, axis_items, axis_room, compact, scale
from archlens.report.picture.labels import Area, around, placed
from archlens.report.picture.letters import fitted
from archlens.report.picture.lines import heading, legend, moved, sign
from archlens.report.picture.scene import Circle, Curve, Group, Item, Scene, Text
from archlens.report.picture.themes import SERIES

__all__ = ["Bubble", "bubble_chart"]

_LABEL = 13
_LARGEST = 42
_SMALLEST = 4
_ROUND = ((1, 0.38), (0.71, 0.71), (0.38, 1))  # halves of rectangles that together are about a circle
_KEY = 150  # pixels at the right for what areas mean


class Bubble(NamedTuple):
    """One bubble. size: what its area shows. kind: of several that are told apart by colour and, in the middle, by sign.
    tooltip: by default its name and figures."""

    name: str
    x: float
    y: float
    size: float = 1
    kind: str = ""
    tooltip: str = ""
    data: Mapping[str, str] = {}


def bubble_chart(
    title: str,
    bubbles: Sequence[Bubble],
    x: Axis,
    y: Axis,
    *,
    size_label: str = "",
    size_text: Callable[[float], str] = compact,
    width: float = 1000,
    height: float = 560,
    description: str = "",
) -> Scene:
    """Bubbles, the large ones behind, named where there is room: no name lies on another. size_label: what areas show; with it
    there is a key to them."""
    kinds = list(dict.fromkeys([one.kind for one in bubbles if one.kind]))
    top, items = heading(title, width)
    if len(kinds) > 1:
        entries = [
            (kind, (Circle(0, 0, 8, "panel", SERIES[place % 8], 2), sign(place, SERIES[place % 8], 3.5)))
            for place, kind in enumerate(kinds)
        ]
        top, named = legend(entries, width, top)
        items += named
    upright = _stretched(scale(y, [one.y for one in bubbles], height - 56, top + 34, 6), y)
    end = width - 18 - (_KEY if size_label else 0)
    across = _stretched(scale(x, [one.x for one in bubbles], 14 + axis_room(y, upright.ticks), end, 8), x)
    plot = Plot(across, upright)
    items += axis_items(plot, x, y, x_grid=True)
    most = max([one.size for one in bubbles], default=1) or 1
    within = Area(plot.x.start + 2, plot.y.end + 2, plot.x.end + 14, plot.y.start - 2)
    items += _bubbles(plot, bubbles, kinds, most, lambda one: f"{x.text(one.x)}, {y.text(one.y)}, {size_text(one.size)}", within)
    if size_label:
        items += _size_key(end + 30, plot.y.end, most, size_label, size_text)
    return Scene(
        width, height, tuple(items), title, description or f"{len(bubbles)} bubbles: {', '.join([b.name for b in bubbles])}"
    )


def _stretched(found: Scale, axis: Axis) -> Scale:
    """Longer by a bubble at the ends that are not fixed."""
    long = abs(found.end - found.start)
    share = _LARGEST / max(long - 2 * _LARGEST, _LARGEST)  # of what is left for the values themselves
    if found.log:
        ratio = (found.high / found.low) ** share
        low, high = found.low / ratio, found.high * ratio
    else:
        more = (found.high - found.low) * share
        low, high = found.low - more, found.high + more
    return found._replace(low=found.low if axis.low is not None else low, high=found.high if axis.high is not None else high)


def _radius(size: float, most: float) -> float:
    return max(_LARGEST * sqrt(max(size, 0) / most), _SMALLEST)


def _bubbles(
    plot: Plot, bubbles: Sequence[Bubble], kinds: Sequence[str], most: float, told: Callable[[Bubble], str], within: Area
) -> list[Item]:
    """The large ones first, then the names, which lie over all."""
    ordered = sorted(bubbles, key=lambda one: -one.size)
    spots = [(*plot.at(one.x, one.y), _radius(one.size, most)) for one in ordered]
    covered = [Area(x - a * r, y - b * r, x + a * r, y + b * r) for x, y, r in spots for a, b in _ROUND]
    names = placed([around(*spot, one.name, _LABEL) for one, spot in zip(ordered, spots, strict=True)], covered, within)
    drawn: list[Item] = []
    said: list[Item] = []
    for one, (x, y, radius), name in zip(ordered, spots, names, strict=True):
        place = kinds.index(one.kind) if one.kind else 0
        role = SERIES[place % len(SERIES)]
        middle = [moved(sign(place, role, 3.5), x, y)] if len(kinds) > 1 and radius > 6 else []
        tip = one.tooltip or f"{one.name}: {told(one)}"
        fill = "panel" if len(kinds) > 1 else "heat1"
        drawn.append(Group((Circle(x, y, radius, fill, role, 2), *middle), "bubble", tip, one.data))
        if name:
            said.append(Group((*_leader(name, x, y, radius), name), "name", tip, one.data))
    return [*drawn, *said]


def _leader(name: Text, x: float, y: float, radius: float) -> list[Item]:
    """A thin line to a name that stands away from its bubble."""
    away = {"start": name.x - 2, "middle": name.x, "end": name.x + 2}[name.anchor]
    level = name.y - 0.35 * name.size
    distance = hypot(away - x, level - y)
    if distance < radius + 16:
        return []
    start = radius / distance
    return [Curve(((x + (away - x) * start, y + (level - y) * start), (away, level)), "rule")]


def _size_key(left: float, top: float, most: float, label: str, told: Callable[[float], str]) -> list[Item]:
    """Three circles of round sizes, on one ground, and what their areas are."""
    sizes = sorted({round_down(most), round_down(most / 4), round_down(most / 20)}, reverse=True)
    ground = top + 2 * _radius(sizes[0], most) + 14
    items: list[Item] = [Text(left, top, fitted(label, _KEY - 12, _LABEL), _LABEL)]
    for size in sizes:
        radius = _radius(size, most)
        items.append(Circle(left + _LARGEST, ground - radius, radius, "", "line"))
        level = ground - 2 * radius
        items.append(Curve(((left + _LARGEST, level), (left + 2 * _LARGEST + 8, level)), "rule"))
        items.append(Text(left + 2 * _LARGEST + 11, level + 4, told(size), TICK, fill="faint"))
    return items


def round_down(value: float) -> float:
    """The last of 1, 2, 5, 10, 20 … that is not more."""
    power = 10.0 ** floor(log10(value))
    return max([nice for nice in (1, 2, 5) if nice * power <= value * (1 + 1e-9)]) * power
