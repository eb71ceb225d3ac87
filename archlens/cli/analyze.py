"""`archlens analyze`: the main job."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import click

from archlens.analysis.facts import POLICY, Analysis
from archlens.cli.shared import (
    FORMATS,
    ColumnNames,
    Failures,
    Level,
    SpecType,
    network_options,
    networks,
    painter,
    policy_option,
    progress,
    width,
)
from archlens.errors import Diagnostic

if TYPE_CHECKING:
    from archlens.report.view import View

__all__ = ["command"]


class _Faulty(NamedTuple):
    """A spec that could not be analysed."""

    spec: str
    faults: tuple[Diagnostic, ...]


Report: TypeAlias = "Analysis | _Faulty"


@click.command("analyze")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", type=SpecType())
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="For whom.")
@click.option(
    "--columns",
    metavar="NAME,...",
    type=ColumnNames(),
    help="What to show of each layer, in this order; a wrong name lists what there is.",
)
@click.option(
    "--level",
    metavar="LEVEL",
    type=Level(),
    default="layer",
    help="What a row is: a layer, a block, a stage (the first part of a path), or a number of parts.",
)
@click.option("--sort", metavar="NAME", type=ColumnNames(), help="By which column; the largest number first.")
@click.option("--ascending", is_flag=True, help="The smallest first.")
@click.option("--top", metavar="N", type=click.IntRange(min=1), help="The first N rows, and the sum of the others.")
@policy_option("Count as another tool does, and say why it differs.")
@network_options
def command(
    specs: tuple[str, ...],
    form: str,
    columns: str | None,
    level: str,
    sort: str | None,
    ascending: bool,
    top: int | None,
    policy: str,
    **options: Any,
) -> None:
    """Say everything that follows from a network: sizes, parameters, MACs, receptive fields, memory.

    SPEC is a file, the name of a shipped network, or - for stdin; with :VARIANT one of several, with :all
    each of them.

    \b
    archlens analyze resnet50
    archlens analyze specs/resnet.yaml:resnet152 --input 3x256x256
    archlens analyze mobilenet_v1 -p alpha=0.5 --batch 8
    archlens analyze vgg16 --columns path,output,params,receptive_field,jump
    archlens analyze resnet50 --level stage
    archlens analyze resnet50 --sort macs --top 10
    archlens analyze resnet50 --policy fvcore
    archlens analyze resnet:all --format json > resnets.json

    Exit status: 0 fine, 1 a fault in a spec or a missed expectation, 2 the request could not be met.
    """
    failures = Failures()
    view: View | None = None
    if columns is not None or level != "layer" or sort is not None or ascending or top is not None:
        from archlens.report.view import make_view

        with failures.caught():
            view = make_view(columns, level, sort, ascending, top, policy)
        failures.exit()
    several = len(specs) > 1 or specs[0].endswith(":all")
    _WRITERS[form](_reports(specs, options, failures, policy), view, several)
    failures.exit()


def _reports(specs: Sequence[str], options: dict[str, Any], failures: Failures, policy: str = POLICY) -> Iterator[Report]:
    """Every network in order; what it fails at goes to stderr before the next, missed expectations after its report."""
    shown = progress()
    for target in specs:
        faults: list[Diagnostic] = []
        with failures.caught(faults), shown(f"reading {target}"):
            found = networks(target, **options)
        if faults:
            yield _Faulty(target, tuple(faults))
            continue
        for i, network in enumerate(found, 1):
            name = f"{target} ({network.spec.variant}, {i} of {len(found)})" if len(found) > 1 else target
            with failures.caught(faults):
                with shown(f"compiling {name}"):
                    count = len(network.graph.nodes)
                with shown(f"analysing {name}, {count:,} layer{'' if count == 1 else 's'}"):
                    analysis = network.analyze(None if policy == POLICY else policy)
            if faults:
                yield _Faulty(target, tuple(faults))
                faults.clear()
            else:
                yield analysis
                for outcome in analysis.expectations:
                    if outcome.diagnostic:
                        failures.add(outcome.diagnostic)


def _analyses(reports: Iterator[Report]) -> Iterator[Analysis]:
    return (report for report in reports if isinstance(report, Analysis))


def _table(reports: Iterator[Report], view: View | None, several: bool) -> None:
    from archlens.report.terminal import render_conventions, render_table

    paint, wide = painter(sys.stdout), width()
    uncounted: dict[str, None] = {}
    analysis = None
    for analysis in _analyses(reports):
        click.echo(render_table(analysis, wide, view, paint) + "\n", color=True)
        uncounted.update(dict.fromkeys(analysis.uncounted))
    if analysis:
        counted = analysis.recount and analysis.recount.policy
        click.echo(render_conventions(uncounted, wide, paint, analysis.totals.dtype, counted), color=True)


def _json(reports: Iterator[Report], view: View | None, several: bool) -> None:
    from archlens.report.json import analysis_json, faults_json, render_json

    if view and (view.columns or not view.groups):
        click.echo("note: --columns, --sort and --top are for people; json always holds every layer", err=True)
    texts = [
        analysis_json(one, view.rows(one) if view and view.groups else None) if isinstance(one, Analysis) else faults_json(*one)
        for one in reports
    ]
    click.echo(render_json(texts, several))


def _csv(reports: Iterator[Report], view: View | None, several: bool) -> None:
    from archlens.report.csv import csv_heading, csv_rows

    for i, analysis in enumerate(_analyses(reports)):
        click.echo(("" if i else csv_heading(view, analysis.policy)) + csv_rows(analysis, view), nl=False)


def _markdown(reports: Iterator[Report], view: View | None, several: bool) -> None:
    from archlens.report.markdown import render_markdown

    for i, analysis in enumerate(_analyses(reports)):
        click.echo(("\n" if i else "") + render_markdown(analysis, view))


def _latex(reports: Iterator[Report], view: View | None, several: bool) -> None:
    from archlens.report.latex import render_latex

    for i, analysis in enumerate(_analyses(reports)):
        click.echo(("\n" if i else "") + render_latex(analysis, view))


def _html(reports: Iterator[Report], view: View | None, several: bool) -> None:
    from archlens.report.html import page_head, page_tail, render_html

    begun = False
    for analysis in _analyses(reports):
        click.echo(("" if begun else page_head(analysis.title) + "\n") + render_html(analysis, view))
        begun = True
    if begun:
        click.echo(page_tail())


_WRITERS: dict[str, Callable[[Iterator[Report], View | None, bool], None]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
    "latex": _latex,
    "html": _html,
}
