"""`archlens specs`: what is shipped."""

from __future__ import annotations

import sys

import click

from archlens.cli.shared import FORMATS, Failures, painter, width
from archlens.network import family
from archlens.spec.load import shipped

__all__ = ["command"]


@click.command("specs")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def command(form: str) -> None:
    """List the networks that come with archlens, with their key figures.

    A family is listed with the figures of its first variant.

    \b
    archlens specs
    archlens specs --format markdown
    """
    from archlens.report.shipped import render_shipped, shipped_row

    failures = Failures()
    rows = []
    for name in shipped():
        with failures.caught():
            found = family(name)
            rows.append(shipped_row(name, [one.spec.variant or "" for one in found[1:] and found], found[0].analyze()))
    click.echo(render_shipped(rows, form, width(), painter(sys.stdout)), color=True)
    failures.exit()
