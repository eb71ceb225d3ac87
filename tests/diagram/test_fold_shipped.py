"""What holds of every diagram, over all that ships and random networks; and what papers say of the shipped ones."""

from __future__ import annotations

import functools
from random import Random

import pytest

import archlens
from archlens.analysis.run import analyze
from archlens.report.diagram.fold import LEVELS, diagram
from tests.diagram.properties import check, copies, scattered
from tests.pytorch.grown import grow_layers
from tests.shipped import targets

SHIPPED = [target for name in sorted(archlens.shipped()) for target in targets(name)]


@functools.cache
def drawn(name, level=None):
    network = archlens.load(name)
    return diagram(network.graph, network.analyze(), level)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_every_diagram_holds(name):
    network = archlens.load(name)
    for level in LEVELS:
        check(diagram(network.graph, network.analyze(), level), network.graph, network.analyze())
    found = diagram(network.graph, network.analyze())
    assert len(found.boxes) <= 40


@pytest.mark.parametrize("seed", range(30))
def test_random_networks_whose_blocks_take_turns(seed):
    random = Random(seed)
    graph = scattered(grow_layers(random, axes=2, inputs=1 + seed % 2, steps=12), random)
    if not graph.nodes:
        return
    analysis = analyze(graph)
    for level in LEVELS:
        check(diagram(graph, analysis, level), graph, analysis)
    for globs in (["a"], ["b", "a/*"], ["*"]):
        check(diagram(graph, analysis, "layer", fold=[glob for glob in globs if _matches(graph, glob)]), graph, analysis)


STEPS = (
    "conv: 4 3x3 same",
    "conv: 4 3x3 same",
    "relu",
    "batch_norm",
    "max_pool: 3x3 /1 padding=1",
    "add: {m: [conv: 4 1x1, relu], x: []}",
    "add: {m: [conv: 4 1x1], x: [], y: [conv: 4 1x1]}",
    "add: [prev, input]",
)


def repeating(random):
    """A network of blocks in blocks, much of it repeated."""
    text, names = "archlens: 1\ninput: 4x6x6\nblocks:\n", []
    for name in ("A", "B", "C"):
        text += f"  {name}:\n" + _lines(random, names, "    ")
        names.append(name)
    return archlens.load_text(text + "layers:\n" + _lines(random, names, "  "))


def _lines(random, names, indent):
    lines = ""
    for _ in range(random.randint(1, 4)):
        step = random.choice([*STEPS, *names * 3])
        lines += f"{indent}- {step}{'' if ': ' in step else ':'}\n"
        if not step.startswith("add") and random.random() < 0.6:
            lines += f"{indent}  repeat: {random.randint(2, 4)}\n"
    return lines


@pytest.mark.parametrize("seed", range(60))
def test_random_networks_that_repeat_themselves(seed):
    network = repeating(Random(seed))
    for level in LEVELS:
        check(diagram(network.graph, network.analyze(), level), network.graph, network.analyze())
    found = diagram(network.graph, network.analyze(), "layer", unfold=["*"]) if "/" in network.graph.nodes[-1].path else None
    assert found is None or found.boxes == diagram(network.graph, network.analyze(), "layer").boxes


def _matches(graph, glob):
    from fnmatch import fnmatchcase

    scopes = {"/".join(node.path.split("/")[:end]) for node in graph.nodes for end in range(1, node.path.count("/") + 1)}
    return any(fnmatchcase(scope, glob) for scope in scopes)


def test_it_takes_turns_in_truth():
    """Among these networks are some whose blocks would read from each other as wholes."""
    torn = 0
    for seed in range(60):
        random = Random(seed)
        graph = scattered(grow_layers(random, axes=2, inputs=1 + seed % 2, steps=12), random)
        found = diagram(graph, analyze(graph), "stage") if graph.nodes else None
        paths = [box.path for box in found.boxes if box.kind == "block"] if found else []
        torn += len(paths) != len(set(paths))
    assert torn > 3


# ---- what papers say ----


def repeats(name, block, level="block"):
    """How many instances of a block follow each other in each stage: by frame, and where there is none, alone."""
    found = drawn(name, level)
    counts = {}
    for number, box in enumerate(found.boxes):
        if box.title.split(" ")[0] == block:
            counts.setdefault(box.cluster if box.cluster >= 0 else box.path, []).append(copies(found, number))
    return [sum(count) for count in counts.values()]


@pytest.mark.parametrize(
    ("name", "block", "counts"),
    [
        ("resnet18", "Basic", [2, 2, 2, 2]),  # He et al. 2015, table 1
        ("resnet34", "Basic", [3, 4, 6, 3]),
        ("resnet50", "Bottleneck", [3, 4, 6, 3]),
        ("resnet101", "Bottleneck", [3, 4, 23, 3]),
        ("resnet152", "Bottleneck", [3, 8, 36, 3]),
        ("resnet110", "Basic", [18, 18, 18]),  # section 4.2: 6n + 2 layers
        ("convnext_tiny", "Block", [3, 3, 9, 3]),  # Liu et al. 2022, section 2.2
        ("densenet121", "Dense", [6, 12, 24, 16]),  # Huang et al. 2016, table 1
        ("darknet53", "Residual", [1, 2, 8, 8, 4]),  # Redmon & Farhadi 2018, table 1
        ("vit_b16", "Encoder", [12]),  # Dosovitskiy et al. 2020, table 1
        ("vit_l16", "Encoder", [24]),
        ("googlenet", "Inception", [1] * 9),  # Szegedy et al. 2014, table 1
        ("squeezenet1_1", "Fire", [1] * 8),  # Iandola et al. 2016, table 1
    ],
)
def test_blocks_by_stage(name, block, counts):
    assert repeats(name, block) == counts


@pytest.mark.parametrize(
    ("name", "times"), [("resnet50", (2, 3, 5, 2)), ("resnet101", (2, 3, 22, 2)), ("resnet152", (2, 7, 35, 2))]
)
def test_the_first_block_of_a_stage_stands_apart(name, times):
    found = drawn(name, "block")
    blocks = [(box.title, box.times) for box in found.boxes if box.kind == "block"]
    widths = [(64, "/1"), (128, "/2"), (256, "/2"), (512, "/2")]
    wanted = [pair for (width, stride), n in zip(widths, times, strict=True) for pair in _stage(width, stride, n)]
    assert blocks == wanted
    assert [frame.label for frame in found.clusters] == ["stage1", "stage2", "stage3", "stage4"]


def _stage(width, stride, times):
    return [(f"Bottleneck {width} {stride}", 1), (f"Bottleneck {width}", times)]


def test_the_inside_of_a_block_is_drawn_once():
    """ResNet-152: thirty-five equal blocks of stage 3, three convolutions and a sum each; a projection in the first."""
    found = drawn("resnet152", "layer")
    frames = {frame.label: (number, frame.times) for number, frame in enumerate(found.clusters)}
    number, times = frames["Bottleneck 256"]
    inside = [box.title for box in found.boxes if box.cluster == number]
    assert times == 35
    assert inside == ["conv 256 1×1", "conv 256 3×3", "conv 1024 1×1", "add"]
    assert sum(box.cluster == frames["Bottleneck 256 /2"][0] for box in found.boxes) == 5
    shortcuts = [edge for edge in found.edges if edge.skip]
    assert len(shortcuts) == 4  # the identities; projections are convolutions


def test_vgg_is_thirteen_convolutions_and_three_layers():
    found = drawn("vgg16", "block")
    assert found == drawn("vgg16", "layer")._replace(level="block")  # a convolution and its activation are one box anyway
    convs = [(box.cluster, box.times) for box in found.boxes if box.family == "convolution"]
    assert convs == [(0, 1), (0, 1), (1, 1), (1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (4, 3)]
    assert [box.title for box in found.boxes if box.family == "linear"] == ["linear 4096", "linear 4096", "linear 1000"]


def test_mobilenet_says_expansion_width_and_stride():
    """Sandler et al. 2018, table 2: t, c, n, s."""
    found = drawn("mobilenet_v2", "block")
    firsts = [box.title for box in found.boxes if box.title.startswith("Inverted")]
    table = [(1, 16, 1), (6, 24, 2), (6, 32, 2), (6, 64, 2), (6, 96, 1), (6, 160, 2), (6, 320, 1)]
    assert firsts == [f"Inverted {c} expand={t} /{s}" for t, c, s in table]
    assert [box.times for box in found.boxes if box.title == "Residual"] == [1, 2, 3, 2, 2]  # n - 1


def test_unet_has_a_shortcut_across_at_every_size():
    """Ronneberger et al. 2015, figure 1: four."""
    for level in ("layer", "block"):
        found = drawn("unet:paper", level)
        across = [edge for edge in found.edges if edge.skip and found.boxes[edge.tail].path.startswith("down")]
        assert [edge.shape[1] for edge in across] == [512, 256, 128, 64]
        assert all(found.boxes[edge.head].path.startswith("up") for edge in across)


def test_googlenet_forks_four_times_in_every_module():
    found = drawn("googlenet_2014", "layer")
    joins = [number for number, box in enumerate(found.boxes) if box.title == "concat"]
    assert len(joins) == 9
    assert all(sum(edge.head == join for edge in found.edges) == 4 for join in joins)


def test_yolo_reads_three_maps():
    found = drawn("yolov3")
    assert [box.shape for box in found.boxes if box.kind == "output"] == [(1, 255, 13, 13), (1, 255, 26, 26), (1, 255, 52, 52)]
    assert [found.boxes[edge.head].title for edge in found.edges if edge.skip] == ["Finer 256", "Finer 128"]


def test_the_words_under_the_title():
    assert drawn("resnet50").totals == "25.56M params · 4.089G MACs · receptive field 427 · 3×224×224 → 1000"
    assert drawn("ssd300").totals.endswith("3×300×300 → 8732×4, 8732×21")


def test_frozen_features():
    found = drawn("resnet50_features")
    assert {box.title for box in found.boxes if box.params and not box.frozen} == {"linear 10"}
