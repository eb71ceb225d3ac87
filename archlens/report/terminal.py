"""Analysis → a table for the terminal: grouped by block, with sums and totals, cut to the width there is.

Numbers are never cut or wrapped: where the width is short, figures are rounded or columns left out, and only
names are shortened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.errors import printable, text_width
from archlens.layers.dims import Shape
from archlens.layers.dtypes import FIGURES_DTYPE
from archlens.report.columns import COLUMNS, Column, total_text
from archlens.report.grid import GAP, Paint, cut, draw, plain, wrapped
from archlens.report.groups import Line, grouped_lines
from archlens.report.numbers import grouped, short, size_text
from archlens.report.summary import convention_lines, summary_lines

__all__ = ["render_conventions", "render_table"]

# From rich to plain; the first that fits is shown. `~` is a column's brief text.
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
_MARKED = 6  # choices that show what is frozen or shared, where a network has such layers
# Names may be cut to this so that a column more fits, the layer's own last; and further where nothing else helps.
_READABLE = {"shared_with": 14, "inputs": 14, "path": 24}
_SHORTEST = 14


def render_table(analysis: Analysis, width: int = 80, columns: Sequence[Column] | None = None, paint: Paint = plain) -> str:
    """The report of one network, at most `width` wide where its numbers allow; `render_conventions` belongs under it."""
    head = [paint(cut(printable(analysis.title), width), "title")]
    for text in _about(analysis):
        head += wrapped("", text, width, 0, paint, "faint")
    return "\n".join([*head, "", *_table(analysis, width, columns, paint), "", *summary_lines(analysis, width, paint)])


def render_conventions(uncounted: Iterable[str], width: int = 80, paint: Paint = plain, dtype: str = FIGURES_DTYPE) -> str:
    """How the figures are meant, once for all networks; uncounted: layer types for which no operation is counted."""
    return "\n".join(convention_lines(uncounted, width, paint, dtype))


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


def _table(analysis: Analysis, width: int, columns: Sequence[Column] | None, paint: Paint) -> list[str]:
    choices = _choices(analysis, columns)
    by_block = choices[0][0][0].name == "path"
    lines = grouped_lines(analysis.layers) if by_block else [Line("", 0, layer, {}) for layer in analysis.layers]

    @cache
    def texts_of(column: Column, briefly: bool) -> list[str]:
        return _texts(analysis, lines, column, briefly, by_block)

    for choice in choices:
        texts = [texts_of(column, briefly) for column, briefly in choice]
        widths = [max(map(text_width, column)) for column in texts]
        over = sum(widths) + len(GAP) * (len(widths) - 1) - width
        slack = sum([max(0, at - _READABLE.get(column.name, at)) for at, (column, _) in zip(widths, choice, strict=True)])
        if over <= slack:
            break
    texts[0] = [*texts[0][:-1], texts[0][-1] or "total"]
    shown = [column for column, _ in choice]
    _shorten(texts, widths, shown, over)
    roles = ["head", *("group" if line.layer is None else "" for line in lines), "total"]
    return draw(texts, [column.numeric for column in shown], roles, paint)


def _choices(analysis: Analysis, columns: Sequence[Column] | None) -> list[list[tuple[Column, bool]]]:
    """Sets of columns from rich to plain, each column with whether it is brief."""
    if columns is not None:
        return [[(column, False) for column in columns], [(column, column.name == "operation") for column in columns]]
    marks = " trainable" if analysis.totals.trainable_params < analysis.totals.params else ""
    marks += " shared_with" if any(layer.shared_with for layer in analysis.layers) else ""
    names = [*([choice + marks for choice in _CHOICES[:_MARKED]] if marks else []), *_CHOICES]
    return [[(COLUMNS[name.lstrip("~")], name.startswith("~")) for name in choice.split()] for choice in names]


def _texts(analysis: Analysis, lines: list[Line], column: Column, briefly: bool, by_block: bool) -> list[str]:
    """One column: its heading, a text for every line, its total."""
    count = short if briefly else grouped
    texts = [column.heading]
    for line in lines:
        if column.name == "path" and by_block:
            texts.append("  " * line.depth + printable(line.label))
        elif line.layer is None:
            texts.append(count(line.sums[column.name]) if line.sums.get(column.name) else "")
        else:
            text = printable(column.said(line.layer, briefly))
            if column.name == "operation" and by_block and _says(line.label, line.layer):
                text = text[len(line.layer.type) + 1 :]
            texts.append(text)
    texts.append(total_text(column, analysis, briefly))
    return texts


def _says(label: str, layer: LayerFacts) -> bool:
    """Whether a layer's name is its type already, numbered or not."""
    return label.rpartition("/")[2].rstrip("0123456789").rstrip("_") == layer.type.rstrip("0123456789")


def _shorten(texts: list[list[str]], widths: list[int], columns: list[Column], over: int) -> None:
    """Cut names by `over` in all, none below a length one can read; what is still too wide stays."""
    for name, least in (*_READABLE.items(), ("path", _SHORTEST)):
        for i, column in enumerate(columns):
            if column.name == name and over > 0 and widths[i] > least:
                room = max(least, widths[i] - over)
                over -= widths[i] - room
                widths[i] = room
                texts[i] = [cut(text, room, keep_end=True) for text in texts[i]]
