"""What colour each role has: for a screen, light or dark, and for print.

Within a theme no two roles have the same colour, so that a colour in an SVG says which role it is of and a style can give that
role another (`svg`). Families of layers have a fill and, as `FAMILY.edge`, the colour of their outline and their sign.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["AUTO", "FAMILIES", "HEATS", "SERIES", "SIGNS", "THEMES", "colours_of", "family_role"]

AUTO = "auto"
"""The theme that follows the reader's: light, with a style by which a reader of an SVG who prefers dark gets dark."""

SIGNS: Mapping[str, str] = {
    "convolution": "C",
    "linear": "L",
    "attention": "A",
    "recurrent": "R",
    "embedding": "E",
    "pooling": "P",
    "normalization": "N",
    "activation": "F",
    "regularization": "D",
    "shape": "S",
    "parameter": "W",
    "join": "+",
    "detection": "B",
    "other": "?",
}
"""A letter for each family: the second cue, for print and for those who see few colours."""

FAMILIES = tuple(SIGNS)

HEATS = tuple([f"heat{step}" for step in range(7)])
"""From least to most."""

SERIES = tuple([f"series{number}" for number in range(8)])
"""Of lines and bars in charts; told apart by those who see few colours (after Okabe & Ito 2008)."""

_NEUTRAL = ("paper", "panel", "inset", "rule", "line", "skip", "ink", "faint", "accent", "good", "bad", "frozen")


def _theme(neutral: str, fills: str, edges: str, heats: str, series: str) -> dict[str, str]:
    """The colours of a theme, listed in the order of the roles."""
    roles = (*_NEUTRAL, *FAMILIES, *[f"{family}.edge" for family in FAMILIES], *HEATS, *SERIES)
    values = f"{neutral} {fills} {edges} {heats} {series}".split()
    return dict(zip(roles, [f"#{value}" for value in values], strict=True))


THEMES: Mapping[str, Mapping[str, str]] = {
    "light": _theme(
        "ffffff f6f8fa eaeef2 d0d7de 57606a 8c959f 1f2328 59636e 0969da 1a7f37 cf222e 0b6176",
        "dbeafe ece3fd fce1f0 d0f3ee efe5d6 ffe3d0 d9f4de fcf1bf ebedf0 e3e9f1 e8f0cc fdfdfd fbd9d9 f0f0f0",
        "2563eb 7c3aed be185d 0f766e 8a5a1f c2410c 15803d a16207 57616b 475569 4d7c0f 6e7782 b91c1c 666666",
        "f7fbff deebf7 c6dbef 9ecae1 8fc1de 7bb3d9 6aaed6",
        "0072b2 d55e00 009e73 cc79a7 a67c00 3d8fc9 7a5195 444444",
    ),
    "dark": _theme(
        "0d1117 161b22 1c222b 30363d 9198a1 6e7681 f0f6fc a5aeb8 58a6ff 3fb950 ff7b72 39c5cf",
        "14294d 2b1b4f 451430 0c3733 37280f 452010 12361c 3a3008 23282f 1f2a3a 263310 21262d 4b1616 2a2a2a",
        "79a9ff b794f6 f48fc0 4fd1c5 d4a45f ff9d5c 5fd27a e3c341 a0a8b2 9fb3cc a8cf5a 8b949e ff8a8a b0b0b0",
        "16202c 12304d 123f66 144d7d 175c95 1a64a0 1b6dad",
        "4aa8e0 ff8c42 34c79a e39cc4 e0b23c 8cc8f2 b892d9 c0c0c0",
    ),
    "paper": _theme(
        "fffffe fafafa f3f3f3 c8c8c8 303030 707070 000000 404040 101010 202020 181818 505050",
        "fefefe fcfcfc f8f8f8 f9f9f9 f7f7f7 ececec f5f5f5 f4f4f4 f2f2f2 f1f1f1 f0f0f0 fdfdfd eeeeee efefef",
        "000001 000002 000003 000004 000005 000006 000007 000008 000009 00000a 00000b 00000c 00000d 00000e",
        "fbfbfb ededed e0e0e0 d3d3d3 c5c5c5 b8b8b8 aaaaaa",
        "000010 606060 303031 909090 454545 787878 202021 8a8a8a",
    ),
}


def colours_of(theme: str) -> Mapping[str, str]:
    """The colours of a theme of `THEMES`, or of `auto` before anyone prefers another."""
    return THEMES["light" if theme == AUTO else theme]


def family_role(family: str) -> str:
    """The role of a family of layers, `other` for one that a third party brought."""
    return family if family in SIGNS else "other"
