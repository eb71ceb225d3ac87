"""The peak of activations, against a simulation that holds and drops every tensor one by one."""

import os
from math import prod
from random import Random

import archlens
from archlens.analysis.memory import peak_activations
from tests.analysis.dags import random_graph

COUNT = int(os.environ.get("ARCHLENS_EXAMPLES", "400"))


def simulated(graph):
    """Run the layers in order. After each, memory is dropped that no later layer reads, itself or through a view."""
    memory = {tensor: tensor for tensor in graph.inputs.values()}  # of every tensor, the one that was allocated for it
    for node in graph.nodes:
        for tensor in node.outputs:
            memory[tensor] = memory[node.inputs[0]] if node.layer.is_view else tensor

    def size(held):
        return sum(prod(graph.shapes[tensor]) for tensor in held)

    unread = set(graph.inputs.values()) - {tensor for node in graph.nodes for tensor in node.inputs}
    kept = {memory[tensor] for tensor in (*graph.outputs.values(), *unread)}
    held = set(graph.inputs.values())
    peaks = [size(held)]
    for step, node in enumerate(graph.nodes):
        held |= {memory[tensor] for tensor in node.outputs}
        peaks.append(size(held))
        held &= kept | {memory[tensor] for later in graph.nodes[step + 1 :] for tensor in later.inputs}
    return max(peaks)


def test_random_networks():
    viewed = 0
    for seed in range(COUNT):
        graph = random_graph(Random(seed))
        assert peak_activations(graph) == simulated(graph), f"seed {seed}"
        viewed += any(node.layer.is_view for node in graph.nodes)
    assert viewed > COUNT // 2, "views are where it is easy to be wrong"


def test_a_chain_holds_two_neighbours(net):
    graph = net("- conv: 8 3x3 same\n- conv: 2 3x3 same\n- conv: 16 3x3 same", input="3x10x10").graph
    assert peak_activations(graph) == 100 * (2 + 16)


def test_a_view_is_free(net):
    layers = "- conv: 8 3x3 same\n- dropout\n- flatten\n- dropout\n- linear: 10"
    assert peak_activations(net(layers, input="3x10x10").graph) == 100 * (3 + 8)


def test_a_shortcut_is_held_while_the_branch_runs(net):
    layers = "- add:\n    main: [conv: 4 3x3 same, relu, conv: 4 3x3 same]\n    shortcut: []"
    assert peak_activations(net(layers, input="4x10x10").graph) == 3 * 400


def test_outputs_are_held_to_the_end(net):
    layers = "- {linear: 100, as: a}\n- linear: 3\n- linear: 50"
    assert peak_activations(net(layers, input="7").graph) == 107
    assert peak_activations(net(layers, input="7", outputs="[a, prev]").graph) == 153


def test_a_batch_takes_as_many_times_more():
    one, three = (archlens.load("resnet18", batch=batch).analyze().totals for batch in (1, 3))
    assert three.peak_activation_bytes == 3 * one.peak_activation_bytes
    assert three.parameter_bytes == one.parameter_bytes


def test_peaks_by_hand():
    """The two largest neighbours: VGG-16's maps of 64 channels, the input and first layer of an MLP."""
    assert archlens.load("vgg16").analyze().totals.peak_activation_bytes == 4 * 2 * 64 * 224 * 224
    assert archlens.load("mlp").analyze().totals.peak_activation_bytes == 4 * (784 + 300)
