"""Graphviz, wherever it is: the one that pygraphviz brings, else `dot` on the PATH."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from shutil import which

from archlens.errors import UsageError

__all__ = ["CURE", "NoGraphvizError", "run_graphviz"]

CURE = 'pip install "archlens[diagrams]"'
"""The one command that brings Graphviz."""

_LONGEST = 120  # seconds that `dot` may take


class NoGraphvizError(UsageError):
    """There is no Graphviz on this machine."""


def run_graphviz(source: str, form: str, engine: str = "dot") -> bytes:
    """What Graphviz makes of a graph. form: `json0`, `png`, `pdf` …; engine: `dot` lays it out, `nop2` takes its positions.

    Raises NoGraphvizError where there is none, and UsageError with Graphviz's own words where it complains, even if it goes on:
    it draws the names of nodes instead of labels it cannot read, and calls that a success.
    """
    if find_spec("pygraphviz"):
        made, said = _brought(source, form, engine)
    elif which("dot"):
        made, said = _on_path(source, form, engine)
    else:
        raise NoGraphvizError(f"Graphviz is not installed: {CURE}")
    complaints = [line for line in said.splitlines() if line.strip() and not line.startswith(("Fontconfig ", "Pango-WARNING"))]
    if complaints or not made:
        raise UsageError(f"Graphviz complains: {'; '.join(complaints) or 'it made nothing'}")
    return made


def _brought(source: str, form: str, engine: str) -> tuple[bytes, str]:
    import pygraphviz

    with _stderr_kept() as said:
        try:
            made: bytes = pygraphviz.AGraph(source).draw(format=form, prog=engine)
        except (ValueError, OSError, pygraphviz.DotError) as error:
            made = b""
            said.append(str(error))
    return made, "\n".join(said)


@contextmanager
def _stderr_kept() -> Iterator[list[str]]:
    """What C code writes to stderr meanwhile, added to the list at the end."""
    said: list[str] = []
    sys.stderr.flush()
    before = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(before, 2)
            os.close(before)
            kept.seek(0)
            said.extend(kept.read().decode("utf-8", "replace").splitlines())


def _on_path(source: str, form: str, engine: str) -> tuple[bytes, str]:
    layout = ["-Kneato", "-n2"] if engine == "nop2" else [f"-K{engine}"]
    try:
        done = subprocess.run(
            ["dot", *layout, f"-T{form}"], input=source.encode(), capture_output=True, timeout=_LONGEST, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"Graphviz could not be run: {error}") from None
    return done.stdout, done.stderr.decode("utf-8", "replace") or ("" if done.returncode == 0 else f"exit code {done.returncode}")
