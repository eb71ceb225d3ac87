"""Rules about capacity, on random networks, by other ways: torch, networkx, sums written out."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from random import Random

import networkx
import pytest
import torch

import archlens
from archlens.analysis.classes import classes_of
from archlens.errors import SpecError, UsageError
from archlens.rules.capacity import dominant_layer, fixed_input_size, plain_too_deep, saturating_in_a_row
from archlens.rules.subject import Subject
from tests.rules.judging import spec, subject

LINES = (
    "conv: 4 3 same",
    "relu",
    "add: {a: [conv: 4 3 same, relu, conv: 4 1], b: [conv: 4 1]}",
    "add: {a: [conv: 4 3 same], b: []}",
    "multiply: {x: [], gate: [conv: 4 1, sigmoid]}",
)


def chain(random: Random, rank: int) -> tuple[str, list[str]]:
    """An input and layers from maps to a vector, as lines; some take any size, some do not."""
    size = {1: "24", 2: "12x16", 3: "8x8x12"}[rank]
    lines = [f"conv: 4 {random.choice(('3', '3', '2'))}", "relu"]
    middle = ["max_pool: 2", "avg_pool: 2", "conv: 6 3 same", "batch_norm", "upsample: 2", "adaptive_avg_pool: 3"]
    lines += random.choices(middle, k=random.randint(0, 3))
    lines += random.choice([["flatten"], ["flatten", "dropout: 0.5"], ["global_avg_pool"], ["adaptive_max_pool: 2", "flatten"]])
    lines += ["linear: 5"] if random.random() < 0.8 else ["linear: 7", "relu", "linear: 5"]
    return f"3x{size}", lines


def test_a_fixed_size_is_one_that_torch_refuses_twice_as_large() -> None:
    """The weights of the built network are used on an input of twice the size."""
    seen = {True: 0, False: 0}
    for seed in range(60):
        random = Random(seed)
        size, lines = chain(random, random.choice((1, 2, 3)))
        try:
            network = archlens.load_text(spec(size, lines))
            graph = network.graph
        except SpecError:
            continue
        module = network.build().eval()
        shape = graph.shapes[graph.inputs["input"]]
        doubled = torch.zeros(1, shape[1], *[2 * n for n in shape[2:]])
        findings = [*fixed_input_size.check(Subject(graph, network.analyze()))]
        try:
            module(doubled)
            fits = True
        except UsageError:
            fits = False
        assert fits == (not findings), (size, lines)
        seen[fits] += 1
    assert min(seen.values()) > 15, seen


def test_the_shortest_way_is_that_of_networkx() -> None:
    for seed in range(30):
        random = Random(seed)
        lines = ["conv: 4 3 same", *random.choices(LINES, k=random.randint(4, 30))]
        net = subject(spec("4x16", lines))
        graph = networkx.DiGraph()
        for number, node in enumerate(net.nodes):
            for tensor in node.inputs:
                producer = net.graph.producers[tensor]
                weighs = node.layer.type_name == "conv"
                graph.add_edge("in" if producer < 0 else producer, number, weight=int(weighs))
        wanted = networkx.shortest_path_length(graph, "in", len(net.nodes) - 1, weight="weight")
        way = plain_too_deep.shortest_way(net)
        assert sum(weighs for _, weighs in way) == wanted
        assert all(before.outputs[0] in after.inputs for (before, _), (after, _) in pairwise(way))


@pytest.mark.parametrize("kind", saturating_in_a_row.STEEPEST)
def test_the_steepest_slope_is_that_of_torch_and_both_ends_are_flat(kind: str) -> None:
    module = archlens.load_text(f"archlens: 1\ninput: 4001\nlayers: [{kind}]").build()
    x = torch.linspace(-20, 20, 4001, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(module(x[None]).sum(), x)
    assert slope.max().item() == pytest.approx(saturating_in_a_row.STEEPEST[kind], rel=1e-3)
    assert slope[0] < 0.01 > slope[-1]


def test_two_thinner_layers_hold_half_as_many_weights() -> None:
    for seed in range(200):
        random = Random(seed)
        rows, columns = random.randint(2, 3000), random.randint(2, 3000)
        small = f"archlens: 1\ninput: {columns}\nlayers: [linear: {rows}, relu, linear: 2, relu, linear: 1]"
        net = subject(small)
        found = [*dominant_layer.check(net)]
        own = [facts.params for facts in net.analysis.layers]
        assert bool(found) == (2 * max(own) > sum(own))
        if not found or "two layers" not in found[0].help:
            continue
        between = int(found[0].help.split("`linear: ")[1].split("`")[0])
        weights = prod(net.analysis.layers[own.index(max(own))].parameter_shapes["weight"])
        narrow = between * (rows + columns)
        assert narrow <= weights / 2 < narrow + rows + columns


@pytest.mark.parametrize(
    ("input", "lines", "classes", "layer"),
    [
        ("3x8x8", ["conv: 5 1x1"], 5, "conv"),
        ("3x8x8", ["conv: 5 1x1", "relu", "global_avg_pool", "softmax"], 5, "conv"),
        ("3x8x8", ["conv: 5 1x1", "adaptive_avg_pool: 1", "flatten", "log_softmax"], 5, "conv"),
        ("3x8x8", ["flatten", "linear: 7", "dropout"], 7, "linear"),
        ("3x8x8", ["flatten", "linear: 1", "sigmoid"], 2, "linear"),
        ("3x8x8", ["conv: 6 1x1", "upsample: 2", "relu"], 6, "conv"),
        ("12x16", ["linear: 9", "softmax: 2"], 9, "linear"),
        ("12x16", ["linear: 9", "relu"], 9, "linear"),
        ("4x32", ["conv: 3 3", "relu"], 3, "conv"),
        ("12x16", ["linear: 9", "mean: 1"], 9, "linear"),
        ("6", ["relu"], 6, ""),
        ("3x8x8", ["flatten"], 192, "flatten"),
    ],
)
def test_classes(input: str, lines: list[str], classes: int, layer: str) -> None:
    net = archlens.load_text(spec(input, lines))
    found = classes_of(net.graph)
    assert found.number == classes
    assert ("" if found.layer is None else net.graph.nodes[found.layer].path) == layer


def test_what_only_a_spec_that_is_extended_says() -> None:
    """Of the base's own keys and its variants', without those stated anew, by the spec or one of its variants."""
    base = {"year", "paper", "key_idea", "task", "dataset", "source", "depth", "top1", "paper_top1_error"}
    variants = "variants:\n  small: {depths: [1, 1, 1, 1], block: Basic, meta: {depth: 10, dataset: MNIST}}\n"
    for text, stated in (
        ("extends: resnet\n", set()),
        ("extends: resnet:resnet50\n", {"paper_top1_error"}),  # which resnet18 has and resnet50 has not
        ("extends: resnet\nmeta: {dataset: CIFAR-10, classes: 10}\n", {"dataset"}),
        ("extends: resnet\n" + variants, {"depth", "dataset"}),
    ):
        assert archlens.load_text("archlens: 1\n" + text).graph.inherited == base - stated
    assert archlens.load("resnet").graph.inherited == frozenset()
