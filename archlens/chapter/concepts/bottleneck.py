"""What a 1×1 convolution saves before and after a 3×3 one."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.analysis.facts import Analysis
from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import network, of_family, params, table, within
from archlens.network import load
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.3"
TEACHES = (
    "A 1×1 convolution is a fully connected layer over the channels, the same one at every pixel; before a 3×3 convolution it "
    "leaves fewer channels to look around in, and after it a second one brings them back. So the bottlenecks of ResNet-50 "
    "carry four times the channels of the basic blocks of ResNet-18 and 34 at about the same price."
)
FORMULA = ("3×3 alone   weights = 9·C²", "bottleneck  weights = C·R + 9·R² + R·C        R channels in between")

_PARTS = ("conv: 64 1x1 bias=false", "conv: 64 3x3 same bias=false", "conv: 256 1x1 bias=false")
_PIXELS = "256x14x14"


def tables() -> tuple[Table, ...]:
    """A bottleneck and its parts, the blocks of two ResNets, and a 1×1 convolution as what it is."""
    head = ("layer", "channels", "weights", "MACs", "times fewer")
    blocks = ("stage", "grid", "basic: channels", "basic: weights", "bottleneck: channels", "bottleneck: weights")
    return (
        table("on a map of 256×14×14, without biases", head, _parts()),
        table("a block of ResNet-34 and one of ResNet-50, without projections", blocks, map(_stage, range(1, 5))),
        table("1×1 convolution and linear layer, 256 to 64", ("layer", "output", "params", "MACs"), _pixelwise()),
    )


def _parts() -> Iterator[tuple[Cell, ...]]:
    plain = network(_PIXELS, "conv: 256 3x3 same bias=false").analyze().totals
    whole = network(_PIXELS, *_PARTS).analyze()
    yield "3×3 alone", "256 → 256", plain.params, plain.macs, None
    channels = 256
    for said, layer in zip(("1×1, fewer", "3×3", "1×1, back"), whole.layers, strict=True):
        before, channels = channels, layer.output_shapes[0][1]
        yield said, f"{before} → {channels}", layer.params, layer.macs, None
    totals = whole.totals
    yield "bottleneck", "256 → 64 → 64 → 256", totals.params, totals.macs, plain.params / totals.params


def _stage(number: int) -> tuple[Cell, ...]:
    basic, deep = load("resnet34").analyze(), load("resnet50").analyze()
    grid = within(basic, f"stage{number}")[-1].output_shapes[0][2:]
    blocks = (_block(basic, f"stage{number}/Basic2"), _block(deep, f"stage{number}/Bottleneck2"))
    return number, "×".join(map(str, grid)), *blocks[0], *blocks[1]


def _block(analysis: Analysis, path: str) -> tuple[int, int]:
    """Channels that go in and out, and the weights of the convolutions."""
    layers = within(analysis, path)
    weights = params(of_family(layers, "convolution"))
    return layers[-1].output_shapes[0][1], weights


def _pixelwise() -> Iterator[tuple[Cell, ...]]:
    for said, lines in (("conv: 64 1x1", ["conv: 64 1x1"]), ("linear: 64 on 196 pixels", ["tokens", "linear: 64"])):
        analysis = network(_PIXELS, *lines).analyze()
        yield said, size_text(analysis.layers[-1].output_shapes[0]), analysis.totals.params, analysis.totals.macs
