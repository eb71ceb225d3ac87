"""`archlens lab` as a person calls it."""

import csv
import io
import json
import os

import pytest

from archlens.chapter.lab import EXPERIMENTS
from tests.cli.conftest import ROOT


def test_without_a_name_experiments_are_listed(run):
    done = run("lab")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines()[2:]] == list(EXPERIMENTS)
    assert [one["name"] for one in json.loads(run("lab", "--format", "json").out)] == list(EXPERIMENTS)


def test_one_says_claim_figures_verdict_and_correction(run):
    done = run("lab", "vertical_flip")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[:2] == [EXPERIMENTS["vertical_flip"], "vertical_flip, section 12.5 of the chapter, seed 0"]
    begun = [line.split(" ")[0] for line in lines]
    assert [word for word in begun if word in ("claim", "verdict", "precisely", "source")] == [
        *("claim", "verdict", "precisely", "source")
    ]
    assert "verdict      does not hold: a 6 flipped vertically differs from a 9 in 2 of 15 cells" in done.out


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "latex", "html"])
def test_every_format_and_several_at_once(form, run):
    done = run("lab", "softmax", "vertical_flip", "--seed", "7", "--format", form)
    assert (done.code, done.err) == (0, "")
    if form == "json":
        softmax, flip = json.loads(done.out)
        assert (softmax["seed"], softmax["verdict"], flip["verdict"]) == (7, "holds", "does not hold")
        assert len(flip["tables"][2]["rows"]) == 10
    elif form == "csv":
        names = {row[0] for row in csv.reader(io.StringIO(done.out)) if row}
        assert names == {"name", "softmax", "vertical_flip"}
    else:
        assert "naively" in done.out


def test_a_seed_is_a_seed(run):
    first, again, other = [run("lab", "softmax", "--seed", seed, "--format", "csv").out for seed in ("1", "1", "2")]
    assert first == again != other
    assert run("lab", "softmax", "--seed", "-1").code == 2


def test_a_wrong_name_is_told_and_the_others_run(run):
    done = run("lab", "softmx", "vertical_flip")
    assert done.code == 2
    assert done.err == "error: no experiment is called `softmx`; did you mean `softmax`?\n"
    assert "vertical_flip, section 12.5" in done.out
    assert run("lab", "nosuch").err == "error: no experiment is called `nosuch`; `archlens lab` lists them\n"


def test_without_torch_one_line_says_so(process, here):
    (here / "without").mkdir()
    (here / "without" / "torch.py").write_text("raise ImportError('there is none')\n")
    env = {"PYTHONPATH": os.pathsep.join([str(here / "without"), str(ROOT)])}
    done = process("lab", "all", env=env)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "this needs PyTorch" in done.err
    assert process("lab", env=env).code == 0
