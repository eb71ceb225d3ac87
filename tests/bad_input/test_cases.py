"""Every file of cases/ is a spec with mistakes that a person could make, and says at its end what must be told.

    # error: CODE LINE:COLUMN message | a part of the help       (FILE:LINE:COLUMN where it stands in another file)

Beside it, in NAME.txt, stands the whole text that a user sees. `ARCHLENS_UPDATE=1 python -m pytest tests/bad_input`
writes these texts anew: read them as a user would before you keep them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

import archlens
from archlens.cli import _group
from archlens.errors import Diagnostic, SpecError, Unreadable, render

CASES = Path(__file__).resolve().parent / "cases"
ROOT = str(CASES.parents[2]) + os.sep  # shipped specs are named by their whole path, seen from the cases
NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))
EXPECTED = re.compile(r"^# error: (ARC\d{3}) (?:(\S+):)?(\d+):(\d+) (.*)$", re.MULTILINE)


class Expected(NamedTuple):
    """One fault that a case announces."""

    code: str
    file: str
    line: int
    column: int
    fragments: list[str]


def expected(name: str) -> list[Expected]:
    """What the case announces."""
    text = (CASES / f"{name}.yaml").read_text(encoding="utf-8")
    return [
        Expected(code, file or f"{name}.yaml", int(line), int(column), rest.split(" | "))
        for code, file, line, column, rest in EXPECTED.findall(text)
    ]


def told(name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Diagnostic, ...]:
    """What archlens says of the case."""
    monkeypatch.chdir(CASES)
    try:
        analysis = archlens.load(f"{name}.yaml").analyze()
    except Unreadable:
        raise
    except SpecError as error:
        return error.diagnostics
    return tuple(o.diagnostic for o in analysis.expectations if o.diagnostic)


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_is_told_at_its_place_and_reads_as_agreed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = expected(name)
    assert wanted, f"{name}.yaml announces no fault"
    found = told(name, monkeypatch)
    places = [(d.code, d.span.source.name, d.span.line, d.span.column) for d in found if d.span]
    assert places == [(w.code, w.file, w.line, w.column) for w in wanted]
    for diagnostic, want in zip(found, wanted, strict=True):
        text = " ".join([diagnostic.message, diagnostic.label, diagnostic.help, *(r.text for r in diagnostic.related)]).replace(
            ROOT, ""
        )
        assert [f for f in want.fragments if f not in text] == [], text
    whole = "\n\n".join(map(render, found)).replace(ROOT, "") + "\n"
    golden = CASES / f"{name}.txt"
    if os.environ.get("ARCHLENS_UPDATE"):
        golden.write_text(whole, encoding="utf-8")
    assert whole == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_command_exits_1_without_a_traceback(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    result = CliRunner().invoke(_group, ["analyze", f"{name}.yaml"])
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    assert f"error[{expected(name)[0].code}]" in result.output


def test_no_golden_text_is_left_over() -> None:
    assert sorted(path.stem for path in CASES.glob("*.txt")) == NAMES


def test_spans_cover_what_they_are_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """No caret points past the end of its line."""
    for name in NAMES:
        for diagnostic in told(name, monkeypatch):
            for span in (diagnostic.span, *(at for at, _ in diagnostic.related)):
                assert span is not None
                line = span.source.line(span.line)
                assert 1 <= span.column < span.end
                assert span.end <= len(line) + 2, (name, span.line, span.column, span.end)
