"""What a filter is, what comes out of many, and how a network trades places for channels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap
from math import prod

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import macs, network, of_family, params, table, within
from archlens.network import load
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.3"
TEACHES = (
    "A filter spans all channels that reach it and makes one map, so the channels that leave a layer are its filters. On the "
    "way to the end the grid shrinks and the channels grow: the values of a map become fewer, the weights more, and most of "
    "the work lies in between."
)
FORMULA = (
    "params = (K² · C_in/G + B) × C_out        G groups; B = 1 with a bias, 0 without",
    "values of a map = C × H × W",
)

_LAYERS = (
    *(("1x32x32", "conv: 6 5x5"), ("6x14x14", "conv: 16 5x5")),
    *(("3x32x32", "conv: 1 3x3"), ("3x32x32", "conv: 64 3x3"), ("64x32x32", "conv: 128 3x3")),
    *(("64x32x32", "conv: 128 3x3 bias=false"), ("64x32x32", "conv: 128 3x3 groups=2"), ("64x32x32", "depthwise_conv: 3x3")),
)
_STAGES = range(1, 6)


def tables() -> tuple[Table, ...]:
    """Layers taken apart, and VGG-16 stage by stage."""
    head = ("layer", "channels in", "weights a filter", "maps out", "weights", "biases", "params")
    stages = ("stage", "map", "values of a map", "convolutions", "params", "MACs", "% of MACs")
    return (
        table("what the parameters of a layer are", head, starmap(_layer, _LAYERS)),
        table("VGG-16, from the image to the head", stages, _stages()),
    )


def _layer(pixels: str, line: str) -> tuple[Cell, ...]:
    analysis = network(pixels, line).analyze()
    (layer,) = analysis.layers
    weight, bias = layer.parameter_shapes["weight"], layer.parameter_shapes.get("bias", (0,))
    channels = analysis.inputs["input"][1]
    return line, channels, prod(weight[1:]), weight[0], prod(weight), bias[0], layer.params


def _stages() -> Iterator[tuple[Cell, ...]]:
    vgg = load("vgg16").analyze()
    (shape,) = vgg.inputs.values()
    yield "image", size_text(shape), prod(shape), None, None, None, None
    for number in _STAGES:
        stage = within(vgg, f"stage{number}")
        shape = stage[0].output_shapes[0]
        count = len(of_family(stage, "convolution"))
        work = macs(stage)
        yield f"stage {number}", size_text(shape), prod(shape), count, params(stage), work, 100 * work / vgg.totals.macs
    head = of_family(vgg.layers, "linear")
    shape = head[-1].output_shapes[0]
    yield "head", size_text(shape), prod(shape), None, params(head), macs(head), 100 * macs(head) / vgg.totals.macs
