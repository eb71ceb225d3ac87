"""Depth three ways: the longest path against networkx, all weight layers, and as the paper counts."""

from random import Random

import networkx
import pytest

import archlens
from archlens.analysis.depth import longest_path
from tests.analysis.dags import random_graph


def by_networkx(graph, weighs):
    """The heaviest way to an output, where entering a layer costs its weight."""
    found = graph.to_networkx()
    costs = {node.path: cost for node, cost in zip(graph.nodes, weighs, strict=True)}
    for _, layer, attributes in found.edges(data=True):
        attributes["weight"] = int(costs[layer])
    wanted = set(found.graph["outputs"].values())
    wanted |= {before for output in wanted for before in networkx.ancestors(found, output)}
    return networkx.dag_longest_path_length(found.subgraph(wanted), weight="weight")


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_random_networks(seed):
    for one in range(seed, seed + 20):
        random = Random(one)
        graph = random_graph(random, 20)
        weighs = [random.random() < 0.5 for _ in graph.nodes]
        assert longest_path(graph, weighs) == by_networkx(graph, weighs), f"seed {one}"


@pytest.mark.parametrize("name", ["vgg16", "googlenet_2014", "googlenet_2014_training", "resnet50", "mobilenet_v1"])
def test_shipped_networks(name):
    network = archlens.load(name)
    weighs = [node.layer.macs(*node.input_shapes) > 0 for node in network.graph.nodes]
    totals = network.analyze().totals
    assert totals.depth == by_networkx(network.graph, weighs)
    assert totals.weight_layers == sum(weighs)


def test_what_the_papers_count():
    for name, depth in {"lenet5": 7, "googlenet_2014": 22, "resnet:resnet152": 152}.items():
        assert archlens.load(name).analyze().totals.paper_depth == depth
    assert archlens.load("mlp").analyze().totals.paper_depth is None


def test_a_shared_layer_counts_each_time_it_runs(net):
    totals = net("- {linear: 8, name: a}\n- {linear: 8, name: b, weights: a}\n- linear: 2", input="8").analyze().totals
    assert (totals.depth, totals.weight_layers) == (3, 3)


def test_what_has_parameters_but_no_products_is_no_weight_layer(net):
    totals = net("- conv: 4 1x1\n- batch_norm\n- prelu\n- multiply: [prev, prev]", input="3x4x4").analyze().totals
    assert (totals.depth, totals.weight_layers) == (1, 1)
