"""A whole network, or a block of it, explained: every total as the sum of its largest parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.memory import Living
from archlens.analysis.parts import Part, parts_of
from archlens.analysis.trails import Reach, deepest_trail
from archlens.graph.model import Graph
from archlens.layers.dtypes import value_bytes
from archlens.report.chapters import sources
from archlens.report.explain_reach import reach_blocks, reach_json
from archlens.report.json import peak_json
from archlens.report.numbers import bytes_text, grouped, size_text, value_bytes_text
from archlens.report.pages import Block, Chain, Grid, Heading, Rows, Text
from archlens.report.summary import way_text

__all__ = ["network_blocks", "network_json", "scope_blocks", "scope_json"]

_SHOWN = 8  # parts named; the rest are summed
_LAYERS = 3  # single layers named under the blocks
_META = ("year", "key_idea", "paper", "source")
_SOURCES = (
    "parameters: chapter 12.2",
    "receptive field: chapter 12.4; Araujo, Norris & Sim, Distill 2019, doi 10.23915/distill.00021",
    "depth: chapter 12.6",
)


class _Total(NamedTuple):
    """A total that is a sum over layers: the figure's name in `LayerFacts`, its heading, and how it is meant."""

    figure: str
    heading: str
    how: str


_TOTALS = (
    _Total("params", "Parameters", "every learnable value of every layer; shared ones once"),
    _Total("macs", "MACs", "multiply–accumulates of convolutions and matrix products, without bias"),
    _Total("activations", "Activations", "every value that a layer puts out"),
)


def network_blocks(graph: Graph, analysis: Analysis, found: Reach | None) -> list[Block]:
    """The page of a network; found: the way its receptive field came about."""
    flow = f"{_named(analysis.inputs)} → {_named(analysis.outputs)}"
    batch = f", a batch of {grouped(analysis.batch)}" if analysis.batch != 1 else ""
    blocks: list[Block] = [Heading(analysis.title, 1), Text(f"{analysis.spec}: {flow}{batch}", faint=True)]
    meta = tuple((key.replace("_", " "), str(analysis.meta[key])) for key in _META if key in analysis.meta)
    if meta:
        blocks.append(Rows(meta))
    for total in _TOTALS:
        blocks += _total(total, analysis.layers, "")
    blocks += [*_flops(analysis.layers), *_peak(analysis), *_depth(graph, analysis)]
    number = analysis.trunk
    if found is not None and number is not None:
        field = analysis.layers[number].receptive_field
        if field is not None:
            blocks += reach_blocks(graph, found, field)
            last = " ".join(filter(None, ["the last layer", way_text(analysis), "whose field moves with the unit"]))
            blocks.append(Text(f"That is the field of {analysis.layers[number].path}, {last}."))
    return [*blocks, Heading("Sources"), *[Text(text) for text in sources(*_SOURCES)]]


def scope_blocks(layers: Sequence[LayerFacts], scope: str, within: str) -> list[Block]:
    """The page of a block, a branch or a loop: its layers are those under the path `scope`."""
    blocks: list[Block] = [
        Heading(scope, 1, f"{len(layers)} layers"),
        Text(f"in {within}; name one of its layers for the formulas", faint=True),
        Rows((("comes in", ", ".join(_outside(layers, scope))), ("goes out", _last_size(layers)))),
    ]
    for total in _TOTALS:
        blocks += _total(total, layers, scope)
    return [*blocks, *_flops(layers)]


def _named(shapes: Any) -> str:
    return ", ".join([f"{name} {size_text(shape)}" if len(shapes) > 1 else size_text(shape) for name, shape in shapes.items()])


def _outside(layers: Sequence[LayerFacts], scope: str) -> dict[str, None]:
    return dict.fromkeys(name for layer in layers for name in layer.inputs if not name.startswith(f"{scope}/"))


def _last_size(layers: Sequence[LayerFacts]) -> str:
    return f"{size_text(layers[-1].output_shapes[0])} from {layers[-1].path}"


# ---- sums ----


def _total(total: _Total, layers: Sequence[LayerFacts], scope: str) -> Iterator[Block]:
    amount = sum(getattr(layer, total.figure) for layer in layers)
    yield Heading(total.heading, 2, grouped(amount))
    yield Text(total.how, faint=True)
    if not amount:
        return
    parts = parts_of(layers, total.figure, scope)
    yield _parts_grid(parts, amount, grouped)
    if any(part.is_block for part in parts[:_SHOWN]):
        largest = sorted(layers, key=lambda layer: -getattr(layer, total.figure))[:_LAYERS]
        named = ", ".join(
            f"{layer.path} {grouped(getattr(layer, total.figure))} ({_share(getattr(layer, total.figure), amount)})"
            for layer in largest
            if getattr(layer, total.figure)
        )
        yield Text(f"The largest single layers: {named}.")


def _parts_grid(parts: Sequence[Part], amount: int, said: Any) -> Grid:
    rows = [(part.path, said(part.value), _share(part.value, amount)) for part in parts[:_SHOWN]]
    rest = parts[_SHOWN:]
    if len(rest) == 1:
        rows.append((rest[0].path, said(rest[0].value), _share(rest[0].value, amount)))
    elif rest:
        left = sum(part.value for part in rest)
        rows.append((f"…and {len(rest)} more", said(left), _share(left, amount)))
    return Grid(("part", "figure", "share"), (*rows, ("sum", said(amount), "100 %")), (False, True, True), footer=True)


def _share(value: int, amount: int) -> str:
    """`58.6 %` of `amount`."""
    share = 100 * value / amount
    return f"{share:.1f}\u00a0%" if share >= 0.05 or not value else "<0.1\u00a0%"


def _flops(layers: Sequence[LayerFacts]) -> Iterator[Block]:
    macs, flops = sum(layer.macs for layer in layers), sum(layer.flops for layer in layers)
    yield Heading("FLOPs", 2, grouped(flops))
    yield Text("operations: every other addition, product, comparison or function value", faint=True)
    yield Chain("FLOPs", ("2 × MACs + operations", f"2 × {grouped(macs)} + {grouped(flops - 2 * macs)}", grouped(flops)))


# ---- memory ----


def _peak(analysis: Analysis) -> Iterator[Block]:
    peak, each = analysis.peak, value_bytes(analysis.totals.dtype)
    yield Heading("Peak memory of activations", 2, bytes_text(peak.bytes))
    when = f"fullest while {peak.layer} runs" if peak.layer else "fullest before the first layer runs"
    indices = any(one.shape is not None and one.bytes != each * prod(one.shape) for one in peak.alive)
    unit = f"{value_bytes_text(analysis.totals.dtype)} a value ({analysis.totals.dtype}{'; indices take 8' if indices else ''})"
    yield Text(f"{when}; alive are what it reads, what it puts out, and what later layers still need; {unit}", faint=True)
    parts = [Part(_living_name(one), one.bytes, 1, False) for one in peak.alive]
    yield _parts_grid(parts, peak.bytes, lambda value: f"{grouped(value)}\u00a0B")


def _living_name(one: Living) -> str:
    return f"{one.name}, for itself" if one.shape is None else f"{one.name} {size_text(one.shape)}"


# ---- depth ----


def _depth(graph: Graph, analysis: Analysis) -> Iterator[Block]:
    totals = analysis.totals
    yield Heading("Depth", 2, grouped(totals.depth))
    yield Text("weight layers on the longest path from an input to an output", faint=True)
    counts: dict[str, int] = {}
    for number in deepest_trail(graph, [layer.weighs for layer in analysis.layers]):
        part = graph.nodes[number].path.split("/")[0]
        counts[part] = counts.get(part, 0) + 1
    if counts:
        named = [f"{count}\u00a0({part})" for part, count in counts.items()]
        yield Chain("depth", (" + ".join(named), grouped(totals.depth)))
    aside = totals.weight_layers - totals.depth
    if aside > 0:
        verb = "lies" if aside == 1 else "lie"
        yield Text(f"{grouped(totals.weight_layers)} weight layers in all; {grouped(aside)} {verb} on shorter paths.")
    if totals.paper_depth is not None and totals.paper_depth != totals.depth:
        yield Text(f"The paper counts {grouped(totals.paper_depth)}.")


# ---- JSON ----


def network_json(graph: Graph, analysis: Analysis, found: Reach | None) -> dict[str, Any]:
    """The object of a network."""
    number = analysis.trunk
    trail = deepest_trail(graph, [layer.weighs for layer in analysis.layers])
    return {
        "totals": analysis.totals.figures(),
        "parts": {total.figure: _parts_json(analysis.layers, total.figure, "") for total in _TOTALS},
        "peak": peak_json(analysis),
        "depth": [graph.nodes[one].path for one in trail],
        "receptive_field": None if number is None else reach_json(graph, found, analysis.layers[number].receptive_field),
        "meta": analysis.meta,
        "sources": sources(*_SOURCES),
    }


def scope_json(layers: Sequence[LayerFacts], scope: str) -> dict[str, Any]:
    """The object of a block."""
    return {
        "path": scope,
        "layers": [layer.path for layer in layers],
        "totals": {
            figure: sum(getattr(layer, figure) for layer in layers) for figure in ("params", "macs", "flops", "activations")
        },
        "parts": {total.figure: _parts_json(layers, total.figure, scope) for total in _TOTALS},
    }


def _parts_json(layers: Sequence[LayerFacts], figure: str, scope: str) -> list[dict[str, Any]]:
    return [part._asdict() for part in parts_of(layers, figure, scope)]
