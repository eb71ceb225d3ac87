"""What is known is not told again, wherever it moves, and nothing else is hidden by it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import archlens
from archlens.errors import Unreadable, UsageError
from tests.gate.running import run

ROOT = Path(__file__).resolve().parents[2]
HEAD = "archlens: 1\ninput: 3x8x8\n"
PAIR = "  - conv: 4 3x3\n  - batch_norm\n"
RULE = ["--select", "bias-before-norm"]


def spec(pairs, expect=""):
    """A spec with this many biases before norms."""
    return HEAD + "layers:\n" + PAIR * pairs + expect


def lines(path="known.json"):
    """Where new findings are, the baseline held against."""
    report = archlens.check(".", baseline=path, select=["bias-before-norm"])
    return [f"{one.diagnostic.span.source.name}:{one.diagnostic.span.line}" for one in report.findings]


@pytest.fixture
def known(here, write):
    """Three findings of two files that are known."""
    write("a.yaml", spec(2))
    write("sub/b.yaml", spec(1, "expect: {params: 5}\n"))
    assert run(".", *RULE, "--baseline", "known.json", "--write-baseline") == (
        0,
        "",
        "known.json: 4 findings are known, and not told again\n",
    )
    return here / "known.json"


def test_what_is_known_is_counted_and_not_told(known):
    assert run(".", *RULE, "--baseline", "known.json") == (0, "2 files, 2 networks: no findings; 4 in the baseline\n", "")
    found = json.loads(run(".", *RULE, "--baseline", "known.json", "--format", "json")[1])
    assert [one["baseline"] for one in found["findings"]] == [True] * 4
    said = json.loads(known.read_text())
    assert [(one["file"], one["code"], one["text"], one["layer"]) for one in said["findings"]] == [
        ("a.yaml", "ARC502", "conv", "conv1"),
        ("a.yaml", "ARC502", "conv", "conv2"),
        ("sub/b.yaml", "ARC301", "5", ""),
        ("sub/b.yaml", "ARC502", "conv", "conv"),
    ]


def test_findings_may_move_and_new_ones_are_told(known, write):
    write("a.yaml", "# a comment\n\n" + spec(2).replace("layers:", "name: moved\nlayers:"))
    assert lines() == []
    write("a.yaml", HEAD + "layers:\n" + PAIR + "  - relu\n" + PAIR)
    assert lines() == []
    write("a.yaml", spec(3))
    assert lines() == ["a.yaml:8"]  # conv1 and conv2 are known by their paths
    write("sub/c.yaml", spec(1))
    assert lines() == ["a.yaml:8", "sub/c.yaml:4"]
    code, _, _ = run(".", *RULE, "--baseline", "known.json", "--write-baseline")
    assert (code, lines()) == (0, [])


def test_what_is_mended_is_said_and_dropped_on_request(known, write):
    write("a.yaml", spec(1))
    told = "note: 1 finding in known.json is mended; --write-baseline drops it\n"
    assert run(".", *RULE, "--baseline", "known.json")[::2] == (0, told)
    assert run("a.yaml", *RULE, "--baseline", "known.json")[::2] == (0, told)
    (known.parent / "sub" / "b.yaml").unlink()
    assert "3 findings in known.json are mended; --write-baseline drops them" in run(".", *RULE, "--baseline", "known.json")[2]
    run(".", *RULE, "--baseline", "known.json", "--write-baseline")
    assert len(json.loads(known.read_text())["findings"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["sub/b.yaml", "--select", "bias-before-norm"],  # a.yaml is not looked at
        ["a.yaml", "--select", "unknown-allow"],  # the rule does not run
        ["a.yaml", "--select", "ARC592,ARC502", "--ignore", "bias-before-norm"],
    ],
)
def test_what_was_not_looked_at_stays(arguments, known, write):
    write("a.yaml", spec(0) + "  - relu\n")
    before = known.read_text()
    assert run(*arguments, "--baseline", "known.json")[::2] == (0, "")
    run(*arguments, "--baseline", "known.json", "--write-baseline")
    assert known.read_text() == before


def test_a_fault_that_may_hide_others_mends_nothing(known, write):
    write("a.yaml", spec(1) + "  - con: 5\n")
    code, _out, err = run("a.yaml", *RULE, "--baseline", "known.json")
    assert (code, err) == (1, "")
    run("a.yaml", *RULE, "--baseline", "known.json", "--write-baseline")
    write("a.yaml", spec(2))
    assert lines() == []


def test_seen_from_another_folder_it_is_the_same(known, monkeypatch):
    monkeypatch.chdir(known.parent / "sub")
    assert run("..", *RULE, "--baseline", "../known.json")[0] == 0
    (known.parent / "archlens.toml").write_text('baseline = "known.json"\nselect = ["bias-before-norm"]\n')
    assert run("..")[0] == 0
    assert run(str(known.parent))[0] == 0


def test_nothing_is_written_where_something_could_not_be_read(known, write):
    before = known.read_text()
    write("sub/b.yaml", b"archlens: 1\n\xff")
    code, out, err = run(".", *RULE, "--baseline", "known.json", "--write-baseline")
    assert (code, known.read_text()) == (2, before)
    assert "known.json is not written, since not everything could be checked" in err
    assert "is not UTF-8 text" in out
    with pytest.raises(UsageError, match="1 target could not be checked"):
        archlens.check(".").baseline("new.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no baseline: Expecting value"),
        ("[1]", "is no baseline of archlens"),
        ('{"dependencies": {}}', "is no baseline of archlens"),
        ('{"archlens_baseline": 2, "findings": []}', "is a baseline of version 2; this archlens reads version 1"),
        ('{"archlens_baseline": 1}', "`findings` must be a list"),
        ('{"archlens_baseline": 1, "findings": [{"file": 3}]}', "finding 1 must have the texts file, code, text, layer, message"),
        ("[" * 100_000, "is no baseline: "),
        (b"\xff\xfe", "is no baseline: "),
    ],
)
def test_what_is_no_baseline_stays_as_it_is(text, said, known, write):
    path = write("other.json", text)
    before = path.read_bytes()
    for more in ([], ["--write-baseline"]):
        code, out, err = run(".", "--baseline", "other.json", *more)
        assert (code, out) == (2, "")
        assert said in err
    assert path.read_bytes() == before
    with pytest.raises(Unreadable, match=said.split(":")[0]):
        archlens.check(".", baseline="other.json")


def test_a_file_without_an_end_is_no_baseline(here, write, monkeypatch):
    write("a.yaml")
    monkeypatch.setattr("archlens.gate.baseline._MOST", 1000)
    code, _out, err = run(".", "--baseline", "/dev/zero", "--write-baseline")
    assert (code, "/dev/zero is no baseline: it is larger than" in err) == (2, True)


def test_a_baseline_that_a_formatter_changed_is_still_ours(known):
    known.write_text(json.dumps(json.loads(known.read_text()), separators=(",", ":")))
    before = known.read_text()
    code, _out, err = run(".", *RULE, "--format", "json=known.json")
    assert (code, known.read_text(), "known.json is no report but a baseline" in err) == (2, before, True)
    assert run(".", *RULE, "--baseline", "known.json", "--write-baseline")[0] == 0
    assert run(".", *RULE, "--baseline", "known.json", "--write-baseline")[0] == 0


def test_two_runs_at_once_leave_one_whole_file(known):
    command = [sys.executable, "-m", "archlens", "check", ".", *RULE, "--baseline", "known.json", "--write-baseline"]
    before = known.read_text()
    runs = [subprocess.Popen(command, env={"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE) for _ in range(4)]
    assert [(one.communicate()[1], one.returncode)[1] for one in runs] == [0] * 4
    assert known.read_text() == before
    assert sorted(path.name for path in known.parent.iterdir()) == ["a.yaml", "known.json", "sub"]
