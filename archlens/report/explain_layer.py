"""One layer explained: every figure as its formula, with the values put in, and the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.storage import storage
from archlens.analysis.trails import Reach
from archlens.graph.model import Graph, Node
from archlens.layers.dims import Shape
from archlens.layers.dtypes import value_bytes
from archlens.layers.windows import Along, Window
from archlens.report.chapters import sources
from archlens.report.explain_reach import reach_blocks, reach_json
from archlens.report.formulas import Meaning, Worked, meanings, worked
from archlens.report.numbers import bytes_text, each, grouped, size_text, sizes_text, value_bytes_text
from archlens.report.operations import typed_operation
from archlens.report.pages import Block, Chain, Grid, Heading, Rows, Text

__all__ = ["Explained", "explained", "layer_blocks", "layer_json"]

_FIELD_SOURCE = "receptive field: chapter 12.4; Araujo, Norris & Sim, Distill 2019, doi 10.23915/distill.00021"


class Explained(NamedTuple):
    """A layer at its place, and what explains it. reach: the way its receptive field came about. homes: for each tensor
    the one in whose memory it is."""

    graph: Graph
    node: Node
    facts: LayerFacts
    batch: int
    figures: tuple[Worked, ...]
    symbols: tuple[Meaning, ...]
    reach: Reach | None
    homes: Sequence[int]
    dtype: str


def explained(
    graph: Graph, analysis: Analysis, number: int, reach: Reach | None, homes: Sequence[int] | None = None
) -> Explained:
    """Layer `number` of a graph. homes: those of `storage(graph)`, if they are known already."""
    node = graph.nodes[number]
    return Explained(
        graph,
        node,
        analysis.layers[number],
        analysis.batch,
        worked(node.layer, node.input_shapes),
        meanings(type(node.layer), node.input_shapes, node.layer),
        reach,
        storage(graph).home if homes is None else homes,
        analysis.totals.dtype,
    )


def layer_blocks(one: Explained, within: str) -> list[Block]:
    """The page of a layer; within: the network it stands in."""
    facts, node = one.facts, one.node
    place = f"{facts.span.source.name}, line {facts.span.line}, in {within}" if facts.span else within
    said = typed_operation(facts.type, facts.arguments, len(node.output_shapes[0]) - 2)
    blocks: list[Block] = [
        Heading(facts.path, 1, said),
        Text(place, faint=True),
        Text(type(node.layer).documentation()[0]),
    ]
    blocks += figure_blocks(one)
    if facts.receptive_field is not None and one.reach is not None:
        blocks += reach_blocks(one.graph, one.reach, facts.receptive_field)
        if facts.strict_field is not None and facts.strict_field != facts.receptive_field:
            strict = "the whole map" if all(facts.strict_field.whole) else each(facts.strict_field.size)
            blocks.append(Text(f"That is the local field; with gates and statistics over the map it is {strict}."))
    if one.symbols:
        blocks += [Heading("Symbols"), _symbols(one.symbols)]
    from_where = sources(node.layer.reference, _FIELD_SOURCE if one.reach is not None else "")
    if from_where:
        blocks += [Heading("Sources"), *[Text(text) for text in from_where]]
    return blocks


def figure_blocks(one: Explained) -> list[Block]:
    """Sizes, parameters, work and memory."""
    return [*_size(one), *_params(one), *_work(one), *_memory(one)]


def _symbols(symbols: tuple[Meaning, ...]) -> Rows:
    return Rows(tuple((f"{one.symbol} = {_alike(one)}", one.text) for one in symbols))


def _alike(one: Meaning) -> str:
    """The value, once where it is the same for every axis of a window; sizes are written out."""
    if isinstance(one.value, tuple) and len(set(one.value)) == 1 and one.symbol not in ("W", "O", "X", "R"):
        return one._replace(value=one.value[0]).shown
    return one.shown


def _figures(one: Explained, fact: str) -> list[Worked]:
    return [figure for figure in one.figures if figure.fact == fact]


def _chain(figure: Worked, total: int | None = None, batch: int = 1) -> Chain:
    """A worked formula; total: the fact for the whole batch."""
    notes = [" and ".join(figure.axes) + " alike"] if len(figure.axes) > 1 else list(figure.axes)
    notes += [f"as {reason}" for reason in figure.because]
    if total is not None and batch != 1 and total == figure.result * batch:
        notes.append(f"for {grouped(batch)} samples {grouped(figure.result)} × {grouped(batch)} = {grouped(total)}")
    return Chain(figure.left, tuple(dict.fromkeys([figure.symbols, *figure.steps])), "; ".join(notes))


# ---- sizes ----


def _size(one: Explained) -> Iterator[Block]:
    shapes = one.node.output_shapes
    yield Heading("Output size", 2, ", ".join(map(size_text, shapes)))
    read = list(zip(one.facts.inputs, one.node.input_shapes, strict=True))
    stacked = list(_stacked(one))
    yield from stacked or [Text(f"from {name} {size_text(shape)}") for name, shape in read]
    figures = _figures(one, "output_size")
    yield from map(_chain, figures)
    if figures or stacked or not read:
        return
    if all(shape == shapes[0] for shape in (*one.node.input_shapes, *shapes)):
        yield Text("the same as the input's" if len(read) == 1 else "the same as that of every input")
    elif one.facts.family == "shape" and _values(shapes[0]) == _values(read[0][1]):
        yield Chain("values", tuple(dict.fromkeys([_sizes(read[0][1]), _sizes(shapes[0]), grouped(_values(shapes[0]))])))
    elif len(read) > 1 and _stretched(one.node.input_shapes) == shapes[0]:
        yield Text("along each axis the largest of the inputs' sizes; an axis of size 1 is stretched")


def _stretched(shapes: Sequence[Shape]) -> Shape | None:
    """The shape that all stretch to along axes of size 1; None where they do not."""
    if len(set(map(len, shapes))) != 1:
        return None
    largest = tuple(map(max, zip(*shapes, strict=True)))
    return largest if all(size in (1, most) for shape in shapes for size, most in zip(shape, largest, strict=True)) else None


def _stacked(one: Explained) -> Iterator[Block]:
    """Where each input lies along an axis on which the layer puts its inputs one after the other."""
    shapes, out = one.node.input_shapes, one.node.output_shapes[0]
    if len(shapes) < 2 or any(len(shape) != len(out) for shape in shapes):
        return
    rows = one.node.layer.reads(*shapes)
    for axis in range(1, len(out)):
        places = [row[axis - 1] for row in rows]
        if out[axis] != sum(shape[axis] for shape in shapes) or not all(_at_an_offset(place, axis) for place in places):
            continue
        name = "channels" if axis == 1 else f"axis {axis}"
        starts = [place.how.padding for place in places if isinstance(place.how, Window)]
        table = [
            (f"{start:,}–{start + shape[axis] - 1:,}", size_text(shape), source)
            for start, shape, source in zip(starts, shapes, one.facts.inputs, strict=True)
        ]
        yield Grid((name, "size", "from"), tuple(table), (False, True, False))
        yield Chain(name, (" + ".join(grouped(shape[axis]) for shape in shapes), grouped(out[axis])))


def _at_an_offset(place: Along, axis: int) -> bool:
    return place.axis == axis and isinstance(place.how, Window) and (place.how.kernel, place.how.stride) == (1, 1)


def _values(shape: Shape) -> int:
    return prod(shape[1:])


def _sizes(shape: Shape) -> str:
    """`64·112·112`."""
    return "·".join(map(grouped, shape[1:])) or "1"


# ---- parameters ----


def _params(one: Explained) -> Iterator[Block]:
    facts = one.facts
    figures = _figures(one, "params")
    if not figures and not facts.parameter_shapes and not facts.buffers:
        return
    yield Heading("Parameters", 2, grouped(facts.params))
    yield from map(_chain, figures)
    tensors = [f"{name} {sizes_text(shape)}" for name, shape in facts.parameter_shapes.items()]
    if tensors:
        yield Text("kept as " + ", ".join(tensors) + ("" if facts.trainable else "; frozen"))
    if facts.shared_with:
        yield Text(f"those of {facts.shared_with}, counted there: 0 here")
    buffers = [
        f"{name} {sizes_text(shape) or '1'}" for name, shape in one.node.layer.buffer_shapes(*one.node.input_shapes).items()
    ]
    if buffers:
        yield Text("saved with them but not learned: " + ", ".join(buffers))


# ---- work ----


def _work(one: Explained) -> Iterator[Block]:
    facts = one.facts
    other = facts.flops - 2 * facts.macs
    if facts.macs or _figures(one, "macs"):
        yield Heading("MACs", 2, grouped(facts.macs))
        yield from [_chain(figure, facts.macs, one.batch) for figure in _figures(one, "macs")]
    yield Heading("FLOPs", 2, grouped(facts.flops))
    if not facts.flops and not one.figures:
        yield Text("no arithmetic is counted")
    figures = _figures(one, "elementwise_ops")
    yield from [_chain(figure, other, one.batch) for figure in figures]
    if facts.macs:
        more = (" + operations", f" + {grouped(other)}") if other or figures else ("", "")
        yield Chain("FLOPs", (f"2 × MACs{more[0]}", f"2 × {grouped(facts.macs)}{more[1]}", grouped(facts.flops)))


# ---- memory ----


def _memory(one: Explained) -> Iterator[Block]:
    facts, own = one.facts, _own_outputs(one)
    each = f"{value_bytes_text(one.dtype)} ({one.dtype})"
    size = value_bytes(one.dtype) * sum(map(prod, own))
    yield Heading("Memory", 2, bytes_text(size + facts.parameter_bytes) if own or facts.params else "none of its own")
    if own:
        counts = [*([grouped(one.batch)] if one.batch != 1 else [])]
        shapes = " + ".join("·".join([*counts, *map(grouped, shape[1:])]) or "1" for shape in own)
        yield Chain("output", (f"{_in_brackets(shapes)} values × {each}", f"{grouped(size)} bytes"))
    if facts.params:
        yield Chain("parameters", (f"{grouped(facts.params)} values × {each}", f"{grouped(facts.parameter_bytes)} bytes"))
    yield from _where_values_are(one, own)


def _own_outputs(one: Explained) -> list[Shape]:
    """The outputs that have memory of their own."""
    node = one.node
    if node.layer.is_view and not node.inputs:  # a parameter put out as it is
        return []
    return [shape for tensor, shape in zip(node.outputs, node.output_shapes, strict=True) if one.homes[tensor] == tensor]


def _where_values_are(one: Explained, own: list[Shape]) -> Iterator[Block]:
    """What is unusual about the memory of the outputs."""
    layer = one.node.layer
    if own and layer.is_view:
        yield Text("a copy: the values of the input do not lie in the order that a view needs")
    elif not own and not one.node.inputs:
        yield Text("the output is the parameter itself")
    elif not own and (layer.is_view or not layer.inplace):
        many = "outputs are views: they share" if len(one.node.outputs) > 1 else "output is a view: it shares"
        yield Text(f"the {many} the memory of the input")
    elif not own:
        yield Text("in place: the output is written over the input")


def _in_brackets(text: str) -> str:
    return f"({text})" if " + " in text else text


# ---- JSON ----


def layer_json(one: Explained) -> dict[str, Any]:
    """The object of one layer."""
    facts, layer = one.facts, one.node.layer
    return {
        "path": facts.path,
        "type": facts.type,
        "what": type(layer).documentation()[0],
        "arguments": facts.arguments,
        "inputs": [{"from": name, "shape": shape} for name, shape in zip(facts.inputs, one.node.input_shapes, strict=True)],
        "output_shapes": one.node.output_shapes,
        "params": facts.params,
        "parameter_shapes": facts.parameter_shapes,
        "buffers": facts.buffers,
        "shared_with": facts.shared_with,
        "macs": facts.macs,
        "flops": facts.flops,
        "dtype": one.dtype,
        "output_bytes": value_bytes(one.dtype) * sum(map(prod, _own_outputs(one))),
        "parameter_bytes": facts.parameter_bytes,
        "formulas": [figure_json(figure) for figure in one.figures],
        "symbols": [{"symbol": s.symbol, "meaning": s.text, "value": s.value} for s in one.symbols],
        "receptive_field": reach_json(one.graph, one.reach, facts.receptive_field),
        "sources": sources(layer.reference, _FIELD_SOURCE if one.reach is not None else ""),
        "file": facts.span.source.name if facts.span else None,
        "line": facts.span.line if facts.span else None,
    }


def figure_json(figure: Worked) -> dict[str, Any]:
    """One worked formula, for one sample."""
    return {
        "fact": figure.fact,
        "axes": figure.axes,
        "formula": figure.source,
        "symbols": figure.symbols,
        "steps": figure.steps,
        "result": figure.result,
        "because": figure.because,
    }
