"""`archlens analyze`: the main job."""

from __future__ import annotations

import sys
from typing import Any

import click

from archlens.analysis.facts import Analysis
from archlens.cli.shared import Failures, network_options, networks, painter, show_fault, width
from archlens.network import Network

__all__ = ["command"]


@click.command("analyze")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "markdown"]), default="table", show_default=True)
@click.option("--columns", metavar="NAME,...", help="Columns to show, e.g. path,output,params,jump; a wrong name lists them all.")
@network_options
def command(
    specs: tuple[str, ...], form: str, columns: str | None, params: tuple[str, ...], sizes: tuple[str, ...], batch: int, max_layers: int
) -> None:
    """Say everything that follows from a network: sizes, parameters, MACs, receptive fields, memory.

    SPEC is a file, the name of a shipped network, or - for stdin; with :VARIANT one of several, with :all
    each of them.

    \b
    archlens analyze resnet50
    archlens analyze specs/resnet.yaml:resnet152 --input 3x256x256
    archlens analyze mobilenet_v1 -p alpha=0.5 --batch 8
    archlens analyze vgg16 --columns path,output,params,receptive_field,jump
    archlens analyze resnet:all --format json > resnets.json
    """
    failures = Failures()
    chosen: Any = None
    if columns is not None:
        from archlens.report.columns import choose

        with failures.caught():
            chosen = choose(columns)
        failures.exit()
    reports: list[Any] = []
    for target in specs:
        found: list[Network] = []
        with failures.caught(lambda faults, target=target: reports.append((target, faults))):  # type: ignore[misc]
            found = networks(target, params, sizes, batch, max_layers)
        for network in found:
            with failures.caught(lambda faults, target=target: reports.append((target, faults))):  # type: ignore[misc]
                reports.append(network.analyze())
    _write(reports, form, chosen)
    for report in reports:
        if isinstance(report, Analysis):
            for outcome in report.expectations:
                if outcome.diagnostic:
                    show_fault(outcome.diagnostic)
                    failures.code = max(failures.code, 1)
    failures.exit()


def _write(reports: list[Any], form: str, columns: Any) -> None:
    """All reports on stdout; faulty specs appear in JSON only (they are on stderr already)."""
    good = [report for report in reports if isinstance(report, Analysis)]
    if form == "json":
        from archlens.report.json import analysis_json, faults_json, render_json

        click.echo(render_json([analysis_json(r) if isinstance(r, Analysis) else faults_json(*r) for r in reports]))
    elif form == "csv" and good:
        from archlens.report.csv import render_csv

        click.echo(render_csv(good, columns))
    elif form == "markdown":
        from archlens.report.markdown import render_markdown

        for report in good:
            click.echo(render_markdown(report, columns))
    elif form == "table":
        from archlens.report.terminal import render_table

        for i, report in enumerate(good):
            click.echo(("\n" if i else "") + render_table(report, width(), columns, painter(sys.stdout)), color=True)


