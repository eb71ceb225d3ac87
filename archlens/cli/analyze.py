"""`archlens analyze`: the main job."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import click

from archlens.analysis.facts import Analysis
from archlens.cli.shared import Failures, network_options, networks, painter, width
from archlens.errors import Diagnostic

__all__ = ["command"]


class _Faulty(NamedTuple):
    """A spec that could not be analysed."""

    spec: str
    faults: tuple[Diagnostic, ...]


@click.command("analyze")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "markdown"]),
    default="table",
    show_default=True,
    help="For whom.",
)
@click.option(
    "--columns", metavar="NAME,...", help="What to show of each layer, in this order; a wrong name lists what there is."
)
@network_options
def command(specs: tuple[str, ...], form: str, columns: str | None, **options: Any) -> None:
    """Say everything that follows from a network: sizes, parameters, MACs, receptive fields, memory.

    SPEC is a file, the name of a shipped network, or - for stdin; with :VARIANT one of several, with :all
    each of them.

    \b
    archlens analyze resnet50
    archlens analyze specs/resnet.yaml:resnet152 --input 3x256x256
    archlens analyze mobilenet_v1 -p alpha=0.5 --batch 8
    archlens analyze vgg16 --columns path,output,params,receptive_field,jump
    archlens analyze resnet:all --format json > resnets.json

    Exit status: 0 fine, 1 a fault in a spec or a missed expectation, 2 the request could not be met.
    """
    failures = Failures()
    chosen: Any = None
    if columns is not None:
        from archlens.report.columns import choose

        with failures.caught():
            chosen = choose(columns)
        failures.exit()
    several = len(specs) > 1 or specs[0].endswith(":all")
    _WRITERS[form](_reports(specs, options, failures), chosen, several)
    failures.exit()


def _reports(specs: Sequence[str], options: dict[str, Any], failures: Failures) -> Iterator[Analysis | _Faulty]:
    """Every network in order; what it fails at goes to stderr before the next, missed expectations after its report."""
    for target in specs:
        faults: list[Diagnostic] = []
        with failures.caught(faults):
            found = networks(target, **options)
        if faults:
            yield _Faulty(target, tuple(faults))
            continue
        for network in found:
            with failures.caught(faults):
                analysis = network.analyze()
            if faults:
                yield _Faulty(target, tuple(faults))
                faults.clear()
            else:
                yield analysis
                for outcome in analysis.expectations:
                    if outcome.diagnostic:
                        failures.add(outcome.diagnostic)


def _analyses(reports: Iterator[Analysis | _Faulty]) -> Iterator[Analysis]:
    return (report for report in reports if isinstance(report, Analysis))


def _table(reports: Iterator[Analysis | _Faulty], columns: Any, several: bool) -> None:
    from archlens.report.terminal import render_conventions, render_table

    paint, wide = painter(sys.stdout), width()
    uncounted: dict[str, None] = {}
    analysis = None
    for analysis in _analyses(reports):
        click.echo(render_table(analysis, wide, columns, paint) + "\n", color=True)
        uncounted.update(dict.fromkeys(analysis.uncounted))
    if analysis:
        click.echo(render_conventions(uncounted, wide, paint, analysis.totals.dtype), color=True)


def _json(reports: Iterator[Analysis | _Faulty], columns: Any, several: bool) -> None:
    from archlens.report.json import analysis_json, faults_json, render_json

    if columns is not None:
        click.echo("note: --columns is for people; json always holds everything", err=True)
    texts = [analysis_json(one) if isinstance(one, Analysis) else faults_json(*one) for one in reports]
    click.echo(render_json(texts, several))


def _csv(reports: Iterator[Analysis | _Faulty], columns: Any, several: bool) -> None:
    from archlens.report.csv import csv_heading, csv_rows

    for i, analysis in enumerate(_analyses(reports)):
        click.echo(("" if i else csv_heading(columns)) + csv_rows(analysis, columns), nl=False)


def _markdown(reports: Iterator[Analysis | _Faulty], columns: Any, several: bool) -> None:
    from archlens.report.markdown import render_markdown

    for i, analysis in enumerate(_analyses(reports)):
        click.echo(("\n" if i else "") + render_markdown(analysis, columns))


_WRITERS: dict[str, Callable[[Iterator[Analysis | _Faulty], Any, bool], None]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
}
