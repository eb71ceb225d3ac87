"""`archlens compare`: networks side by side."""

from __future__ import annotations

import sys
from typing import Any

import click

from archlens.cli.shared import (
    FORMATS,
    Failures,
    FigureNames,
    PresetName,
    SpecType,
    network_options,
    networks,
    painter,
    progress,
    width,
)
from archlens.errors import UsageError

__all__ = ["command"]


@click.command("compare")
@click.argument("specs", nargs=-1, metavar="[SPEC]...", type=SpecType())
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="For whom.")
@click.option(
    "--preset", metavar="NAME", type=PresetName(), help="lineage, efficiency, memory, reach or heads; with networks of its own."
)
@click.option(
    "--columns",
    metavar="NAME,...",
    type=FigureNames(),
    help="Figures, and fields of `meta`, in this order; a wrong name lists what there is.",
)
@click.option("--sort", metavar="NAME", type=FigureNames(), help="By which column; the largest number first.")
@click.option("--ascending", is_flag=True, help="The smallest first.")
@click.option("--where", metavar="CONDITION", help="Only networks that meet it: 'year < 2016 and params < 30M'.")
@network_options
def command(
    specs: tuple[str, ...],
    form: str,
    preset: str | None,
    columns: str | None,
    sort: str | None,
    ascending: bool,
    where: str | None,
    **options: Any,
) -> None:
    """Put networks side by side, a row each: parameters, MACs, depth, reach, memory, published accuracy.

    SPEC is as for `analyze`; `resnet:all` is a row for each variant. A preset names columns, and networks too
    where none are given.

    \b
    archlens compare vgg16 resnet50 mobilenet_v1
    archlens compare resnet:all --sort macs --columns network,params,macs,top1
    archlens compare --preset lineage
    archlens compare --preset heads vgg16 resnet50 --format markdown
    archlens compare vgg:all resnet:all --where 'params < 100M'

    Exit status: 0 fine, 1 a fault in a spec (the others are shown), 2 the request could not be met.
    """
    from archlens.report.compare import render_comparison
    from archlens.report.comparison import compared, preset_named

    failures = Failures()
    with failures.caught():
        if not specs and not preset:
            raise UsageError("name networks to compare, or a preset: `archlens compare --preset lineage`")
        targets = specs or preset_named(preset or "").specs
    failures.exit()
    found = []
    shown = progress()
    for target in targets:
        with failures.caught(), shown(f"analysing {target}"):
            found += [network.analyze() for network in networks(target, **options)]
    if found:
        with failures.caught():
            names = None if columns is None else [part.strip() for part in columns.split(",") if part.strip()]
            comparison = compared(found, names, sort, ascending, where, preset)
            click.echo(render_comparison(comparison, form, width(), painter(sys.stdout)), color=True)
    failures.exit()
