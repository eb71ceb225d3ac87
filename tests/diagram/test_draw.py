"""Diagrams as pictures: nothing overlaps, words fit, arrows touch what they lead to, the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from xml.etree import ElementTree

import pytest

import archlens
from archlens.report.diagram.colours import COLOURINGS, colouring
from archlens.report.diagram.columns import Room, in_columns
from archlens.report.diagram.dot import dot_file, trunk_of
from archlens.report.diagram.draw import diagram_scene
from archlens.report.diagram.fold import diagram
from archlens.report.diagram.layout import Arrow, Layout, Place, layout
from archlens.report.diagram.looks import box_size
from archlens.report.diagram.mermaid import mermaid
from archlens.report.diagram.model import Box, Cluster, Diagram, Edge
from archlens.report.diagram.sizes import size_texts
from archlens.report.diagram.words import figures
from archlens.report.numbers import ranges
from archlens.report.picture.engine import run_graphviz
from archlens.report.picture.letters import words_width
from archlens.report.picture.scene import Curve, Group, Item, Point, Rect, Scene, Text
from archlens.report.picture.svg import svg
from tests.shipped import ALIKE

DRAWN = sorted(set(archlens.shipped()) - set(ALIKE))
HOSTILE = '<script>"x"</script>\n& \\" \u202e עברית 🙂'


def box(kind: str, path: str, title: str = "conv 8 3×3", **facts: object) -> Box:
    plain = Box(kind, path, "convolution", title, (), (1, 8, 4, 4), 1, (), 0, 0, 0, 0, None, False, None, -1)
    return plain._replace(**facts)


def residual() -> Diagram:
    """input → a (in cluster) → + → output, with a shortcut around a."""
    boxes = (
        box("input", "input", ""),
        box("layer", "s/a", layers=(0, 1, 2), times=3, params=584, macs=9216, folded=("relu",), cluster=0, frozen=True),
        box("join", "add", "add", layers=(3,), family="join"),
        box("output", "output", ""),
    )
    shape = (1, 8, 4, 4)
    edges = (Edge(0, 1, shape, True, False), Edge(0, 2, shape, False, True), Edge(1, 2, shape, False, False))
    return Diagram("Net", "totals", "layer", boxes, (*edges, Edge(2, 3, shape, False, False)), (Cluster("s", "s", 1, -1),), 0, 0)


def hostile() -> Diagram:
    one = residual()
    boxes = tuple([b._replace(path=HOSTILE, title=HOSTILE) for b in one.boxes])
    return one._replace(title=HOSTILE, totals=HOSTILE, boxes=boxes, clusters=(Cluster(HOSTILE, HOSTILE, 2, -1),))


def folded(name: str, level: str | None = None) -> Diagram:
    network = archlens.load(name)
    return diagram(network.graph, network.analyze(), level)


def items_of(items: tuple[Item, ...]) -> list[Item]:
    return [inner for item in items for inner in (items_of(item.items) if isinstance(item, Group) else [item])]


def inside(inner: Place, outer: Place) -> bool:
    return (
        outer.x - 0.5 <= inner.x
        and outer.y - 0.5 <= inner.y
        and inner.x + inner.width <= outer.x + outer.width + 0.5
        and inner.y + inner.height <= outer.y + outer.height + 0.5
    )


def apart(one: Place, other: Place) -> bool:
    return (
        one.x + one.width <= other.x + 0.5
        or other.x + other.width <= one.x + 0.5
        or one.y + one.height <= other.y + 0.5
        or other.y + other.height <= one.y + 0.5
    )


def near(point: tuple[float, float], place: Place) -> bool:
    """On the outline, or a little beside it."""
    grown = Place(place.x - 9, place.y - 9, place.width + 18, place.height + 18)
    return inside(Place(*point, 0, 0), grown)


ROOM = Room(80, 24)


def parts(found: Diagram, direction: str = "down", columns: int | None = 1) -> Layout:
    placed = layout(found, [box_size(one) for one in found.boxes], direction)
    return in_columns(placed, found.edges, columns, ROOM, direction)


def chain(length: int, skips: tuple[tuple[int, int], ...] = ()) -> Diagram:
    boxes = tuple([box("layer", f"c{number}", layers=(number,)) for number in range(length)])
    shape = (1, 8, 4, 4)
    edges = [Edge(number, number + 1, shape, False, False) for number in range(length - 1)]
    edges += [Edge(tail, head, shape, False, True) for tail, head in skips]
    return Diagram("Chain", "", "layer", boxes, tuple(sorted(edges, key=lambda edge: (edge.head, edge.tail))), (), 0, 0)


@pytest.mark.parametrize("direction", ["down", "right"])
def test_a_shortcut_by_hand(direction: str) -> None:
    placed = parts(residual(), direction)
    along = 1 if direction == "down" else 0
    order = [place[along] for place in placed.boxes]
    assert order == sorted(order)
    assert inside(placed.boxes[1], placed.clusters[0])
    assert not inside(placed.boxes[2], placed.clusters[0])
    middles = [(place.x + place.width / 2, place.y + place.height / 2)[1 - along] for place in placed.boxes]
    assert max(middles) - min(middles) < 1  # the trunk is straight
    assert trunk_of(residual()) == {0, 1, 2, 3}
    scene = diagram_scene(residual(), direction=direction)
    dashed = [one for one in items_of(scene.items) if isinstance(one, Curve) and one.dashed and one.bezier]
    assert [one.stroke for one in dashed] == ["skip"]
    assert max(point[1 - along] for point in dashed[0].points) > max(place[1 - along] for place in placed.boxes)  # on one side


def test_a_box_says_what_it_costs() -> None:
    words = [one.text for one in items_of(diagram_scene(residual()).items) if isinstance(one, Text)]
    for expected in (
        "Net",
        "conv 8 3×3",
        " · relu",
        "8 ch · 584 params · 9,216 MACs each",
        "×3",
        "frozen",
        "+",
        "C",
        "s",
        "skip",
    ):
        assert expected in words
    groups = [one for one in diagram_scene(residual()).items if isinstance(one, Group)]
    (layer,) = [group for group in groups if group.name == "box layer"]
    assert layer.tooltip.splitlines()[0] == "s/a"
    assert "1,752 params = 3 × 584" in layer.tooltip
    assert layer.data == {"path": "s/a", "layers": "0-2"}


def test_parameters_of_another_are_said_to_be_shared(net: Callable[..., archlens.Network]) -> None:
    network = net("- conv: 4 1x1\n  name: one\n- relu\n- conv: 4 1x1\n  weights: one", input="4x8x8")
    found = diagram(network.graph, network.analyze(), "layer")
    said = [figures(one) for one in found.boxes if one.title == "conv 4 1×1"]
    assert said == ["4 ch · 20 params · 1,024 MACs", "4 ch · shared params · 1,024 MACs"]  # 4·4 + 4; 4·4·8·8
    assert "shared params" in mermaid(found)
    assert "shared params" in dot_file(found)
    _, one, other, _ = [colouring(found, "trainable").fill(each).fill for each in found.boxes]
    assert one == other  # which learn together


def test_ranges() -> None:
    assert ranges((0, 1, 2, 3, 7)) == "0-3 7"
    assert ranges(()) == ""
    assert ranges((5,)) == "5"


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("direction", ["down", "right"])
def test_columns_by_hand(direction: str, columns: int) -> None:
    """Nine boxes in three columns are three in each; one line of them is as long as nine."""
    placed = parts(chain(9), direction, columns)
    across = [place[0 if direction == "down" else 1] for place in placed.boxes]
    assert len(set(across)) == columns
    assert [across.count(place) for place in sorted(set(across))] == [9 // columns] * columns


def test_a_skip_is_not_cut() -> None:
    assert len({place.x for place in parts(chain(9, ((0, 8),)), columns=3).boxes}) == 1
    assert len({place.x for place in parts(chain(9, ((0, 3),)), columns=3).boxes}) > 1


@pytest.mark.parametrize("columns", [1, None])
@pytest.mark.parametrize("name", DRAWN)
def test_shipped_networks_are_drawn_without_overlaps(name: str, columns: int | None) -> None:
    found = folded(name)
    placed = parts(found, columns=columns)
    whole = Place(0, 0, placed.width, placed.height)
    for number, (one, place) in enumerate(zip(found.boxes, placed.boxes, strict=True)):
        assert inside(place, whole)
        for around, cluster in enumerate(placed.clusters):
            assert inside(place, cluster) if around == one.cluster else inside(place, cluster) or apart(place, cluster), number
    for one, other in combinations(placed.boxes, 2):
        assert apart(one, other)
    for edge, arrow in zip(found.edges, placed.arrows, strict=True):
        assert near(arrow.points[0], placed.boxes[edge.tail])
        assert near(arrow.tip, placed.boxes[edge.head])


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "vit_b16", "unet", "resnet50_finetune"])
def test_words_fit_into_their_boxes(name: str) -> None:
    scene = diagram_scene(folded(name))
    for group in scene.items:
        if isinstance(group, Group) and group.name.startswith("box"):
            texts = [one for one in group.items if isinstance(one, Text)]
            (right,) = {max(one.x + one.width for one in group.items if isinstance(one, Rect))}
            for one in texts:
                wide = words_width(one.text, one.size, one.bold)
                end = {"start": one.x + wide, "middle": one.x + wide / 2, "end": one.x}[one.anchor]
                assert end <= right, one


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_wide_enough_to_read_and_the_same_each_time(name: str) -> None:
    first, second = [svg(diagram_scene(folded(name))) for _ in range(2)]
    assert first == second
    assert float(ElementTree.fromstring(first.encode()).get("width", "0")) <= 1600  # at 1,000 px letters of 13 are 8 and more


@pytest.mark.parametrize("color", COLOURINGS)
def test_every_colouring(color: str) -> None:
    scene = diagram_scene(folded("resnet50_finetune"), color)
    assert svg(scene, "dark") != svg(scene, "paper")
    roles = {one.fill for one in items_of(scene.items) if isinstance(one, Rect)}
    assert ("convolution" in roles) == (color == "family")
    assert any(role.startswith("heat") for role in roles) == (color in ("params", "macs", "memory", "receptive-field"))


def test_the_most_has_the_strongest_colour() -> None:
    found = folded("vgg16")
    scene = diagram_scene(found, "params")
    most = max(found.boxes, key=lambda one: one.params)
    (group,) = [one for one in scene.items if isinstance(one, Group) and one.data.get("path") == most.path]
    assert most.path  # fc6: 102,764,544 of 138,357,544 parameters (Simonyan & Zisserman 2015)
    assert most.params == 25_088 * 4096 + 4096
    assert next(one for one in group.items if isinstance(one, Rect)).fill == "heat6"


def test_colours_of_receptive_fields_are_by_their_side(net: Callable[..., archlens.Network]) -> None:
    """3, then 3 + 2·2 = 7 pixels, of six steps ⌈6·3/7⌉ = 3 and 6; then the whole map, which is no less."""
    network = net("- conv: 4 3x3 /2\n- conv: 4 3x3\n- global_avg_pool\n- linear: 2", input="3x32x32")
    found = diagram(network.graph, network.analyze(), "layer")
    colours = colouring(found, "receptive-field")
    fills = [colours.fill(one).fill for one in found.boxes if one.kind == "layer"]
    assert fills == ["heat3", "heat6", "heat6", "heat6"]
    assert [key.text for key in colours.keys if key.text] == ["receptive field: none", "7 px, or all"]


def test_a_join_may_hold_more_than_any_layer(net: Callable[..., archlens.Network]) -> None:
    """While `concat` runs 8 + 8 + 16 channels are alive, while a convolution runs at most 3 + 8 + 8."""
    network = net("- concat: {a: [conv: 8 1x1], b: [conv: 8 1x1]}", input="3x8x8")
    found = diagram(network.graph, network.analyze(), "layer")
    assert max(found.boxes, key=lambda one: one.live_bytes).kind == "join"
    fills = {one.path: colouring(found, "memory").fill(one).fill for one in found.boxes}
    assert fills["b/conv"] == "heat6"
    diagram_scene(found, "memory")


def test_a_long_title_does_not_make_the_picture_wide() -> None:
    usual = diagram_scene(residual())
    wide = diagram_scene(residual()._replace(title="A network " * 30, totals="1 params " * 80))
    assert usual.width < wide.width < 1000
    assert max(one.x + words_width(one.text, one.size, one.bold) for one in wide.items if isinstance(one, Text)) <= wide.width


@pytest.mark.parametrize("direction", ["down", "right"])
def test_names_are_text_whatever_they_are(direction: str) -> None:
    scene: Scene = diagram_scene(hostile(), direction=direction)
    root = ElementTree.fromstring(svg(scene).encode())
    assert not [node for node in root.iter() if node.tag.endswith("script")]
    assert b"<svg" in run_graphviz(dot_file(hostile(), direction), "svg")


@pytest.mark.parametrize("name", ["lenet5", "resnet18", "googlenet", "densenet121", "unet"])
def test_the_dot_file_is_one_that_graphviz_takes(name: str) -> None:
    texts = [node.text for node in ElementTree.fromstring(run_graphviz(dot_file(folded(name)), "svg")).iter()]
    assert folded(name).title in texts
    assert all(box.title in " ".join(filter(None, texts)) for box in folded(name).boxes if box.kind == "layer")


def crossed(scene: Scene) -> set[str]:
    """The sizes that an arrow runs through: its points by de Casteljau's halving."""

    def halved(a: Point, b: Point, c: Point, d: Point, times: int) -> list[Point]:
        if not times:
            return [a, d]
        ab, bc, cd = middle(a, b), middle(b, c), middle(c, d)
        abc, bcd = middle(ab, bc), middle(bc, cd)
        return halved(a, ab, abc, middle(abc, bcd), times - 1) + halved(middle(abc, bcd), bcd, cd, d, times - 1)

    def middle(one: Point, other: Point) -> Point:
        return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2

    items = items_of(scene.items)
    curves = [one for one in items if isinstance(one, Curve) and one.bezier]
    points = [point for one in curves for at in range(0, len(one.points) - 3, 3) for point in halved(*one.points[at : at + 4], 7)]
    words = [one for one in scene.items if isinstance(one, Text) and one.size == 11 and "×" in one.text]
    return {
        one.text for one in words for x, y in points if one.x < x < one.x + words_width(one.text, 11) and one.y - 8 < y < one.y
    }


BRANCHES = """
- conv: 16 3x3 same
- relu:
  as: early
- max_pool: 2
- conv: 32 3x3 same
- relu:
  as: mid
- max_pool: 2
- conv: 64 3x3 same
"""


def test_no_arrow_runs_through_a_size(net: Callable[..., archlens.Network]) -> None:
    """Outputs in the middle: their arrows leave where the sizes of the trunk would be."""
    network = net(BRANCHES, input="3x64x64", outputs="{first: early, second: mid}")
    scene = diagram_scene(diagram(network.graph, network.analyze(), "layer"), columns=1)
    assert {one.text for one in scene.items if isinstance(one, Text)} >= {"16×64×64", "16×32×32", "32×32×32", "32×16×16"}
    assert crossed(scene) == set()


@pytest.mark.parametrize(("label", "side"), [("", "left"), ("a long label", "right")])
def test_a_size_is_not_on_the_label_of_a_frame(label: str, side: str) -> None:
    """By hand: an arrow from the right has its size at the left of its head, unless the frame's label is there."""
    boxes = (box("layer", "a", layers=(0,)), box("layer", "s/b", layers=(1,), cluster=0))
    found = Diagram("Net", "", "layer", boxes, (Edge(0, 1, (1, 8, 4, 4), True, False),), (Cluster("s", label, 1, -1),), 0, 0)
    arrow = Arrow(((140.0, 42.0), (140.0, 60.0), (100.0, 60.0), (100.0, 93.0)), (100.0, 100.0))
    placed = Layout(200, 150, (Place(90, 0, 100, 42), Place(50, 100, 100, 42)), (arrow,), (Place(20, 78, 160, 70),))
    (text,) = size_texts(found, placed, "down")
    assert (text.text, text.x < 100) == ("8×4×4", side == "left")


def test_a_skip_into_a_box_has_a_head_of_its_own() -> None:
    """As in NASNet, whose cells read the two before them: skip and trunk touch the box at different places."""
    one = chain(4, ((0, 2),))
    placed = parts(one)
    tips = [arrow.tip for edge, arrow in zip(one.edges, placed.arrows, strict=True) if edge.head == 2]
    assert len(tips) == 2
    assert abs(tips[0][0] - tips[1][0]) + abs(tips[0][1] - tips[1][1]) > 10
