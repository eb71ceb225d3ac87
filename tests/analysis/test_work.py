"""Parameters, buffers, MACs, FLOPs, activations and values moved of a layer, and that equal questions are asked once."""

from math import prod

from archlens.analysis import work
from archlens.analysis.work import Works
from archlens.layers import Layer


def of(network):
    works = Works()
    return {node.path: works.of(node) for node in network.graph.nodes}


def test_figures_by_hand(net):
    layers = "- conv: 6 3x3 /2 padding=1 groups=2\n- batch_norm\n- relu\n- max_pool: 2x2\n- flatten\n- linear: 10 bias=false"
    found = of(net(layers, input="4x9x9"))
    assert found["conv"].parameter_shapes == {"weight": (6, 2, 3, 3), "bias": (6,)}
    assert found["conv"][1:7] == (6 * 18 + 6, 0, 25 * 6 * 18, 2 * 25 * 6 * 18 + 25 * 6, 25 * 6, 4 * 81 + 114 + 25 * 6)
    assert found["batch_norm"][1:4] == (12, 13, 0)
    assert found["relu"][1:7] == (0, 0, 0, 150, 150, 300)
    assert found["max_pool"].flops == 4 * 6 * 2 * 2, "one for each value in a window"
    assert found["flatten"][1:7] == (0, 0, 0, 0, 24, 0), "a view moves nothing"
    assert found["linear"][1:7] == (240, 0, 240, 480, 10, 24 + 240 + 10)


def test_flops_are_twice_the_macs_and_the_rest(net):
    network = net("- conv: 4 3x3\n- batch_norm\n- conv: 5 1x1 bias=false\n- avg_pool: 2x2", input="3x8x8")
    for node in network.graph.nodes:
        found = Works().of(node)
        assert found.flops == 2 * node.layer.macs(*node.input_shapes) + node.layer.elementwise_ops(*node.input_shapes)
        assert found.activations == sum(map(prod, node.output_shapes))


def test_a_layer_is_asked_once_for_each_input_size(net, monkeypatch):
    asked = []
    monkeypatch.setattr(work, "_measure", lambda node, measure=work._measure: asked.append(node.path) or measure(node))
    of(net("- {conv: 3 1x1, repeat: 50}\n- max_pool: 2x2\n- {conv: 3 1x1, repeat: 50}", input="3x8x8"))
    assert len(asked) == 3


def test_several_outputs_are_all_counted(net):
    class Halves(Layer):
        def output_shapes(self, x):
            return ((x[0], x[1] // 2),) * 2

    node = net("- relu", input="8").graph.nodes[0]
    assert Works().of(node._replace(layer=Halves(), output_shapes=((1, 4), (1, 4)))).activations == 8
