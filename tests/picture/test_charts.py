"""Charts: ticks worked by hand, points where the axes say, words that lie on no others."""

from itertools import pairwise
from math import log, pi
from random import Random
from xml.etree import ElementTree

import pytest

from archlens.report.picture.axes import compact, log_ticks, number_text, ticks
from archlens.report.picture.charts import (
    Axis,
    Bar,
    Bubble,
    Level,
    Mark,
    Panel,
    Series,
    bar_chart,
    bubble_chart,
    line_chart,
    small_multiples,
)
from archlens.report.picture.labels import Area, around, placed
from archlens.report.picture.scene import Circle, Curve, Polygon, Rect, Text
from archlens.report.picture.svg import inline_svg, svg
from archlens.report.picture.themes import SERIES, THEMES
from tests.picture.shapes import groups, height_of, only, overlaps, shapes, texts

HOSTILE = '<script>alert("x")</script>\n\u202e&amp;\x07🦊'


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (0, 7, [0, 2, 4, 6, 8]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 0.3, [0, 0.1, 0.2, 0.3]),
        (62, 84, [60, 65, 70, 75, 80, 85]),
        (-3, 12, [-5, 0, 5, 10, 15]),
        (0, 4.1e9, [0, 1e9, 2e9, 3e9, 4e9, 5e9]),
        (3, 3, [3, 3.2, 3.4, 3.6, 3.8, 4]),
    ],
)
def test_ticks_by_hand(low, high, expected):
    assert ticks(low, high) == expected


def test_whole_numbers_have_whole_ticks():
    assert ticks(0, 1, whole=True) == [0, 1]
    assert ticks(0, 3, whole=True) == [0, 1, 2, 3]
    assert ticks(0, 18, 9, whole=True) == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]


def test_any_ticks_hold_their_range_in_equal_steps_of_1_2_or_5():
    random = Random(1)
    for _ in range(500):
        low = random.choice([0, random.uniform(-1e3, 1e3)])
        high = low + 10 ** random.uniform(-4, 9)
        about = random.randint(3, 10)
        found = ticks(low, high, about)
        step = found[1] - found[0]
        assert found[0] <= low + step / 1e6
        assert high - step / 1e6 <= found[-1]
        assert len(found) <= about + 2
        assert all(abs(b - a - step) < step / 1e6 for a, b in pairwise(found))
        assert any(f"{step:e}".startswith(f"{nice}.000") for nice in (1, 2, 5))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (3, 427, [2, 5, 10, 20, 50, 100, 200, 500]),
        (1, 10, [1, 2, 5, 10]),
        (0.03, 0.2, [0.02, 0.05, 0.1, 0.2]),
        (7, 7, [5, 10]),
        (1e6, 3e11, [1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12]),
    ],
)
def test_logarithmic_ticks_by_hand(low, high, expected):
    assert log_ticks(low, high) == expected


def test_numbers_by_hand():
    assert [number_text(value) for value in (0, 0.25, 25557, 2e6)] == ["0", "0.25", "25,557", "2,000,000"]
    assert [compact(value) for value in (0, 999, 1500, 999_600, 4.089e9)] == ["0", "999", "1.5k", "1M", "4.09G"]
    assert compact(102_228_128, "B") == "102\u00a0MB"


def test_points_lie_where_the_axes_say():
    """The pixels of two numbers beside each axis give those of any point."""
    points = ((0.0, 12.0), (3.0, 70.0), (10.0, 55.5))
    scene = line_chart("", [Series("one", points)], Axis("x"), Axis("y", text=lambda value: f"{value:g} px"))
    left, right = only(scene, "2").x, only(scene, "8").x
    low, high = height_of(scene, "20 px"), height_of(scene, "60 px")
    for (x, y), point in zip(points, groups(scene.items, "point"), strict=True):
        (spot,) = point.items
        assert isinstance(spot, Circle)
        assert spot.x == pytest.approx(left + (x - 2) / 6 * (right - left))
        assert spot.y == pytest.approx(low + (y - 20) / 40 * (high - low))


def test_points_lie_where_logarithmic_axes_say():
    scene = line_chart("", [Series("one", ((1, 3), (2, 30), (4, 427)))], Axis(), Axis(log=True))
    low, high = height_of(scene, "10"), height_of(scene, "100")
    for (_, y), point in zip(((1, 3), (2, 30), (4, 427)), groups(scene.items, "point"), strict=True):
        assert point.items[0].y == pytest.approx(low + (log(y / 10) / log(10)) * (high - low))


def test_lines_are_told_apart_without_colour():
    series = [Series(f"line {number}", ((0, number), (1, number + 1))) for number in range(len(SERIES))]
    scene = line_chart("", series, Axis(), Axis())
    ends = [groups(scene.items, "point")[2 * number].items[0] for number in range(len(series))]
    outlines = set()
    for end in ends:
        if isinstance(end, Polygon):
            middle = [sum(axis) / len(end.points) for axis in zip(*end.points, strict=True)]
            outlines.add(tuple([(round(x - middle[0], 1), round(y - middle[1], 1)) for x, y in end.points]))
        else:
            outlines.add((type(end).__name__,))
    assert len(outlines) == len(series)
    lines = [item for item in scene.items if isinstance(item, Curve) and item.stroke in SERIES and item.stroke_width > 2]
    assert len(lines) == 2 * len(series)  # in the legend and in the plot
    assert {line.dashed for line in lines} == {True, False}


def test_steps_hold_until_the_next_value():
    scene = line_chart("", [Series("one", ((0, 1), (1, 3), (2, 2)), step=True, area="heat1")], Axis(), Axis())
    (line,) = [item for item in scene.items if isinstance(item, Curve) and item.stroke == "series0"]
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(line.points))
    (area,) = [item for item in scene.items if isinstance(item, Polygon) and item.fill == "heat1"]
    assert area.points[1:-1] == line.points


def random_lines(random):
    series = []
    for number in range(random.randint(2, 8)):
        count = random.randint(1, 30)
        series.append(
            Series(f"network {number}" * random.randint(1, 2), tuple([(x, random.uniform(1, 500)) for x in range(count)]))
        )
    marks = [Mark(one.points[0][0], one.points[0][1], "a mark") for one in series[: random.randint(0, 2)]]
    levels = [Level(random.uniform(1, 500), "input 224 px")] * random.randint(0, 1)
    return line_chart(
        "Title", series, Axis("layers", whole=True), Axis("field", log=random.random() < 0.5), marks=marks, levels=levels
    )


def test_words_of_line_charts_lie_on_no_others():
    for seed in range(25):
        scene = random_lines(Random(seed))
        assert overlaps(scene) == [], seed
        for text in texts(scene):
            assert 0 <= text.x <= scene.width
            assert 0 < text.y < scene.height


def test_words_of_bubble_charts_lie_on_no_others():
    for seed in range(20):
        random = Random(seed)
        bubbles = [
            Bubble(
                f"network {number}", 10 ** random.uniform(0, 4), random.uniform(60, 90), random.uniform(1, 100), "ab"[number % 2]
            )
            for number in range(random.randint(1, 40))
        ]
        scene = bubble_chart("Title", bubbles, Axis("MACs", log=True), Axis("top-1, %", zero=False), size_label="parameters")
        assert overlaps(scene) == [], seed
        assert len(groups(scene.items, "bubble")) == len(bubbles)
        assert len(groups(scene.items, "name")) >= min(len(bubbles), 8)


def test_bubbles_lie_between_the_axes():
    for seed in range(20):
        random = Random(seed)
        bubbles = [Bubble(str(n), 10 ** random.uniform(0, 4), random.uniform(60, 90), 1) for n in range(random.randint(2, 6))]
        scene = bubble_chart("Title", bubbles, Axis("MACs", log=True), Axis("top-1, %", zero=False))
        grid = [item.points for item in scene.items if isinstance(item, Curve) and item.stroke in ("rule", "line")]
        left, right = (pick([x for points in grid for x, _ in points]) for pick in (min, max))
        bottom = max(points[0][1] for points in grid if points[0][1] == points[1][1])
        for group in groups(scene.items, "bubble"):
            circle = group.items[0]
            assert left <= circle.x - circle.radius
            assert circle.x + circle.radius <= right
            assert circle.y + circle.radius <= bottom


def test_areas_of_bubbles_are_their_sizes():
    scene = bubble_chart("", [Bubble("a", 1, 1, 100), Bubble("b", 2, 2, 25)], Axis(), Axis(), size_label="size", size_text=str)
    first, second = [group.items[0] for group in groups(scene.items, "bubble")]
    assert pi * first.radius**2 == pytest.approx(4 * pi * second.radius**2)
    key = [item for item in scene.items if isinstance(item, Circle) and item.stroke == "line"]
    assert [one.radius**2 / first.radius**2 for one in key] == pytest.approx([1, 0.2, 0.05])  # 100, 20 (of 25), 5


def test_many_bars_stand_side_by_side():
    values = [number % 7 for number in range(500)]
    bars = [Bar(f"layer {number}", value, "convolution", data={"layers": str(number)}) for number, value in enumerate(values)]
    scene = bar_chart("Work", bars, Axis("MACs"))
    found = groups(scene.items, "bar")
    assert [group.data["layers"] for group in found] == [str(number) for number in range(500)]
    highest = max(shape.height for shape in shapes(scene.items) if isinstance(shape, Rect) and shape.fill == "convolution.edge")
    for value, group in zip(values, found, strict=True):
        assert [shape.height for shape in group.items] == pytest.approx([highest * value / 6] if value else [])
    lefts = [shape.x for group in found for shape in group.items]
    assert lefts == sorted(lefts)
    assert overlaps(scene) == []


@pytest.mark.parametrize("count", [5, 30, 31, 400])
def test_a_key_has_the_colours_of_its_bars(count):
    """Bars with a line each are pale with an outline, and columns strong; the key is as they are."""
    scene = bar_chart("Work", [Bar(str(n), n + 1, ("convolution", "linear")[n % 2]) for n in range(count)], Axis(), width=700)
    bars = {(one.fill, one.stroke) for group in groups(scene.items, "bar") for one in group.items if isinstance(one, Rect)}
    key = [item for item in scene.items if isinstance(item, Rect)]
    assert len(key) == 2
    assert {(one.fill, one.stroke) for one in key} == bars


def test_few_bars_have_a_line_each():
    bars = [Bar("conv1", 100, "convolution"), Bar("a long name" * 9, 50, "linear"), Bar("relu", 0, "activation")]
    scene = bar_chart("Parameters", bars, Axis("parameters"))
    widths = [[shape.width for shape in group.items if isinstance(shape, Rect)] for group in groups(scene.items, "bar")]
    assert widths[0][0] == pytest.approx(2 * widths[1][0])
    assert widths[2] == []
    assert overlaps(scene) == []
    assert {text.text for text in texts(scene)} >= {"conv1", "relu", "convolution", "linear", "activation", "C", "L"}


def test_stages_are_named_under_their_columns():
    bars = [Bar(str(number), 1, group=f"stage{number // 20}") for number in range(60)]
    scene = bar_chart("", bars, Axis())
    columns = [group.items[0] for group in groups(scene.items, "bar")]
    for stage in range(3):
        middle = (columns[20 * stage].x + columns[20 * stage + 19].x + columns[0].width) / 2
        assert only(scene, f"stage{stage}").x == pytest.approx(middle)


def test_little_charts_share_their_axes():
    panels = [
        Panel(name, (Series(name, ((0, 1), (5, value), (9, 4))),)) for name, value in (("a", 8), ("b", 4), ("c", 2), ("d", 8))
    ]
    scene = small_multiples("Title", panels, Axis("x"), Axis("y"), columns=3)
    a, b, c, d = [groups(scene.items, "point")[3 * number : 3 * number + 3] for number in range(4)]
    assert a[2].items[0].y == b[2].items[0].y == c[2].items[0].y == b[1].items[0].y
    assert d[1].items[0].x == a[1].items[0].x
    assert d[1].items[0].y - a[1].items[0].y == pytest.approx(d[2].items[0].y - a[2].items[0].y)
    assert overlaps(scene) == []
    bars = small_multiples("", [Panel("a", bars=(Bar("x", 1), Bar("y", 2))), Panel("b", bars=(Bar("x", 2),))], Axis(), Axis())
    assert [text.text for text in texts(bars) if text.text.isdigit() and text.anchor == "middle"] == ["1", "2"] * 2
    heights = [group.items[0].height for group in groups(bars.items, "bar")]
    assert heights[1] == heights[2] == pytest.approx(2 * heights[0])


def scenes(name):
    x, y = Axis(name), Axis(name, text=lambda value: name)
    yield line_chart(name, [Series(name, ((0, 1), (1, 2)), (name, name)), Series(name, ())], x, y, marks=[Mark(0, 1, name)])
    yield bar_chart(name, [Bar(name, 1, data={"layer": name})], x)
    yield bar_chart(name, [Bar(name, 1, group=name)] * 40, x)
    yield bar_chart(name, [], x)
    yield bubble_chart(name, [Bubble(name, 1, 1, kind=name)], x, y, size_label=name)
    yield bubble_chart(name, [], x, y)
    yield line_chart(name, [], x, y, levels=[Level(3, name)])
    yield small_multiples(name, [Panel(name, (Series(name, ((0, 1),)),))], x, y)


@pytest.mark.parametrize("theme", ["auto", *THEMES])
def test_charts_are_xml_whatever_they_are_called(theme):
    for scene in scenes(HOSTILE):
        root = ElementTree.fromstring(svg(scene, theme).encode())
        assert not [element for element in root.iter() if element.tag.endswith("script")]
        assert "NaN" not in inline_svg(scene)


def test_whatever_shows_a_figure_can_be_found_by_a_script():
    scene = line_chart("", [Series("a", ((0, 1), (1, 2)), ("one", "two"), ({"layer": "x"}, {"layer": "y"}))], Axis(), Axis())
    assert [(point.tooltip, point.data) for point in groups(scene.items, "point")] == [
        ("one", {"layer": "x"}),
        ("two", {"layer": "y"}),
    ]
    root = ElementTree.fromstring(svg(scene).encode())
    assert [element.get("data-layer") for element in root.iter() if element.get("class") == "point"] == ["x", "y"]


def test_words_find_the_first_free_place():
    words = around(50, 50, 5, "name", 12)
    assert placed([words], [], Area(0, 0, 100, 100)) == [words[0]]
    taken = Area(55, 30, 100, 70)  # all that lies to the right
    (found,) = placed([words], [taken], Area(0, 0, 100, 100))
    assert found is not None
    assert found.anchor == "end"
    assert placed([words], [], Area(0, 0, 20, 20)) == [None]
    first, second = placed([words[:1], words[:1]], [], Area(0, 0, 100, 100))
    assert (first, second) == (words[0], None)
    assert placed([words[:1]], [], Area(0, 0, 100, 100), [Text(60, 54, "there", 12)]) == [None]
