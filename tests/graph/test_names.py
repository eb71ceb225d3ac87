"""Paths of layers, names of tensors, and who sees them."""

import pytest

from archlens import SpecError

PATHS = {
    "alone": ("- conv: 8 3x3\n- relu", ["conv", "relu"]),
    "several are numbered": ("- conv: 8 3x3\n- relu\n- conv: 8 3x3", ["conv1", "relu", "conv2"]),
    "repeat is numbered": ("- relu:\n  repeat: 2", ["relu1", "relu2"]),
    "a digit at the end": ("- relu6:\n  repeat: 2", ["relu6_1", "relu6_2"]),
    "named": ("- conv: 8 3x3\n  name: stem\n- conv: 8 3x3", ["stem", "conv"]),
    "named and repeated": ("- conv: 8 3x3\n  name: stem\n  repeat: 2", ["stem1", "stem2"]),
    "block": ("- B: 8", ["B/conv", "B/relu"]),
    "blocks": ("- B: 8\n- B: 8", ["B1/conv", "B1/relu", "B2/conv", "B2/relu"]),
    "named block": ("- B: 8\n  name: stem", ["stem/conv", "stem/relu"]),
    "branches": ("- add:\n    main: [conv: 3 1x1]\n    skip: []", ["main/conv", "add"]),
    "named loop": ("- for: {w: [8, 9]}\n  name: s$index\n  do: [conv: w 1x1]", ["s1/conv", "s2/conv"]),
    "plain loop": ("- for: {w: [8, 9]}\n  do: [conv: w 1x1]", ["conv1", "conv2"]),
}


@pytest.mark.parametrize("case", PATHS.values(), ids=PATHS.keys())
def test_paths(net, case):
    layers, paths = case
    assert [node.path for node in net(layers, blocks="B(w):\n  - conv: w 3x3\n  - relu").graph.nodes] == paths


def test_paths_are_unique_whatever_is_written(net):
    graph = net(
        "- conv: 8 1x1\n  name: conv2\n- conv: 8 1x1\n- conv: 8 1x1\n- B: 8\n- B: 8", blocks="B(w):\n  - conv: w 1x1"
    ).graph
    paths = [node.path for node in graph.nodes]
    assert len(set(paths)) == len(paths)


def test_a_name_in_a_block_belongs_to_its_instance(net):
    block = "B(w):\n  - conv: w 1x1\n    as: x\n  - relu\n  - add: [prev, x]"
    graph = net("- B: 8\n- B: 8", blocks=block).graph
    adds = [node for node in graph.nodes if node.layer.type_name == "add"]
    assert [add.inputs[1] for add in adds] == [node.outputs[0] for node in graph.nodes if node.layer.type_name == "conv"]
    with pytest.raises(SpecError, match="no tensor is called `x`"):
        _ = net("- B: 8\n- add: [prev, x]", blocks=block).graph


def test_a_name_of_a_loop_or_branch_is_seen_to_the_end(net):
    graph = net(
        "- for: {w: [3, 3]}\n  do: [{conv: w 1x1, as: c$index}]\n- add: {a: [{relu: , as: r}], b: []}\n- add: [c1, c2, r]"
    ).graph
    assert graph.nodes[-1].inputs[:2] == (graph.nodes[0].outputs[0], graph.nodes[1].outputs[0])


def test_a_block_sees_the_names_of_its_caller(net):
    graph = net("- conv: 3 1x1\n  as: skip\n- relu\n- Join: skip", blocks="Join(other):\n  - add: [prev, $other]").graph
    assert graph.nodes[-1].inputs == (graph.nodes[1].outputs[0], graph.nodes[0].outputs[0])


def test_from_starts_a_line_and_a_chain_goes_on(net):
    graph = net("- conv: 8 1x1\n- conv: 3 1x1\n  from: input\n  repeat: 2").graph
    source = graph.inputs["input"]
    assert [node.inputs[0] for node in graph.nodes] == [source, source, graph.nodes[1].outputs[0]]


def test_inputs_and_outputs_are_named(net):
    network = net(
        "- conv: 8 1x1\n  as: a\n- linear: 2\n  from: side\n  as: b",
        input="{image: 3x8x8, side: 5}",
        outputs="{map: a, score: b}",
    )
    analysis = network.analyze()
    assert analysis.inputs == {"image": (1, 3, 8, 8), "side": (1, 5)}
    assert analysis.outputs == {"map": (1, 8, 8, 8), "score": (1, 2)}
