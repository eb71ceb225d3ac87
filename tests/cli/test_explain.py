"""`archlens explain`: what it can be asked, in which form, and what it cannot be asked."""

import json

import pytest

import archlens
from archlens.layers import layer_types
from archlens.layers.foreign import LAYERS


def test_a_network(run):
    done = run("explain", "lenet5")
    assert (done.code, done.err) == (0, "")
    for heading in (
        "Parameters  ",
        "MACs  ",
        "FLOPs  ",
        "Activations  ",
        "Peak memory",
        "Depth  ",
        "Receptive field  ",
        "Sources",
    ):
        assert f"\n{heading}" in done.out
    assert "chapter 12.4" in done.out


def test_a_layer_by_path_glob_end_and_block(run):
    one = run("explain", "resnet50", "stem/conv").out
    assert one.startswith("stem/conv  conv 64 7×7 /2")
    assert run("explain", "resnet50", "head").out.startswith("head  linear 1000")
    assert run("explain", "resnet50", "global_avg_pool").code == 0
    assert run("explain", "resnet50", "Bottleneck6/add").out.startswith("stage3/Bottleneck6/add  add")
    several = json.loads(run("explain", "resnet50", "stage1/*/add", "stem/conv", "stage1/*", "--format", "json").out)
    paths = [layer["path"] for layer in several["layers"]]
    assert paths[:4] == ["stage1/Bottleneck1/add", "stage1/Bottleneck2/add", "stage1/Bottleneck3/add", "stem/conv"]
    assert len(paths) == len(set(paths))
    block = run("explain", "resnet50", "stage1").out
    assert block.startswith("stage1  ")
    assert "stage1/Bottleneck2" in block


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (["resnet50", "stem/cnv"], "did you mean `stem/conv`?"),
        (["resnet50", "hed"], "did you mean `head`?"),
        (["resnet50", "conv"], "write the path of one"),
        (["resnet50", "stage9/*"], "has no layer `stage9/*`"),
        (["resnet50", "zzzzzz"], "paths are those of `archlens analyze`, e.g. `head`"),
        (["resnet50", ""], "has no layer ``"),
        (["resnet:all"], "name a variant"),
        (["resnt50"], "did you mean `resnet50`?"),
        (["nothing.yaml"], "no file nothing.yaml"),
        (["convv"], "did you mean `conv`?"),
        (["conv", "stem"], "`conv` is a layer type and has no layer `stem`"),
        (["conv", "-p", "width=3"], "`conv` is a layer type, explained by an example of its own; -p goes with a spec"),
        (["Conv2d", "--batch", "1", "--dtype", "int8"], "--batch, --dtype go with a spec"),
        (["lenet5", "-p", "width=3"], "no parameter `width`"),
        (["lenet5", "--format", "csv"], "'text', 'markdown', 'json'"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_met(arguments, cure, run):
    done = run("explain", *arguments)
    assert (done.code, done.out) == (2, "")
    assert cure in " ".join(done.err.split())


def test_a_fault_in_the_spec(run):
    done = run("explain", "broken.yaml")
    assert (done.code, done.out) == (1, "")
    assert "error[ARC101]" in done.err


def test_options_reach_the_network(run):
    done = json.loads(
        run("explain", "small.yaml", "conv", "-p", "width=7", "--input", "2x9x9", "--batch", "3", "--format", "json").out
    )
    (layer,) = done["layers"]
    assert layer["output_shapes"] == [[3, 7, 7, 7]]
    assert layer["macs"] == 3 * 7 * 49 * 9 * 2
    assert next(one for one in layer["formulas"] if one["fact"] == "macs")["result"] == 7 * 49 * 9 * 2
    text = run("explain", "small.yaml", "conv", "--batch", "3").out
    assert "for 3 samples 3,888 × 3 = 11,664" in " ".join(text.split())


@pytest.mark.parametrize("name", ["conv", "linear", "add", "batch_norm"])
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_layer_type(name, form, run):
    done = run("explain", name, "--format", form)
    assert (done.code, done.err) == (0, "")
    assert layer_types()[name].documentation()[0].split("×")[0][:30] in done.out
    if form == "json":
        (found,) = json.loads(done.out)["types"]
        assert found["example"]["explained"]["type"] == name
        assert [one["name"] for one in found["arguments"]] == list(layer_types()[name].field_names)


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("Conv2d", "conv"),
        ("nn.Conv2d", "conv"),
        ("torch.nn.MaxPool2d", "max_pool"),
        ("tf.keras.layers.Dense", "linear"),
        ("ReLU", "relu"),
        ("nn.LogSoftmax", "log_softmax"),
        ("nn.AdaptiveMaxPool3d", "adaptive_max_pool"),
        *[(name, ours) for name, ours in LAYERS.items() if name in ("bn", "gap", "cat", "lrn")],
    ],
)
def test_names_of_other_frameworks_lead_there(word, ours, run):
    done = run("explain", word)
    assert done.code == 0
    assert done.err == f"note: archlens calls {word} `{ours}`\n"
    assert done.out == run("explain", ours).out


def test_several_types(run):
    done = json.loads(run("explain", "conv", "max_pool", "--format", "json").out)
    assert [one["type"] for one in done["types"]] == ["conv", "max_pool"]


def test_a_name_means_one_thing():
    """`archlens explain NAME` would else have to guess."""
    assert not {*archlens.shipped()} & {*layer_types()}
    assert not {*archlens.shipped()} & {*LAYERS}


def test_files_beside(run, here):
    """A layer type comes before a file of its bare name, a file before what other frameworks call a layer."""
    text = (here / "small.yaml").read_text()
    (here / "dense").write_text(text)
    (here / "conv").write_text(text)
    assert run("explain", "dense").out.startswith("Small\n")
    assert run("explain", "conv").out.startswith("conv  torch.nn.Conv1d")
    assert run("explain", "./conv").out.startswith("Small\n")


def test_stdin(run, here):
    assert run("explain", "-", input=(here / "small.yaml").read_bytes()).out.startswith("Small\n")


def test_markdown_and_colour(run, process):
    done = run("explain", "lenet5", "--format", "markdown")
    assert done.out.startswith("## LeNet-5")
    assert "| part " in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize("name", [*archlens.shipped(), *layer_types()])
def test_everything_can_be_explained_in_80_columns(name, run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    done = run("explain", name)
    assert done.code == 0
    wide = [line for line in done.out.splitlines() if len(line) > 80]
    assert not wide, wide


def test_eighty_columns_unless_told(run, monkeypatch):
    monkeypatch.delenv("COLUMNS")
    assert max(map(len, run("explain", "conv").out.splitlines())) <= 80
    monkeypatch.setenv("COLUMNS", "50")
    assert max(map(len, run("explain", "linear").out.splitlines())) <= 50
