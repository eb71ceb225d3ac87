"""The ways that decide a figure: receptive fields step by step, and the deepest path."""

from itertools import pairwise
from random import Random

import pytest

import archlens
from archlens.analysis.depth import longest_path
from archlens.analysis.receptive_field import receptive_fields, source_name, tensor_fields
from archlens.analysis.trails import deepest_trail, reach
from archlens.layers.windows import Nearest, Window
from tests.analysis.dags import random_graph
from tests.analysis.networks import Network


def last_reach(graph):
    return reach(graph, len(graph.nodes) - 1, tensor_fields(graph))


def chain(random, length):
    """Windows on one axis, one after the other, and the field in closed form: 1 + Σ (k - 1)·d·(strides before)."""
    net = Network((4000,))
    tensor, size, jump, start = 0, 1, 1, 0
    for _ in range(length):
        window = Window(random.randint(1, 5), random.randint(1, 2), random.randint(0, 2), random.randint(1, 3))
        units = (net.sizes(tensor)[0] + 2 * window.padding - window.dilation * (window.kernel - 1) - 1) // window.stride + 1
        tensor = net.read(tensor, window, sizes=(units,))
        size += (window.kernel - 1) * window.dilation * jump
        start -= window.padding * jump
        jump *= window.stride
    return net.graph(), size, jump, start


def test_the_steps_of_a_chain_are_the_recurrence():
    for seed in range(100):
        graph, size, jump, start = chain(Random(seed), 7)
        found = last_reach(graph)
        assert all(step.is_recurrence(0) for step in found.steps)
        before = found.steps[0].before
        assert (before.size, before.jump, before.start) == ((1,), (1,), (0,))
        after = found.steps[-1].after
        assert (after.size, after.jump, after.start) == ((size,), (jump,), (start,))
        assert not found.meetings


def test_each_step_takes_up_where_the_last_one_ended():
    for seed in range(200):
        graph = random_graph(Random(seed), 20)
        fields, local = tensor_fields(graph), receptive_fields(graph).local
        for number, field in enumerate(local):
            found = reach(graph, number, fields)
            assert (found is None) == (field is None)
            if found is None:
                continue
            assert found.input == field.input
            figures = [(one.before[:4], one.after[:4]) for one in found.steps]
            assert all(a[1] == b[0] for a, b in pairwise(figures))
            assert not figures or figures[-1][1] == field[:4]
            assert [one.node for one in found.steps] == sorted(one.node for one in found.steps)


def test_the_fields_of_tensors_are_those_of_the_layers():
    for name in ("resnet18", "googlenet_2014"):
        graph = archlens.load(name).graph
        fields = tensor_fields(graph)
        assert [fields.figures[node.outputs[0]] for node in graph.nodes] == list(receptive_fields(graph).local)
        assert fields.figures[graph.inputs["input"]].size == (1, 1)


def test_the_widest_branch_is_taken(net):
    layers = "- concat:\n    small: [conv: 4 3x3 same]\n    large: [conv: 4 5x5 same]\n    tiny: []\n- conv: 4 3x3 same"
    network = net(layers, input="3x20x20")
    found = last_reach(network.graph)
    paths = [network.graph.nodes[step.node].path for step in found.steps]
    assert paths == ["concat/large/conv", "conv"] or [path.rpartition("large/")[2] for path in paths] == ["conv", "conv"]
    assert [step.after.size for step in found.steps] == [(5, 5), (7, 7)]
    (meeting,) = found.meetings
    assert (meeting.taken, meeting.other) == ((5, 5), (3, 3))


def test_published_fields():
    """VGG-16's 212 and ResNet-50's 427 (v1.5), as Araujo, Norris & Sim list them."""
    for name, layer, size, jump in (("vgg16", "stage5/max_pool", 212, 32), ("resnet50", "stage4/Bottleneck3/add", 427, 32)):
        graph = archlens.load(name).graph
        number = [node.path for node in graph.nodes].index(layer)
        found = reach(graph, number, tensor_fields(graph))
        assert found.steps[-1].after.size == (size, size)
        assert found.steps[-1].after.jump == (jump, jump)
        assert all(step.is_recurrence(axis) for step in found.steps for axis in (0, 1))
    assert len(found.meetings) == 16


def test_what_is_no_window_is_no_recurrence():
    net = Network((8,))
    tensor = net.read(0, Window(3, 2, 1), sizes=(4,))
    net.read(tensor, Nearest(4, 8), sizes=(8,))
    assert [step.is_recurrence(0) for step in last_reach(net.graph()).steps] == [True, False]


def test_a_vector_has_no_field(net):
    assert last_reach(net("- linear: 3", input="5").graph) is None


def test_the_deepest_trail_is_a_longest_path():
    for seed in range(300):
        random = Random(seed)
        graph = random_graph(random, 20)
        weighs = [random.random() < 0.5 for _ in graph.nodes]
        trail = deepest_trail(graph, weighs)
        assert len(trail) == longest_path(graph, weighs)
        assert all(weighs[number] for number in trail)
        for before, after in pairwise(trail):
            assert after in _after(graph, before)
        assert not trail or {*graph.outputs.values()} & {
            t for n in {trail[-1], *_after(graph, trail[-1])} for t in graph.nodes[n].outputs
        }


def _after(graph, number):
    """The layers that depend on one."""
    reached = set(graph.nodes[number].outputs)
    found = set()
    for at in range(number + 1, len(graph.nodes)):
        if reached & set(graph.nodes[at].inputs):
            reached |= set(graph.nodes[at].outputs)
            found.add(at)
    return found


@pytest.mark.parametrize("tensor", ["input", "conv"])
def test_tensors_are_named_by_what_makes_them(tensor, net):
    graph = net("- conv: 4 3x3", input="3x8x8").graph
    number = graph.inputs["input"] if tensor == "input" else graph.nodes[0].outputs[0]
    assert source_name(graph, number) == tensor


def test_windows_count_only_on_the_axes_of_the_input(net):
    """Behind `tokens` or swapped axes a window lies along other axes than the input's: no step may read it as theirs."""
    mixer = "- conv: 4 4x4 /4\n- tokens\n- permute: [0, 2, 1]\n- linear: 4\n- permute: [0, 2, 1]"
    found = last_reach(net(mixer, input="3x8x8").graph)
    assert [step.windows is None for step in found.steps] == [False, True]
    assert found.steps[-1].after.whole == (True, True)
    swapped = net("- conv: 4 3x3 /2\n- permute: [0, 1, 3, 2]\n- conv: 4 1x5 /1x2", input="3x20x30").graph
    found = last_reach(swapped)
    assert (found.steps[-1].windows, found.steps[-1].after.size, found.steps[-1].after.jump) == (None, (11, 3), (4, 2))
