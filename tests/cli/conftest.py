"""Running archlens as a person would."""

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

import archlens
from archlens.chapter import reports
from archlens.cli import _group

ROOT = Path(__file__).resolve().parents[2]
BROKEN = "archlens: 1\nname: Broken\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3\n  - con: 4 3x3\n  - conv: 4 kernel=3\n"
SMALL = "archlens: 1\nname: Small\ninput: 3x8x8\nparams: {width: 4}\nlayers:\n  - conv: width 3x3\n  - relu\n"
MISSED = SMALL + "expect: {params: 111, macs: {max: 1k}, output: 4x6x6}\n"


_pages = functools.cache(reports.pages)
_draw = reports.pictures


@functools.cache
def _pictures():
    """Those of one network."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reports, "shipped", lambda: {"lenet5": archlens.shipped()["lenet5"]})
        return _draw()


class Ran(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder with a sound spec, one that misses what it expects, and a broken one."""
    for name, text in (("small", SMALL), ("missed", MISSED), ("broken", BROKEN)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("NO_COLOR", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run(here):
    """`run("analyze", "small.yaml")` in this process."""

    def command(*arguments, **options):
        done = CliRunner().invoke(_group, arguments, prog_name="archlens", **options)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    return command


@pytest.fixture
def process(here):
    """The same in a process of its own, with real streams; `command` may be a line for the shell."""

    def command(*arguments, shell="", env=(), **options):
        line = (
            shell.replace("archlens", f"{sys.executable} -m archlens")
            if shell
            else [sys.executable, "-m", "archlens", *arguments]
        )
        done = subprocess.run(
            line,
            shell=bool(shell),
            executable="/bin/bash" if shell else None,
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(ROOT), **dict(env)},
            capture_output=True,
            check=False,
            timeout=60,
            **options,
        )
        return Ran(
            done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "surrogateescape")
        )

    return command


@pytest.fixture
def pages_once(monkeypatch):
    """`archlens reports` finds the same texts every time, as tests/chapter/test_pages.py shows; they are computed once, and
    few pictures drawn."""
    monkeypatch.setattr(reports, "pages", lambda shown: _pages())
    monkeypatch.setattr(reports, "pictures", lambda shown: _pictures())
