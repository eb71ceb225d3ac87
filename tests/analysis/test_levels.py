"""Blocks, stages and families: every layer in one of them, their sums, and the ratios that follow."""

from collections import Counter

import pytest

import archlens
from archlens.analysis.levels import SUMMED, families, grouped

NAMES = ["lenet5", "resnet50", "googlenet_2014", "mobilenet_v1", "vgg16"]
NETS = """
- conv: 4 3x3 same
- A: 4
- {A: 8, name: wide}
- global_avg_pool
- linear: 2
"""
BLOCKS = """
A(c):
  - Inner: c
  - add:
      main: [{conv: c 1x1}]
      side: [Inner: c]
  - relu
Inner(c):
  - conv: c 1x1 bias=false
  - batch_norm
"""


@pytest.fixture
def small(net):
    return net(NETS, input="3x8x8", blocks=BLOCKS).analyze()


def rows(analysis, level):
    return [(group.path, group.layers) for group in grouped(analysis.layers, level)]


def test_stages_are_the_first_part_of_a_path(small):
    assert rows(small, "stage") == [("conv", 1), ("A", 7), ("wide", 7), ("global_avg_pool", 1), ("linear", 1)]


def test_blocks_are_the_scope_a_layer_stands_in(small):
    assert rows(small, "block") == [
        ("conv", 1),
        *[
            (f"{name}{rest}", n)
            for name in ("A", "wide")
            for rest, n in (("/Inner", 2), ("/main", 1), ("/side/Inner", 2), ("", 2))
        ],
        ("global_avg_pool", 1),
        ("linear", 1),
    ]


def test_a_number_is_how_many_parts_of_a_path(small):
    assert rows(small, "1") == rows(small, "stage")
    assert rows(small, "3") == rows(small, "block")
    assert [path for path, _ in rows(small, "2")][1:5] == ["A/Inner", "A/main", "A/side", "A"]


@pytest.mark.parametrize("level", ["block", "stage", "2"])
@pytest.mark.parametrize("name", NAMES)
def test_groups_add_up_to_the_totals(name, level):
    analysis = archlens.load(name).analyze()
    found = grouped(analysis.layers, level)
    for figure in SUMMED:
        assert sum(getattr(group, figure) for group in found) == getattr(analysis.totals, figure)
    assert sum(group.layers for group in found) == len(analysis.layers)
    assert len({group.path for group in found}) == len(found)


def test_a_group_ends_at_its_last_layer():
    analysis = archlens.load("resnet18").analyze()
    ends = {group.path: group for group in grouped(analysis.layers, "stage")}
    last = {layer.path.split("/")[0]: layer for layer in analysis.layers}
    for path, group in ends.items():
        assert (group.output_shapes, group.receptive_field) == (last[path].output_shapes, last[path].receptive_field)
    assert ends["stage4"].output_shapes == ((1, 512, 7, 7),)
    steps = (1, 6), (2, 2), (4, 4 * 2), (4, 2), (8, 3 * 2), (8, 2), (16, 3 * 2), (16, 2), (32, 3 * 2)  # jump, kernel sizes less 1
    assert ends["stage4"].receptive_field.size == (1 + sum(jump * more for jump, more in steps),) * 2


def test_a_layer_and_a_block_of_one_name_stay_apart(net):
    layers = "- {linear: 4, name: a/x}\n- {linear: 4, name: b}\n- {linear: 4, name: b/y}"
    assert rows(net(layers, input="4").analyze(), "stage") == [("a", 1), ("b", 1), ("b", 1)]


def test_families_by_hand(small):
    found = {group.path: group for group in families(small.layers)}
    convs = 4 * 28 + sum(c_in * c + c * c + c + c * c for c_in, c in ((4, 4), (4, 8)))
    assert found["convolution"].params == convs
    assert found["normalization"].params == 2 * 2 * 4 + 2 * 2 * 8
    assert (found["linear"].params, found["linear"].macs) == (2 * 9, 16)
    assert found["convolution"].macs == 64 * (convs - 4 - 4 - 8)
    assert sum(group.layers for group in found.values()) == len(small.layers)
    assert next(iter(found)) == "convolution", "the most MACs first"


@pytest.mark.parametrize("name", NAMES)
def test_families_hold_every_layer(name):
    analysis = archlens.load(name).analyze()
    kinds = Counter(layer.family for layer in analysis.layers)
    assert {group.path: group.layers for group in families(analysis.layers)} == kinds


def test_ratios_of_a_linear_layer(net):
    """N vectors of F features through F×G weights: N MACs a weight, 2·N·F·G FLOPs for 4·(N·F + F·G + N·G) bytes."""
    for batch in (1, 7, 512):
        network = archlens.load(net("- linear: 50 bias=false", input="300").spec.source.name, batch=batch)
        totals = network.analyze().totals
        assert totals.macs_per_param == batch
        assert totals.arithmetic_intensity == 2 * batch * 300 * 50 / (4 * (batch * 300 + 300 * 50 + batch * 50))


def test_ratios_of_a_convolution(net):
    analysis = net("- conv: 8 3x3 same bias=false\n- flatten", input="4x10x12").analyze()
    conv, flatten = analysis.layers
    assert conv.macs_per_param == 120, "a kernel is used at every position"
    assert conv.arithmetic_intensity == 2 * 120 * 8 * 36 / (4 * (120 * 4 + 8 * 36 + 120 * 8))
    assert (flatten.macs_per_param, flatten.arithmetic_intensity) == (None, None)
    assert analysis.totals.arithmetic_intensity == conv.arithmetic_intensity, "a view moves nothing"


def test_shared_weights_are_read_each_time_and_owned_once(net):
    first, second = net("- {linear: 8, name: a}\n- {linear: 8, name: b, weights: a}", input="8").analyze().layers
    assert (first.moved, second.moved) == (8 + 72 + 8, 8 + 72 + 8)
    assert (first.macs_per_param, second.macs_per_param) == (64 / 72, None)


def test_an_analysis_says_itself_briefly():
    assert repr(archlens.load("lenet5").analyze()) == "<Analysis of LeNet-5: 61,706 params, 416,520 MACs>"
