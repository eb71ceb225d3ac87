"""What stands between the last map and the classes, and what it weighs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archlens.analysis.facts import Analysis
from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import called, macs, network, of_family, params, share, spec_size, table, within
from archlens.network import load

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.5"
TEACHES = (
    "Flattening gives every cell of the last map weights of its own, in VGG-16 nine tenths of all parameters for less than one "
    "percent of the work. Global average pooling leaves one value a channel: a single layer from there to the classes is small "
    "and takes an image of any size."
)
FORMULA = (
    "flatten               params = (H·W·C + 1) × N",
    "global average pool   params = (C + 1) × N",
)

_HEADS = {
    "flatten, 4096, 4096, 1000": ["flatten", "linear: 4096", "relu", "linear: 4096", "relu", "linear: 1000"],
    "flatten, 1000": ["flatten", "linear: 1000"],
    "global average pool, 1000": ["global_avg_pool", "linear: 1000"],
}
_NETWORKS = ("lenet5", "alexnet", "vgg16", "googlenet_2014", "resnet50", "mobilenet_v1")


def tables() -> tuple[Table, ...]:
    """Three heads for VGG-16, its own layer by layer, and those of other networks."""
    vgg = load("vgg16").analyze()
    heads = ("head", "its params", "its MACs", "other params", "all params", "head % of params")
    linear = ("layer", "values in", "out", "params", "% of VGG-16")
    networks = ("network", "values in", "linear params", "all params", "% of params", "% of MACs")
    return (
        table("VGG-16 with another head; its last map is 512×7×7", heads, [_head(vgg, *one) for one in _HEADS.items()]),
        table("the head of VGG-16", linear, _linear(vgg)),
        table("fully connected layers of networks", networks, [_network(load(name).analyze()) for name in _NETWORKS]),
    )


def _head(vgg: Analysis, said: str, lines: Sequence[str]) -> tuple[Cell, ...]:
    body = within(vgg, *[f"stage{i}" for i in range(1, 6)])
    head = network(spec_size(body[-1].output_shapes[0][1:]), *lines).analyze().totals
    whole = params(body) + head.params
    return said, head.params, head.macs, params(body), whole, share(head.params, whole)


def _linear(vgg: Analysis) -> Iterator[tuple[Cell, ...]]:
    for layer in of_family(vgg.layers, "linear"):
        out, values = layer.parameter_shapes["weight"]
        yield layer.path, values, out, layer.params, share(layer.params, vgg.totals.params)


def _network(analysis: Analysis) -> tuple[Cell, ...]:
    linear = of_family(analysis.layers, "linear")
    values = linear[0].parameter_shapes["weight"][1]
    totals, own = analysis.totals, params(linear)
    return called(analysis), values, own, totals.params, share(own, totals.params), share(macs(linear), totals.macs)
