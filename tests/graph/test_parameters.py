"""Whose parameters a layer uses, and which are trained."""

import pytest

from archlens import SpecError

TOWER = "Tower(w):\n  - conv: w 3x3 same\n  - batch_norm\n  - relu"


def test_a_block_shares_every_layer_that_has_parameters(net):
    network = net("- Tower: 3\n  name: left\n- Tower: 3\n  name: right\n  weights: left", blocks=TOWER)
    analysis = network.analyze()
    assert analysis.totals.params == 3 * (3 * 9 + 1) + 6
    assert {layer.path: layer.shared_with for layer in analysis.layers if layer.shared_with} == {
        "right/conv": "left/conv",
        "right/batch_norm": "left/batch_norm",
    }
    assert analysis.totals.weight_layers == 2
    assert analysis.totals.depth == 2


def test_sharing_goes_to_the_first_owner(net):
    layers = "- conv: 3 1x1\n  name: a\n- conv: 3 1x1\n  name: b\n  weights: a\n- conv: 3 1x1\n  weights: b\n  repeat: 2"
    network = net(layers)
    assert {node.owner for node in network.graph.nodes} == {"a"}
    assert network.analyze().totals.params == 12


def test_a_block_shares_within_itself(net):
    block = "Twice(w):\n  - conv: w 3x3 same\n    name: conv\n  - relu\n  - conv: w 3x3 same\n    weights: conv"
    network = net("- Twice: 3\n- Twice: 3", blocks=block)
    assert network.analyze().totals.params == 2 * 3 * 28
    assert [n.owner for n in network.graph.nodes if n.layer.type_name == "conv"] == ["Twice1/conv"] * 2 + ["Twice2/conv"] * 2


@pytest.mark.parametrize(
    ("weights", "says"),
    [("nobody", "no earlier layer or block is named `nobody`"), ("other", "cannot share the weights of other")],
)
def test_what_cannot_be_shared(net, weights, says):
    with pytest.raises(SpecError, match=says):
        _ = net(f"- conv: 8 3x3\n  name: other\n- conv: 8 1x1\n  weights: {weights}").graph


FREEZE = {
    "[]": {"stem", "stage/conv", "stage/deep/conv", "head"},
    '["*"]': set(),
    '["*", "!head"]': {"head"},
    '["stage"]': {"stem", "head"},
    '["stage/*"]': {"stem", "head"},
    '["stage", "!stage/deep"]': {"stem", "head", "stage/deep/conv"},
    '["!head", "*"]': set(),
    '["st*"]': {"head"},
    "head": {"stem", "stage/conv", "stage/deep/conv"},
}


@pytest.mark.parametrize("patterns", FREEZE)
def test_the_last_pattern_that_matches_decides(net, patterns):
    blocks = "Stage():\n  - conv: 3 1x1\n  - Deep:\n    name: deep\nDeep():\n  - conv: 3 1x1"
    layers = "- conv: 3 1x1\n  name: stem\n- Stage:\n  name: stage\n- conv: 3 1x1\n  name: head"
    analysis = net(layers, blocks=blocks, freeze=patterns).analyze()
    assert {layer.path for layer in analysis.layers if layer.trainable} == FREEZE[patterns]
    assert analysis.totals.trainable_params == 12 * len(FREEZE[patterns])


def test_a_shared_layer_is_frozen_with_its_owner(net):
    analysis = net("- conv: 3 1x1\n  name: a\n- conv: 3 1x1\n  weights: a", freeze="[a]").analyze()
    assert analysis.totals.trainable_params == 0


def test_a_pattern_that_matches_nothing_is_a_fault(net):
    with pytest.raises(SpecError, match=r"`haed` matches no layer(.|\n)*did you mean `head`"):
        _ = net("- conv: 3 1x1\n  name: head", freeze="[haed]").graph
