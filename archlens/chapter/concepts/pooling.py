"""Two ways to a smaller map: pool it, or convolve it with a stride."""

from __future__ import annotations

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import field, network, output, params, table, within
from archlens.network import load
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.4"
TEACHES = (
    "Pooling has no parameters and next to no work; a convolution with a stride halves the map as well and learns how, for "
    "K²·C² weights more. Either doubles what every later layer adds to the receptive field, and saves three quarters of the "
    "work of each, but none of its parameters."
)
FORMULA = (
    "pooling                params = 0",
    "strided convolution    params = (K²·C + 1) × C",
    "MACs and values of a map at stride S: 1/S² of those at stride 1",
)

_MAP = "64x56x56"
_WAYS = (
    *("max_pool: 2x2", "avg_pool: 2x2", "max_pool: 3x3 /2 padding=1"),
    *("conv: 64 1x1 /2", "conv: 64 2x2 /2", "conv: 64 3x3 /2 same", "depthwise_conv: 3x3 /2 same"),
)
_CONV, _NEXT = "conv: 64 3x3 same", "conv: 64 3x3 same"
_PLACES = {
    "3×3, no stride": [_CONV],
    "3×3, then max pool 2×2": [_CONV, "max_pool: 2x2"],
    "3×3, then 3×3 stride 2": [_CONV, "conv: 64 3x3 /2 same"],
    "3×3 stride 2 in its place": ["conv: 64 3x3 /2 same"],
}


def tables() -> tuple[Table, ...]:
    """What halves a map, what comes of it in a network, and the pooling of 1998, which did learn."""
    ways = ("layer", "output", "params", "MACs", "FLOPs", "sees", "with a 3×3 next")
    places = ("a 3×3 convolution", "output", "params", "MACs", "sees", "MACs of a 3×3 next")
    return (
        table("on a map of 64×56×56; receptive fields are on that map", ways, map(_way, _WAYS)),
        table("the same in a network", places, [_place(said, lines) for said, lines in _PLACES.items()]),
        table("pooling in LeNet-5: parameters", ("layer", "the paper's, 1998", "today's"), map(_lenet, ("S2", "S4"))),
    )


def _way(line: str) -> tuple[Cell, ...]:
    analysis = network(_MAP, line, _NEXT).analyze()
    layer, then = analysis.layers
    return line, size_text(layer.output_shapes[0]), layer.params, layer.macs, layer.flops, field(layer), field(then)


def _place(said: str, lines: list[str]) -> tuple[Cell, ...]:
    alone, more = network(_MAP, *lines).analyze(), network(_MAP, *lines, _NEXT).analyze()
    size = size_text((1, *output(alone)))
    return said, size, alone.totals.params, alone.totals.macs, field(alone.layers[-1]), more.layers[-1].macs


def _lenet(name: str) -> tuple[Cell, ...]:
    return name, *[params(within(load(one).analyze(), name)) for one in ("lenet5_1998", "lenet5")]
