"""The page that puts several networks side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archlens.analysis.facts import Analysis
from archlens.graph.model import Graph
from archlens.report.compare import comparison_remarks
from archlens.report.comparison import DEFAULT, compared, raw
from archlens.report.figures import FIGURES, Figure, meta_figure
from archlens.report.numbers import grouped, size_text
from archlens.report.site.frame import COPIED, page
from archlens.report.site.markup import coded, data_block, element, facts_list, html_text, listed
from archlens.report.site.pictures import bubbles, multiples, short_names
from archlens.report.site.table import Cells, told, tools
from archlens.report.summary import convention_texts

__all__ = ["networks_page"]

_MORE = ("key_idea", "task", "dataset", "paper")
"""Fields of `meta` that are columns too."""

_SHOWN = (*DEFAULT, "year")
_NAMED = 4  # networks that the title names


def networks_page(networks: Sequence[tuple[Graph, Analysis]], title: str = "") -> str:
    """All of them: a document that needs nothing else."""
    analyses = [analysis for _, analysis in networks]
    columns = _columns(analyses)
    data = {
        "columns": [told(one) for one in columns],
        "sought": [place for place, one in enumerate(columns) if one.name in ("network", "spec", *_MORE)],
        "depths": [0] * len(networks),
        "layers": list(range(len(networks))),
    }
    parts = [
        ("networks", "Side by side", tools("networks") + _sheet(columns, len(networks))),
        ("charts", "What it costs", bubbles(analyses)),
        ("stages", "Stage by stage", multiples(networks)),
        ("differences", "To be kept in mind", listed(_differences(analyses), 'class="findings"')),
        ("conventions", "Conventions", _conventions(analyses)),
    ]
    shown = title or _title(analyses)
    names = ", ".join(short_names(analyses) if {one.name for one in analyses} == {shown} else [one.title for one in analyses])
    header = f'<p class="idea">{html_text(names)}</p>' if names != shown else ""
    return page(shown, header, parts, data_block("data", data) + COPIED)


def _title(analyses: Sequence[Analysis]) -> str:
    names = [one.title for one in analyses]
    if len(names) <= _NAMED:
        return ", ".join(names)
    return analyses[0].name if len({one.name for one in analyses}) == 1 else f"{len(names)} networks compared"


# ---- the table ----


def _columns(analyses: Sequence[Analysis]) -> list[Cells]:
    """Every figure that one of them has, those of `archlens compare` shown."""
    figures = [*FIGURES.values(), *[meta_figure(name) for name in _MORE]]
    found = [_cells(figure, analyses) for figure in figures]
    return [one for one in found if any(one.texts)]


def _cells(figure: Figure, analyses: Sequence[Analysis]) -> Cells:
    values = [figure.value(one) for one in analyses]
    return Cells(
        figure.name,
        figure.heading,
        figure.numeric,
        [None if value is None else figure.text(value) for value in values],
        [raw(value) for value in values],
        _keys([figure.comparable(one) for one in analyses]),
        figure.name in _SHOWN,
        about=figure.about,
        bar=figure.name in ("params", "macs"),
    )


def _keys(values: Sequence[Any]) -> Sequence[Any]:
    """What they are sorted by; where some are numbers and some words, numbers come first."""
    words = [isinstance(value, str) for value in values if value is not None]
    if any(words) and not all(words):
        return [None if value is None else (isinstance(value, str), value) for value in values]
    return values


def _sheet(columns: Sequence[Cells], count: int) -> str:
    shown = [one for one in columns if one.shown]
    head = "".join([f'<th scope="col"{_right(one)}>{html_text(one.heading)}</th>' for one in shown])
    rows = "".join([_row(shown, number) for number in range(count)])
    caption = f"<caption>{grouped(count)} networks, a row each</caption>"
    table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div id="sheet" class="sheet free" tabindex="0" role="group" aria-label="Networks">{table}</div>'


def _row(columns: Sequence[Cells], number: int) -> str:
    first, *rest = columns
    cells = "".join([f"<td{_right(one)}>{html_text(one.texts[number] or '')}</td>" for one in rest])
    return f'<tr id="n{number}"><th scope="row">{html_text(first.texts[number] or "")}</th>{cells}</tr>'


def _right(cells: Cells) -> str:
    return ' class="n"' if cells.numeric else ""


# ---- what differs ----


def _differences(analyses: Sequence[Analysis]) -> Iterator[str]:
    """Inputs of other sizes, sources of accuracies, what the specs note, what is counted as nothing where."""
    inputs = [", ".join(map(size_text, one.inputs.values())) for one in analyses]
    names = {id(one): name for one, name in zip(analyses, short_names(analyses), strict=True)}

    def called(those: Sequence[Analysis]) -> str:
        return "all" if len(those) == len(analyses) > 1 else ", ".join([names[id(one)] for one in those])

    sizes = {size: [one for one, its in zip(analyses, inputs, strict=True) if its == size] for size in dict.fromkeys(inputs)}
    if len(sizes) > 1:
        said = "; ".join([f"{size} for {called(those)}" for size, those in sizes.items()])
        yield f"<b>inputs differ:</b> {html_text(said)}"
    else:
        yield f"<b>input:</b> {html_text(inputs[0])} for all"
    for label, text in comparison_remarks(compared(analyses), called):
        yield f"<b>{html_text(label)}:</b> {coded(text)}"
    notes: dict[str, list[Analysis]] = {}
    for one in analyses:
        for note in one.notes:
            notes.setdefault(note, []).append(one)
    for note, those in notes.items():
        yield f"<b>note:</b> {coded(note)} ({html_text(called(those))})"
    missed = [one for one in analyses if not one.ok]
    if missed:
        yield f'<b class="bad">✗ not as its spec expects:</b> {html_text(called(missed))}'


def _conventions(analyses: Sequence[Analysis]) -> str:
    uncounted = dict.fromkeys([name for one in analyses for name in one.uncounted])
    texts = convention_texts(uncounted, analyses[0].totals.dtype)
    return element("div", facts_list([(html_text(name), coded(text)) for name, text in texts], 'class="about"'))
