"""Receptive fields measured by gradient: equal to those computed, on shipped and on random networks; a wrong one is found."""

from __future__ import annotations

import os
from itertools import permutations
from random import Random

import pytest

import archlens
from archlens.analysis.measured_field import TOO_MANY, TOO_WIDE, field_gaps
from archlens.analysis.receptive_field import receptive_fields
from archlens.graph.model import Graph
from archlens.pytorch import field as measuring
from archlens.pytorch.counterparts import counterpart
from archlens.pytorch.field import measure_fields
from tests.pytorch.grown import grow_layers
from tests.shipped import ALIKE, NETWORKS

PERMUTED = "the twin with one channel has no permute"
SEES_ALL = "it goes over the ends of a map that sees the whole input"
UNFOLLOWED = {"ssd300": {PERMUTED}, "deeplabv3_resnet50": {SEES_ALL}}
COUNT = int(os.environ.get("ARCHLENS_EXAMPLES", "25"))


def test_figures_worked_out_by_hand(net) -> None:
    graph = net("- conv: 4 7x7 /2 padding=3\n- max_pool: 3x3 /2 padding=1\n- conv: 4 3x3 same", "3x32x32").graph
    fields = measure_fields(graph).fields
    assert [(one.size, one.start, one.jump) for one in fields.values()] == [
        ((7, 7), (-3, -3), (2, 2)),
        ((11, 11), (-5, -5), (4, 4)),
        ((19, 19), (-9, -9), (4, 4)),
    ]


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) if name in ALIKE else name for name in NETWORKS])
def test_every_map_of_what_ships_is_measured(name: str) -> None:
    graph = archlens.load(name).graph
    measured = measure_fields(graph)
    computed = receptive_fields(graph).local
    assert field_gaps(graph, computed, measured) == []
    assert {*measured.unmeasured.values()} <= UNFOLLOWED.get(name, set())
    for node, field in zip(graph.nodes, computed, strict=True):
        is_map = field is not None and len(node.output_shapes[0]) == len(node.input_shapes[0]) == len(field.size) + 2
        if is_map and name in UNFOLLOWED and (node.layer.type_name == "permute" or all(field.whole)):
            continue
        assert is_map == (node.path in measured.fields), node.path


def random_graphs(holes: bool) -> list[Graph]:
    kinds = [(axes, inputs) for axes in (1, 2, 3) for inputs in (1, 2)]
    return [grow_layers(Random(seed), axes=kinds[seed % 6][0], inputs=kinds[seed % 6][1], holes=holes) for seed in range(COUNT)]


def test_random_networks_without_holes_have_the_fields_computed() -> None:
    layers = 0
    for seed, graph in enumerate(random_graphs(holes=False)):
        measured = measure_fields(graph)
        gaps = [gap for gap in field_gaps(graph, receptive_fields(graph).local, measured) if not gap.is_bound]
        assert gaps == [], f"seed {seed}"
        layers += len(measured.fields)
    assert layers > 4 * COUNT


def test_random_networks_with_holes_are_at_most_wider() -> None:
    wider = 0
    for seed, graph in enumerate(random_graphs(holes=True)):
        gaps = field_gaps(graph, receptive_fields(graph).local, measure_fields(graph))
        assert all(gap.is_bound for gap in gaps), f"seed {seed}: {gaps}"
        wider += len(gaps)
    assert COUNT < 25 or wider > 0


def counterpart_with_another_kernel(layer, shapes):
    """torch's convolution of 5×5 as one of 7×7."""
    part = counterpart(layer, shapes)
    if part.arguments.get("kernel_size") != (5, 5):
        return part
    return part._replace(arguments={**part.arguments, "kernel_size": (7, 7)})


def test_a_wrong_window_is_found(net, monkeypatch) -> None:
    network = net("- conv: 4 3x3\n- relu\n- conv: 4 5x5 /2")
    monkeypatch.setattr("archlens.pytorch.twin.counterpart", counterpart_with_another_kernel)
    verification = network.verify("meta")
    (fact,) = [fact for fact in verification.facts if fact.key == "receptive_fields"]
    assert fact.verdict == "differs"
    assert fact.differences == (("conv2", "size 7×7", "9×9"),)


def test_of_a_deep_network_some_are_measured(net, monkeypatch) -> None:
    monkeypatch.setattr(measuring, "_RUNS", 100)
    graph = net("- conv: 3 3x3 /1 padding=1\n  repeat: 20", "3x8x8").graph
    measured = measure_fields(graph)
    assert [*measured.fields] == ["conv1", "conv5", "conv9", "conv13", "conv17"]
    assert {*measured.unmeasured.values()} == {TOO_MANY}
    assert field_gaps(graph, receptive_fields(graph).local, measured) == []


AMONG_TURNED_AXES = {  # in how many of six orders of C, H and W all is measured
    "gelu": 6,
    "batch_norm": 6,
    "instance_norm": 2,
    "layer_norm": 2,
    "layer_norm: channels_first=true": 2,
    "linear: 9 in_features=features": 2,
    "softmax: 1": 2,
    "softmax: 2": 2,
    "mean: 1 keepdim=true": 2,
    "slice: 1 1 4": 2,
    "slice: 2 1 4 2": 4,
    "conv: 9 3x1 same": 1,
    "conv: 9 1x1": 2,
    "max_pool: 1x2": 1,
    "pad: 1": 1,
    "add: {x: [], y: [gelu]}": 6,
    "add: {x: [], y: [conv: channels 3x3 same]}": 1,
    "concat: {x: [], y: [relu]}": 2,
    "multiply: {x: [], scale: [parameter: [1, 1, features]]}": 6,
    "multiply: {x: [], gate: [{mean: {dim: 1, keepdim: true}}]}": 2,
}


@pytest.mark.parametrize(("layer", "orders"), AMONG_TURNED_AXES.items())
def test_axes_that_are_turned_and_turned_back_are_followed(layer: str, orders: int, net) -> None:
    """What is measured there is what is computed, whichever axis a layer takes for the channels."""
    followed = 0
    for order in permutations((1, 2, 3)):
        back = [0, *(1 + order.index(axis) for axis in (1, 2, 3))]
        lines = f"- conv: 4 5x3 /2\n- permute: {[0, *order]}\n- {layer}\n- permute: {back}\n- conv: 4 3x5 same"
        graph = net(lines, "3x24x20").graph
        measured = measure_fields(graph)
        assert field_gaps(graph, receptive_fields(graph).local, measured) == [], order
        assert {"conv1", "permute1"} <= {*measured.fields}
        followed += "conv2" in measured.fields or "conv3" in measured.fields
    assert followed == orders


def test_what_is_not_followed_is_told_with_its_reason(net) -> None:
    layers = "- conv: 8 3x3 same\n- pixel_unshuffle: 2\n- conv: 8 3x3 same\n- pixel_unshuffle: 2\n- flatten"
    assert measure_fields(net(layers).graph).unmeasured == {
        "pixel_unshuffle1": "the twin with one channel has no pixel_unshuffle"
    }
    told = noted(net(layers + "\n- linear: 4"))
    assert told.endswith("; pixel_unshuffle1 is not followed: the twin with one channel has no pixel_unshuffle")
    assert noted(net("- flatten\n- linear: 4")) == "no layer puts out a feature map"


def test_what_sees_too_far_is_told(net, monkeypatch) -> None:
    monkeypatch.setattr(measuring, "_LONGEST", 64)
    assert noted(net("- conv: 4 3x3\n- conv: 4 3x3")) == f"conv1 is not followed: {TOO_WIDE}; nor is 1 other"


def test_maps_of_several_ranks_are_measured_each_along_its_own_axes(net) -> None:
    lines = "- parameter: 3x8\n- add: [prev, line]\n- conv: 4 3\n- flatten:\n  as: b"
    layers = f"{lines}\n- conv: 4 3x3\n  from: image\n- flatten\n- concat: [prev, b]"
    fields = measure_fields(net(layers, "{image: 3x8x8, line: 3x8}").graph).fields
    assert {path: field.size for path, field in fields.items()} == {"add": (1,), "conv1": (3,), "conv2": (3, 3)}


def test_one_unit_has_no_neighbour_to_move_to(net) -> None:
    """Its axes are none any more once they are turned, and the jump is 0."""
    graph = net("- conv: 4 5x8 /4\n- permute: [0, 2, 3, 1]", "3x8x8").graph
    assert field_gaps(graph, receptive_fields(graph).local, measure_fields(graph)) == []


def noted(network) -> str:
    (fact,) = [fact for fact in network.verify("meta").facts if fact.key == "receptive_fields"]
    return fact.note
