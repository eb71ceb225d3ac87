"""Analysis → the page that Markdown, HTML and LaTeX are written from: its words and its one table, not yet escaped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archlens.analysis.facts import Analysis
from archlens.report.columns import total_text
from archlens.report.numbers import size_text
from archlens.report.summary import (
    Fact,
    convention_texts,
    difference_texts,
    expectation_text,
    facts,
    family_texts,
    misalignment_texts,
)
from archlens.report.view import View

__all__ = ["Page", "Sheet", "page"]


class Sheet(NamedTuple):
    """A table as text. numeric: which columns go to the right. totals: the last row; empty where there is none."""

    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] = ()


class Page(NamedTuple):
    """What a report says of one network.

    spec: the file. flow: `input 3×224×224, output 1000`. facts: totals. remarks: families, differences of a policy,
    expectations, notes and misaligned joins. conventions: how each figure is meant.
    """

    title: str
    spec: str
    flow: str
    facts: tuple[Fact, ...]
    remarks: tuple[str, ...]
    sheet: Sheet
    conventions: tuple[tuple[str, str], ...]


def page(analysis: Analysis, view: View | None = None) -> Page:
    """The page of one network."""
    return Page(
        analysis.title,
        analysis.spec,
        ", ".join(_flow(analysis)),
        tuple(facts(analysis)),
        tuple(_remarks(analysis)),
        _sheet(analysis, view or View()),
        tuple(convention_texts(analysis.uncounted, policy=analysis.recount and analysis.recount.policy)),
    )


def _sheet(analysis: Analysis, view: View) -> Sheet:
    chosen = view.chosen(analysis)
    totals = [total_text(column, analysis) for column in chosen]
    return Sheet(
        tuple([column.heading for column in chosen]),
        tuple([column.numeric for column in chosen]),
        tuple([tuple([column.said(row) for column in chosen]) for row in view.rows(analysis)]),
        (totals[0] or "total", *totals[1:]),
    )


def _flow(analysis: Analysis) -> Iterator[str]:
    """What goes in and out: `input 1×32×32`, or `input left 1×28×28` where it has a name of its own."""
    for kind, named in (("input", analysis.inputs), ("output", analysis.outputs)):
        for name, shape in named.items():
            yield f"{kind} {name} {size_text(shape)}" if name != kind else f"{kind} {size_text(shape)}"


def _remarks(analysis: Analysis) -> Iterator[str]:
    yield from [f"{label}: {text}" for label, text in family_texts(analysis)]
    yield from [f"differs: {text}" for text in difference_texts(analysis)]
    yield from map(expectation_text, analysis.expectations)
    yield from [f"note: {note}" for note in analysis.notes]
    yield from [f"misaligned: {text}" for text in misalignment_texts(analysis)]
