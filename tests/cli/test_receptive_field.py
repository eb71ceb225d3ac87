"""`archlens receptive-field` as a person calls it."""

import csv
import io
import json
import os
import stat
from xml.etree import ElementTree

import pytest

from archlens.report.picture import engine


def line_of(text, start):
    """The first line that begins so, one blank between its words."""
    return " ".join(next(line.split() for line in text.splitlines() if line.strip().startswith(start)))


def test_the_table_has_the_recurrence(run):
    done = run("receptive-field", "lenet5")
    assert (done.code, done.err) == (0, "")
    assert line_of(done.out, "layer") == "layer operation K S P jump in growth field jump out start map"
    assert line_of(done.out, "input") == "input 1 1 0 32×32"
    assert line_of(done.out, "C1") == "C1 conv 6 5×5 5 1 0 1 (5 − 1)·1 = 4 5 1 0 28×28"
    assert line_of(done.out, "C5") == "C5 conv 120 5×5 5 1 0 4 (5 − 1)·4 = 16 32 4 0 1×1"
    assert "field = 1 + 5·1 + 5·2 + 4·4\n" in done.out
    assert run("rf", "lenet5").out == done.out


def test_dilation_has_a_column_of_its_own(run, here):
    (here / "holes.yaml").write_text("archlens: 1\ninput: 1x24x24\nlayers:\n  - conv: 2 3x3 same dilation=4\n", encoding="utf-8")
    out = run("rf", "holes.yaml").out
    assert line_of(out, "layer").startswith("layer operation K S D P ")
    assert line_of(out, "conv") == "conv conv 2 3×3 3 1 4 4 1 (9 − 1)·1 = 8 9 1 -4 24×24"
    assert "of the pixels in between it reads 33% along each axis" in out


def test_an_axis_that_a_layer_leaves_alone_has_no_line(run, here):
    (here / "flat.yaml").write_text("archlens: 1\ninput: 1x24x24\nlayers:\n  - conv: 2 1x7 padding=0x3\n", encoding="utf-8")
    out = run("rf", "flat.yaml").out
    assert line_of(out, "conv").startswith("conv (w) conv 2 1×7 7 1 3 ")
    assert "(h)" not in out.split("growth =")[0]
    assert "field (width) = 1 + 6·1\n" in out
    assert "other layer" not in out


def test_one_other_layer_is_one(run, here):
    (here / "two.yaml").write_text(
        "archlens: 1\ninput: 1x9x9\nlayers:\n  - conv: 2 1x1\n  - conv: 2 3x3 same\n", encoding="utf-8"
    )
    out = run("rf", "two.yaml").out
    assert "1 other layer that conv2 depends on leaves the field as it is, or lies on a way that sees less." in out


def test_json_has_a_step_each(run):
    found = json.loads(run("rf", "lenet5", "--format", "json").out)
    assert (found["schema"], found["receptive_field"], found["jump"], found["whole_from"]) == (1, [32, 32], [4, 4], "flatten")
    assert [step["receptive_field"] for step in found["walk"]] == [[n, n] for n in (5, 6, 14, 16, 32)]
    assert found["walk"][1] == {
        "path": "S2",
        "type": "avg_pool",
        "kernel": [2, 2],
        "stride": [2, 2],
        "dilation": [1, 1],
        "padding": [0, 0],
        "jump_before": [1, 1],
        "growth": [1, 1],
        "receptive_field": [6, 6],
        "jump": [2, 2],
        "start": [0, 0],
        "whole": [False, False],
        "output_shape": [1, 6, 14, 14],
        "line": found["walk"][1]["line"],
    }
    several = json.loads(run("rf", "lenet5", "alexnet", "--format", "json").out)
    assert [one["receptive_field"] for one in several] == [[32, 32], [195, 195]]


def test_csv_and_markdown(run):
    rows = list(csv.DictReader(io.StringIO(run("rf", "lenet5", "alexnet", "--format", "csv").out)))
    assert [row["growth"] for row in rows if row["network"] == "LeNet-5"] == ["4x4", "1x1", "8x8", "2x2", "16x16"]
    assert len(rows) == 5 + 8
    lines = run("rf", "lenet5", "--format", "markdown").out.splitlines()
    assert lines[0].startswith("## LeNet-5: receptive field 32")
    assert sum(line.startswith("| ") for line in lines) == 7


def test_several_networks_have_a_line_each(run):
    done = run("rf", "vgg16", "alexnet", "mlp")
    assert done.code == 2
    assert "specs/mlp.yaml has spatial axes: there is no receptive field" in done.err
    assert line_of(done.out, "VGG") == "VGG · vgg16 224×224 212 32 18 89.6 %"
    assert line_of(done.out, "AlexNet").startswith("AlexNet 224×224 195 32 8 ")


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_drawings_are_written_twice(form, run, here):
    path = here / f"field.{form}"
    for _ in range(2):
        done = run("rf", "lenet5", "-o", str(path))
        assert (done.code, done.err) == (0, "")
        assert path.read_bytes().startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF-"}[form])
    assert run("rf", "lenet5", "alexnet", "-o", str(path), "--theme", "dark").code == 0


def test_a_drawing_and_a_table_at_once(run, here):
    assert run("rf", "lenet5", "-o", "field.svg").out == f"field.svg: {round((here / 'field.svg').stat().st_size / 1000)} kB\n"
    assert run("rf", "lenet5", "-o", "field.svg", "--format", "csv").out == run("rf", "lenet5", "--format", "csv").out


def test_what_is_not_ours_stays(run, here):
    (here / "mine.svg").write_text("<svg/>", encoding="utf-8")
    done = run("rf", "lenet5", "-o", "mine.svg")
    assert (done.code, done.out) == (2, "")
    assert "was not written by this command; choose another name, or add --force" in done.err
    assert (here / "mine.svg").read_text() == "<svg/>"
    assert run("rf", "lenet5", "-o", "mine.svg", "--force").code == 0
    ElementTree.parse(here / "mine.svg")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lenet5", "-o", "field.sgv"], "field.sgv: `.sgv` is no format; did you mean `svg`?"),
        (["lenet5", "-o", "field"], "field: the ending says which format, and there is none; known here: pdf, png, svg"),
        (["lenet5", "-o", "nowhere/field.svg"], "nowhere/field.svg cannot be written: No such file or directory"),
        (["lenet5", "--at", "C55", "-o", "field.svg"], "has no layer `C55`; did you mean `C5`?"),
        (["mlp"], "specs/mlp.yaml has spatial axes: there is no receptive field"),
        (["still.yaml"], "no layer of still.yaml moves a window over its input; name one that reads it"),
        (["lenet5", "--input", "1x3x3"], "does not fit the input of 3"),
        (["lenet5", "-o", ""], "-o names no file"),
        (["nothing"], "nothing"),
    ],
)
def test_what_cannot_be_met(arguments, message, run, here):
    (here / "still.yaml").write_text("archlens: 1\ninput: 3x8x8\nlayers:\n  - flatten\n", encoding="utf-8")
    before = sorted(os.listdir(here))
    done = run("rf", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert sorted(os.listdir(here)) == before


def test_a_folder_that_cannot_be_written_to(run, here):
    folder = here / "closed"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    if os.access(folder, os.W_OK):
        folder = here / "small.yaml"  # root may write anywhere, but not below a file
    done = run("rf", "lenet5", "-o", str(folder / "field.svg"))
    assert (done.code, done.out) == (2, "")
    assert "cannot be written" in done.err


def test_without_graphviz_nothing_is_written(run, here, monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    monkeypatch.setattr(engine, "which", lambda name: None)
    done = run("rf", "lenet5", "-o", "field.png")
    assert (done.code, done.out) == (2, "")
    assert 'Graphviz is not installed: pip install "archlens[diagrams]"' in done.err
    assert not (here / "field.png").exists()
    assert run("rf", "lenet5", "-o", "field.svg").code == 0


def test_a_faulty_spec_is_told_as_elsewhere(run):
    assert run("rf", "broken.yaml").code == 1


def test_names_are_text(run, here):
    (here / "odd.yaml").write_text(
        'archlens: 1\nname: "<script>\\u202e&"\ninput: 1x9x9\nlayers:\n  - conv: 2 3x3\n    as: evil\n', encoding="utf-8"
    )
    assert run("rf", "odd.yaml", "-o", "odd.svg").code == 0
    root = ElementTree.parse(here / "odd.svg").getroot()
    assert not [element for element in root.iter() if element.tag.endswith("script")]
    assert "\u202e" not in run("rf", "odd.yaml").out


def test_the_help_names_its_short_form(run):
    assert "  receptive-field (rf)  " in run("--help").out
    assert "archlens field" in run("rf", "--help").out
    assert "archlens receptive-field" in run("field", "--help").out
