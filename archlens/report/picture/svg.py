"""A scene as SVG: no script, no font, nothing from elsewhere; numbers to a tenth of a pixel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from archlens.errors import printable
from archlens.report.picture.letters import FONTS
from archlens.report.picture.scene import Circle, Curve, Group, Item, Point, Polygon, Rect, Scene, Text
from archlens.report.picture.themes import AUTO, THEMES, colours_of

__all__ = ["SVG_MARK", "inline_svg", "recoloured", "svg", "theme_variables"]

SVG_MARK = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- drawn by archlens -->'
"""How every file begins."""

_LIGHT = THEMES["light"]


def svg(scene: Scene, theme: str = AUTO) -> str:
    """The scene as a file. theme: a name of `THEMES`, or `auto`."""
    colours = colours_of(theme)
    size = f'width="{_n(scene.width)}" height="{_n(scene.height)}" '
    before = [_rect(Rect(0, 0, scene.width, scene.height, "paper"), colours)]
    if theme == AUTO:
        before.insert(0, f"<style>\n{_following(colours)}\n</style>")
    return f"{SVG_MARK}\n{_element(scene, colours, size, before)}\n"


def inline_svg(scene: Scene, name: str = "picture") -> str:
    """The scene as part of a page, whose style has `recoloured(...)` and gives the variables their values.

    name: its class. It is as wide as the page lets it, at most its own width.
    """
    return _element(scene, _LIGHT, f'class="{name}" style="width:100%;max-width:{_n(scene.width)}px" ', ())


def theme_variables(theme: str) -> str:
    """The colours of a theme as declarations of CSS variables, `--convolution-edge:#2563eb;…`."""
    return ";".join([f"{_variable(role)}:{value}" for role, value in THEMES[theme].items()])


def recoloured(within: str = "", colours: Mapping[str, str] = _LIGHT) -> str:
    """Style rules that give everything of a colour the variable of its role. within: what stands before each, a selector."""
    return "\n".join(
        [
            f'{within}[{kind}="{value}"]{{{kind}:var({_variable(role)})}}'
            for role, value in colours.items()
            for kind in ("fill", "stroke")
        ]
    )


def _variable(role: str) -> str:
    return f"--{role.replace('.', '-')}"


def _following(colours: Mapping[str, str]) -> str:
    dark = f"@media (prefers-color-scheme:dark){{svg{{{theme_variables('dark')}}}}}"
    return f"svg{{{theme_variables('light')}}}\n{dark}\n{recoloured(colours=colours)}"


def _element(scene: Scene, colours: Mapping[str, str], attributes: str, before: Sequence[str]) -> str:
    said = f"<desc>{_t(scene.description)}</desc>" if scene.description else ""
    box = f"0 0 {_n(scene.width)} {_n(scene.height)}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}viewBox="{box}" role="img" font-family="{FONTS}">',
        f"<title>{_t(scene.title)}</title>{said}",
        *before,
        *_lines(scene.items, colours),
        "</svg>",
    ]
    return "\n".join(lines)


def _lines(items: Sequence[Item], colours: Mapping[str, str]) -> Iterator[str]:
    for item in items:
        match item:
            case Group(inner, name, tooltip, data):
                attributes = f' class="{_t(name)}"' if name else ""
                attributes += "".join([f' data-{key}="{_t(value)}"' for key, value in data.items()])
                yield f"<g{attributes}>" + (f"<title>{_tip(tooltip)}</title>" if tooltip else "")
                yield from _lines(inner, colours)
                yield "</g>"
            case Rect():
                yield _rect(item, colours)
            case Circle(x, y, radius, fill, stroke, width, dashed):
                yield f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"{_paint(colours, fill, stroke, width, dashed)}/>'
            case Polygon(points, fill, stroke, width):
                yield f'<polygon points="{_points(points)}"{_paint(colours, fill, stroke, width)}/>'
            case Curve():
                yield _curve(item, colours)
            case Text():
                yield _text(item, colours)


def _rect(one: Rect, colours: Mapping[str, str]) -> str:
    rounded = f' rx="{_n(one.radius)}"' if one.radius else ""
    return (
        f'<rect x="{_n(one.x)}" y="{_n(one.y)}" width="{_n(one.width)}" height="{_n(one.height)}"{rounded}'
        f"{_paint(colours, one.fill, one.stroke, one.stroke_width, one.dashed)}/>"
    )


def _curve(one: Curve, colours: Mapping[str, str]) -> str:
    paint = _paint(colours, "", one.stroke, one.stroke_width, one.dashed)
    if not one.bezier:
        return f'<polyline points="{_points(one.points)}"{paint}/>'
    start, *rest = one.points
    return f'<path d="M{_points([start])}C{_points(rest)}"{paint}/>'


def _text(one: Text, colours: Mapping[str, str]) -> str:
    anchor = f' text-anchor="{one.anchor}"' if one.anchor != "start" else ""
    weight = ' font-weight="600"' if one.bold else ""
    return (
        f'<text x="{_n(one.x)}" y="{_n(one.y)}" font-size="{_n(one.size)}"{anchor}{weight} fill="{colours[one.fill]}">'
        f"{_t(one.text)}</text>"
    )


def _paint(colours: Mapping[str, str], fill: str, stroke: str, width: float, dashed: bool = False) -> str:
    found = f' fill="{colours[fill] if fill else "none"}"'
    if stroke:
        found += f' stroke="{colours[stroke]}"' + (f' stroke-width="{_n(width)}"' if width != 1 else "")
    return found + (' stroke-dasharray="5 4"' if dashed else "")


def _points(points: Sequence[Point]) -> str:
    return " ".join([f"{_n(x)},{_n(y)}" for x, y in points])


def _n(value: float) -> str:
    """To a tenth, without what says nothing: `12`, `12.5`."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _tip(lines: str) -> str:
    return "\n".join(map(_t, lines.split("\n")))


def _t(text: str) -> str:
    """Words as XML that shows them as they are."""
    return escape(printable(text.replace("\u00a0", " ")))
