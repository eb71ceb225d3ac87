"""A network as a text tree."""

import pytest

import archlens
from archlens.errors import text_width
from archlens.report.diagram.fold import LEVELS, diagram
from archlens.report.diagram.model import Box, Cluster, Diagram, Edge
from archlens.report.diagram.tree import WIDTH, tree_text
from tests.diagram.test_fold_shipped import SHIPPED

LAYERS = """
- conv: 4 3x3 same
  name: stem
- for: {n: [2]}
  name: stage$index
  do:
    - Basic:
      repeat: n
    - max_pool: 2x2
- add: {left: [conv: 4 1x1], right: [conv: 4 1x1]}
- conv: 10 1x1
  name: head
"""
BLOCKS = "Basic:\n  - add: {main: [conv: 4 3x3 same, relu, conv: 4 3x3 same], x: []}\n  - relu"
TREE = """
net
830 params · 47.23k MACs · receptive field 12 · 4×8×8 → 10×4×4

name              operation             output  params   MACs
────────────────  ────────────────────  ──────  ──────  ─────
input                                   4×8×8
stem              conv 4 3×3                       148  9,216
stage1
├─ Basic1 ×2      Basic
│  ├─ main/conv1  conv 4 3×3 · relu                148  9,216
│  ├─ main/conv2  conv 4 3×3                       148  9,216
│  └─ add         add · relu
│                 + from stem
└─ max_pool       max_pool 2×2 /2       4×4×4
left/conv         conv 4 1×1                        20    256
right/conv        conv 4 1×1                        20    256
                  from stage1/max_pool
add               add
                  + from left/conv
head              conv 10 1×1           10×4×4      50    640
output                                  10×4×4
"""


def tree(network, level=None):
    return tree_text(diagram(network.graph, network.analyze(), level))


def test_a_network_as_a_tree(net):
    """Worked by hand: 4·9·4 weights and 4 biases at 8·8 places in a convolution; 5·148 + 2·20 + 50 parameters."""
    network = net(LAYERS, input="4x8x8", blocks=BLOCKS, name="net")
    said = tree(network, "layer").splitlines()
    wanted = TREE.strip().splitlines()
    assert said == wanted


def test_figures_are_in_columns(net):
    lines = tree(net(LAYERS, input="4x8x8", blocks=BLOCKS), "layer").splitlines()[3:]
    ends = {
        line.rindex(line.split()[-1]) + len(line.split()[-1]) for line in lines if line.endswith(("9,216", "256", "640", "MACs"))
    }
    assert len(ends) == 1
    starts = {line.index("conv 4") for line in lines if "conv 4" in line}
    assert len(starts) == 1


@pytest.mark.parametrize("name", SHIPPED)
def test_it_fits(name):
    network = archlens.load(name)
    for level in LEVELS:
        lines = tree(network, level).splitlines()
        assert max(map(text_width, lines[3:])) <= WIDTH
        assert len(lines) > 5


def test_every_box_and_every_other_source_is_said():
    """U-Net: each block of the way up reads from the block of its size on the way down."""
    lines = tree(archlens.load("unet:paper"), "block").splitlines()
    sources = [line.split("from ")[1] for line in lines if "from " in line]
    assert sources == ["down4/Double", "down3/Double", "down2/Double", "down1/Double"]
    assert sum("Double " in line and "from" not in line for line in lines) == 5


def test_a_closed_stage_says_its_blocks():
    lines = tree(archlens.load("densenet121"), "stage").splitlines()
    assert [line.split()[1:6] for line in lines if line.startswith("dense")] == [
        ["Dense", "×6", "·", "Transition", "128×28×28"],
        ["Dense", "×12", "·", "Transition", "256×14×14"],
        ["Dense", "×24", "·", "Transition", "512×7×7"],
        ["Dense", "×16", "1024×7×7", "2.158M", "104.4M"],
    ]


def test_hostile_names_stay_on_their_line():
    evil = "a\nb\x1b[31m\u202e<script>" + "界" * 60
    boxes = [
        Box("layer", evil, "other", evil, (evil,), (1, 2), 2, (0,), 5, 7, 8, 9, None, False, None, number) for number in (0, -1)
    ]
    found = Diagram(evil, evil, "layer", tuple(boxes), (Edge(0, 1, (1, 2), True, False),), (Cluster(evil, evil, 3, -1),), 5, 7)
    lines = tree_text(found).split("\n")
    assert len(lines) == 3 + 2 + 3  # title, totals, a blank; the heading and its rule; a frame and two boxes
    assert all(char.isprintable() for line in lines for char in line)
    assert max(map(text_width, lines[3:])) <= WIDTH


def test_frozen_and_shared_parameters_are_said(net):
    layers = "- conv: 4 1x1\n  name: one\n- relu\n- conv: 4 1x1\n  name: two\n  weights: one\n- conv: 4 1x1\n  name: three"
    network = net(layers, input="4x8x8", freeze='["three"]')
    lines = {line.split()[0]: line for line in tree(network, "layer").splitlines() if line}
    assert lines["one"].split()[-2:] == ["20", "1,024"]  # 4·4 weights and 4 biases, at 8·8 places
    assert lines["two"].split()[-2:] == ["shared", "1,024"]
    assert "conv 4 1×1 · frozen" in lines["three"]
    assert not any(word in lines["one"] for word in ("frozen", "shared"))


def test_what_reads_another_output_than_the_line_says_has_its_shape(net):
    """Of a GRU the sequence goes on in one line, the state in another."""
    gru = "- gru: 6 bidirectional=true\n  as: [sequence, state]\n- linear: 3\n  from: state\n- add: [sequence, sequence]"
    lines = {line.split()[0]: line.split() for line in tree(net(gru, input="5x4"), "layer").splitlines() if line}
    assert lines["gru"][1:5] == ["gru", "6", "bidirectional", "5×12"]
    assert lines["linear"][1:4] == ["linear", "3", "3"]
    assert "5×12" in lines["add"]


def test_a_batch_is_said(net):
    """4·(3·9 + 1) parameters whatever the batch; MACs of all samples, 4·27·8·8 each."""
    network = net("- conv: 4 3x3 same", input="3x8x8", name="net")
    assert "112 params · 6,912 MACs · " in tree(network)
    three = archlens.load(network.graph.spec, batch=3)
    assert "112 params · 20.74k MACs for a batch of 3 · " in tree(three)
