"""What it saves to look around and to mix channels in two steps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap

from archlens.analysis.facts import Analysis
from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import changed, network, share, table
from archlens.network import Network, load

__all__ = ["FORMULA", "SECTION", "TEACHES", "full", "tables"]

SECTION = "12.3"
TEACHES = (
    "A depthwise convolution looks around in each channel, a 1×1 convolution mixes the channels, and both together cost "
    "1/C_out + 1/K² of the convolution that does both at once, eight or nine times less at 3×3. Nearly all that is left is in "
    "the 1×1, and each value that is read or written has less arithmetic to it, so that time falls less than work."
)
FORMULA = (
    "convolution          MACs = K² · C_in · C_out                 at each position",
    "depthwise + 1×1      MACs = K² · C_in + C_in · C_out",
    "                     ratio = 1/C_out + 1/K²",
)

_LAYERS = ((3, 32, 64), (3, 64, 128), (3, 512, 512), (5, 64, 128), (5, 512, 512), (7, 512, 512))
_FULL = """blocks:
  Separable(out, stride=1):
    - conv: out 3x3 /stride padding=1 bias=false
    - batch_norm
    - relu"""
_KINDS = {"1×1": ("conv", (1, 1)), "3×3 depthwise": ("depthwise_conv", (3, 3)), "3×3, the first": ("conv", (3, 3))}


def tables() -> tuple[Table, ...]:
    """By kernel and channels; MobileNet and what it would be otherwise; where its work is."""
    head = ("kernel", "in", "out", "convolution", "depthwise", "1×1", "both", "times fewer", "1/C_out + 1/K²")
    whole = ("MobileNet with", "params", "MACs", "values put out", "FLOPs a byte moved")
    separable = load("mobilenet_v1").analyze()
    return (
        table("weights of a layer, which are MACs at each position; without biases", head, starmap(_layer, _LAYERS)),
        table(
            "MobileNet at 224×224", whole, (_whole("3×3 convolutions", full().analyze()), _whole("depthwise + 1×1", separable))
        ),
        table("where it is in MobileNet", ("layers", "MACs", "% of MACs", "params", "% of params"), _kinds(separable)),
    )


def full() -> Network:
    """MobileNet with a full 3×3 convolution in place of each depthwise one and the 1×1 after it."""
    return changed("mobilenet_v1", _FULL)


def _layer(kernel: int, before: int, after: int) -> tuple[Cell, ...]:
    pixels = f"{before}x{kernel}x{kernel}"  # one position
    plain = network(pixels, f"conv: {after} {kernel} bias=false").analyze().totals
    pair = network(pixels, f"depthwise_conv: {kernel} bias=false", f"conv: {after} 1 bias=false").analyze()
    depthwise, pointwise = [layer.params for layer in pair.layers]
    both = pair.totals.params
    ratio = 1 / after + 1 / kernel**2
    return f"{kernel}×{kernel}", before, after, plain.params, depthwise, pointwise, both, plain.params / both, ratio


def _whole(said: str, analysis: Analysis) -> tuple[Cell, ...]:
    totals = analysis.totals
    return said, totals.params, totals.macs, totals.activations, totals.arithmetic_intensity


def _kinds(analysis: Analysis) -> Iterator[tuple[Cell, ...]]:
    rest = list(analysis.layers)
    totals = analysis.totals
    for said, kind in [*_KINDS.items(), ("fully connected", ("linear", None)), ("batch norm", ("batch_norm", None))]:
        chosen = [layer for layer in rest if (layer.type, layer.arguments.get("kernel_size")) == kind]
        macs, params = sum([layer.macs for layer in chosen]), sum([layer.params for layer in chosen])
        yield said, macs, share(macs, totals.macs), params, share(params, totals.params)
