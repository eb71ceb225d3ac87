"""Help that teaches, `expand`, `specs`, and what is said of a command there is none of."""

import csv
import functools
import io
import json
import shlex
import subprocess

import pytest

import archlens
from archlens.cli import _COMMANDS
from archlens.network import family
from tests.report.table import columns_of

FAMILY = functools.cache(family)


def examples(text):
    """The command lines in a help text."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("  archlens ")]
    return [line.split("  ")[0].split(" | ")[0].split(" > ")[0] for line in lines]


def commit():
    """What is here, on a branch `main`."""
    who = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    for arguments in (
        ("init", "-q"),
        ("symbolic-ref", "HEAD", "refs/heads/main"),
        ("add", "."),
        (*who, "commit", "-q", "-m", "first"),
    ):
        subprocess.run(["git", *arguments], check=True)


@pytest.mark.parametrize("command", ["", *_COMMANDS])
def test_help_says_it_by_example_and_the_examples_run(command, run, here, pages_once):
    done = run(*command.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out == run(*command.split(), "-h").out
    assert max(map(len, done.out.splitlines())) <= 80
    (here / "my_net.yaml").write_text((here / "small.yaml").read_text())
    (here / "specs").symlink_to(archlens.shipped()["resnet"].rpartition("/")[0])
    if command == "diff":
        commit()
    found = examples(done.out)
    assert found
    for example in found if command != "reports" else ():  # which tests/test_reports.py runs; three seconds
        again = run(*shlex.split(example)[1:])
        assert (again.code, again.err) == (0, ""), example
        assert again.out


def test_help_lists_every_command(run):
    text = run("--help").out
    for name, summary in _COMMANDS.items():
        assert f"  {name} " in text
        assert summary.split()[0] in text
    assert "Exit status: 0" in text


@pytest.mark.parametrize(
    ("word", "cure"),
    [
        ("analyse", "did you mean `analyze`?"),
        ("spec", "did you mean `specs`?"),
        ("zzz", "`archlens --help` lists them"),
    ],
)
def test_a_wrong_command_is_told(word, cure, run):
    done = run(word, "resnet50")
    assert (done.code, done.out) == (2, "")
    assert cure in done.err


def test_no_command_shows_the_help(run):
    done = run()
    assert done.code == 2
    assert "Commands:" in done.out + done.err


# ---- expand ----


def test_expand_prints_a_spec_that_expands_to_itself(run, here):
    done = run("expand", "small.yaml", "-p", "width=6", "--input", "1x9x9")
    assert (done.code, done.err) == (0, "")
    (here / "expanded.yaml").write_text(done.out, encoding="utf-8")
    assert run("expand", "expanded.yaml").out == done.out
    assert run("expand", "-", input=done.out.encode()).out == done.out
    assert archlens.load("expanded.yaml").analyze().totals.params == 6 * 10


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("resnet:all", 2, "resnet:all is 8 networks, and a file holds one; name a variant"),
        ("broken.yaml", 1, "did you mean `conv`?"),
        ("nothing", 2, "no file and no shipped spec"),
    ],
)
def test_what_cannot_be_expanded(target, code, said, run):
    done = run("expand", target)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


# ---- specs ----


@pytest.fixture
def kept(monkeypatch):
    """What ships is analysed once for all tests that list it."""
    monkeypatch.setattr("archlens.cli.specs.family", FAMILY)


def test_specs_lists_what_is_shipped(run, kept):
    lines = run("specs", env={"COLUMNS": "160"}).out.splitlines()
    table, variants = lines[2 : lines.index("")], lines[lines.index("") + 1 :]
    assert [line.split()[0] for line in table] == list(archlens.shipped())
    row = next(line for line in table if line.startswith("resnet50 "))
    for figure in ("2015", "3×224×224", "25,557,032", "4,089,184,256", "50", "427"):
        assert figure in row.split()
    assert next(line for line in variants if line.startswith("resnet ")).split()[1:] == [
        one.spec.variant for one in archlens.load_all("resnet:all")
    ]


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_specs_fits_the_width(width, run, kept):
    text = run("specs", env={"COLUMNS": str(width)}).out
    assert max(map(columns_of, text.splitlines())) <= width
    assert "138,357,544" in text or "138.4M" in text
    assert width < 120 or "key idea" in text


def test_specs_in_other_forms_agree(run, kept):
    found = json.loads(run("specs", "--format", "json").out)
    rows = list(csv.DictReader(io.StringIO(run("specs", "--format", "csv").out)))
    page = run("specs", "--format", "markdown").out
    pages = [run("specs", "--format", form).out for form in ("latex", "html")]
    assert [one["name"] for one in found] == [row["name"] for row in rows] == list(archlens.shipped())
    for one, row in zip(found, rows, strict=True):
        totals = FAMILY(one["name"])[0].analyze().totals
        assert (one["params"], one["macs"], one["depth"]) == (totals.params, totals.macs, totals.depth)
        assert [int(row[key]) for key in ("params", "macs", "depth")] == [one["params"], one["macs"], one["depth"]]
        assert row["variants"].split() == one["variants"]
        assert f"{totals.params:,}" in page
        assert all(f"{totals.macs:,}" in other for other in pages)
        assert one["policy"] == row["policy"] == "archlens"
