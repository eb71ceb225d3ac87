"""Every shipped network against the figures others published, to the unit.

`published.csv` has one row a network, with its source. No figure in it was computed by archlens. A cell such as
`291M` is a figure published in millions; an empty cell is one that was not published.
"""

import csv
import functools
from fractions import Fraction
from pathlib import Path

import pytest

import archlens
from archlens.spec.scalars import figure
from tests.shipped import targets

HERE = Path(__file__).parent
SHIPPED = HERE.parent.parent / "specs"
FIGURES = ("params", "macs", "receptive_field", "depth")

with (HERE / "published.csv").open(encoding="utf-8") as file:
    PUBLISHED = {row["network"]: row for row in csv.DictReader(file)}


@functools.cache
def analyzed(name):
    """A shipped network, analysed once for all tests of it."""
    return archlens.load(name).analyze()


def row_of(name):
    """The published row: `resnet50`, which only extends its family, is held to `resnet:resnet50`."""
    if name in PUBLISHED:
        return PUBLISHED[name]
    (row,) = [row for key, row in PUBLISHED.items() if key.endswith(f":{name}")]
    return row


FILES = sorted(SHIPPED.glob("*.yaml"))
NETWORKS = [name for path in FILES for name in targets(path.stem)]


@pytest.mark.parametrize("name", NETWORKS)
def test_figures_are_the_published_ones(name):
    row, totals = row_of(name), analyzed(name).totals
    for key in FIGURES:
        if row[key]:
            _, low, high = figure(row[key])
            actual = getattr(totals, key)
            for value in actual if isinstance(actual, tuple) else (actual,):
                assert low <= value <= high, f"{name}: {key} is {value:,}, published {row[key]} ({row['source']})"


@pytest.mark.parametrize("name", NETWORKS)
def test_every_expectation_holds_and_none_is_ours(name):
    """What a spec expects of a published figure is that figure, so nothing archlens computed slips in."""
    row, analysis = row_of(name), analyzed(name)
    assert analysis.expectations
    for outcome in analysis.expectations:
        assert outcome.ok, outcome
        if outcome.key in FIGURES:
            assert outcome.expected.replace("_", "") == row[outcome.key], f"{name} expects {outcome.key} that published.csv lacks"
    wanted = {key for key in FIGURES if row[key]}
    assert wanted <= {outcome.key for outcome in analysis.expectations}, "a published figure is not expected"


@pytest.mark.parametrize("name", NETWORKS)
def test_input_and_sources_are_the_published_ones(name):
    row, analysis = row_of(name), analyzed(name)
    shape, *_ = analysis.inputs.values()  # the image, where boxes go in too
    assert "x".join(map(str, shape[1:])) == row["input"]
    meta = analysis.meta
    assert meta["key_idea"]
    assert meta["source"]
    assert str(meta.get("top1", "")) == row["top1"], "an accuracy is shown only with its source"
    assert meta["task"] in ("classification", "detection", "segmentation", "video", "sound", "baseline")
    assert not {"top1", "miou"} & {*meta} or {"dataset", "source"} <= {*meta}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_opens_with_the_version_and_says_what_it_is(path):
    first, second, *_ = path.read_text(encoding="utf-8").splitlines()
    assert first == "archlens: 1"
    assert second.startswith("# ")


def test_every_row_is_about_a_network():
    assert set(PUBLISHED) <= {*NETWORKS}


@pytest.mark.parametrize("resolution", [192, 160, 128])
@pytest.mark.parametrize("width", ["1.0", "0.75", "0.5", "0.25"])
def test_mobilenet_macs_follow_from_those_at_224(width, resolution):
    """Every map of MobileNet shrinks with the image, so convolutions scale by its area; the classifier does not."""
    at_224 = int(PUBLISHED[f"mobilenet_v1:{width}_224"]["macs"])
    classifier = round(1024 * float(width)) * 1000
    expected = (at_224 - classifier) * Fraction(resolution, 224) ** 2 + classifier
    assert archlens.load(f"mobilenet_v1:{width}_{resolution}").analyze().totals.macs == expected


def test_two_auxiliary_heads_are_what_training_adds():
    """The paper's section 5: a 1x1 convolution to 128 channels on a 4x4 map, then 1,024 and 1,000 units."""
    head = [(channels + 1) * 128 + (128 * 16 + 1) * 1024 + (1024 + 1) * 1000 for channels in (512, 528)]
    training, inference = (analyzed(name) for name in ("googlenet_2014_training", "googlenet_2014"))
    assert training.totals.params - inference.totals.params == sum(head)
    assert list(training.outputs.values()) == [(1, 1000)] * 3


@pytest.mark.parametrize("name", ["fcn32s", "fcn16s", "fcn8s"])
def test_fcn_is_the_papers_and_the_authors(name):
    """404 pixels seen (table 1), and scores that are added lie on one grid where the authors' tool cuts them."""
    analysis = analyzed(name)
    (fc7,) = [layer for layer in analysis.layers if layer.path == "fc7/relu"]
    assert fc7.receptive_field.size == (404, 404)
    assert analysis.misalignments == ()


@pytest.mark.parametrize(("map", "first"), [("pool4", 5), ("pool3", 9)])
def test_only_the_authors_cuts_of_fcn_are_aligned(map, first, tmp_path):
    """Caffe's crop finds 5 and 9; a cell beside them, scores of different places are added."""
    text = (SHIPPED / "fcn.yaml").read_text(encoding="utf-8")
    for beside in (first - 1, first + 1):
        path = tmp_path / f"fcn{beside}.yaml"
        path.write_text(text.replace(f"Fuse: {map} {first}", f"Fuse: {map} {beside}"), encoding="utf-8")
        found = archlens.load(f"{path}:fcn8s").analyze().misalignments
        assert {one.path for one in found} == {f"fuse_{map}/add"}


def test_the_connections_of_lenet_are_the_papers():
    """Every output of a layer is connected to what it adds up and to its bias: 340,908 connections (section II-B)."""
    analysis = archlens.load("lenet5_1998").analyze()
    connections = 0
    for layer in analysis.layers:
        if layer.type == "conv" or layer.type == "linear":
            connections += layer.macs + layer.activations
        elif layer.type == "depthwise_conv":  # with the pooling before it: four inputs and a bias
            connections += layer.activations * (4 + 1)
        elif layer.type == "rbf":
            connections += layer.buffers
    assert connections == analysis.meta["connections"] == 340_908


def test_the_maps_of_c3_see_the_maps_that_the_papers_table_says():
    """Table I: which maps of S2 each map of C3 is connected to."""
    table = [
        "012",
        "123",
        "234",
        "345",
        "045",
        "015",
        "0123",
        "1234",
        "2345",
        "0345",
        "0145",
        "0125",
        "0134",
        "1245",
        "0235",
        "012345",
    ]
    network = archlens.load("lenet5_1998")
    layers = {layer.path: layer for layer in network.analyze().layers}
    (maps,) = [layer for layer in layers.values() if layer.path == "C3/maps"]
    seen = []
    for path in maps.inputs:
        (source,) = layers[path].inputs
        node = next(node for node in network.graph.nodes if node.path == source)
        split = network.graph.nodes[network.graph.producers[node.inputs[0]]] if source.endswith("concat") else None
        seen.append("012345" if split is None else "".join(sorted(str(split.outputs.index(tensor)) for tensor in node.inputs)))
    assert seen == table
