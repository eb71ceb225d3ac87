"""What the topics share: layers of shipped networks, and the part of an explanation that answers a question."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import NamedTuple

from archlens.layers.dims import Shape
from archlens.network import Network, load
from archlens.report.numbers import size_text
from archlens.report.operations import typed_operation

__all__ = ["Real", "asked_about", "indented", "real_layer", "worked"]

REAL = ("lenet5", "alexnet", "vgg16", "googlenet_2014", "resnet18", "resnet50", "mobilenet_v1")
"""Shipped networks whose layers are asked about."""

_WIDTH = 76


def indented(*lines: str) -> str:
    """Lines of a spec in a prompt."""
    return "\n".join([f"    {line}" for line in lines])


def worked(network: Network, layer: str, *facts: str) -> str:
    """What `archlens explain` says of these figures of a layer: `Output size`, `Parameters`, `MACs`, `Receptive field`."""
    kept: list[str] = []
    keeping = False
    for line in network.explain(layer, width=_WIDTH).splitlines():
        if line and not line.startswith(" "):
            keeping = line.startswith(facts)
        if keeping:
            kept.append(line)
    return "\n".join(kept).rstrip()


class Real(NamedTuple):
    """A layer of a shipped network. said: `conv 64 3×3 same bias=false`. reads: what goes in, batch first."""

    network: Network
    path: str
    said: str
    reads: Shape


@lru_cache(16)
def _load(name: str) -> Network:
    return load(name)


def real_layer(random: Random, *families: str) -> Real:
    """A layer of one of these families with parameters, of a network that interviewers know."""
    network = _load(random.choice(REAL))
    nodes = [
        node for node in network.graph.nodes if node.layer.family in families and node.layer.parameter_shapes(*node.input_shapes)
    ]
    node = random.choice(nodes)
    layer = node.layer
    axes = max(len(node.output_shapes[0]) - 2, 0)
    arguments = dict(zip(layer.field_names, [getattr(layer, name) for name in layer.field_names], strict=True))
    return Real(network, node.path, typed_operation(layer.type_name, arguments, axes), node.input_shapes[0])


def asked_about(real: Real) -> str:
    """Where the layer stands and what goes in."""
    title = real.network.analyze().title
    return f"In {title}, the layer {real.path} is\n\n{indented(real.said)}\n\nand reads {size_text(real.reads)}."
