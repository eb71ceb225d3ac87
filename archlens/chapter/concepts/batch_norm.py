"""What a batch normalization learns, what it counts, and which bias it makes idle."""

from __future__ import annotations

from math import prod

from archlens.analysis.facts import Analysis
from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import called, network, of_family, params, share, statistics, table, within
from archlens.network import load
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.5"
TEACHES = (
    "Batch normalization learns a scale and a shift for each channel and keeps a mean and a variance of each, which no gradient "
    "moves: 2·C parameters and 2·C statistics, each mean over batch, rows and columns. It takes the mean away, so a bias of "
    "the convolution before it is idle and is left out."
)
FORMULA = (
    "params = 2·C        scale and shift",
    "statistics = 2·C    mean and variance; a framework adds a counter of batches to each layer",
    "values behind a mean = N · H · W",
)

_LAYERS = {
    "conv": ["conv: 64 3x3 same"],
    "conv, batch norm": ["conv: 64 3x3 same", "batch_norm"],
    "conv bias=false, batch norm": ["conv: 64 3x3 same bias=false", "batch_norm"],
}
_NETWORKS = ("resnet18", "resnet50", "resnet152", "mobilenet_v1")
_BATCHES = (1, 2, 32)


def tables() -> tuple[Table, ...]:
    """One layer three ways, whole networks, and how many values a mean is of."""
    layers = ("layers", "weights", "biases", "scales, shifts", "params", "statistics")
    networks = ("network", "batch norms", "scales, shifts", "% of params", "statistics", "idle biases left out")
    values = ("ResNet-50", "map", *[f"N = {n}" for n in _BATCHES])
    resnet = load("resnet50").analyze()
    return (
        table("64 filters 3×3 on 64 channels", layers, [_layers(said, lines) for said, lines in _LAYERS.items()]),
        table("networks", networks, [_network(load(name).analyze()) for name in _NETWORKS]),
        table("values behind each mean, by batch", values, [_values(resnet, f"stage{i}") for i in range(1, 5)]),
    )


def _layers(said: str, lines: list[str]) -> tuple[Cell, ...]:
    analysis = network("64x56x56", *lines).analyze()
    conv = analysis.layers[0].parameter_shapes
    norm = sum([layer.params for layer in analysis.layers[1:]])
    biases = prod(conv["bias"]) if "bias" in conv else 0
    return said, prod(conv["weight"]), biases, norm, analysis.totals.params, statistics(analysis.layers)


def _network(analysis: Analysis) -> tuple[Cell, ...]:
    norms = [layer for layer in analysis.layers if layer.type == "batch_norm"]
    own = params(norms)
    bare = [layer for layer in of_family(analysis.layers, "convolution") if "bias" not in layer.parameter_shapes]
    idle = sum([layer.parameter_shapes["weight"][0] for layer in bare])
    return called(analysis), len(norms), own, share(own, analysis.totals.params), statistics(norms), idle


def _values(resnet: Analysis, stage: str) -> tuple[Cell, ...]:
    shape = within(resnet, stage)[-1].output_shapes[0]
    return stage, size_text(shape), *[n * prod(shape[2:]) for n in _BATCHES]
