"""`archlens lab`: the chapter's claims that need a run, measured."""

from __future__ import annotations

import sys

import click

from archlens.cli.shared import FORMATS, Failures, painter, progress, width

__all__ = ["command"]


@click.command("lab")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of all that is random.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="For whom.")
def command(names: tuple[str, ...], seed: int, form: str) -> None:
    """Measure claims of the chapter in PyTorch: what it says, what comes out, and whether it holds.

    Without a NAME the experiments are listed; `all` runs each of them.

    \b
    archlens lab
    archlens lab equivariance
    archlens lab all --seed 7 --format json
    """
    from archlens.chapter.lab import EXPERIMENTS, experiment
    from archlens.report.lesson import render_contents, render_lessons

    failures = Failures()
    if not names:
        click.echo(render_contents(EXPERIMENTS, form, width(), painter(sys.stdout)), color=True)
        return
    shown = progress()
    found = []
    for name in EXPERIMENTS if names == ("all",) else names:
        with failures.caught(), shown(f"measuring {name}"):
            found.append(experiment(name, seed))
    if found:
        click.echo(render_lessons(found, form, width(), painter(sys.stdout)), color=True)
    failures.exit()
