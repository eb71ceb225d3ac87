"""`archlens concepts`: the chapter's comparisons, computed."""

from __future__ import annotations

import sys

import click

from archlens.cli.shared import FORMATS, Failures, painter, progress, width

__all__ = ["command"]


@click.command("concepts")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="For whom.")
def command(names: tuple[str, ...], form: str) -> None:
    """Compare what the chapter compares, in tables computed from small networks: what each teaches, its formula.

    Without a NAME the comparisons are listed; `all` shows each of them.

    \b
    archlens concepts
    archlens concepts locality
    archlens concepts all --format markdown > concepts.md
    """
    from archlens.chapter.concepts import CONCEPTS, concept
    from archlens.report.lesson import render_contents, render_lessons

    failures = Failures()
    if not names:
        click.echo(render_contents(CONCEPTS, form, width(), painter(sys.stdout)), color=True)
        return
    shown = progress()
    found = []
    for name in CONCEPTS if names == ("all",) else names:
        with failures.caught(), shown(f"computing {name}"):
            found.append(concept(name))
    if found:
        click.echo(render_lessons(found, form, width(), painter(sys.stdout)), color=True)
    failures.exit()
