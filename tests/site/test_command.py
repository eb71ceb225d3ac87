"""`archlens report`: where pages go, and what happens to them when something is wrong."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from archlens.cli import _group
from archlens.report.picture import engine

SMALL = "archlens: 1\nname: Small\ninput: 3x8x8\nparams: {width: 4}\nlayers:\n  - conv: width 3x3\n  - relu\n"
BROKEN = "archlens: 1\nname: Broken\ninput: 3x8x8\nlayers:\n  - con: 4 3x3\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`run("small.yaml")` as `archlens report small.yaml`, in a folder of its own."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(_group, ["report", *arguments], prog_name="archlens")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["small.yaml"], "small.html"),
        (["lenet5"], "lenet5.html"),
        (["vgg:vgg13"], "vgg-vgg13.html"),
        (["vgg:all"], "vgg-all.html"),
        (["small.yaml", "lenet5"], "comparison.html"),
        (["small.yaml", "-o", "other.html", "-p", "width=8", "--input", "3x16x16", "--title", "Other"], "other.html"),
    ],
)
def test_where_a_page_goes(run, tmp_path, arguments, name):
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"{name}: ")
    assert [path.name for path in tmp_path.glob("*.html")] == [name]
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>\n<!-- archlens report -->\n")
    assert text.endswith("</html>\n")
    if "--title" in arguments:
        assert "<h1>Other</h1>" in text
        assert "3×16×16" in text
        assert "8×14×14" in text


def test_a_page_may_go_to_stdout(run, tmp_path):
    done = run("small.yaml", "-o", "-")
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert list(tmp_path.glob("*.html")) == []


def test_a_page_of_ours_is_written_over_and_no_other(run, tmp_path):
    assert run("small.yaml").exit_code == 0
    assert run("small.yaml").exit_code == 0
    (tmp_path / "small.html").write_text("<p>mine", encoding="utf-8")
    done = run("small.yaml")
    assert done.exit_code == 2
    assert "--force" in done.stderr
    assert (tmp_path / "small.html").read_text(encoding="utf-8") == "<p>mine"
    assert run("small.yaml", "--force").exit_code == 0


def test_a_fault_is_told_and_nothing_written(run, tmp_path):
    done = run("broken.yaml")
    assert done.exit_code == 1
    assert "broken.yaml:5:5: error[ARC" in done.stderr
    assert list(tmp_path.glob("*.html")) == []


def test_of_several_the_good_ones_are_compared(run, tmp_path):
    done = run("small.yaml", "broken.yaml", "lenet5")
    assert done.exit_code == 1
    assert "error[ARC" in done.stderr
    text = (tmp_path / "comparison.html").read_text(encoding="utf-8")
    assert "<h1>Small, LeNet-5</h1>" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lenet55"], "did you mean `lenet5`?"),
        (["lenet5:all"], "has no variants"),
        (["small.yaml", "-o", "no/such/page.html"], "cannot be written"),
        (["small.yaml", "-o", ""], "-o names no file"),
        (["small.yaml", "-o", "net.svg"], "net.svg: a report is a page of HTML; call it net.html"),
        (["small.yaml", "-p", "depth=3"], "depth"),
    ],
)
def test_what_cannot_be_met(run, tmp_path, arguments, said):
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert list(tmp_path.glob("**/*.html")) == []


def test_without_graphviz_the_page_is_written_and_a_note_said(run, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    monkeypatch.setattr(engine, "which", lambda name: None)
    done = run("small.yaml")
    assert done.exit_code == 0
    assert done.stderr == 'note: for a diagram install Graphviz: pip install "archlens[diagrams]"\n'
    assert (tmp_path / "small.html").is_file()
