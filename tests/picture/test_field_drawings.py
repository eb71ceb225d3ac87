"""Drawings of receptive fields: boxes are what units see, rows of cells what they read, curves the recurrence."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

import archlens
from archlens.errors import UsageError
from archlens.report.fields.cone import has_cone
from archlens.report.fields.drawing import field_scene, fields_scene
from archlens.report.fields.looks import MOST, looks
from archlens.report.numbers import runs
from archlens.report.picture.letters import words_width
from archlens.report.picture.scene import Circle, Curve, Rect
from archlens.report.picture.svg import svg
from tests.picture.shapes import groups, height_of, only, overlaps, shapes, texts

NETWORKS = ("vgg16", "resnet50", "mobilenet_v1", "unet", "deeplabv3_resnet50", "m5", "c3d", "lenet5", "inception_v3", "vit_b16")


def stack(*dilations, size=24, kernel=3, stride=1):
    lines = [f"  - conv: 2 {kernel}x{kernel} /{stride} same dilation={dilation}\n" for dilation in dilations]
    return archlens.load_text(f"archlens: 1\nname: Stack\ninput: 1x{size}x{size}\nlayers:\n{''.join(lines)}").walk()


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_shown_grows_and_ends_with_what_was_asked(name):
    walk = archlens.load(name).walk()
    shown = looks(walk)
    assert 0 < len(shown) <= MOST
    sizes = [look.step.after.size for look in shown]
    assert all(a != b and all(x <= y for x, y in zip(a, b, strict=True)) for a, b in pairwise(sizes))
    assert sizes[-1] == walk.field.size
    assert shown[-1].axes == walk.sight.inputs["input"]


@pytest.mark.parametrize("name", NETWORKS)
def test_drawings_are_xml_and_their_words_apart(name):
    scene = field_scene(archlens.load(name).walk())
    ElementTree.fromstring(svg(scene).encode())
    assert overlaps(scene) == []
    assert all(0 <= text.x <= scene.width and 0 < text.y < scene.height for text in texts(scene))


def test_a_long_name_is_cut_and_its_window_is_not():
    spec = f"archlens: 1\nname: {'Wide ' * 30}\ninput: 1x9x9\nlayers:\n  - conv: 2 3x3 same\n    name: {'y' * 200}\n"
    scene = field_scene(archlens.load_text(spec).walk())
    assert overlaps(scene) == []
    for text in texts(scene):
        wide = words_width(text.text, text.size, text.bold)
        left = text.x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.anchor]
        assert 0 <= left < left + wide <= scene.width, text.text
    assert sum(text.text.endswith("… · K 3") for text in texts(scene)) == 1


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "deeplabv3_resnet50", "c3d", "faster_rcnn_vgg16"])
def test_boxes_are_what_centre_units_see(name):
    """Frame and boxes have one scale, by which the edges of each are those of `Network.sight`."""
    network = archlens.load(name)
    walk = network.walk()
    scene = field_scene(walk)
    outlines = [item for item in scene.items if isinstance(item, Rect) and not item.fill and item.stroke in ("ink", "accent")]
    *boxes, frame = outlines
    size = walk.size[-1]
    scale = frame.width / size
    assert frame.height == pytest.approx(scale * walk.size[-2])
    shown = looks(walk)
    assert len(boxes) == len(shown)
    for look, box in zip(shown, boxes, strict=True):
        at = walk.node.path if look is shown[-1] else walk.graph.nodes[look.step.node].path
        y, x = network.sight(at).inputs[walk.way.input][-2:]
        assert (box.x - frame.x) / scale == pytest.approx(x.reach[0])
        assert (box.x + box.width - frame.x) / scale == pytest.approx(x.reach[1] + 1)
        assert (box.y - frame.y) / scale == pytest.approx(y.reach[0])
        assert (box.y + box.height - frame.y) / scale == pytest.approx(y.reach[1] + 1)


def test_padding_is_hatched_outside_the_input_only():
    """Of ResNet-50's 427 pixels 224 are real, and of VGG-16's 212 all."""
    for name, hatched in (("resnet50", True), ("vgg16", False)):
        scene = field_scene(archlens.load(name).walk())
        boxes = [item for item in scene.items if isinstance(item, Rect) and not item.fill and item.stroke in ("ink", "accent")]
        frame, outer = boxes[-1], boxes[-2]
        lines = [
            item
            for item in scene.items
            if isinstance(item, Curve) and item.stroke == "rule" and len({*item.points[0], *item.points[1]}) == 4
        ]
        assert bool(lines) == hatched
        for line in lines:
            (x, y), (to_x, to_y) = line.points
            middle = ((x + to_x) / 2, (y + to_y) / 2)
            assert x - to_x == pytest.approx(to_y - y)
            assert outer.x <= x <= to_x <= outer.x + outer.width
            assert outer.y <= to_y <= y <= outer.y + outer.height
            assert not (frame.x < middle[0] < frame.x + frame.width and frame.y < middle[1] < frame.y + frame.height)
        said = any("hatched" in text.text for text in texts(scene))
        assert said == hatched


def test_holes_are_left_out():
    """Three kernels of 3 with dilation 2 read 3², 5² and 7² pixels, every other one of 5, 9 and 13."""
    scene = field_scene(stack(2, 2, 2))
    cells = {
        group.data["layer"]: [item for item in group.items if isinstance(item, Rect)] for group in groups(scene.items, "sees")
    }
    assert {name: len(found) for name, found in cells.items()} == {"conv1": 9, "conv2": 25, "conv3": 49}
    frame = [item for item in scene.items if isinstance(item, Rect) and item.stroke == "ink" and not item.fill][-1]
    assert {round(24 * cell.width / frame.width, 6) for found in cells.values() for cell in found} == {1}
    assert runs([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]


def test_strips_of_one_axis():
    walk = archlens.load("m5").walk()
    scene = field_scene(walk)
    bars = [
        next(item for item in group.items if isinstance(item, Rect) and not item.fill) for group in groups(scene.items, "sees")
    ]
    (frame,) = [item for item in scene.items if isinstance(item, Rect) and (item.fill, item.stroke) == ("panel", "ink")]
    assert [round(bar.width / frame.width * 8000) for bar in bars] == [128, 448, 1728, 6848]  # Dai et al. 2017, by the recurrence


def test_the_curve_is_the_recurrence():
    walk = archlens.load("vgg16").walk()
    scene = field_scene(walk)
    points = [group.items[0] for group in groups(scene.items, "point")]
    fields = [1, 3, 5, 6, 10, 14, 16, 24, 32, 40, 44, 60, 76, 92, 100, 132, 164, 196, 212]
    low, high = height_of(scene, "50"), height_of(scene, "200")
    assert all(isinstance(point, Circle) for point in points)
    assert [round(50 + 150 * (point.y - low) / (high - low), 6) for point in points] == fields
    assert {"jump 1", "jump 2", "jump 4", "jump 8", "jump 16"} <= {text.text for text in texts(scene)}


def test_rows_of_a_stack_are_read_3_5_7():
    scene = field_scene(stack(1, 1, 1, size=15))
    read = {}
    for group in groups(scene.items, "cell"):
        (cell,) = group.items
        if cell.fill == "heat5":
            read.setdefault(cell.y, []).append(int(group.data["unit"]))
    assert [found for _, found in sorted(read.items())] == [[7], [6, 7, 8], [5, 6, 7, 8, 9], [4, 5, 6, 7, 8, 9, 10]]
    assert {"sees 3 px", "sees 5 px", "sees 7 px", "reads 7 px"} <= {text.text for text in texts(scene)}


def test_rows_of_a_small_map_read_padding():
    scene = field_scene(stack(2, 2, size=5))
    outside = [group for group in groups(scene.items, "cell") if "padding" in group.tooltip]
    assert [int(group.data["unit"]) for group in outside] == [-2, -1, 5, 6]
    assert [group.items[0].stroke for group in outside] == ["accent", "rule", "rule", "accent"]  # of them -2 and 6 are read
    assert all(group.items[0].dashed for group in outside)
    lines = [item for item in shapes(scene.items) if isinstance(item, Curve) and item.stroke == "skip"]
    assert sum(len({*line.points}) - 1 for line in lines) == 3 + 3 * 3


@pytest.mark.parametrize(
    ("walk", "drawn"),
    [(stack(1, 2, 4), True), (stack(1, 2, 4, 8, 16), False), (stack(*[1] * 7), False), (stack(1, kernel=1), None)],
    ids=["15 px", "63 px", "7 layers", "nothing"],
)
def test_only_small_networks_have_rows(walk, drawn):
    if drawn is None:
        with pytest.raises(UsageError, match="nothing to draw: every unit of conv sees the one pixel"):
            field_scene(walk)
    else:
        assert has_cone(walk) == drawn
        assert bool(groups(field_scene(walk).items, "cell")) == drawn


def test_numbers_have_their_units_and_commas():
    assert field_scene(archlens.load("convnext_tiny").walk()).title == "ConvNeXt-T: receptive field 1,688 px"
    scene = field_scene(archlens.load("faster_rcnn_vgg16").walk())
    assert only(scene, "input height 600 px")
    assert only(scene, "input width 850 px")


def test_one_step_is_no_curve():
    """Of ViT-B/16 one layer reads the picture by patches; the 98th of 1 + 14·14 tokens is no centre, and all see all then."""
    scene = field_scene(archlens.load("vit_b16").walk())
    assert groups(scene.items, "point") == []
    assert len(groups(scene.items, "cell")) == 1 + 1 + 16 + 1  # the patch; its pixels, and one at each side
    said = next(text.text for text in texts(scene) if text.text.startswith("of Encoder1"))
    assert "unit 98 of 197 sees 0.5" in said
    assert said.endswith("Encoder1/attention/multihead_attention is the first to see all of it")


def test_several_networks_have_a_curve_each():
    walks = [archlens.load(name).walk() for name in ("vgg16", "resnet50", "mobilenet_v1")]
    scene = fields_scene(walks)
    assert len(groups(scene.items, "point")) == sum(len(walk.steps) + 1 for walk in walks)
    assert only(scene, "input 224 px")
    assert overlaps(scene) == []


@pytest.mark.parametrize(("name", "at"), [("lenet5", "F6"), ("ssd300", "confidences")])
def test_a_layer_that_sees_all_is_drawn(name, at):
    scene = field_scene(archlens.load(name).walk(at))
    assert "the whole input" in scene.title
    assert overlaps(scene) == []
    assert all(0 < text.y < scene.height for text in texts(scene))
