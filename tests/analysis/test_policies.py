"""Counting policies against the tools they are named for: shipped networks, random layers of every type, published figures."""

from __future__ import annotations

from math import prod

import pytest
import torch
from hypothesis import given

import archlens
from archlens.analysis.facts import POLICIES
from archlens.analysis.policies.recount import policy_named, recount
from archlens.analysis.policies.rules import NOWHERE
from archlens.errors import LayerError, UsageError
from archlens.layers import ReLU
from archlens.pytorch.build import module_name
from tests.analysis.peers import TOOLS, fvcore_counts, one_layer
from tests.layers.cases import BUILT_IN, CASES, examples, outcome
from tests.shipped import DIFFERENT, smaller

torch.set_num_threads(1)

# ---- shipped networks: the tools run them, so large ones are made small ----

TOLD = (  # kinds of layers, of joins and of heads; the others are of the same
    *("lenet5_1998", "alexnet_2012:two_towers", "googlenet_2014_training", "densenet121", "efficientnet_b0", "convnext_tiny"),
    *("vit_b16", "unet:same", "yolov3", "faster_rcnn_vgg16", "c3d", "m5"),
)


@pytest.mark.parametrize("name", [name if name in TOLD else pytest.param(name, marks=pytest.mark.slow) for name in DIFFERENT])
@pytest.mark.parametrize("policy", TOOLS)
def test_shipped_networks(policy, name):
    graph = smaller(name).graph
    ours = recount(graph, policy)
    assert ours.total == TOOLS[policy](graph)
    assert sum(one.amount for one in ours.differences) == ours.total - ours.macs


@pytest.mark.parametrize("name", ["lenet5", "googlenet_2014_training", "resnet50", "vit_b16"])
def test_every_layer_is_what_fvcore_says(name):
    graph = smaller(name).graph
    theirs = fvcore_counts(graph)
    ours = recount(graph, "fvcore")
    paths = [module_name(node.path) for node in graph.nodes]
    assert dict(zip(paths, ours.per_layer, strict=True)) == {path: theirs[path] for path in paths}


@pytest.mark.parametrize("policy", ["fvcore", "thop"])
def test_a_batch_is_counted_whole(policy):
    graph = archlens.load("lenet5", batch=3).graph
    assert recount(graph, policy).total == TOOLS[policy](graph)


@pytest.mark.parametrize("policy", ["ptflops", "darknet"])
def test_or_refused(policy):
    with pytest.raises(UsageError, match=f"{policy} counts one sample, and the batch is 3; leave the batch out"):
        recount(archlens.load("lenet5", batch=3).graph, policy)


# ---- layers ----


@pytest.mark.parametrize("policy", POLICIES[1:])
def test_every_type_is_decided(policy):
    assert sorted(policy_named(policy).rules) == BUILT_IN


@pytest.mark.parametrize("type_name", BUILT_IN)
@pytest.mark.parametrize("policy", TOOLS)
def test_layers(policy, type_name):
    if (policy, type_name) == ("fvcore", "roi_align"):
        pytest.skip("archlens's own is an einsum; a person calls torchvision's operator, which fvcore does not know")

    @examples(2 if type_name in NOWHERE.split() else 4)
    @given(CASES[type_name])
    def check(case):
        found = outcome(case, type_name)
        shapes = tuple((1, *shape[1:]) for shape in case.shapes) if policy_named(policy).single else case.shapes
        if isinstance(found, LayerError) or refused_by_torch(type_name, case.arguments, *shapes):
            return
        graph = one_layer(found[0], shapes)
        ours = recount(graph, policy)
        assert ours.total == TOOLS[policy](graph)
        assert sum(one.amount for one in ours.differences) == ours.total - ours.macs

    check()


def refused_by_torch(type_name, arguments, *shapes):
    """Statistics of one value, which torch does not take."""
    return type_name == "batch_norm" and not arguments.get("track_running_stats", True) and prod(shapes[0]) == shapes[0][1]


def test_fractions_are_rounded_down_once(net):
    """ptflops's figure for a size before it is rounded is 0.75 in each of these."""
    layers = "- upsample: 1.5\n- max_pool: 2x2 /1\n- upsample: 1.5\n- upsample: 0.5\n- upsample: 2.5"
    graph = net(layers, input="1x3x3").graph
    assert recount(graph, "ptflops").total == TOOLS["ptflops"](graph)


def test_a_layer_that_no_output_depends_on_is_not_in_a_trace(net):
    """The second convolution and its norm lead nowhere: fvcore's trace is without them, hooks see them."""
    graph = net("- conv: 4 3x3\n  as: a\n- conv: 8 3x3\n- batch_norm\n- relu:\n  from: a\n- linear: 2 in_features=30").graph
    for policy, tool in TOOLS.items():
        assert recount(graph, policy).total == tool(graph), policy
    found = recount(graph, "fvcore")
    assert found.differences == (("conv: no output depends on it, so the trace is without it", 1, -8 * 4 * 9 * 28 * 28),)
    assert found.uncounted == ("relu",)


def test_a_type_from_elsewhere_counts_nothing_and_is_named():
    class Foreign(ReLU):
        type_name = "foreign"

    try:
        found = recount(one_layer(Foreign(), ((1, 2, 3),)), "fvcore")
    finally:
        del archlens.layers.registry.TYPES.defined["foreign"]
    assert (found.total, found.uncounted) == (0, ("foreign",))


# ---- darknet: "Ops" of https://pjreddie.com/darknet/imagenet/, networks from cfg/*.cfg of github.com/pjreddie/darknet ----


def bottlenecks(*depths):
    return " ".join(f"{w}:1 {w}:3/{s} {4 * w}:1" for w, s in stages(depths))


def basics(*depths):
    return " ".join(f"{w}:3/{s} {w}:3" for w, s in stages(depths))


def stages(depths):
    return [(64 << i, 2 if i and not k else 1) for i, depth in enumerate(depths) for k in range(depth)]


STEM, HEAD = "64:7/2 M", "G 1000:1"
DARKNET19 = "32 M 64 M 128 64:1 128 M 256 128:1 256 M 512 256:1 512 256:1 512 M 1024 512:1 1024 512:1 1024 1000:1 G"
DARKNET53 = " ".join(["32", *[f"{64 << i}:3/2" + f" {32 << i}:1 {64 << i}" * n for i, n in enumerate((1, 2, 8, 8, 4))], HEAD])
EXTRACTION = f"{STEM} 192 M 128:1 256 256:1 512 M" + " 256:1 512" * 4 + " 512:1 1024 M" + " 512:1 1024" * 2 + " 1000:1 G"
PUBLISHED = [
    ("Darknet Reference", 256, "0.96", f"16 M 32 M 64 M 128 M 256 M 512 M 1024 {HEAD}"),
    ("Extraction", 224, "8.52", EXTRACTION),
    ("Darknet19", 256, "7.29", DARKNET19),
    ("Darknet19 448x448", 448, "22.33", DARKNET19),
    ("Resnet 18", 256, "4.69", f"{STEM} {basics(2, 2, 2, 2)} {HEAD}"),
    ("Resnet 34", 256, "9.52", f"{STEM} {basics(3, 4, 6, 3)} {HEAD}"),
    ("Resnet 50", 256, "9.74", f"{STEM} {bottlenecks(3, 4, 6, 3)} {HEAD}"),
    ("Resnet 101", 256, "19.70", f"{STEM} {bottlenecks(3, 4, 23, 3)} 1000:1 G"),
    ("Resnet 152", 256, "29.39", f"{STEM} {bottlenecks(3, 8, 36, 3)} 1000:1 G"),
    ("Darknet53", 256, "18.57", DARKNET53),
    ("Darknet53 448x448", 448, "56.87", DARKNET53),
]


@pytest.mark.parametrize(("side", "published", "layers"), [case[1:] for case in PUBLISHED], ids=[case[0] for case in PUBLISHED])
def test_darknet_publishes(side, published, layers, net):
    """`64:3/2` is a convolution of 64 filters, 3×3, stride 2; M halves, G is the mean of the map."""

    def line(word):
        if word in "MG":
            return {"M": "- max_pool: 2x2 /2", "G": "- adaptive_avg_pool: 1x1"}[word]
        filters, _, window = word.partition(":")
        size, _, stride = (window or "3").partition("/")
        return f"- conv: {filters} {size}x{size} /{stride or 1} same bias=false\n- batch_norm\n- leaky_relu: 0.1"

    found = recount(net("\n".join(map(line, layers.split())), input=f"3x{side}x{side}").graph, "darknet")
    assert f"{found.total / 1e9:.2f}" == published
    assert found.total == 2 * found.macs


def test_darknet_publishes_vgg16():
    assert f"{recount(archlens.load('vgg16').graph, 'darknet').total / 1e9:.2f}" == "30.94"


def test_darknet_counts_one_step_of_a_sequence(net):
    """`numops`: inputs × outputs of eight connected layers for an LSTM, of six for a GRU."""
    graph = net("- lstm: 32\n  as: [tokens, state, cell]\n- gru: 8", input="50x16").graph
    assert recount(graph, "darknet").per_layer == (2 * 4 * (16 * 32 + 32 * 32), 2 * 3 * (32 * 8 + 8 * 8))


# ---- names ----


def test_archlens_is_a_policy_too():
    graph = archlens.load("lenet5").graph
    found = recount(graph, "archlens")
    assert found.total == found.macs == archlens.load("lenet5").analyze().totals.macs
    assert found.differences == ()


def test_an_unknown_policy_is_refused():
    with pytest.raises(UsageError, match="no policy is called `fvcor`; did you mean `fvcore`"):
        archlens.load("lenet5").analyze("fvcor")
