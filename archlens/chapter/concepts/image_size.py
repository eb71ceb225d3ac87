"""What grows with the image: parameters of a fully connected layer, and the work of a convolution."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import network, params, spec_size, table, within
from archlens.network import load
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.1"
TEACHES = (
    "The parameters of a convolution do not depend on the image, though its work does; those of a fully connected layer grow "
    "with the area, four times when the side doubles. So a network that flattens its last map fits one size of image only, "
    "unless it pools to a fixed size before."
)
FORMULA = ("fully connected  params = H·W·C_in × N + N", "convolution      params = (K²·C_in + 1) × C_out")

_SIDES = (32, 64, 128, 224, 448)
_HEADS = ((224, ""), (256, ""), (448, ""), (448, "adaptive_avg_pool: 7x7"), (448, "global_avg_pool"))


def tables() -> tuple[Table, ...]:
    """One layer on images of several sizes, and the first fully connected layer of VGG-16."""
    head = ("side", "inputs", "fully connected: params", "convolution: params", "convolution: MACs")
    caption = "a fully connected layer of 1,000 neurons and a convolution of 64 filters 3×3 on a square RGB image"
    vgg = ("side", "last map", "before flatten", "values", "first linear: params", "convolutions: params")
    return (
        table(caption, head, map(_layers, _SIDES)),
        table("VGG-16: its convolutions, and its first fully connected layer of 4,096 neurons", vgg, _vgg()),
    )


def _layers(side: int) -> tuple[Cell, ...]:
    pixels = f"3x{side}x{side}"
    connected = network(pixels, "flatten", "linear: 1000").analyze()
    convolution = network(pixels, "conv: 64 3x3 padding=1").analyze().totals
    return side, connected.layers[0].activations, connected.totals.params, convolution.params, convolution.macs


def _vgg() -> Iterator[tuple[Cell, ...]]:
    for side, pooling in _HEADS:
        vgg = load("vgg16", input=(3, side, side)).analyze()
        stages = within(vgg, *[f"stage{i}" for i in range(1, 6)])
        shape = stages[-1].output_shapes[0][1:]
        lines = [*([pooling] if pooling else []), "flatten", "linear: 4096"]
        head = network(spec_size(shape), *lines).analyze()
        values = head.layers[-2].activations
        yield side, size_text(stages[-1].output_shapes[0]), pooling, values, head.totals.params, params(stages)
