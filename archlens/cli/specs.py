"""`archlens specs`: what is shipped."""

from __future__ import annotations

import click

from archlens.cli.shared import Failures, width
from archlens.network import load
from archlens.spec.load import shipped

__all__ = ["command"]


@click.command("specs")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "markdown"]), default="table", show_default=True)
def command(form: str) -> None:
    """List the networks that come with archlens, with their key figures.

    \b
    archlens specs
    archlens specs --format markdown
    """
    from archlens.report.shipped import render_shipped, shipped_row

    failures = Failures()
    rows = []
    for name in shipped():
        with failures.caught():
            rows.append(shipped_row(name, load(name).analyze()))
    click.echo(render_shipped(rows, form, width()))
    failures.exit()
