"""Explanations as people and tools read them: whole pages against files, and their figures once more by hand."""

import json
import re

import pytest

import archlens
from archlens.errors import UsageError
from archlens.layers import layer_types
from archlens.report.chapters import SECTIONS, sources
from archlens.report.explain import explain_types, type_called
from archlens.report.pages import Chain, Code, Grid, Heading, Rows, Text, page_markdown, page_text
from tests.report.test_golden import compare

NETWORKS = {
    "vgg16": ("vgg16", ()),
    "resnet50-conv": ("resnet50", ("stem/conv",)),
    "resnet50-add": ("resnet50", ("stage1/Bottleneck1/add",)),
    "googlenet-concat": ("googlenet_2014", ("3a/concat",)),
    "googlenet-block": ("googlenet_2014", ("3a",)),
    "lenet5-linear": ("lenet5", ("F6",)),
    "twins": ("tests/report/networks/twins.yaml", ("right/conv", "concat")),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network(name):
    target, layers = NETWORKS[name]
    compare(f"explain-{name}.txt", archlens.load(target).explain(*layers))


@pytest.mark.parametrize("name", ["conv", "max_pool", "batch_norm", "concat"])
def test_a_type(name):
    compare(f"explain-type-{name}.txt", explain_types([layer_types()[name]]))


def test_markdown_and_json():
    network = archlens.load("resnet50")
    compare("explain-resnet50-conv.md", network.explain("stem/conv", form="markdown"))
    compare("explain-resnet50-conv.json", network.explain("stem/conv", form="json"))


def words(text):
    return " ".join(text.split())


def test_the_stem_of_resnet_by_hand():
    """7×7 over 3 channels, 64 filters, stride 2: 64·3·49 weights, each used at 112·112 places."""
    text = words(archlens.load("resnet50").explain("stem/conv"))
    assert "Parameters 9,408" in text
    assert f"MACs {64 * 3 * 49 * 112 * 112:,}" in text
    assert f"FLOPs {2 * 64 * 3 * 49 * 112 * 112:,}" in text
    assert f"= {4 * 64 * 112 * 112:,} bytes" in text
    assert "⌊(224 + 3 + 3 − 1·(7 − 1) − 1) / 2⌋ + 1 = ⌊223 / 2⌋ + 1 = 112" in text
    assert "64 × (3/1 × 7·7 + 0) = 64 × 147 = 9,408" in text
    assert "stem/conv 7 2 3 1 + (7 − 1)·1 = 7 2 -3" in text
    assert "chapter 12.2" in text


def test_vgg16_by_hand():
    """Simonyan & Zisserman: three of the four largest parts are the linear layers, 89 % of all weights."""
    text = words(archlens.load("vgg16").explain())
    assert f"linear1 {4096 * (7 * 7 * 512 + 1):,} 74.3 %" in text
    assert f"linear3 {1000 * 4097:,} 3.0 %" in text
    assert (
        "depth = 2 (stage1) + 2 (stage2) + 3 (stage3) + 3 (stage4) + 3 (stage5) + 1 (linear1) + 1 (linear2) + 1 (linear3) = 16"
        in text
    )
    assert "stage5/max_pool 2 2 0 196 + (2 − 1)·16 = 212 32" in text
    assert "fullest while stage1/ConvRelu1/relu runs" in text
    assert f"{4 * 64 * 224 * 224:,} B 50.0 %" in text


def test_the_rows_of_a_sum_add_up():
    for name in archlens.shipped():
        for table in re.findall(r"part +figure +share\n.*?\n +sum [^\n]*", archlens.load(name).explain(), re.DOTALL):
            *parts, total = [_figure(line) for line in table.splitlines()[2:] if "%" in line]
            assert sum(parts) == total, (name, table)


def _figure(line):
    return int(re.findall(r"(?<= )([\d,]+)(?: B)? +<?[\d.]+ %", line)[0].replace(",", ""))


def test_shared_and_frozen_layers():
    text = words(archlens.load("tests/report/networks/twins.yaml").explain("right/conv", "left/conv"))
    assert "those of left/conv, counted there: 0 here" in text
    assert "; frozen" in text


def test_dilation_and_axes_that_differ(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(
        "archlens: 1\ninput: 3x40x50\nlayers:\n  - conv: 4 3x5 /2x1 dilation=2\n  - upsample: 2\n  - global_avg_pool\n"
    )
    network = archlens.load(str(path))
    text = words(network.explain("conv"))
    assert "conv (height) 3 2 2 0 1 + (5 − 1)·1 = 5 2 0" in text
    assert "conv (width) 5 1 2 0 1 + (9 − 1)·1 = 9 1 0" in text
    assert "2·u … 2·u + 4 (height) and u … u + 8 (width)" in text
    assert "resampled" in network.explain("upsample")
    assert "the whole map" in network.explain("global_avg_pool")


def test_products_of_matrices(net):
    """12 products of 5×4 by 4×5: 4 MACs a value. Nothing is stretched there; in the sum the second branch is."""
    layers = "- matmul: [a, b]\n- add: [prev, c]"
    network = net(layers, input="{a: 12x5x4, b: 12x4x5, c: 12x1x5}")
    product = words(network.explain("matmul"))
    assert "12 × 5 × 4 × 5 = 1,200" in product
    assert "FLOPs = 2 × MACs = 2 × 1,200 = 2,400" in product
    assert "stretched" not in product
    assert "an axis of size 1 is stretched" in words(network.explain("add"))


def test_gates_are_told(tmp_path):
    path = tmp_path / "net.yaml"
    gate = "      gate: [global_avg_pool: keepdim=true, conv: 4 1x1, sigmoid]\n"
    path.write_text(f"archlens: 1\ninput: 4x9x9\nlayers:\n  - conv: 4 3x3\n  - multiply:\n      map: []\n{gate}    name: gated\n")
    text = words(archlens.load(str(path)).explain("gated"))
    assert "Receptive field 3 (the input is 9)" in text
    assert "with gates and statistics over the map it is the whole map" in text


def test_bytes_are_of_the_dtype():
    """ResNet's stem once more, two bytes a value; eight bits are `1 byte`."""
    network = archlens.load("resnet50", dtype="float16", batch=2)
    text = words(network.explain("stem/conv"))
    assert f"(2·64·112·112 values × 2 bytes (float16) = {2 * 2 * 64 * 112 * 112:,} bytes" in text.replace("output = ", "(")
    assert f"parameters = 9,408 values × 2 bytes (float16) = {2 * 9408:,} bytes" in text
    peak = network.analyze().totals.peak_activation_bytes
    whole = words(network.explain())
    assert "2 bytes a value (float16)" in whole
    assert f"sum {peak:,} B 100 %" in whole
    assert "values × 1 byte (int8)" in words(archlens.load("resnet50", dtype="int8").explain("stem/conv"))


def test_whose_memory_the_values_are_in(net):
    layers = "- conv: 4 1x1\n- relu: inplace=true\n- split: 2\n  as: [a, b]\n- permute: [0, 2, 3, 1]\n  from: a\n- flatten"
    network = net(layers, input="3x6x6")
    told = {name: words(network.explain(name)) for name in ("relu", "split", "permute", "flatten")}
    assert "Memory none of its own in place: the output is written over the input" in told["relu"]
    assert "Memory none of its own the outputs are views: they share the memory of the input" in told["split"]
    assert "Memory none of its own the output is a view: it shares the memory of the input" in told["permute"]
    assert "output = 72 values × 4 bytes (float32) = 288 bytes a copy: the values of the input do not lie" in told["flatten"]
    parameter = words(net("- parameter: 4x6x6").explain("parameter"))
    assert f"parameters = 144 values × 4 bytes (float32) = {4 * 144} bytes the output is the parameter itself" in parameter


def test_room_that_a_layer_takes_for_itself(net):
    """torch pads both ends alike or copies the input with its border: 21² cells of three channels."""
    network = net("- conv: 1 3x3 /4 padding=[[0,1],[0,1]]", input="3x20x20")
    assert f"conv, for itself {4 * 3 * 21 * 21:,} B" in words(network.explain())


def test_indices_take_eight_bytes(net):
    text = words(net("- embedding: 50 4", input="9").explain())
    assert "4 bytes a value (float32; indices take 8)" in text
    assert "input 9 72 B" in text


def test_a_tensor_s_name_is_its_layer_s(net):
    network = net("- conv: 4 3x3\n  as: features\n- relu")
    assert network.explain("features") == network.explain("conv")


def test_colours_change_nothing_but_colours():
    network = archlens.load("lenet5")
    seen = set()

    def paint(text, role):
        seen.add(role)
        return f"<{role}>{text}</>" if role else text

    painted = network.explain(paint=paint)
    assert re.sub(r"<\w+>|</>", "", painted) == network.explain()
    assert {"title", "head", "total", "faint"} <= seen <= {"", "title", "head", "group", "total", "faint"}


def test_json_of_a_network():
    found = json.loads(archlens.load("googlenet_2014").explain(form="json"))
    assert (found["schema"], found["explains"], found["name"]) == (1, "network", "GoogLeNet")
    assert sum(part["value"] for part in found["parts"]["params"]) == found["totals"]["params"] == 6_998_552
    assert sum(one["bytes"] for one in found["peak"]["alive"]) == found["totals"]["peak_activation_bytes"]
    assert len(found["depth"]) == 22, "Szegedy et al.: 22 layers with parameters on the way"
    steps = found["receptive_field"]["steps"]
    assert steps[0]["windows"][0] == {"kernel": 7, "stride": 2, "padding": 3, "dilation": 1}
    assert steps[-1]["after"]["size"] == found["totals"]["receptive_field"]
    assert len(found["receptive_field"]["meetings"]) == 9


def test_an_unknown_form_is_told():
    with pytest.raises(UsageError, match="form must be one of text, markdown, json, not 'csv'"):
        archlens.load("mlp").explain(form="csv")


def test_what_is_no_type():
    for name in ("resnet50", "conv.yaml", "./conv", "dense.yaml", "nothing"):
        assert type_called(name) is None


def test_sections_are_named():
    assert sources("chapter 12.2 and 12.4, and more", "", "chapter 12.2") == (
        "chapter 12.2 and 12.4, and more",
        "chapter 12.2",
        sources("12.2, 12.4")[1],
    )
    assert "12.2 “Filters, stride, padding, and output size”" in sources("12.2")[1]
    assert sources("arXiv:1412.2345") == ("arXiv:1412.2345",)
    every = {number for layer in layer_types().values() for number in re.findall(r"\b12\.\d", layer.reference)}
    assert every <= {*SECTIONS}


BLOCKS = (
    Heading("Page", 1),
    Text("A `word`, and a_b * c."),
    Chain("x", ("1 + 2", "3"), "a note"),
    Chain("y", ("4",)),
    Rows((("name", "what it is"),), code=True),
    Grid(("part", "n"), (("a|b", "1"), ("sum", "1")), (False, True), footer=True),
    Heading("More", 2, "5"),
    Code("- conv: 1"),
)


def test_pages():
    assert page_text(BLOCKS, 40).split("\n") == [
        "Page",
        "  A `word`, and a_b * c.",
        "  x = 1 + 2",
        "    = 3",
        "      a note",
        "  y = 4",
        "  name  what it is",
        "  part  n",
        "  ────  ─",
        "  a|b   1",
        "  ────  ─",
        "  sum   1",
        "",
        "More  5",
        "",
        "  - conv: 1",
    ]
    assert page_markdown(BLOCKS, 2).split("\n\n") == [
        "## Page",
        "A `word`, and a_b \\* c.",
        "```text\nx = 1 + 2\n  = 3\n    a note\ny = 4\n```",
        "- `name`: what it is",
        "| part    |     n |\n|:--------|------:|\n| a\\|b    |     1 |\n| **sum** | **1** |",
        "### More: 5",
        "```text\n- conv: 1\n```",
    ]


def test_names_in_a_table_give_way():
    rows = tuple((f"stage1/Block{i}/main/conv", "12,345,678") for i in (1, 2))
    lines = page_text([Grid(("layer", "figure"), rows, (False, True))], 34).split("\n")
    assert max(map(len, lines)) <= 34
    assert [line.split()[0] for line in lines[2:]] == ["stage1", "Block1/main/conv", "Block2/main/conv"]
