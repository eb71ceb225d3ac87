"""The formulas of a network's layers worked out, once for all layers that have the same, and what their symbols mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis
from archlens.analysis.storage import storage
from archlens.graph.model import Graph
from archlens.report.explain_layer import explained, figure_blocks
from archlens.report.formulas import meanings
from archlens.report.numbers import counted, grouped, size_text
from archlens.report.operations import typed_operation
from archlens.report.pages import Block, Rows, Text
from archlens.report.site.markup import blocks_html, html_text

__all__ = ["Formulas", "formulas"]


class Formulas(NamedTuple):
    """html: the part of the page. of: for each layer the number of its text, as in `id="f3"`."""

    html: str
    of: tuple[int, ...]


def formulas(graph: Graph, analysis: Analysis) -> Formulas:
    """All of them, by type, in the order they first run."""
    homes = storage(graph).home
    keys: dict[Any, int] = {}
    first: list[int] = []
    texts: list[str] = []
    known: dict[str, int] = {}
    of = []
    for number, node in enumerate(graph.nodes):
        facts = analysis.layers[number]
        own = tuple([homes[tensor] == tensor for tensor in node.outputs])
        key = (node.layer, node.input_shapes, own, facts.shared_with, facts.trainable, facts.params)
        if key not in keys:
            text = _text(graph, analysis, number, homes)
            head = f"{facts.type} {text}"
            if head not in known:
                known[head] = len(texts)
                texts.append(text)
                first.append(number)
            keys[key] = known[head]
        of.append(keys[key])
    return Formulas(_by_type(graph, analysis, first, texts, of), tuple(of))


def _text(graph: Graph, analysis: Analysis, number: int, homes: Sequence[int]) -> str:
    """Sizes, parameters, work and memory of one layer; what it reads is not named, so that equal layers say the same."""
    one = explained(graph, analysis, number, None, homes)
    several = len(one.facts.inputs) > 1
    unnamed = tuple([f"input {place}" if several else "the input" for place in range(1, len(one.facts.inputs) + 1)])
    return blocks_html(figure_blocks(one._replace(facts=one.facts._replace(inputs=unnamed))))


def _by_type(graph: Graph, analysis: Analysis, first: Sequence[int], texts: Sequence[str], of: Sequence[int]) -> str:
    types: dict[str, list[int]] = {}
    for place, number in enumerate(first):
        types.setdefault(analysis.layers[number].type, []).append(place)
    counts = Counter(of)
    return "".join(
        [
            _type(graph, analysis, name, [(at, first[at], counts[at], texts[at]) for at in places])
            for name, places in types.items()
        ]
    )


def _type(graph: Graph, analysis: Analysis, name: str, alike: Sequence[tuple[int, int, int, str]]) -> str:
    """What a type does, its symbols, and every way it is used here."""
    layers = [type(graph.nodes[number].layer) for _, number, _, _ in alike]
    symbols = {one.symbol: one for layer in dict.fromkeys(layers) for one in meanings(layer)}
    about: list[Block] = [Text(layers[0].documentation()[0]), Rows(tuple([(one.symbol, one.text) for one in symbols.values()]))]
    shown = blocks_html(about if symbols else about[:1])
    ways = "".join([_way(graph, analysis, *one) for one in alike])
    count = sum([times for _, _, times, _ in alike])
    head = f"<b>{html_text(name)}</b> <small>{counted(count)}</small>"
    return f'<details class="type"><summary>{head}</summary><div id="t-{html_text(name)}">{shown}</div>{ways}</details>'


def _way(graph: Graph, analysis: Analysis, place: int, number: int, times: int, text: str) -> str:
    node, facts = graph.nodes[number], analysis.layers[number]
    said = typed_operation(facts.type, facts.arguments, len(node.output_shapes[0]) - 2)
    flow = f"{_sizes(node.input_shapes)} → {_sizes(node.output_shapes)}".lstrip()
    count = f" <small>{grouped(times)}×</small>" if times > 1 else ""
    return (
        f'<details id="f{place}" class="way"><summary>{html_text(said)} <small>{html_text(flow)}</small>{count}</summary>'
        f"{text}</details>"
    )


def _sizes(shapes: Sequence[Any]) -> str:
    """Sizes of some tensors, the first three where there are many."""
    shown = ", ".join(map(size_text, shapes[:3]))
    return f"{shown}, …" if len(shapes) > 3 else shown
