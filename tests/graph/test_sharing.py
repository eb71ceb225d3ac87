"""`weights:` shares parameters, `freeze:` holds them still."""

from __future__ import annotations

import pytest

from archlens.analysis.run import analyze
from tests.graph.spelling import analysis, faults, graph, layers, network

SIAMESE = """
inputs: {left: 3x16x16, right: 3x16x16}
blocks:
  Encoder(width=8):
    - conv: width 3x3 same
    - batch_norm
    - relu
    - conv: 2*width 3x3 same
    - global_avg_pool
layers:
  - Encoder:
    name: encoder
    as: a
  - Encoder:
    from: right
    weights: encoder
    as: b
  - concat: [a, b]
  - linear: 1
"""


def test_shared_parameters_count_once() -> None:
    found = analysis(SIAMESE)
    encoder = (3 * 8 * 9 + 8) + 2 * 8 + (8 * 16 * 9 + 16)
    assert found.totals.params == encoder + (32 + 1)
    assert found.totals.buffers == 2 * 8 + 1
    assert found.totals.macs == 2 * 256 * (3 * 8 * 9 + 8 * 16 * 9) + 32
    assert [layer.shared_with for layer in found.layers][:6] == [None] * 5 + ["encoder/conv1"]


def test_owners_are_the_first_of_a_chain() -> None:
    net = network("- conv: 3 3x3 same\n  name: a\n- conv: 3 3x3 same\n  name: b\n  weights: a\n- conv: 3 3x3 same\n  weights: b")
    assert [node.owner for node in net.nodes] == ["a", "a", "a"]


def test_a_repeat_can_share_with_its_first_turn() -> None:
    net = network("- conv: 3 3x3 same\n  name: step\n  weights: step1\n  repeat: 3")
    assert [node.owner for node in net.nodes] == ["step1"] * 3
    assert analyze(net).totals.params == 3 * 3 * 9 + 3


def test_the_nearest_name_is_meant() -> None:
    before = """
    input: 3x8x8
    blocks:
      Twice:
        - conv: 3 3x3 same
          name: own
        - conv: 3 3x3 same
          weights: own
        - conv: 3 3x3 same
          weights: stem
    """
    net = network("- conv: 3 3x3 same\n  name: stem\n- conv: 3 3x3 same\n  name: own\n- Twice", before)
    assert [node.owner for node in net.nodes[2:]] == ["Twice/own", "Twice/own", "stem"]


def test_sharing_inside_shared_blocks() -> None:
    before = "input: 3x8x8\nblocks:\n  Pair: [{conv: 3 3x3 same, name: a}, {conv: 3 3x3 same, weights: a}, batch_norm]"
    net = network("- Pair:\n  name: one\n- Pair:\n  weights: one", before)
    assert [node.owner for node in net.nodes] == ["one/a", "one/a", "one/batch_norm"] * 2
    assert analyze(net).totals.params == 84 + 6


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("- conv: 3 3x3\n  name: a\n- conv: 3 3x3 bias=false\n  weights: a", "conv cannot share the weights of a"),
        ("- conv: 3 3x3\n  name: a\n- depthwise_conv: 3x3\n  weights: a", "depthwise_conv cannot share the weights of a"),
        ("- conv: 3 3x3\n  weights: b\n- conv: 3 3x3\n  name: b", "no earlier layer or block is named `b`"),
        ("- A:\n  name: a\n- conv: 3 3x3\n  weights: a", "`a` is no layer to share weights with"),
        ("- conv: 3 3x3\n  name: a\n- A:\n  weights: a", "`a/conv` is no layer to share weights with"),
        ("- A:\n  name: a\n- B:\n  weights: a", "`a/conv2` is no layer to share weights with"),
    ],
)
def test_what_cannot_be_shared(lines: str, message: str) -> None:
    before = "input: 3x32x32\nblocks:\n  A: [conv: 3 3x3]\n  B: [{conv: 3 3x3, name: conv}, {conv: 3 3x3, name: conv2}]"
    assert [d.message for d in faults(layers(lines, before))] == [message]


NET = """
- for: {w: [8, 16]}
  name: stage$index
  do:
    - conv: w 3x3
      name: conv
    - batch_norm
- global_avg_pool
- linear: 10
  name: head
"""
SIZES = {"stage1/conv": 224, "stage1/batch_norm": 16, "stage2/conv": 1168, "stage2/batch_norm": 32, "head": 170}
FREEZE = {
    "everything": ("'*'", set()),
    "everything but the head": ('["*", "!head"]', {"head"}),
    "a scope": ("[stage1]", {"stage2/conv", "stage2/batch_norm", "head"}),
    "a glob over layers": ('["*/batch_norm"]', {"stage1/conv", "stage2/conv", "head"}),
    "a glob over scopes": ('["stage?"]', {"head"}),
    "a set of letters": ('["stage[1]"]', {"stage2/conv", "stage2/batch_norm", "head"}),
    "the last match wins": ('["!head", "*", "!stage2", "stage2/conv"]', {"stage2/batch_norm"}),
    "the same again": ('[head, "!head", head]', set(SIZES) - {"head"}),
}


@pytest.mark.parametrize("name", FREEZE)
def test_freeze(name: str) -> None:
    patterns, trainable = FREEZE[name]
    found = analysis(layers(NET) + f"freeze: {patterns}\n")
    assert {layer.path for layer in found.layers if layer.trainable and layer.params} == trainable
    assert found.totals.trainable_params == sum(SIZES[path] for path in trainable)
    assert found.totals.params == sum(SIZES.values())


def test_a_shared_layer_is_frozen_with_its_owner() -> None:
    lines = "- conv: 3 3x3 same\n  name: a\n- conv: 3 3x3 same\n  name: b\n  weights: a"
    assert [n.trainable for n in graph(layers(lines) + "freeze: [a]\n").nodes] == [False, False]
    for patterns in ("[a, b]", "[b, a]", '["*"]'):  # the outcome counts, not the way there
        assert [n.trainable for n in graph(layers(lines) + f"freeze: {patterns}\n").nodes] == [False, False]
    (fault,) = faults(layers(lines) + "freeze: [b]\n")
    assert fault.code == "ARC134"
    assert "freeze `a`" in fault.help


def test_a_part_of_a_name_is_not_a_scope() -> None:
    assert [d.code for d in faults(layers("- conv: 8 3x3\n  name: stem1") + "freeze: [stem]\n")] == ["ARC134"]
