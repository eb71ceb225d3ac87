"""What `archlens concepts` and `archlens lab` share: names that are listed, or shown one after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from archlens.cli.shared import Failures, painter, progress, width

if TYPE_CHECKING:
    from archlens.report.lesson import Taught

__all__ = ["teach"]


def teach(names: Sequence[str], titles: Mapping[str, str], make: Callable[[str], Taught], doing: str, form: str) -> None:
    """Show what `make` finds of each name, of all of `titles` for `all`; list the titles where none is given.

    doing: what the progress line says of it.
    """
    from archlens.report.lesson import render_contents, render_lessons

    paint = painter(sys.stdout)
    if not names:
        click.echo(render_contents(titles, form, width(), paint), color=True)
        return
    failures = Failures()
    shown = progress()
    found = []
    for name in titles if tuple(names) == ("all",) else names:
        with failures.caught(), shown(f"{doing} {name}"):
            found.append(make(name))
    if found:
        click.echo(render_lessons(found, form, width(), paint), color=True)
    failures.exit()
