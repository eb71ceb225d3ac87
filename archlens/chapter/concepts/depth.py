"""How deep a network is, by three ways of counting."""

from __future__ import annotations

from archlens.analysis.depth import longest_path
from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import called, of_family, table
from archlens.network import load

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.6"
TEACHES = (
    "The depth in a network's name counts layers with weights along the longest way through it, so branches side by side count "
    "once and projections on shortcuts not at all. LeNet's 7 counts its two poolings as well; by the rule that gives AlexNet "
    "8 and VGG 16 it is 5."
)
FORMULA = ("depth = the most convolutions and linear layers that any way from the image to the output passes",)

_NETWORKS = (
    *("lenet5", "alexnet", "vgg11", "vgg13", "vgg16", "vgg19", "googlenet_2014"),
    *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "mobilenet_v1"),
)


def tables() -> tuple[Table, ...]:
    """Shipped networks, each by all ways of counting."""
    head = ("network", "year", "by its paper", "longest way", "with poolings", "in all", "convolutions", "linear")
    return (table("layers with weights on the longest way, with the poolings on it, and in all", head, map(_row, _NETWORKS)),)


def _row(name: str) -> tuple[Cell, ...]:
    network = load(name)
    analysis = network.analyze()
    totals, layers = analysis.totals, analysis.layers
    # torchvision's adaptive poolings change nothing at this size; no paper counts them
    weighs = [layer.macs > 0 or (layer.family == "pooling" and layer.type != "adaptive_avg_pool") for layer in layers]
    kinds = [len(of_family(layers, family)) for family in ("convolution", "linear")]
    pooled = longest_path(network.graph, weighs)
    year = str(analysis.meta["year"])
    return called(analysis), year, totals.paper_depth, totals.depth, pooled, totals.weight_layers, *kinds
