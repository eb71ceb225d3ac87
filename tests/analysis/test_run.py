"""The whole analysis against networks that others built, and against itself."""

import networkx
import pytest

import archlens
from archlens.analysis.facts import CONVENTIONS


def test_facts_say_what_a_layer_is(net):
    analysis = net("- {conv: 8 3x3 /2, name: stem}\n- relu\n- flatten", input="3x9x9").analyze()
    stem, relu, flatten = analysis.layers
    assert (stem.path, stem.type, stem.family, stem.inputs) == ("stem", "conv", "convolution", ("input",))
    assert stem.arguments["stride"] == 2
    assert stem.output_shapes == ((1, 8, 4, 4),)
    assert stem.parameter_shapes == {"weight": (8, 3, 3, 3), "bias": (8,)}
    assert (stem.trainable, relu.trainable) == (True, False)
    assert (relu.inputs, relu.params, relu.shared_with) == (("stem",), 0, None)
    assert stem.span.line < relu.span.line < flatten.span.line
    assert analysis.uncounted == ("flatten",)
    assert (analysis.batch, analysis.title) == (1, analysis.name)
    assert analysis.inputs == {"input": (1, 3, 9, 9)}
    assert analysis.outputs == {"output": (1, 128)}


def test_shared_parameters_count_once(net):
    blocks = "Tower:\n  - conv: 4 3x3 same\n  - batch_norm\n  - relu"
    alone = net("- {Tower: , name: a}", input="4x8x8", blocks=blocks).analyze()
    twice = net("- {Tower: , name: a}\n- {Tower: , name: b, weights: a}", input="4x8x8", blocks=blocks).analyze()
    assert twice.totals.params == alone.totals.params == 4 * 37 + 8
    assert twice.totals.buffers == alone.totals.buffers == 9
    assert twice.totals.macs == 2 * alone.totals.macs
    shared = {layer.path: (layer.shared_with, layer.params, layer.buffers) for layer in twice.layers}
    assert shared["b/conv"] == ("a/conv", 0, 0)
    assert shared["b/batch_norm"] == ("a/batch_norm", 0, 0)
    assert shared["b/relu"] == (None, 0, 0), "nothing to share"
    assert shared["a/conv"] == (None, 148, 0)


def test_statistics_alone_are_shared_too(net):
    layers = "- {batch_norm: affine=false, name: a}\n- {batch_norm: affine=false, name: b, weights: a}"
    analysis = net(layers, input="4x8x8").analyze()
    assert [(layer.buffers, layer.shared_with) for layer in analysis.layers] == [(9, None), (0, "a")]


@pytest.mark.parametrize(
    ("freeze", "trainable"),
    [("[]", 78 + 7 + 2), ('["*"]', 0), ('["*", "!head"]', 2), ("[body]", 2), ('["body/*", "!body/b"]', 7 + 2)],
)
def test_frozen_and_trainable(freeze, trainable, net):
    layers = "- {linear: 6, name: body/a}\n- {linear: 1, name: body/b}\n- {linear: 1, name: head}"
    analysis = net(layers, input="12", freeze=freeze).analyze()
    assert (analysis.totals.params, analysis.totals.trainable_params) == (78 + 7 + 2, trainable)
    assert sum(layer.params for layer in analysis.layers if layer.trainable) == trainable


def test_sharing_follows_its_owner_into_the_ice(net):
    layers = "- {linear: 8, name: a}\n- {linear: 8, name: b, weights: a}\n- {linear: 8, name: c}"
    analysis = net(layers, input="8", freeze="[a]").analyze()
    assert [layer.trainable for layer in analysis.layers] == [False, False, True]
    assert (analysis.totals.params, analysis.totals.trainable_params) == (144, 72)


def test_conventions_name_every_figure():
    assert {"params", "macs", "flops", "activations", "intensity", "receptive_field", "memory", "not counted"} == set(CONVENTIONS)


# ---- against torchvision ----


@pytest.mark.parametrize("name", ["resnet50", "alexnet"])
def test_parameters_and_buffers_of_torchvision(name, torchvision_models):
    import torch

    with torch.device("meta"):
        model = torchvision_models.get_model(name, weights=None)
    totals = archlens.load(name).analyze().totals
    assert totals.params == totals.trainable_params == sum(p.numel() for p in model.parameters())
    assert totals.buffers == sum(b.numel() for b in model.buffers())
    assert totals.parameter_bytes == sum(p.numel() * p.element_size() for p in model.parameters())


@pytest.mark.parametrize("name", ["resnet18", "alexnet"])
def test_activations_of_torchvision(name, torchvision_models):
    """What every module of the model puts out in a forward pass, in order; additions and flatten are no modules there."""
    import torch

    with torch.device("meta"):
        model = torchvision_models.get_model(name, weights=None).eval()
    theirs = []
    for module in model.modules():
        if not list(module.children()):
            module.register_forward_hook(lambda module, inputs, output: theirs.append(tuple(output.shape)))
    model(torch.empty(1, 3, 224, 224, device="meta"))
    layers = [layer for layer in archlens.load(name).analyze().layers if layer.type not in ("add", "flatten")]
    ours = [layer.output_shapes[0] for layer in layers]
    assert [shape for shape in ours if len(shape) > 2] == [shape for shape in theirs if shape[2:] not in ((), (1, 1))]
    assert sum(layer.activations for layer in layers) == sum(torch.Size(shape).numel() for shape in theirs)


# ---- as a graph ----


@pytest.mark.parametrize("name", ["resnet18", "googlenet_2014_training", "lenet5"])
def test_to_networkx(name):
    network = archlens.load(name)
    analysis, found = network.analyze(), network.graph.to_networkx()
    assert networkx.is_directed_acyclic_graph(found)
    layers = {path: facts for path, facts in found.nodes(data=True) if facts["type"] != "input"}
    assert list(layers) == [layer.path for layer in analysis.layers]
    for key in ("params", "buffers", "macs", "activations"):
        assert sum(facts[key] for facts in layers.values()) == getattr(analysis.totals, key)
    for layer in analysis.layers:
        facts = layers[layer.path]
        for key in (
            "type",
            "family",
            "arguments",
            "output_shapes",
            "parameter_shapes",
            "params",
            "buffers",
            "macs",
            "activations",
            "trainable",
        ):
            assert facts[key] == getattr(layer, key), (layer.path, key)
        assert facts["line"] == layer.span.line
        assert set(found.predecessors(layer.path)) == set(layer.inputs)
    assert found.graph["outputs"].keys() == analysis.outputs.keys()
    assert set(found.graph["outputs"].values()) <= set(layers)
    for _, _, edge in found.edges(data=True):
        assert edge["shape"]


def test_sharing_and_freezing_reach_networkx(net):
    layers = "- {linear: 8, name: a}\n- {linear: 8, name: b, weights: a}\n- relu\n- {linear: 2, name: head}"
    nodes = net(layers, input="8", freeze="[a]").graph.to_networkx().nodes
    assert [(nodes[path]["params"], nodes[path]["weights"], nodes[path]["trainable"]) for path in ("a", "b", "head")] == [
        (72, "a", False),
        (0, "a", False),
        (18, "head", True),
    ]


def test_the_facts_of_the_analysis_can_be_put_on_the_graph():
    """The line that the docstring of `to_networkx` shows."""
    network = archlens.load("lenet5")
    graph = network.graph.to_networkx()
    networkx.set_node_attributes(graph, {layer.path: layer._asdict() for layer in network.analyze().layers})
    assert graph.nodes["C3"]["receptive_field"].size == (14, 14)
