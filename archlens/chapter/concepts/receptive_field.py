"""How to see a face of 100 pixels: by depth, pooling, stride or dilation."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import field, network, table
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.4"
TEACHES = (
    "Depth alone adds two pixels with every 3×3 layer; a stride or a pooling doubles what all later layers add, though not what "
    "it adds itself, and a dilation that doubles from layer to layer sees as far on a map of full size, which it pays for in "
    "work. These are the pixels that can have a say at all: their influence falls off towards the rim, about as a Gaussian."
)
FORMULA = (
    "r = 1 + Σ D_i·(K_i − 1) · j_i        over the layers",
    "j_i = S_1 · S_2 · … · S_(i−1)        pixels between neighbours on the map that layer i reads",
)

_WANTED = 100
_IMAGE = "3x224x224"
_WAYS: dict[str, Callable[[int], list[str]]] = {  # the lines of layer i, counted from 0
    "depth": lambda i: ["conv: 64 3x3 same"],
    "a 2×2 pool after every second": lambda i: ["conv: 64 3x3 same", *(["max_pool: 2x2"] if i % 2 else [])],
    "stride 2 in every second": lambda i: [f"conv: 64 3x3 /{1 + i % 2} same"],
    "stride 2": lambda i: ["conv: 64 3x3 /2 same"],
    "dilation 1, 2, 4, 8, …": lambda i: [f"conv: 64 3x3 same dilation={2**i}"],
}
_DEPTH = 5


def tables() -> tuple[Table, ...]:
    """As many 3×3 layers as it takes, each way; and what each way makes of the same five."""
    head = ("3×3 layers, with", "layers", "field", "map", "params", "MACs", "values put out")
    grown = ("3×3 layers, with", *[f"layer {i}" for i in range(1, _DEPTH + 1)], "map")
    return (
        table(f"until a unit sees {_WANTED} pixels of 224×224; 64 filters each", head, map(_enough, _WAYS)),
        table(f"the field after each of {_DEPTH} layers", grown, map(_grown, _WAYS)),
    )


def _enough(way: str) -> tuple[Cell, ...]:
    lines: list[str] = []
    for i in count():
        lines += _WAYS[way](i)
        analysis = network(_IMAGE, *lines).analyze()
        if field(analysis.layers[-1]) >= _WANTED:
            break
    totals, last = analysis.totals, analysis.layers[-1]
    return way, i + 1, field(last), size_text(last.output_shapes[0]), totals.params, totals.macs, totals.activations


def _grown(way: str) -> tuple[Cell, ...]:
    analysis = network(_IMAGE, *[line for i in range(_DEPTH) for line in _WAYS[way](i)]).analyze()
    fields = [field(layer) for layer in analysis.layers if layer.params]
    return way, *fields, size_text(analysis.layers[-1].output_shapes[0])
