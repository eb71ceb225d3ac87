"""One layer along one, two and three axes: sound, image, video."""

from __future__ import annotations

from math import prod

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import called, network, table
from archlens.network import load
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.1"
TEACHES = (
    "A convolution along one axis reads sound and series, along two an image, along three a video or a volume: the same idea "
    "with 3, 9 or 27 taps. Each axis more multiplies the weights by the kernel and the work by the length of the axis as well."
)
FORMULA = ("params = (K^d · C_in + 1) × C_out", "MACs = K^d · C_in · C_out × positions")

_SIGNALS = {1: "sound, a series", 2: "image", 3: "video, a volume"}
_NETWORKS = ("m5", "vgg16", "c3d")


def tables() -> tuple[Table, ...]:
    """A layer of 128 filters on 64 channels, its kernel 3 along each axis; three shipped networks."""
    head = ("axes", "signal", "input", "taps", "params", "MACs")
    networks = ("network", "axes", "input", "params", "MACs")
    return (
        table("128 filters on 64 channels, 3 wide along each of the axes", head, map(_layer, _SIGNALS)),
        table("networks along one, two and three axes", networks, map(_network, _NETWORKS)),
    )


def _layer(axes: int) -> tuple[Cell, ...]:
    analysis = network("x".join(["64", *["16"] * axes]), "conv: 128 3 padding=1").analyze()
    (layer,) = analysis.layers
    taps = prod(layer.parameter_shapes["weight"][2:])
    return axes, _SIGNALS[axes], size_text(analysis.inputs["input"]), taps, layer.params, layer.macs


def _network(name: str) -> tuple[Cell, ...]:
    analysis = load(name).analyze()
    (shape,) = analysis.inputs.values()
    return called(analysis), len(shape) - 2, size_text(shape), analysis.totals.params, analysis.totals.macs
