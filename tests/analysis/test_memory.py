"""The peak of activations, against a simulation that holds and drops every tensor one by one.

test_memory_torch.py holds it to torch.
"""

import os
from math import prod
from random import Random

import pytest

import archlens
from archlens.analysis.memory import activation_memory
from archlens.layers import Flatten, Linear
from tests.analysis.dags import random_graph
from tests.analysis.networks import Network

COUNT = int(os.environ.get("ARCHLENS_EXAMPLES", "400"))


def peak_activations(graph):
    """The most values alive at once."""
    return activation_memory(graph, 1).peak.bytes


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
        peaks.append(size(held) + node.layer.scratch(*node.input_shapes).values)
        held &= kept | {memory[tensor] for later in graph.nodes[step + 1 :] for tensor in later.inputs}
    return max(peaks)


def test_random_networks():
    viewed = 0
    for seed in range(COUNT):
        graph = random_graph(Random(seed))
        assert peak_activations(graph) == simulated(graph), f"seed {seed}"
        viewed += any(node.layer.is_view for node in graph.nodes)
    assert viewed > COUNT // 2, "views are where it is easy to be wrong"


def test_what_is_alive_adds_up_to_the_peak():
    for seed in range(COUNT):
        graph = random_graph(Random(seed))
        peak, live = activation_memory(graph, 2)
        assert peak.bytes == sum(one.bytes for one in peak.alive) == max(live)
        assert peak.layer == graph.nodes[live.index(peak.bytes)].path
        assert sorted(peak.alive, key=lambda one: -one.bytes) == list(peak.alive)
        shapes = {node.path: node.output_shapes[0] for node in graph.nodes} | {
            n: graph.shapes[t] for n, t in graph.inputs.items()
        }
        assert all(one.shape in (shapes[one.name], None) for one in peak.alive)


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


def test_in_place_layers_are_their_inputs_memory(net):
    layers = "- conv: 8 3x3 same\n- relu: inplace=true\n- dropout: 0.5 inplace=true\n- conv: 8 3x3 same"
    assert peak_activations(net(layers, input="3x10x10").graph) == 100 * (8 + 8)
    assert peak_activations(net("- relu", input="3x10x10").graph) == 600
    assert peak_activations(net("- relu: inplace=true", input="3x10x10").graph) == 300


def test_max_pooling_holds_indices_of_eight_bytes(net):
    graph = net("- max_pool: 2x2", input="3x10x10").graph
    assert [activation_memory(graph, each).peak.bytes for each in (2, 4)] == [2 * 375 + 8 * 75, 4 * 375 + 8 * 75]


def test_uneven_padding_is_a_copy(net):
    graph = net("- conv: {out_channels: 2, kernel_size: 2, padding: [[0, 1], [0, 1]]}", input="3x10x10").graph
    assert peak_activations(graph) == 300 + 3 * 11 * 11 + 200
    assert activation_memory(graph, 1).peak.alive[0] == ("conv", None, 363)


@pytest.mark.parametrize(
    ("dtype", "each"), [("float64", 8), ("float32", 4), ("bfloat16", 2), ("float16", 2), ("float8", 1), ("int8", 1)]
)
def test_bytes_follow_the_dtype(dtype, each):
    """ResNet-18 has 20 batch norms: 4,800 channels, a mean and a variance each, and a counter of 8 bytes a layer.

    Its peak is the first convolution and what follows on it, or the max pooling with indices of 8 bytes.
    """
    totals = archlens.load("resnet18", dtype=dtype).analyze().totals
    assert totals.dtype == dtype
    assert totals.parameter_bytes == each * 11_689_512
    assert totals.buffer_bytes == each * 2 * 4_800 + 8 * 20
    assert totals.activation_bytes == each * totals.activations
    first, pooled = 64 * 112**2, 64 * 56**2
    assert totals.peak_activation_bytes == max(2 * first * each, (first + pooled) * each + 8 * pooled)


def test_indices_are_eight_bytes_in_any_dtype():
    class Lookup(Linear):
        type_name = ""
        integer_inputs = (0,)

    net = Network((1, 1))
    net.shapes[0] = (1, 6)
    net.layer(Lookup(4), net.layer(Flatten(), 0))
    graph = net.graph()._replace(integers=frozenset({0, 1}))
    assert activation_memory(graph, 2).live == [6 * 8, 6 * 8 + 4 * 2]
