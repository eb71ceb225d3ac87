"""What locality saves, and what sharing saves besides: one image, three layers."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import network, output, table

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.1"
TEACHES = (
    "A layer that looks at a 3×3 patch has 27 weights a neuron instead of 120,000, but still a set of its own at every "
    "place. Sharing them over all places is what makes a convolution small: locality and sharing are two savings, not one, "
    "and sharing saves parameters but no work."
)
FORMULA = (
    "fully connected    params = H·W·C_in × N + N",
    "locally connected  params = (K²·C_in + 1) × C_out × H_out·W_out",
    "convolution        params = (K²·C_in + 1) × C_out",
)

_IMAGE = "3x200x200"
_FILTERS = 64


def tables() -> tuple[Table, ...]:
    """The three layers on a 200×200 RGB image; the fully connected one also as wide as the other two."""
    head = ("layer", "neurons", "weights a neuron", "params", "MACs", "times fewer")
    return (table("one layer on 3×200×200; times fewer: parameters, against the line above", head, _rows()),)


def _rows() -> Iterator[tuple[Cell, ...]]:
    local = network(_IMAGE, f"locally_connected: {_FILTERS} 3x3 padding=1").analyze()
    layers = {
        "fully connected": network(_IMAGE, "flatten", "linear: 1000").analyze(),
        "fully connected, wider": network(_IMAGE, "flatten", f"linear: {prod(output(local))}").analyze(),
        "locally connected 3×3": local,
        "convolution 3×3": network(_IMAGE, f"conv: {_FILTERS} 3x3 padding=1").analyze(),
    }
    above = 0
    for said, analysis in layers.items():
        layer = analysis.layers[-1]
        fewer = above / layer.params if above > layer.params else None
        yield said, layer.activations, layer.macs // layer.activations, layer.params, layer.macs, fewer
        above = layer.params
