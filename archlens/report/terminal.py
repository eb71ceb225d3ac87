"""Analysis → a table for the terminal: grouped by block, with sums and totals, cut to the width there is.

Numbers are never cut or wrapped: where the width is short columns are left out, then MACs are rounded, and
only names are shortened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tabulate import SEPARATING_LINE, tabulate

from archlens.analysis.facts import CONVENTIONS, Analysis, LayerFacts
from archlens.report.columns import COLUMNS, Column, total_text
from archlens.report.numbers import bytes_text, grouped, short, size_text, sizes_text

__all__ = ["Paint", "plain", "render_table", "summary_lines"]

Paint = Callable[[str, str], str]
"""`paint(text, role)` dresses text for a terminal; roles: title, head, group, total, faint, good, bad."""

# From rich to plain; the first that fits is shown. `~` rounds a column's figures.
_CHOICES = (
    "path operation output params macs flops receptive_field jump activations",
    "path operation output params macs flops receptive_field jump",
    "path operation output params macs receptive_field jump",
    "path operation output params macs receptive_field",
    "path operation output params ~macs receptive_field",
    "path output params macs receptive_field",
    "path output params ~macs receptive_field",
    "path output params ~macs",
    "path params ~macs",
)
_SUMMED = ("params", "buffers", "macs", "flops", "activations")
_SHORTEST = {"path": 14, "operation": 12}
_GROUP_LEVELS = 2


def plain(text: str, role: str) -> str:
    """No dress."""
    return text


class _Line(NamedTuple):
    """A layer, or a group's heading with the sums of what is in it. depth: scopes above it."""

    label: str
    depth: int
    layer: LayerFacts | None
    sums: dict[str, int]


def render_table(analysis: Analysis, width: int = 80, columns: Sequence[Column] | None = None, paint: Paint = plain) -> str:
    """The whole report of one network, at most `width` wide where its numbers allow."""
    inputs = ", ".join(f"{n} {size_text(s)}" if len(analysis.inputs) > 1 else size_text(s) for n, s in analysis.inputs.items())
    batch = next(iter(analysis.inputs.values()), (1,))[0]
    batched = f" × batch {batch}" if batch != 1 else ""
    head = f"{paint(analysis.title, 'title')}  {paint(f'{analysis.spec}, input {inputs}{batched}', 'faint')}"
    lines = _lines(analysis.layers)
    cells, shown = _fit(analysis, lines, width, columns)
    return "\n".join([head, "", *_draw(cells, lines, shown, paint), "", *summary_lines(analysis, paint, width)])


def _lines(layers: Sequence[LayerFacts]) -> list[_Line]:
    """Layers in order, each run of them under the headings of their outer scopes."""
    sums: dict[str, dict[str, int]] = {}
    for layer in layers:
        for scope in _scopes(layer):
            into = sums.setdefault(scope, dict.fromkeys(_SUMMED, 0))
            for name in _SUMMED:
                into[name] += getattr(layer, name)
    lines = []
    open_scopes: list[str] = []
    for layer in layers:
        scopes = _scopes(layer)
        for depth, scope in enumerate(scopes):
            if depth >= len(open_scopes) or open_scopes[depth] != scope:
                lines.append(_Line(scope.rpartition("/")[2], depth, None, sums[scope]))
                open_scopes = scopes[: depth + 1]
        open_scopes = scopes
        prefix = len(scopes[-1]) + 1 if scopes else 0
        lines.append(_Line(layer.path[prefix:], len(scopes), layer, {}))
    return lines


def _scopes(layer: LayerFacts) -> list[str]:
    parts = layer.path.split("/")[:-1][:_GROUP_LEVELS]
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


# ---- fitting ----


def _fit(
    analysis: Analysis, lines: list[_Line], width: int, columns: Sequence[Column] | None
) -> tuple[list[list[str]], list[tuple[Column, bool]]]:
    """The cells (heading, lines, totals) of the richest choice of columns that fits."""
    if columns is not None:
        choices = [[(column, False) for column in columns]]
    else:
        choices = [[(COLUMNS[name.lstrip("~")], name.startswith("~")) for name in choice.split()] for choice in _CHOICES]
    for shown in choices:
        cells = _cells(analysis, lines, shown)
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        over = sum(widths) + 2 * (len(widths) - 1) - width
        if over <= 0:
            break
    if over > 0:
        _shorten(cells, widths, [column.name for column, _ in shown], over)
    return cells, shown


def _cells(analysis: Analysis, lines: list[_Line], shown: list[tuple[Column, bool]]) -> list[list[str]]:
    rows = [[column.heading for column, _ in shown]]
    grouping = shown[0][0].name == "path"
    for line in lines:
        if line.layer is None:
            if grouping:
                rows.append(["  " * line.depth + line.label, *(_sum(line, column, rounded) for column, rounded in shown[1:])])
            continue
        row = [short(getattr(line.layer, c.name)) if rounded and getattr(line.layer, c.name) else c.text(line.layer) for c, rounded in shown]
        if grouping:
            row[0] = "  " * line.depth + line.label
            if shown[1:] and shown[1][0].name == "operation" and _says(line.label, line.layer.type):
                row[1] = row[1][len(line.layer.type) + 1 :]
        rows.append(row)
    totals = [short(getattr(analysis.totals, c.total)) if rounded else total_text(c, analysis) for c, rounded in shown]
    totals[0] = totals[0] or "total"
    return [*rows, totals]


def _says(label: str, type_name: str) -> bool:
    """Whether a layer's name is its type already, numbered or not."""
    return label.rpartition("/")[2].rstrip("0123456789").rstrip("_") == type_name.rstrip("0123456789")


def _sum(line: _Line, column: Column, rounded: bool) -> str:
    value = line.sums.get(column.name, 0)
    return "" if not value else short(value) if rounded else grouped(value)


def _shorten(cells: list[list[str]], widths: list[int], names: list[str], over: int) -> None:
    """Cut names and operations by `over` characters in all, never below a readable length."""
    for name in ("operation", "path"):
        if name not in names or over <= 0:
            continue
        i = names.index(name)
        room = max(_SHORTEST[name], widths[i] - over)
        over -= widths[i] - room
        for row in cells:
            row[i] = _cut(row[i], room, keep_end=name == "path")


def _cut(text: str, room: int, keep_end: bool) -> str:
    if len(text) <= room:
        return text
    if not keep_end:
        return text[: room - 1] + "…"
    indent = len(text) - len(text.lstrip())
    return text[:indent] + "…" + text[indent + len(text) - room + 1 :]


# ---- drawing ----


def _draw(cells: list[list[str]], lines: list[_Line], shown: list[tuple[Column, bool]], paint: Paint) -> list[str]:
    grouping = shown[0][0].name == "path"
    roles = ["head", "faint"]
    roles += ["group" if line.layer is None else "" for line in lines if grouping or line.layer is not None]
    roles += ["faint", "total"]
    head, *body, totals = cells
    align = ["right" if column.numeric else "left" for column, _ in shown]
    text = tabulate(
        [*body, SEPARATING_LINE, totals], head, "simple", colalign=align, disable_numparse=True, preserve_whitespace=True
    )
    drawn = [line.rstrip().replace("-", "─") if role == "faint" else line.rstrip() for line, role in zip(text.split("\n"), roles, strict=True)]
    return [paint(line, role) if role else line for line, role in zip(drawn, roles, strict=True)]


# ---- the summary ----


def summary_lines(analysis: Analysis, paint: Paint, width: int = 80) -> list[str]:
    """Totals in words, expectations, misaligned joins, conventions."""
    totals = analysis.totals
    frozen = totals.params - totals.trainable_params
    split = f"{grouped(totals.trainable_params)} trainable, {grouped(frozen)} frozen" if frozen else "all trainable"
    field = "none" if totals.receptive_field is None else sizes_text(totals.receptive_field)
    depth = f"{totals.depth} weight layers on the longest path, {totals.weight_layers} in all"
    if totals.paper_depth is not None and totals.paper_depth != totals.depth:
        depth += f", {totals.paper_depth} as the paper counts"
    facts = [
        ("params", f"{grouped(totals.params)}  ({split}; {bytes_text(totals.parameter_bytes)}; {grouped(totals.buffers)} buffers)"),
        ("MACs", f"{grouped(totals.macs)}  ({short(totals.macs)}; {short(totals.flops)} FLOPs)"),
        ("activations", f"{grouped(totals.activations)}  (peak {bytes_text(totals.peak_activation_bytes)})"),
        ("depth", depth),
        ("receptive field", field),
        *(_expectations(analysis, paint)),
    ]
    lines = [f"{paint(f'{name:<16}', 'head')}{text}" for name, text in facts]
    lines += [paint(f"{'note':<16}", "head") + note for note in analysis.notes]
    lines += [paint(f"{'misaligned':<16}", "head") + text for text in _misalignments(analysis)]
    return [*lines, "", *(paint(text, "faint") for text in _conventions(width))]


def _expectations(analysis: Analysis, paint: Paint) -> list[tuple[str, str]]:
    if not analysis.expectations:
        return []
    words = [paint(f"{'✓' if one.ok else '✗'} {one.key}", "good" if one.ok else "bad") for one in analysis.expectations]
    return [("expected", "  ".join(words))]


def _misalignments(analysis: Analysis) -> Iterator[str]:
    for one in analysis.misalignments[:5]:
        a, b = one.paths
        yield f"{one.path}: {one.differs} {one.values[0]} by way of {a}, {one.values[1]} by way of {b} (axis {one.axis})"
    if len(analysis.misalignments) > 5:
        yield f"and {len(analysis.misalignments) - 5} more joins"


def _conventions(width: int) -> list[str]:
    import textwrap

    lines = []
    for name in ("macs", "flops", "receptive_field"):
        lines += textwrap.wrap(f"{name}: {CONVENTIONS[name]}", width=max(width, 40), subsequent_indent="  ")
    return lines
