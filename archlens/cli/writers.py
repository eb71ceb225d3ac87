"""What `analyze` prints, form by form; the reports come one by one, and are printed so where the form allows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import click

from archlens.analysis.facts import Analysis
from archlens.cli.shared import painter, width
from archlens.errors import Diagnostic

if TYPE_CHECKING:
    from archlens.report.view import View

__all__ = ["FORMATS", "WRITERS", "Faulty", "Report"]


class Faulty(NamedTuple):
    """A spec that could not be analysed."""

    spec: str
    faults: tuple[Diagnostic, ...]


Report: TypeAlias = "Analysis | Faulty"


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
        click.echo(render_conventions(uncounted, wide, paint), color=True)


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
        click.echo(("" if i else csv_heading(view)) + csv_rows(analysis, view), nl=False)


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


WRITERS: dict[str, Callable[[Iterator[Report], View | None, bool], None]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
    "latex": _latex,
    "html": _html,
}
FORMATS = tuple(WRITERS)
