"""Analysis → a table for the terminal: grouped by block, with sums and totals, cut to the width there is.

Numbers are never cut or wrapped: where the width is short, figures are rounded or columns left out, and only
names are shortened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.levels import Group
from archlens.errors import printable, text_width
from archlens.layers.dims import Shape
from archlens.layers.dtypes import FIGURES_DTYPE
from archlens.report.columns import BAR, Column, bound, by_policy, columns_of, total_text
from archlens.report.grid import GAP, Paint, cut, draw, plain, wrapped
from archlens.report.groups import Line, grouped_lines, says_type
from archlens.report.numbers import grouped, size_text
from archlens.report.summary import convention_lines, summary_lines
from archlens.report.view import View

if TYPE_CHECKING:
    from archlens.analysis.policies.rules import Policy

__all__ = ["render_conventions", "render_table"]

# From rich to plain; the first that fits is shown. `~` is a column's brief text, `#` one with a bar.
_CHOICES = (
    "path operation output params macs flops receptive_field jump activations",
    "path operation output params macs flops receptive_field jump",
    "path operation output params macs receptive_field jump",
    "path operation output params macs receptive_field",
    "path operation output params ~macs receptive_field",
    "path ~operation output params ~macs receptive_field",
    "path output params ~macs receptive_field",
    "path output params ~macs",
    "path output ~params ~macs",
    "path ~params ~macs",
)
_GROUP_CHOICES = (
    "path layers output params #params_share macs #macs_share flops receptive_field activations",
    "path layers output params #params_share macs #macs_share receptive_field",
    "path layers output params #params_share ~macs #macs_share receptive_field",
    "path layers output ~params #params_share ~macs #macs_share receptive_field",
    "path output ~params #params_share ~macs #macs_share receptive_field",
    "path output ~params params_share ~macs macs_share receptive_field",
    "path output ~params ~macs macs_share",
    "path ~params ~macs macs_share",
    "path ~params ~macs",
)
_MARKED = 6  # choices that show what is frozen or shared, where a network has such layers
# Names may be cut to this so that a column more fits, the layer's own last; and further where nothing else helps.
_READABLE = {"shared_with": 14, "inputs": 14, "path": 24}
_SHORTEST = 14
_FULL = 60  # a path that stands without its blocks above it


def render_table(analysis: Analysis, width: int = 80, view: View | None = None, paint: Paint = plain) -> str:
    """The report of one network, at most `width` wide where its numbers allow; `render_conventions` belongs under it."""
    head = [paint(cut(printable(analysis.title), width), "title")]
    for text in _about(analysis):
        head += wrapped("", text, width, 0, paint, "faint")
    return "\n".join([*head, "", *_table(analysis, width, view or View(), paint), "", *summary_lines(analysis, width, paint)])


def render_conventions(
    uncounted: Iterable[str], width: int = 80, paint: Paint = plain, dtype: str = FIGURES_DTYPE, policy: Policy | None = None
) -> str:
    """How the figures are meant, once for all networks; uncounted: layer types for which no operation is counted."""
    return "\n".join(convention_lines(uncounted, width, paint, dtype, policy))


def _about(analysis: Analysis) -> list[str]:
    """Where it is from, what goes in and out, what it is known for."""
    batch = f", batch of {grouped(analysis.batch)}" if analysis.batch != 1 else ""
    idea = ": ".join([str(analysis.meta[key]) for key in ("year", "key_idea") if key in analysis.meta])
    flow = f"{printable(analysis.spec)}: {_named(analysis.inputs)}\u00a0→\u00a0{_named(analysis.outputs)}{batch}"
    return [flow, printable(idea)] if idea else [flow]


def _named(shapes: Mapping[str, Shape]) -> str:
    """`3×224×224`, or `left 1×28×28, right 1×28×28` where there are several."""
    return ", ".join(
        [f"{printable(name)} {size_text(shape)}" if len(shapes) > 1 else size_text(shape) for name, shape in shapes.items()]
    )


def _table(analysis: Analysis, width: int, view: View, paint: Paint) -> list[str]:
    choices = _choices(analysis, view)
    by_block = not view.flat and choices[0][0][0].name == "path"
    lines = grouped_lines(analysis.layers) if by_block else [Line(row.path, 0, row) for row in view.rows(analysis)]
    readable = {**_READABLE, "path": _FULL} if view.flat else _READABLE

    @cache
    def texts_of(column: Column, mode: str) -> list[str]:
        return _texts(analysis, lines, column, mode, by_block)

    for choice in choices:
        texts = [texts_of(column, mode) for column, mode in choice]
        widths = [max(map(text_width, column)) for column in texts]
        over = sum(widths) + len(GAP) * (len(widths) - 1) - width
        slack = sum([max(0, at - readable.get(column.name, at)) for at, (column, _) in zip(widths, choice, strict=True)])
        if over <= slack:
            break
    texts[0] = [*texts[0][:-1], texts[0][-1] or "total"]
    shown = [column for column, _ in choice]
    _shorten(texts, widths, shown, over, readable)
    roles = ["head", *("group" if line.heading else "" for line in lines), "total"]
    if view.top is not None and isinstance(lines[-1].row, Group) and len(lines) > view.top:
        roles[-2] = "faint"
    return draw(texts, [column.numeric for column in shown], roles, paint)


def _choices(analysis: Analysis, view: View) -> list[list[tuple[Column, str]]]:
    """Sets of columns from rich to plain, each column with how it is said."""
    if view.columns is not None:
        asked = view.chosen(analysis)
        briefly = [(column, "~" if column.name == "operation" else "") for column in asked]
        return [[(column, "#") for column in asked], [(column, "") for column in asked], briefly]
    names = list(_GROUP_CHOICES if view.groups else _CHOICES)
    marks = " trainable" if analysis.totals.trainable_params < analysis.totals.params else ""
    marks += " shared_with" if any(layer.shared_with for layer in analysis.layers) else ""
    if marks and not view.groups:
        names = [*(choice + marks for choice in _CHOICES[:_MARKED]), *names]
    return [[_column(word, analysis) for word in _with_order(_words(choice, analysis), view)] for choice in names]


def _words(choice: str, analysis: Analysis) -> list[str]:
    return [by_policy(word, analysis.policy) for word in choice.split()]


def _column(word: str, analysis: Analysis) -> tuple[Column, str]:
    """`~macs`, `#macs_share` or `macs` as a column and how it is said."""
    name = word.lstrip("~#")
    return bound(columns_of(analysis.policy)[name], analysis.totals), word[: len(word) - len(name)]


def _with_order(words: list[str], view: View) -> list[str]:
    """The words, and what rows are sorted by if it is not among them."""
    return [*words, *view.with_order([word.lstrip("~#") for word in words])[len(words) :]]


def _texts(analysis: Analysis, lines: list[Line], column: Column, mode: str, by_block: bool) -> list[str]:
    """One column: its heading, a text for every line, its total."""
    texts = [column.heading]
    for line in lines:
        if column.name == "path" and by_block:
            texts.append("  " * line.depth + printable(line.label))
        elif line.heading and column.of not in ("sum", "group"):
            texts.append("")
        else:
            text = printable(column.said(line.row, mode == "~", mode == "#"))
            if column.name == "operation" and by_block and isinstance(line.row, LayerFacts) and says_type(line.label, line.row):
                text = text[len(line.row.type) + 1 :]
            texts.append(text)
    total = total_text(column, analysis, mode == "~")
    texts.append(f"{total:>7} {'':{BAR}}" if mode == "#" and column.bar else total)
    return texts


def _shorten(texts: list[list[str]], widths: list[int], columns: list[Column], over: int, readable: Mapping[str, int]) -> None:
    """Cut names by `over` in all, none below a length one can read; what is still too wide stays."""
    for name, least in (*readable.items(), ("path", _SHORTEST)):
        for i, column in enumerate(columns):
            if column.name == name and over > 0 and widths[i] > least:
                room = max(least, widths[i] - over)
                over -= widths[i] - room
                widths[i] = room
                texts[i] = [cut(text, room, keep_end=True) for text in texts[i]]
