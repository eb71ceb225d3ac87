"""Missed figures made true in place: only their digits change, and only where that is right."""

import os
import random

import pytest

import archlens
from archlens.gate.respell import respelled
from archlens.spec.scalars import figure, size_or_none
from tests.gate.running import run


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("25_557_032", 11_689_512, "11_689_512"),
        ("618", 1_234_567, "1234567"),
        ("4.1G", 3_858_000_000, "3.9G"),
        ("4.1G", 90_000_000, "90.0M"),
        ("4.1 G", 4_250_000_000, "4.3 G"),
        ("999.9M", 1_234_567_890, "1.2G"),
        ("1K", 2_600, "3K"),
        ("0.1G", 240_000_000, "0.2G"),
        ("0.1G", 30_000_000, "30.0M"),
        ("102.2MB", 5, "5B"),
        ("97.5MiB", 2**20, "1.0MiB"),
        ("97.5MiB", 900 * 2**10, "900.0kiB"),
        ("4.1G", 0, "0"),
        ("64B", 1200, "1200B"),
        ("'4.1G'", 4_200_000_000, "'4.2G'"),
        ('"64x112"', [3, 4], '"3x4"'),
        ("64×112×112", [64, 56, 56], "64×56×56"),
        ("64X8", [1], "1"),
        ("[64, 112,112 ]", [1, 2, 3], "[1, 2,3 ]"),
        ("[64, 112]", [1], "[1]"),
        ("1000", [4, 6, 6], "4x6x6"),
        ("1_000", [2000], "2_000"),
        ("427", 35, "35"),
        ("427", [35, 21], "35x21"),
        ("what", 3, None),
        ("12", None, None),
    ],
)
def test_another_figure_in_the_same_notation(text, value, expected):
    assert respelled(text, value) == expected


def test_what_is_written_is_true_whatever_stood_there():
    draw = random.Random(7)
    for _ in range(3000):
        number = draw.randrange(10 ** draw.randrange(1, 14))
        unit = draw.choice(["", "k", "K", "M", "G", "T", "MB", "kiB", "GiB"])
        digits = f"{draw.randrange(1, 2000)}" + (f".{draw.randrange(100):02}" if unit and draw.random() < 0.5 else "")
        new = respelled(digits + unit, number)
        read = figure(new)
        assert read is not None, (digits + unit, number, new)
        assert read.low <= number <= read.high
        if unit and number >= 1000:
            relative = (read.high - read.low + 1) / number
            assert relative <= 2.05 / 10 ** len(digits.partition(".")[2])  # as many digits after the point say as much
        sizes = [draw.randrange(1, 9999) for _ in range(draw.randrange(2, 4))]
        assert size_or_none(respelled("3x224x224", sizes)) == tuple(sizes)


SPEC = """\
archlens: 1   # é is one sign, 日本 two
input: 3x8x8
meta: {depth: 3}
layers:
  - conv: 4 3x3
  - relu
expect: {params: 1_00, macs: 9.9k,  output: 5x6x6}   # 4·(27 + 1)
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False])
def test_only_the_digits_change(ending, mark, last, here, write):
    text = mark + (SPEC if last else SPEC.rstrip("\n")).replace("\n", ending)
    path = write("a.yaml", text)
    assert run("a.yaml", "--update", "--yes")[0] == 0
    after = path.read_bytes().decode()
    assert after == text.replace("1_00", "112").replace("9.9k", "3.9k").replace("5x6x6", "4x6x6").replace("112,", "112,")
    assert run("a.yaml")[0] == 0


def test_the_change_is_shown_and_asked_for(here, write, monkeypatch):
    path = write("a.yaml", SPEC)
    diff = "--- a.yaml\n+++ a.yaml\n@@ -6,2 +6,2 @@\n   - relu\n-expect: {params: 1_00"
    code, out, err = run("a.yaml", "--update")  # stdin is no terminal
    assert (code, path.read_text()) == (1, SPEC)
    assert out.startswith(diff)
    assert "nothing is written; --yes writes it" in err
    assert "params is 112, expected 1_00" in out
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: True)
    for answer, written in (("n\n", False), ("", False), ("y\n", True)):
        code, out, err = run("a.yaml", "--update", input=answer)
        assert (code == 0, path.read_text() != SPEC) == (written, written)
        assert "Write 1 file?" in err


def test_for_a_tool_the_change_is_on_stderr(here, write):
    write("a.yaml", SPEC)
    code, out, err = run("a.yaml", "--update", "--yes", "--format", "json")
    assert (code, out[0]) == (0, "{")
    assert err.startswith("--- a.yaml")


VARIANTS = """\
archlens: 1
input: 3x8x8
params: {n: 4}
variants:
  a: {n: 4, expect: {params: 1}}
  b: {n: 8, expect: {params: 2, receptive_field: 5}}
layers:
  - conv: n 3x3
expect: {output: 9x9x9, receptive_field: 4, macs: {max: 10}}
"""


def test_each_variant_has_its_own_figure_and_what_they_share_stays(here, write):
    path = write("a.yaml", VARIANTS)
    code, _out, err = run("a.yaml", "--update", "--yes")
    after = (
        VARIANTS.replace("params: 1}", "params: 112}")
        .replace("params: 2", "params: 224")
        .replace("receptive_field: 5", "receptive_field: 3")
        .replace("receptive_field: 4", "receptive_field: 3")
    )
    assert (code, path.read_text()) == (1, after)  # the budget is missed still
    assert "note: a.yaml:9: the variants differ here (4×6×6, 8×6×6); give each a figure of its own" in err
    path.write_text(VARIANTS)
    code, _out, err = run("a.yaml:a", "--update", "--yes")
    assert path.read_text() == VARIANTS
    assert "other variants may have this figure too; name the file without a variant" in err


def test_what_stands_elsewhere_is_not_touched(here, write):
    base = write("base.yaml", SPEC)
    own = write("own.yaml", "archlens: 1\nextends: base.yaml\nexpect: {params: 3}\n")
    _code, _out, err = run("own.yaml", "--update", "--yes")
    assert base.read_text() == SPEC
    assert own.read_text() == "archlens: 1\nextends: base.yaml\nexpect: {params: 112}\n"
    assert "note: base.yaml:7: the figure is not in own.yaml but in this file, which it extends; check that with --update" in err
    run(".", "--update", "--yes")
    assert "macs: 3.9k" in base.read_text()
    (here / "specs").mkdir()
    assert run("lenet5", "--update", "--yes")[2] == "note: no figure to update\n"


def test_a_shipped_spec_is_not_written_to(here, write, monkeypatch):
    path = write("shipped/net.yaml", SPEC)
    monkeypatch.setattr("archlens.spec.load.shipped", lambda: {"net": "shipped/net.yaml"})
    code, _out, err = run("net", "--update", "--yes")
    assert (code, path.read_text()) == (1, SPEC)
    assert "a shipped spec is not written to" in err


def test_a_file_that_changed_meanwhile_stays(here, write, monkeypatch):
    path = write("a.yaml", SPEC)
    report = archlens.check("a.yaml")
    path.write_text("# mine\n" + SPEC)
    (update,) = report.updates()
    assert (update.diff, update.notes) == ("", ("a.yaml was changed since it was read",))
    path.write_text(SPEC)
    monkeypatch.setattr("archlens.gate.update.is_unchanged", lambda update: False)
    code, _out, err = run("a.yaml", "--update", "--yes")
    assert (code, path.read_text()) == (2, SPEC)
    assert "a.yaml was changed meanwhile; it stays as it is" in err


def test_what_cannot_be_updated_is_said(here, write):
    path = write("a.yaml", SPEC.replace("expect: {params: 1_00, macs: 9.9k,  output: 5x6x6}", "expect: {tensors: {no: 3x3}}"))
    before = path.read_text()
    code, _out, err = run("a.yaml", "--update", "--yes")
    assert (code, path.read_text(), err) == (1, before, "note: no figure to update\n")
    code, _out, err = run("-", "--stdin-filename", "a.yaml", "--update", "--yes", input=before)
    assert (code, path.read_text(), "stdin cannot be written to" in err) == (2, before, True)
    for wrong in (["--yes"], ["--update", "--watch"], ["--update", "--write-baseline"]):
        assert run("a.yaml", *wrong)[0] == 2


def test_a_file_that_is_read_only_stays(here, write, monkeypatch):
    path = write("a.yaml", SPEC)
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)  # root may write to any
    code, _out, err = run("a.yaml", "--update", "--yes")
    assert (code, path.read_text()) == (2, SPEC)
    assert "a.yaml is read-only; it stays as it is" in err
