"""`archlens compare` at the command line: what is shown where something is wrong, and with which exit code."""

import json


def test_one_bad_spec_among_many_leaves_the_others(run, here):
    (here / "broken.yaml").write_text("archlens: 1\ninput: 3x8x8\nlayers: [conv: 8 9x9]\n")
    done = run("compare", "vgg16", "broken.yaml", "resnet50", "--format", "csv")
    assert done.code == 1
    assert [line.split(",")[0] for line in done.out.splitlines()] == ["network", "VGG · vgg16", "ResNet · resnet50"]
    assert "broken.yaml:3:18: error[" in done.err


def test_a_missing_file_leaves_the_others(run):
    done = run("compare", "vgg16", "vgg166", "--columns", "network,params")
    assert (done.code, done.err) == (2, "error: no file and no shipped spec is called `vgg166`; did you mean `vgg16`?\n")
    assert "138,357,544" in done.out


def test_only_bad_specs_show_nothing(run):
    done = run("compare", "nosuch")
    assert (done.code, done.out) == (2, "")


def test_nothing_named_is_told(run):
    done = run("compare")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: name networks to compare, or a preset: `archlens compare --preset lineage`\n"
    done = run("compare", "--preset", "linage")
    assert (done.code, done.err) == (2, "error: no preset is called `linage`; did you mean `lineage`?\n")


def test_a_condition_that_nothing_meets_is_said(run):
    done = run("compare", "vgg16", "--where", "params < 3")
    assert (done.code, done.out) == (0, "no network is left to compare\n")


def test_options_of_networks_count(run):
    asked = ("compare", "resnet50", "vgg16", "--columns", "macs,activation_bytes", "--format", "json")
    rows = json.loads(run(*asked, "--batch", "4", "--dtype", "float16").out)["rows"]
    alone = json.loads(run(*asked).out)["rows"]
    assert [row["macs"] for row in rows] == [4 * row["macs"] for row in alone]
    assert [row["activation_bytes"] for row in rows] == [2 * row["activation_bytes"] for row in alone]


def test_every_variant_is_a_row(run):
    out = run("compare", "resnet:all", "--columns", "network", "--format", "csv", "--sort", "network").out
    assert out.splitlines()[1:] == sorted(out.splitlines()[1:])
    assert "ResNet · resnet152,archlens" in out
