"""`archlens analyze`: every option, several specs at once, what goes where, and the exit status."""

import csv
import io
import json

import pytest

import archlens
from tests.report.table import read_table


def test_a_table_for_people(run):
    done = run("analyze", "small.yaml")
    assert (done.code, done.err) == (0, "")
    table = read_table(done.out)
    assert [row.cells["layer"] for row in table.rows] == ["conv", "relu"]
    assert table.total["params"] == "112"
    assert "policy archlens" in done.out


@pytest.mark.parametrize(
    ("target", "params"),
    [
        ("resnet50", 25_557_032),
        ("resnet", 11_689_512),
        ("resnet:resnet101", 44_549_160),
        ("small.yaml", 112),
        ("./small.yaml", 112),
    ],
)
def test_what_a_spec_can_be_called(target, params, run):
    assert json.loads(run("analyze", target, "--format", "json").out)["totals"]["params"] == params


def test_stdin_is_a_spec(run, here):
    done = run("analyze", "-", "--format", "json", input=(here / "small.yaml").read_bytes())
    assert (done.code, json.loads(done.out)["spec"]) == (0, "<stdin>")
    done = run("analyze", "-", input=(here / "broken.yaml").read_bytes())
    assert (done.code, done.out) == (1, "")
    assert "<stdin>:6:5: error[ARC101]" in done.err


def test_every_variant(run):
    found = json.loads(run("analyze", "resnet:all", "--format", "json").out)
    assert [one["variant"] for one in found] == [one.spec.variant for one in archlens.load_all("resnet:all")]
    assert run("analyze", "vgg:all").out.count("policy archlens: ") == 1, "conventions are said once"


def test_a_list_is_for_several(run):
    assert isinstance(json.loads(run("analyze", "small.yaml", "--format", "json").out), dict)
    assert len(json.loads(run("analyze", "small.yaml", "small.yaml", "--format", "json").out)) == 2


def test_parameters_input_and_batch(run):
    def totals(*options):
        done = run("analyze", "small.yaml", "--format", "json", *options)
        assert done.code == 0, done.err
        return json.loads(done.out)

    assert totals("-p", "width=2*5")["totals"]["params"] == 10 * 28
    assert totals("--param", "width=1")["layers"][0]["arguments"]["out_channels"] == 1
    assert totals("--input", "1x10x12")["inputs"] == {"input": [1, 1, 10, 12]}
    assert totals("--input", "input=1x10x12")["outputs"] == {"output": [1, 4, 8, 10]}
    assert totals("--batch", "5")["inputs"] == {"input": [5, 3, 8, 8]}
    assert totals("--batch", "5")["totals"]["macs"] == 5 * totals()["totals"]["macs"]


@pytest.mark.parametrize("option", [("-p", "width=5"), ("--input", "3x9x9"), ("--batch", "2")])
def test_another_network_is_not_held_to_the_published_figures(option, run):
    done = run("analyze", "missed.yaml", *option)
    assert "ARC301" not in done.err
    assert "expected figures are not checked" in " ".join(done.out.split())
    assert "✗ macs" in done.out, "a budget holds whatever is asked"


def test_more_layers_than_allowed(run):
    done = run("analyze", "small.yaml", "--max-layers", "1")
    assert (done.code, done.out) == (1, "")
    assert "more than 1 layers" in done.err
    assert run("analyze", "small.yaml", "--max-layers", "2").code == 0


def test_columns(run):
    done = run("analyze", "small.yaml", "--columns", "path,Jump, strict-receptive-field")
    assert read_table(done.out).headings == ["layer", "jump", "strict RF"]
    rows = list(csv.DictReader(io.StringIO(run("analyze", "small.yaml", "--format", "csv", "--columns", "path,params").out)))
    assert rows == [
        {"network": "Small", "path": "conv", "params": "112", "policy": "archlens"},
        {"network": "Small", "path": "relu", "params": "0", "policy": "archlens"},
    ]
    assert "| layer " in run("analyze", "small.yaml", "--format", "markdown", "--columns", "path").out
    done = run("analyze", "small.yaml", "--format", "json", "--columns", "path")
    assert (done.code, "macs" in json.loads(done.out)["layers"][0]) == (0, True)
    assert "--columns" in done.err


def test_levels_and_order_in_every_format(run):
    options = ("analyze", "resnet18", "--level", "stage", "--sort", "macs", "--top", "2")
    for form in ("table", "csv", "markdown", "latex", "html"):
        out = run(*options, "--format", form).out
        assert out.index("stage1") < out.index("stage2") < out.index("7 more")
        assert "stage3" not in out
    done = run(*options, "--format", "json")
    assert [group["path"] for group in json.loads(done.out)["groups"]] == ["stage1", "stage2", "7 more"]
    assert done.err == ""
    done = run("analyze", "resnet18", "--sort", "macs", "--format", "json")
    assert json.loads(done.out)["layers"][0]["path"] == "stem/conv", "in the order of execution"
    assert "--sort" in done.err


def test_several_networks_are_one_page(run):
    out = run("analyze", "lenet5", "small.yaml", "--format", "html").out
    assert [out.count(word) for word in ("<!DOCTYPE", "<section", "</html>")] == [1, 2, 1]
    assert run("analyze", "broken.yaml", "--format", "html").out == ""


@pytest.mark.parametrize(
    ("columns", "cure"),
    [
        ("parms", "did you mean `params`?"),
        ("path,recptive_field", "did you mean `receptive_field`?"),
        ("zzz", "there are path, type,"),
        (",", "there are path"),
    ],
)
def test_a_wrong_column_is_told(columns, cure, run):
    done = run("analyze", "small.yaml", "--columns", columns)
    assert (done.code, done.out) == (2, "")
    assert cure in done.err


@pytest.mark.parametrize("form", ["table", "csv", "markdown", "json"])
def test_one_broken_spec_leaves_the_others(form, run):
    done = run("analyze", "small.yaml", "broken.yaml", "lenet5", "--format", form)
    assert done.code == 1
    assert "Small" in done.out
    assert "LeNet-5" in done.out
    assert "broken.yaml:6:5: error[ARC101]: no layer is called `con`" in done.err
    assert "did you mean `conv`?" in done.err
    if form == "json":
        found = json.loads(done.out)
        assert [one["name"] for one in found] == ["Small", None, "LeNet-5"]
        assert found[1]["spec"] == "broken.yaml"
        assert found[1]["diagnostics"][0]["code"] == "ARC101"
    else:
        assert "broken" not in done.out


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_nothing_to_show_is_nothing(form, run):
    assert run("analyze", "broken.yaml", "--format", form).out == ""


def test_missed_expectations_are_findings(run):
    done = run("analyze", "missed.yaml")
    assert done.code == 1
    assert "✗ params 112, expected 111" in done.out
    assert "missed.yaml:8:18: error[ARC301]: params is 112, expected 111 (1 more)" in done.err
    assert "macs is 3,888" in done.err
    found = json.loads(run("analyze", "missed.yaml", "--format", "json").out)
    assert [one["ok"] for one in found["expectations"]] == [False, False, True]
    assert [one["code"] for one in found["diagnostics"]] == ["ARC301", "ARC303"]
    assert found["diagnostics"][0]["span"]["line"] == 8


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (["nothing.yaml"], "no file nothing.yaml"),
        (["resnt50"], "did you mean `resnet50`?"),
        (["resnet:resnet5"], "did you mean `resnet50`?"),
        (["lenet5:all"], "no variants"),
        (["small.yaml:small"], "no variants"),
        (["small.yaml", "-p", "widht=3"], "did you mean `width`?"),
        (["lenet5", "-p", "width=3"], "no parameter `width`"),
        (["small.yaml", "-p", "width"], "write -p NAME=VALUE"),
        (["small.yaml", "--input", "inptu=3x8x8"], "did you mean `input`?"),
        (["small.yaml", "--batch", "0"], "not in the range"),
        (["small.yaml", "--format", "yaml"], "'table', 'json', 'csv', 'markdown'"),
        (["small.yaml", "--colums", "path"], "--columns"),
        (["small.yaml", "--sort", "parms"], "did you mean `params`?"),
        (["small.yaml", "--level", "stge"], "did you mean `stage`?"),
        (["small.yaml", "--ascending"], "add --sort NAME"),
        (["small.yaml", "--top", "0"], "not in the range"),
        ([], "Missing argument"),
        (["."], "cannot be read"),
    ],
)
def test_what_cannot_be_met(arguments, cure, run):
    done = run("analyze", *arguments)
    assert (done.code, done.out) == (2, "")
    assert cure in done.err


def test_two_inputs_are_named(run, here):
    (here / "two.yaml").write_text("archlens: 1\ninputs: {left: 3x8x8, right: 3x8x8}\nlayers:\n  - add: [left, right]\n")
    done = run("analyze", "two.yaml", "--input", "3x9x9")
    assert (done.code, done.out) == (2, "")
    assert "left=3x9x9" in done.err
    done = run("analyze", "two.yaml", "--input", "left=3x9x9", "--input", "right=3x9x9", "--format", "json")
    assert json.loads(done.out)["outputs"] == {"output": [1, 3, 9, 9]}
    done = run("analyze", "two.yaml", "--input", "left=3x9x9")
    assert done.code == 1
    assert "ARC203" in done.err


def test_faults_are_counted(run):
    assert run("analyze", "broken.yaml").err.rstrip().endswith("2 faults")


def test_the_worst_status_counts(run):
    assert run("analyze", "broken.yaml", "nothing.yaml", "small.yaml").code == 2
    assert run("analyze", "nothing.yaml", "broken.yaml", "small.yaml").code == 2
    assert run("analyze", "missed.yaml", "small.yaml").code == 1
