"""A picture before it is written: shapes and words at their places, coloured by role.

Lengths are CSS pixels, x to the right, y down. Colours are names of roles (`ink`, `convolution`), which a theme gives values;
an empty name is no colour. One scene is every format: `svg` writes it as it stands, `raster` has Graphviz draw it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

__all__ = ["Circle", "Curve", "Group", "Item", "Point", "Polygon", "Rect", "Scene", "Text"]

Point: TypeAlias = tuple[float, float]


class Rect(NamedTuple):
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    stroke: str = ""
    stroke_width: float = 1
    radius: float = 0
    dashed: bool = False


class Circle(NamedTuple):
    """A circle by its centre."""

    x: float
    y: float
    radius: float
    fill: str = ""
    stroke: str = ""
    stroke_width: float = 1
    dashed: bool = False


class Polygon(NamedTuple):
    """A closed shape."""

    points: tuple[Point, ...]
    fill: str = ""
    stroke: str = ""
    stroke_width: float = 1


class Curve(NamedTuple):
    """An open line through its points; bezier: whether they are a start and then control, control, end of cubic pieces."""

    points: tuple[Point, ...]
    stroke: str = "line"
    stroke_width: float = 1
    dashed: bool = False
    bezier: bool = False


class Text(NamedTuple):
    """One line of words. y: of the baseline. anchor: what is at x, `start`, `middle` or `end`."""

    x: float
    y: float
    text: str
    size: float = 12
    anchor: str = "start"
    bold: bool = False
    fill: str = "ink"


class Group(NamedTuple):
    """Things that belong together. name: for styles, a class; tooltip: lines that a reader sees who points at it; data: for
    scripts, attributes `data-KEY`."""

    items: tuple[Item, ...]
    name: str = ""
    tooltip: str = ""
    data: Mapping[str, str] = {}


Item: TypeAlias = "Rect | Circle | Polygon | Curve | Text | Group"


class Scene(NamedTuple):
    """A whole picture. title: what it is, in a line; description: what it shows, for those who cannot see it."""

    width: float
    height: float
    items: tuple[Item, ...]
    title: str
    description: str = ""
