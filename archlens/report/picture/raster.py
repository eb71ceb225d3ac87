"""A scene as PNG or PDF: Graphviz draws it as the background of an empty graph, in its `xdot` language.

https://graphviz.org/docs/outputs/canon/#xdot names the operations. Graphviz measures in points, y upwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from archlens.errors import printable
from archlens.report.picture.engine import run_graphviz
from archlens.report.picture.letters import words_width
from archlens.report.picture.scene import Circle, Curve, Group, Item, Point, Polygon, Rect, Scene, Text
from archlens.report.picture.themes import colours_of

__all__ = ["raster"]

_FAMILIES = "Helvetica,Arial,Liberation Sans,Arimo,DejaVu Sans"
_DPI = 144.0  # two pixels of the file for one of the scene, which has 96 an inch and is 72 a point here
_ARC = 0.5523  # how far the control points of a quarter of a circle stand out, in radii
_DATE = re.compile(rb"/CreationDate \(D:[^)]*\)")  # left out, so that the same picture is the same bytes
_WIDEST = 30_000  # pixels, beyond which Cairo has no surface


def raster(scene: Scene, form: str, theme: str = "light") -> bytes:
    """The scene as a `png` or `pdf`. Raises as `run_graphviz` does."""
    colours = colours_of(theme)
    ground = Rect(0, 0, scene.width, scene.height, "paper")
    drawn = " + ".join([_quoted(f"{one} ") for one in _operations((ground, *scene.items), colours, scene.height)])
    dpi = min(_DPI, 72 * _WIDEST / max(scene.width, scene.height, 1))
    source = (
        f'digraph {{ graph [bb="0,0,{ceil(scene.width)},{ceil(scene.height)}" pad=0 margin=0 dpi={dpi:.0f} bgcolor=transparent '
        f'_background={drawn}]; corner [shape=point width=0.01 style=invis label="" pos="1,1"] }}'
    )
    made = run_graphviz(source, form, "nop2")
    return _DATE.sub(lambda date: b" " * len(date[0]), made) if form == "pdf" else made


def _operations(items: Sequence[Item], colours: Mapping[str, str], height: float) -> Iterator[str]:
    for item in items:
        match item:
            case Group(inner):
                yield from _operations(inner, colours, height)
            case Rect(x, y, wide, high, fill, stroke, width, radius, dashed):
                yield from _pens(colours, fill, stroke, width, dashed)
                if radius:
                    yield from _closed(_rounded(x, y, wide, high, radius), "b" if fill else "B", height)
                    if fill and stroke:
                        yield from _closed(_rounded(x, y, wide, high, radius), "B", height)
                else:
                    corners = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))
                    yield from _closed(corners, "P" if fill else "p", height)
            case Circle(x, y, radius, fill, stroke, width, dashed):
                yield from _pens(colours, fill, stroke, width, dashed)
                yield f"{'E' if fill else 'e'} {_n(x)} {_n(height - y)} {_n(radius)} {_n(radius)}"
            case Polygon(points, fill, stroke, width):
                yield from _pens(colours, fill, stroke, width, False)
                yield from _closed(points, "P" if fill else "p", height)
            case Curve(points, stroke, width, dashed, bezier):
                yield from _pens(colours, "", stroke, width, dashed)
                yield from _closed(points, "B" if bezier else "L", height)
            case Text(x, y, text, size, anchor, bold, fill):
                yield f"c {_string(colours[fill])} F {_n(size)} {_string(_FAMILIES)} t {int(bold)}"
                at = {"start": -1, "middle": 0, "end": 1}[anchor]
                words = printable(text.replace("\u00a0", " ").replace("\\", "\u2216"))
                yield f"T {_n(x)} {_n(height - y)} {at} {_n(words_width(words, size, bold))} {_string(words)}"


def _pens(colours: Mapping[str, str], fill: str, stroke: str, width: float, dashed: bool) -> Iterator[str]:
    """Colours and line of the shape that follows; one without an outline is outlined by nothing that shows."""
    yield f"S {_string('dashed' if dashed else 'solid')} S {_string(f'setlinewidth({_n(width)})')}"
    yield f"c {_string(colours[stroke] if stroke else colours[fill] if fill else '#ffffff00')}"
    if fill:
        yield f"C {_string(colours[fill])}"


def _closed(points: Sequence[Point], operation: str, height: float) -> Iterator[str]:
    yield f"{operation} {len(points)} " + " ".join([f"{_n(x)} {_n(height - y)}" for x, y in points])


def _rounded(x: float, y: float, wide: float, high: float, radius: float) -> tuple[Point, ...]:
    """A rectangle with round corners as cubic pieces: straight, corner, straight, corner …"""
    r = min(radius, wide / 2, high / 2)
    k = r * (1 - _ARC)
    right, low = x + wide, y + high
    corners: tuple[tuple[Point, Point, Point, Point], ...] = (
        ((right - r, y), (right - k, y), (right, y + k), (right, y + r)),
        ((right, low - r), (right, low - k), (right - k, low), (right - r, low)),
        ((x + r, low), (x + k, low), (x, low - k), (x, low - r)),
        ((x, y + r), (x, y + k), (x + k, y), (x + r, y)),
    )
    found: list[Point] = [(x + r, y)]
    for start, first, second, end in corners:
        found += [found[-1], start, start, first, second, end]
    return (*found, found[-1], found[0], found[0])


def _string(text: str) -> str:
    """`n -bytes`: how many bytes, then they."""
    return f"{len(text.encode())} -{text}"


def _quoted(text: str) -> str:
    """As a string of DOT. It has no way to write a backslash before a quotation mark, so no text here has one; and a string can
    only be so long, so there are many, joined by `+`."""
    escaped = text.replace('"', '\\"')
    return f'"{escaped}"'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
