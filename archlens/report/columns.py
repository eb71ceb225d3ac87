"""The columns a layer table can have: what each is called, its value, and how people read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.receptive_field import ReceptiveField
from archlens.errors import UsageError, closest
from archlens.report.numbers import each, grouped, plain_number, short, size_text, sizes_text
from archlens.report.operations import operation_text

__all__ = ["COLUMNS", "DEFAULT", "Column", "choose", "total_text"]


class Column(NamedTuple):
    """heading: over the column. value: the raw fact, for CSV. text: for people. brief: as `text` where room is
    short. numeric: aligned right. total: the key of `Totals` that sums it, for the footer."""

    name: str
    heading: str
    value: Callable[[LayerFacts], Any]
    text: Callable[[LayerFacts], str]
    brief: Callable[[LayerFacts], str] | None = None
    numeric: bool = False
    total: str = ""

    def said(self, layer: LayerFacts, briefly: bool = False) -> str:
        """The text for people, brief if asked and possible."""
        return self.brief(layer) if briefly and self.brief else self.text(layer)


def _name(name: str, heading: str, value: Callable[[LayerFacts], str | None]) -> Column:
    def text(layer: LayerFacts) -> str:
        return value(layer) or ""

    return Column(name, heading, text, text)


def _count(name: str, heading: str, total: bool = True) -> Column:
    def value(layer: LayerFacts) -> int:
        count: int = getattr(layer, name)
        return count

    def text(layer: LayerFacts) -> str:
        return grouped(value(layer)) if value(layer) else ""

    def brief(layer: LayerFacts) -> str:
        return short(value(layer)) if value(layer) else ""

    return Column(name, heading, value, text, brief, True, name if total else "")


def _field(name: str, heading: str, attribute: str, part: str) -> Column:
    def value(layer: LayerFacts) -> str:
        field: ReceptiveField | None = getattr(layer, attribute)
        return "" if field is None else sizes_text(tuple(map(plain_number, getattr(field, part))), "x")

    def text(layer: LayerFacts) -> str:
        field: ReceptiveField | None = getattr(layer, attribute)
        if field is None:
            return ""
        if all(field.whole):
            return "all" if part == "size" else ""
        bound = "" if field.exact or part != "size" else "≤"
        return bound + each(getattr(field, part))

    return Column(name, heading, value, text, None, True, "receptive_field" if name == "receptive_field" else "")


def _operation(layer: LayerFacts, brief: bool = False, times: str = "×") -> str:
    axes = len(layer.output_shapes[0]) - 2
    return f"{layer.type} {operation_text(layer.type, layer.arguments, axes, brief, times)}".rstrip()


def _outputs(layer: LayerFacts, times: str = "×") -> str:
    return ", ".join([size_text(shape, times) for shape in layer.output_shapes])


def _parameters(layer: LayerFacts, times: str = "×") -> str:
    return ", ".join([f"{name} {sizes_text(shape, times)}" for name, shape in layer.parameter_shapes.items()])


def _trainable(layer: LayerFacts) -> str:
    return ("yes" if layer.trainable else "frozen") if layer.parameter_shapes else ""


def _line(layer: LayerFacts) -> str:
    return str(layer.span.line) if layer.span else ""


COLUMNS = {
    column.name: column
    for column in (
        _name("path", "layer", lambda x: x.path),
        _name("type", "type", lambda x: x.type),
        Column("operation", "operation", lambda x: _operation(x, times="x"), _operation, lambda x: _operation(x, brief=True)),
        _name("inputs", "inputs", lambda x: ", ".join(x.inputs)),
        Column("output", "output", lambda x: _outputs(x, "x"), _outputs),
        _count("params", "params"),
        Column("parameters", "parameters", lambda x: _parameters(x, "x"), _parameters),
        Column("trainable", "trainable", lambda x: x.trainable, _trainable),
        _count("buffers", "buffers"),
        _count("macs", "MACs"),
        _count("flops", "FLOPs"),
        _count("activations", "activations"),
        _field("receptive_field", "RF", "receptive_field", "size"),
        _field("jump", "jump", "receptive_field", "jump"),
        _field("start", "start", "receptive_field", "start"),
        _field("padding", "RF padding", "receptive_field", "padding"),
        _field("strict_receptive_field", "strict RF", "strict_field", "size"),
        _name("shared_with", "weights of", lambda x: x.shared_with),
        Column("line", "line", _line, _line, None, True),
        _count("parameter_bytes", "param bytes"),
        _count("activation_bytes", "activation bytes"),
        _count("live_bytes", "bytes alive", total=False),
    )
}

DEFAULT = ("path", "operation", "output", "params", "macs", "receptive_field")
"""What a page shows unless asked; `terminal.py` leaves columns out, or adds some, by the width there is."""


def choose(names: str) -> tuple[Column, ...]:
    """The columns of a comma-separated list, by name or heading; raises UsageError for a name there is none of."""
    known = {**{column.heading.lower(): column for column in COLUMNS.values()}, **COLUMNS}
    found = []
    for name in filter(None, (part.strip() for part in names.split(","))):
        column = known.get(name.lower()) or known.get(name.lower().replace("-", "_"))
        if column is None:
            near = closest(name, known)
            cure = f"did you mean `{known[near].name}`?" if near else f"there are {', '.join(COLUMNS)}"
            raise UsageError(f"no column is called `{name}`; {cure}")
        found.append(column)
    if not found:
        raise UsageError(f"--columns names no column; there are {', '.join(COLUMNS)}")
    return tuple(found)


def total_text(column: Column, analysis: Analysis, briefly: bool = False) -> str:
    """The footer of a column."""
    if not column.total:
        return ""
    value = getattr(analysis.totals, column.total)
    if column.name == "receptive_field":
        return "" if value is None else each(value)
    return short(value) if briefly and column.brief else grouped(value)
