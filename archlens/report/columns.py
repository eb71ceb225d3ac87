"""The columns a layer table can have: what each is called, its value, and how people read it.

A policy other than archlens's has two of its own, called by its name: what it counts, and the share of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, NamedTuple, TypeAlias

from archlens.analysis.facts import POLICIES, POLICY, Analysis, LayerFacts, Totals
from archlens.analysis.levels import Group
from archlens.analysis.receptive_field import ReceptiveField
from archlens.errors import UsageError, closest
from archlens.report.numbers import bar, each, grouped, percent, plain_number, ratio, short, size_text, sizes_text
from archlens.report.operations import typed_operation

__all__ = [
    "BAR",
    "COLUMNS",
    "DEFAULT",
    "GROUPED",
    "Column",
    "Row",
    "bound",
    "by_policy",
    "choose",
    "column_named",
    "columns_of",
    "total_text",
]

Row: TypeAlias = "LayerFacts | Group"
BAR = 8
"""Characters of a full bar."""
_COUNT = "policy_count"


class Column(NamedTuple):
    """heading: over the column. value: the raw fact, for CSV. text: for people. brief: as `text` where room is
    short. numeric: aligned right. total: the key of `Totals` that sums it, for the footer.
    of: whether it is said of a `layer` alone or a `group` alone, of a group by what stands at its `end`, or is a `sum`.
    key: what rows are sorted by, where that is not `value`; None is last. share: the figure it is the percentage of,
    for `bound`. bar: `text` and a bar of blocks, for a terminal."""

    name: str
    heading: str
    value: Callable[[Any], Any]
    text: Callable[[Any], str]
    brief: Callable[[Any], str] | None = None
    numeric: bool = False
    total: str = ""
    of: str = "layer"
    key: Callable[[Any], Any] | None = None
    share: str = ""
    bar: Callable[[Any], str] | None = None

    def said(self, row: Row, briefly: bool = False, barred: bool = False) -> str:
        """The text for people, brief or with a bar if asked and possible; empty where it is not said of such a row."""
        if self.of == "layer" and isinstance(row, Group):
            return ""
        if barred and self.bar:
            return self.bar(row)
        return self.brief(row) if briefly and self.brief else self.text(row)

    def raw(self, row: Row) -> Any:
        """The value for a machine; empty where it is not said of such a row."""
        return "" if self.of == "layer" and isinstance(row, Group) else self.value(row)


def _name(name: str, heading: str, value: Callable[[LayerFacts], str | None]) -> Column:
    def text(layer: LayerFacts) -> str:
        return value(layer) or ""

    return Column(name, heading, text, text)


def _count(name: str, heading: str, total: bool = True, figure: str = "") -> Column:
    figure = figure or name

    def value(layer: LayerFacts) -> int:
        count: int = getattr(layer, figure)
        return count

    def text(layer: LayerFacts) -> str:
        return grouped(value(layer)) if value(layer) else ""

    def brief(layer: LayerFacts) -> str:
        return short(value(layer)) if value(layer) else ""

    return Column(name, heading, value, text, brief, True, figure if total else "", "sum" if total else "layer")


def _ratio(name: str, heading: str) -> Column:
    def value(row: Row) -> float | str:
        exact: float | None = getattr(row, name)
        return "" if exact is None else round(exact, 6)

    return Column(
        name, heading, value, lambda row: ratio(getattr(row, name)), None, True, name, "sum", lambda row: getattr(row, name)
    )


def _share(figure: str, heading: str, name: str = "") -> Column:
    """A column that `bound` completes."""

    def part(row: Row) -> int:
        count: int = getattr(row, figure)
        return count

    return Column(f"{name or figure}_share", heading, part, lambda row: "", None, True, "", "sum", part, figure)


def bound(column: Column, totals: Totals) -> Column:
    """The column of one network: a share is told what it is a share of."""
    if not column.share:
        return column
    name, whole = column.share, getattr(totals, column.share)

    def value(row: Row) -> float:
        return round(100 * getattr(row, name) / whole, 4) if whole else 0.0

    def text(row: Row) -> str:
        return percent(getattr(row, name), whole)

    def barred(row: Row) -> str:
        return f"{text(row):>7} {bar(getattr(row, name), whole, BAR):<{BAR}}"

    return column._replace(value=value, text=text, bar=barred)


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

    def key(row: Row) -> tuple[Any, ...] | None:
        field: ReceptiveField | None = getattr(row, attribute)
        return field and (all(field.whole), getattr(field, part))  # the whole map is the most there is

    of = "end" if part == "size" else "layer"
    return Column(name, heading, value, text, None, True, "receptive_field" if name == "receptive_field" else "", of, key)


def _operation(layer: LayerFacts, brief: bool = False, times: str = "×") -> str:
    axes = len(layer.output_shapes[0]) - 2
    return typed_operation(layer.type, layer.arguments, axes, brief, times)


def _outputs(layer: Row, times: str = "×") -> str:
    return ", ".join([size_text(shape, times) for shape in layer.output_shapes])


def _output_key(row: Row) -> int | None:
    return sum([prod(shape) for shape in row.output_shapes]) or None


def _layers(row: Row) -> int:
    return row.layers if isinstance(row, Group) else 1


def _parameters(layer: LayerFacts, times: str = "×") -> str:
    return ", ".join([f"{name} {sizes_text(shape, times)}" for name, shape in layer.parameter_shapes.items()])


def _trainable(layer: LayerFacts) -> str:
    return ("yes" if layer.trainable else "frozen") if layer.parameter_shapes else ""


def _line(layer: LayerFacts) -> str:
    return str(layer.span.line) if layer.span else ""


COLUMNS = {
    column.name: column
    for column in (
        _name("path", "layer", lambda x: x.path)._replace(of="end"),
        _name("type", "type", lambda x: x.type),
        Column("operation", "operation", lambda x: _operation(x, times="x"), _operation, lambda x: _operation(x, brief=True)),
        _name("inputs", "inputs", lambda x: ", ".join(x.inputs)),
        Column("output", "output", lambda x: _outputs(x, "x"), _outputs, of="end", key=_output_key),
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
        Column("line", "line", _line, _line, None, True, key=lambda x: x.span and x.span.line),
        _count("parameter_bytes", "param bytes"),
        _count("activation_bytes", "activation bytes"),
        _count("live_bytes", "bytes alive", total=False),
        _share("params", "of params"),
        _share("macs", "of MACs"),
        _ratio("macs_per_param", "MACs/param"),
        _ratio("arithmetic_intensity", "FLOPs/byte"),
        Column("layers", "layers", _layers, lambda x: str(_layers(x)), None, True, of="group"),
    )
}

DEFAULT = ("path", "operation", "output", "params", "macs", "receptive_field")
"""What a page shows unless asked; `terminal.py` leaves columns out, or adds some, by the width there is."""


GROUPED = ("path", "layers", "output", "params", "params_share", "macs", "macs_share", "receptive_field")
"""The same where rows are blocks or stages."""


def columns_of(policy: str = POLICY) -> Mapping[str, Column]:
    """The columns of a network that is counted by `policy`."""
    if policy == POLICY:
        return COLUMNS
    own = (_count(policy, policy, figure=_COUNT), _share(_COUNT, f"of {policy}", policy))
    return {**COLUMNS, **{column.name: column for column in own}}


def by_policy(name: str, policy: str) -> str:
    """The column that stands where that of this name does by itself: the policy's for the MACs and their share.

    >>> by_policy("~macs", "fvcore")
    '~fvcore'
    """
    plain = name.lstrip("~#") in ("macs", "macs_share") and policy != POLICY
    return name.replace("macs", policy) if plain else name


def choose(names: str, groups: bool = False, policy: str = POLICY) -> tuple[Column, ...]:
    """The columns of a comma-separated list, by name or heading; raises UsageError for a name there is none of.

    groups: whether the rows are blocks or stages, of which less is said than of layers.
    """
    found = [column_named(name, groups, policy) for name in filter(None, (part.strip() for part in names.split(",")))]
    if not found:
        raise UsageError(f"--columns names no column; there are {_names(groups, policy)}")
    return tuple(found)


def column_named(name: str, groups: bool = False, policy: str = POLICY) -> Column:
    """The column called so, by name or heading; raises UsageError when there is none, or none of groups."""
    columns = columns_of(policy)
    known = {**{column.heading.lower(): column for column in columns.values()}, **columns}
    column = known.get(name.lower()) or known.get(name.lower().replace("-", "_"))
    if column is None and (tool := name.lower().removesuffix("_share")) in POLICIES[1:]:
        raise UsageError(f"`{name}` is a column where networks are counted so; add --policy {tool}")
    if column is None:
        near = closest(name, known)
        cure = f"did you mean `{known[near].name}`?" if near else f"there are {_names(groups, policy)}"
        raise UsageError(f"no column is called `{name}`; {cure}")
    if not groups and column.of == "group":
        raise UsageError(f"`{column.name}` is said of groups; add --level block, say")
    if groups and column.of == "layer":
        raise UsageError(f"`{column.name}` is said of single layers, not of groups; of groups there are {_names(groups, policy)}")
    return column


def _names(groups: bool, policy: str) -> str:
    return ", ".join([column.name for column in columns_of(policy).values() if column.of != ("layer" if groups else "group")])


def total_text(column: Column, analysis: Analysis, briefly: bool = False) -> str:
    """The footer of a column."""
    if column.name == "layers":
        return grouped(len(analysis.layers))
    if column.share:
        whole = getattr(analysis.totals, column.share)
        return percent(whole, whole)
    if not column.total:
        return ""
    value = getattr(analysis.totals, column.total)
    if column.name == "receptive_field":
        return "" if value is None else each(value)
    if value is None or isinstance(value, float):
        return ratio(value)
    return short(value) if briefly and column.brief else grouped(value)
