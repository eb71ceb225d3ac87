"""What locality saves, and what sharing saves besides: one image, three layers."""

from __future__ import annotations

from archlens.analysis.lesson import Cell, Table
from archlens.network import load_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.1"
TEACHES = (
    "A layer that looks at a 3×3 patch has 27 weights a neuron instead of 120,000, but still a set of its own at every "
    "place. Sharing them over all places is what makes a convolution small: locality and sharing are two savings, not one."
)
FORMULA = (
    "fully connected = H·W·C × N + N",
    "locally connected = (K²·C_in + 1) × C_out × H_out·W_out",
    "convolution = (K²·C_in + 1) × C_out",
)

_LAYERS = {
    "fully connected, 1,000 neurons": "[flatten, linear: 1000]",
    "locally connected, 64 filters 3×3": "[locally_connected: 64 3x3 padding=1]",
    "convolution, 64 filters 3×3": "[conv: 64 3x3 padding=1]",
}


def tables() -> tuple[Table, ...]:
    """The three layers on a 200×200 RGB image."""
    return (Table("one layer on 3×200×200", ("layer", "output", "weights a neuron", "params", "MACs"), tuple(_rows())),)


def _rows() -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for said, layers in _LAYERS.items():
        analysis = load_text(f"archlens: 1\ninput: 3x200x200\nlayers: {layers}\n").analyze()
        layer = analysis.layers[-1]
        (output,) = analysis.outputs.values()
        rows.append((said, "×".join(map(str, output[1:])), layer.macs // layer.activations, layer.params, layer.macs))
    return rows
