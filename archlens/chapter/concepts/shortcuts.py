"""What a shortcut costs where the shapes on both ends differ."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.analysis.facts import Analysis
from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import called, changed, of_family, params, share, table
from archlens.network import load
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.6"
TEACHES = (
    "An identity shortcut is free, but fits only where channels and grid stay as they are: a 1×1 projection is needed where "
    "either changes, also for a stride alone. Zeros in place of the new channels (option A) need no weights, a projection at "
    "these places (B) a few, one in every block (C) many; the paper took B for its deepest networks."
)
FORMULA = (
    "y = ReLU(F(x) + x)        F = 0 leaves x as it is only where x ≥ 0",
    "y = ReLU(F(x) + W·x)      W: a 1×1 convolution of C_in × C_out weights, its stride that of F",
)

_BASIC = """blocks:
  Basic(width, stride=1, came=channels):
    - add:
        main: [ConvBn: width 3x3 /stride, relu, ConvBn: width 3x3]
        shortcut: [{shortcut}]
    - relu"""
_BOTTLENECK = """blocks:
  Bottleneck(width, stride=1, came=channels):
    - add:
        main: [ConvBn: width 1x1, relu, ConvBn: width 3x3 /stride, relu, ConvBn: 4*width 1x1]
        shortcut: [{shortcut}]
    - relu"""
_ZEROS = (
    "{{max_pool: 1x1 /stride, when: stride != 1}}, permute: [0, 2, 3, 1], pad: [[0, 0], [0, {width}-came]], permute: [0, 3, 1, 2]"
)
_OPTIONS = {
    "A: zeros": f"{_ZEROS}",
    "B: where shapes differ": "{{ConvBn: {width} 1x1 /stride, when: stride != 1 or came != {width}}}",
    "C: in every block": "ConvBn: {width} 1x1 /stride",
}
_RESNETS = {"resnet18": (_BASIC, "width"), "resnet34": (_BASIC, "width"), "resnet50": (_BOTTLENECK, "4*width")}


def tables() -> tuple[Table, ...]:
    """The options in three networks, and the four projections of ResNet-50."""
    options = ("network", "shortcuts", "projections", "their params", "params", "% of params", "MACs")
    projections = ("block", "input of the block", "its output", "stride", "weights", "batch norm")
    return (
        table("the options of the paper", options, _options()),
        table("the projections of ResNet-50 (option B)", projections, _projections(load("resnet50").analyze())),
    )


def _options() -> Iterator[tuple[Cell, ...]]:
    for name, (block, width) in _RESNETS.items():
        for said, line in _OPTIONS.items():
            shortcut = line.format(width=width)
            analysis = changed(name, block.format(shortcut=shortcut)).analyze()
            found = [layer for layer in analysis.layers if "/shortcut/" in layer.path]
            count = len(of_family(found, "convolution"))
            own, totals = params(found), analysis.totals
            yield called(analysis), said, count, own, totals.params, share(own, totals.params), totals.macs


def _projections(resnet: Analysis) -> Iterator[tuple[Cell, ...]]:
    shapes = {layer.path: layer.output_shapes[0] for layer in resnet.layers}
    sums = [0, 0]
    for layer, norm in zip(resnet.layers, resnet.layers[1:], strict=False):
        if "/shortcut/" in layer.path and layer.family == "convolution":
            (came,) = layer.inputs
            sums = [sums[0] + layer.params, sums[1] + norm.params]
            block = layer.path.partition("/shortcut/")[0]
            sizes = size_text(shapes[came]), size_text(layer.output_shapes[0])
            yield block, *sizes, layer.arguments["stride"], layer.params, norm.params
    yield "together", "", "", None, *sums
