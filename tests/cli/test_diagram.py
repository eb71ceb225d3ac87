"""`archlens diagram` as a person calls it."""

from __future__ import annotations

import json
import os
from xml.etree import ElementTree

import pytest

from archlens.report.picture import engine

EVIL = '<script>alert(1)</script> "q" \\ & עברית 🙂'
LONG = "archlens: 1\ninput: 3x64x64\nlayers:\n" + "".join(f"  - conv: {width} 3x3 same\n" for width in [8, 16] * 5000)


def test_without_a_file_it_is_a_tree_of_text(run):
    done = run("diagram", "small.yaml")
    assert (done.code, done.err) == (0, "")
    assert "Small" in done.out
    assert "conv 4 3×3" in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize("form", ["svg", "png", "pdf", "dot", "mmd", "txt", "json"])
def test_every_form_is_written_and_written_again(run, here, form):
    beginnings = {
        "svg": b"<?xml",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
        "dot": b"// archlens\ndigraph",
        "mmd": b"%% archlens\nflowchart",
    }
    for _ in range(2):
        done = run("diagram", "small.yaml", "-o", f"out.{form}")
        size = max(1, round((here / f"out.{form}").stat().st_size / 1000))
        assert (done.code, done.out, done.err) == (0, f"out.{form}: {size} kB\n", "")
    made = (here / f"out.{form}").read_bytes()
    assert made.startswith(beginnings.get(form, b"{" if form == "json" else b"Small"))
    assert sorted(path.name for path in here.iterdir() if path.suffix != ".yaml") == [f"out.{form}"]


def test_json_has_boxes_and_edges(run, here):
    run("diagram", "small.yaml", "-o", "out.json")
    found = json.loads((here / "out.json").read_text())
    assert found["schema"] == 1
    assert [box["title"] for box in found["boxes"] if box["kind"] == "layer"] == ["conv 4 3×3"]
    assert sum(box["params"] for box in found["boxes"]) == 4 * 3 * 9 + 4
    assert [(edge["tail"], edge["head"]) for edge in found["edges"]] == [(0, 1), (1, 2)]


def test_what_is_not_ours_stays(run, here):
    (here / "mine.svg").write_text("<svg/>")
    done = run("diagram", "small.yaml", "-o", "mine.svg")
    assert done.code == 2
    assert "was not written by this command" in done.err
    assert (here / "mine.svg").read_text() == "<svg/>"
    assert run("diagram", "small.yaml", "-o", "mine.svg", "--force").code == 0
    assert "<svg xmlns" in (here / "mine.svg").read_text()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package.json", '{\n  "name": "mine"\n}\n'),
        ("mine.mmd", "flowchart TD\n  a --> b\n"),
        ("mine.dot", "digraph network {\n  a -> b\n}\n"),
        ("notes.txt", "Small\nis a network\n\nof which I know little\n"),
        ("short.txt", "Small"),
    ],
)
def test_what_only_begins_as_ours_stays(run, here, name, text):
    (here / name).write_text(text)
    done = run("diagram", "small.yaml", "-o", name)
    assert (done.code, done.out) == (2, "")
    assert "was not written by this command" in done.err
    assert (here / name).read_text() == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "out.svgg"], "`.svgg` is no format; did you mean `svg`?"),
        (["-o", ""], "-o names no file"),
        (["--input", "3x5x5x5x5"], "conv"),
        (["-o", "out"], "the ending says which format, and there is none"),
        (["-o", "missing/out.svg"], "cannot be written: No such file or directory"),
        (["-o", "."], "the ending says which format"),
        (["--level", "blok"], "no level is called `blok`; did you mean `block`?"),
        (["--theme", "drak"], "no theme is called `drak`; did you mean `dark`?"),
        (["--color", "parms"], "no colouring is called `parms`; did you mean `params`?"),
        (["--direction", "up"], "no direction is called `up`; known here: down, right"),
        (["--unfold", "stag1"], "stag1"),
    ],
)
def test_what_cannot_be_met(run, arguments, message):
    done = run("diagram", "resnet50", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_one_network_at_a_time(run):
    done = run("diagram", "resnet:all")
    assert done.code == 2
    assert "resnet:all is 8 networks; name a variant" in done.err


def test_a_faulty_spec_is_told_as_elsewhere(run, here):
    assert run("diagram", "broken.yaml", "-o", "out.svg").code == 1
    assert not (here / "out.svg").exists()


def test_no_folder_is_written_to_that_may_not_be(run, here):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (here / "kept").mkdir(mode=0o500)
    assert "cannot be written" in run("diagram", "small.yaml", "-o", "kept/out.svg").err


def test_ten_thousand_layers_are_folded_or_refused(run, here):
    (here / "long.yaml").write_text(LONG)
    done = run("diagram", "long.yaml", "-o", "long.svg")
    if done.code:
        assert done.code == 2
        assert "boxes cannot be read" in done.err
        assert "--fold" in done.err or "--level" in done.err
        assert not (here / "long.svg").exists()
    else:
        assert "×" in (here / "long.svg").read_text()
    assert run("diagram", "long.yaml", "-o", "long.txt").code == 0


def test_names_are_text(run, here):
    spec = f"archlens: 1\nname: {json.dumps(EVIL, ensure_ascii=False)}\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3\n"
    (here / "evil.yaml").write_text(spec, encoding="utf-8")
    for form in ("svg", "png", "dot", "mmd", "txt"):
        assert run("diagram", "evil.yaml", "-o", f"evil.{form}").code == 0
    root = ElementTree.fromstring((here / "evil.svg").read_bytes())
    assert not [node for node in root.iter() if node.tag.endswith("script")]
    assert EVIL in [node.text for node in root.iter()]


def test_without_graphviz_the_dot_is_written_and_what_helps_is_said(run, here, monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    monkeypatch.setattr(engine, "which", lambda name: None)
    done = run("diagram", "small.yaml", "-o", "out.svg")
    assert done.code == 2
    assert 'pip install "archlens[diagrams]"' in done.err
    assert "written instead: out.dot" in done.err
    assert (here / "out.dot").read_text().startswith("// archlens\ndigraph")
    assert not (here / "out.svg").exists()
    assert run("diagram", "small.yaml").code == 0


def test_options_change_the_picture(run, here):
    run("diagram", "resnet50", "-o", "plain.svg")
    plain = (here / "plain.svg").read_text()
    seen = {plain}
    some = "--level stage,--unfold stage2/*,--fold stage1,--color macs,--theme dark,--direction right,--columns 1"
    for number, options in enumerate([one.split() for one in some.split(",")]):
        assert run("diagram", "resnet50", "-o", f"{number}.svg", *options).code == 0
        seen.add((here / f"{number}.svg").read_text())
    assert len(seen) == 8
    assert "prefers-color-scheme" in plain
