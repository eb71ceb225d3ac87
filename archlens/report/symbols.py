"""What the symbols of formulas mean: one table for every layer type.

A key is a name as `Layer.variables` gives it, or `type.name` where one type means something of its own. A name that is a
field of the layer needs no entry: the docstring says what it means.
"""

from __future__ import annotations

from collections.abc import Mapping

from archlens.layers.base import Layer

__all__ = ["FIGURES", "SYMBOLS", "meaning"]

SYMBOLS: Mapping[str, str] = {
    # sizes
    "W": "size of the input along an axis",
    "O": "size of the output along an axis",
    "C": "channels",
    "C_in": "channels that come in",
    "C_out": "channels that go out: the number of filters",
    "X": "size of the input along each axis, channels too",
    "T": "tokens of the sequence",
    "F": "features of a token",
    "F_in": "features of each vector that comes in",
    "F_out": "features of each vector that goes out",
    # windows
    "K": "size of the window (the kernel)",
    "S": "stride: how far the window moves each time",
    "P_low": "padding before the first cell of an axis",
    "P_high": "padding after the last cell of an axis",
    "P_out": "output padding: cells more at the end of an axis",
    "D": "dilation: the distance between taps of the window",
    "G": "groups that the channels are split into",
    "R": "values that the cells of an axis span in all: W + O − gcd(W, O)",
    # switches
    "A": "1 with a learned scale and shift, else 0",
    "B": "1 with bias, else 0",
    "tracked": "whether statistics are stored for inference",
    # by type
    "branches": "branches that are joined",
    "conv_transpose.P": "padding: cells cut from both ends of an axis",
    "embedding.F": "features of a vector",
    "embedding.V": "vectors in the table (the vocabulary)",
    "layer_norm.A": "1 with a learned scale, else 0",
    "layer_norm.B": "1 with a learned shift beside the scale, else 0",
    "layer_norm.N": "sizes of the axes that are normalised",
    "linear.T": "vectors for each sample: 1, or the tokens of a sequence",
    "matmul.B": "products: what the axes before the matrices hold in one sample",
    "matmul.K": "columns of the first matrix, rows of the second",
    "matmul.M": "rows of the first matrix",
    "matmul.N": "columns of the second matrix",
    "pixel_shuffle.R": "how many times larger each side becomes",
    "pixel_unshuffle.R": "how many times smaller each side becomes",
    "rms_norm.A": "1 with a learned scale, else 0",
    "rms_norm.N": "sizes of the axes that are normalised",
    # attention
    "multihead_attention.A": "keys that are attended to: S, and those that are added",
    "multihead_attention.E": "features of a query, and of what goes out",
    "multihead_attention.E_k": "features of a key as it comes in",
    "multihead_attention.E_v": "features of a value as it comes in",
    "multihead_attention.H": "heads",
    "multihead_attention.K": "1 with a learned key and value added, else 0",
    "multihead_attention.L": "sequences in one sample: what the axes before the tokens hold",
    "multihead_attention.S": "keys: tokens that are looked at",
    "multihead_attention.T": "queries: tokens that look",
    "relative_position_bias.D": "distances along an axis of the window: 2·size − 1",
    "relative_position_bias.H": "heads",
    "scaled_dot_product_attention.E": "features of a query and of a key, of all heads",
    "scaled_dot_product_attention.F_out": "features that go out: those of a value, of all heads",
    "scaled_dot_product_attention.H": "heads",
    "scaled_dot_product_attention.L": "sequences in one sample: what the axes before the tokens hold",
    "scaled_dot_product_attention.S": "keys: tokens that are looked at",
    "scaled_dot_product_attention.T": "queries: tokens that look",
    "scaled_dot_product_attention.biased": "1 with a mask or bias as fourth input, else 0",
    "scaled_dot_product_attention.scaled": "1 unless the scale is 1, then 0",
    # recurrence
    **{
        f"{kind}.{name}": text
        for kind in ("gru", "lstm", "rnn")
        for name, text in (
            ("B", "1 with biases, else 0"),
            ("D", "directions: 1, or 2 if bidirectional"),
            ("H", "values of the state, in each direction"),
            ("L", "layers, one on the other"),
            ("T", "tokens"),
            ("F", "features of a token"),
        )
    },
    "lstm.H": "values of the cell, in each direction",
    "lstm.P": "values of the state, in each direction: the projection, or H",
    "lstm.projected": "1 with a projection, else 0",
    # boxes
    "roi_align.O": "cells of a box's grid along an axis",
    "roi_align.R": "boxes (regions of interest)",
    "roi_align.S": "samples of a cell along an axis",
    "roi_pool.R": "boxes (regions of interest)",
    "roi_pool.spans": "values that the cells of a box span along an axis: W + O − gcd(W, O)",
    # resampling
    "upsample.T": "cells that each value is mixed from",
    "upsample.scaled": "whether a scale is given rather than a size",
}
"""The meaning of each name in a formula."""

FIGURES: Mapping[str, tuple[str, str]] = {
    "output_size": ("Output size", "O"),
    "params": ("Parameters", "params"),
    "macs": ("MACs", "MACs"),
    "elementwise_ops": ("Other operations", "operations"),
}
"""For each figure that has a formula its heading, and what stands before the `=`."""


def meaning(layer: type[Layer], name: str) -> str:
    """What a name in the formulas of `layer` means; raises KeyError where nothing says it."""
    own = SYMBOLS.get(f"{layer.type_name}.{name}") or SYMBOLS.get(name)
    if own is None and name in layer.field_names:
        own = layer.documentation()[1][name].rstrip(".")
    if own is None:
        raise KeyError(f"{layer.type_name}: no meaning of `{name}`; add it to SYMBOLS in archlens/report/symbols.py")
    return own
