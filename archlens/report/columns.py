"""The columns a layer table can have: what each is called, its value, and how people read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.receptive_field import ReceptiveField
from archlens.errors import UsageError, did_you_mean
from archlens.report.numbers import arguments_text, grouped, size_text, sizes_text

__all__ = ["COLUMNS", "DEFAULT", "Column", "choose", "total_text"]


class Column(NamedTuple):
    """heading: over the column. value: the raw fact, for CSV. text: for people. numeric: aligned right.
    total: the key of `Totals` that sums it, for the footer."""

    name: str
    heading: str
    value: Callable[[LayerFacts], Any]
    text: Callable[[LayerFacts], str]
    numeric: bool = False
    total: str = ""


def _count(name: str, heading: str) -> Column:
    def text(layer: LayerFacts) -> str:
        value = getattr(layer, name)
        return grouped(value) if value else ""

    return Column(name, heading, lambda layer: getattr(layer, name), text, True, name)


def _field(name: str, heading: str, attribute: str, part: str) -> Column:
    def value(layer: LayerFacts) -> Any:
        field: ReceptiveField | None = getattr(layer, attribute)
        return "" if field is None else sizes_text(getattr(field, part))

    def text(layer: LayerFacts) -> str:
        field: ReceptiveField | None = getattr(layer, attribute)
        if field is None:
            return ""
        if all(field.whole):
            return "all" if part == "size" else ""
        sizes = getattr(field, part)
        return str(sizes[0]) if len(set(sizes)) == 1 else sizes_text(sizes)

    return Column(name, heading, value, text, True, "receptive_field" if name == "receptive_field" else "")


def _operation(layer: LayerFacts) -> str:
    return f"{layer.type} {arguments_text(layer.type, layer.arguments)}".rstrip()


def _outputs(layer: LayerFacts) -> str:
    return ", ".join(map(size_text, layer.output_shapes))


def _yes(layer: LayerFacts) -> str:
    return ("yes" if layer.trainable else "frozen") if layer.params else ""


COLUMNS = {
    column.name: column
    for column in (
        Column("path", "layer", lambda x: x.path, lambda x: x.path),
        Column("type", "type", lambda x: x.type, lambda x: x.type),
        Column("operation", "operation", _operation, _operation),
        Column("inputs", "inputs", lambda x: " ".join(x.inputs), lambda x: ", ".join(x.inputs)),
        Column("output", "output", _outputs, _outputs),
        _count("params", "params"),
        Column("trainable", "trainable", lambda x: x.trainable, _yes),
        _count("buffers", "buffers"),
        _count("macs", "MACs"),
        _count("flops", "FLOPs"),
        _count("activations", "activations"),
        _field("receptive_field", "RF", "receptive_field", "size"),
        _field("jump", "jump", "receptive_field", "jump"),
        _field("start", "start", "receptive_field", "start"),
        _field("padding", "RF padding", "receptive_field", "padding"),
        _field("strict_receptive_field", "strict RF", "strict_field", "size"),
        Column("shared_with", "weights of", lambda x: x.shared_with or "", lambda x: x.shared_with or ""),
        Column("line", "line", lambda x: x.span.line if x.span else "", lambda x: str(x.span.line) if x.span else "", True),
    )
}

DEFAULT = ("path", "operation", "output", "params", "macs", "receptive_field")
"""What a table shows unless asked; `terminal.py` leaves columns out, or adds some, by the width there is."""


def choose(names: str) -> tuple[Column, ...]:
    """The columns of a comma-separated list; raises UsageError for a name there is none of."""
    found = []
    for name in filter(None, (part.strip() for part in names.split(","))):
        column = COLUMNS.get(name.replace("-", "_"))
        if column is None:
            raise UsageError(f"no column is called `{name}`; {did_you_mean(name, COLUMNS) or 'there are ' + ', '.join(COLUMNS)}")
        found.append(column)
    if not found:
        raise UsageError(f"--columns names no column; there are {', '.join(COLUMNS)}")
    return tuple(found)


def total_text(column: Column, analysis: Analysis) -> str:
    """The footer of a column."""
    if not column.total:
        return ""
    value = getattr(analysis.totals, column.total)
    if column.name == "receptive_field":
        return "" if value is None else str(value[0]) if len(set(value)) == 1 else sizes_text(value)
    return grouped(value)
