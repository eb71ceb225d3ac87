"""What a diagram shows, before anything has a place or a colour."""

from __future__ import annotations

from typing import NamedTuple

from archlens.layers.dims import Shape

__all__ = ["Box", "Cluster", "Diagram", "Edge"]


class Box(NamedTuple):
    """One box: a layer with what is folded into it, a closed block, a join, or an input or output of the network.

    kind: `layer`, `block`, `join`, `input` or `output`. path: of its first layer or block, or the name of an input or output.
    family: of the layer that does most of the work.
    title: what it does, with its window: `conv 3×3 /2`, `Bottleneck 64`, `add`. folded: types of the layers that follow in the
    same box: `batch_norm`, `relu`; of a closed stage the blocks in it: `Bottleneck ×3`. shape: what it puts out, batch first.
    times: of how many equal ones in a row it is the picture. layers: the numbers of all their layers in the graph, in order.
    params, macs, activation_bytes, live_bytes: of one of them (live_bytes: the most that is alive while it runs).
    receptive_field: local, of the last one's end; None where it has none, and empty where it is the whole map.
    frozen: whether it has parameters and none of them learns. line: where the spec says it. cluster: the number of the one
    around it, -1 at the top level. shared: whether its parameters are all those of another, which counts them.
    """

    kind: str
    path: str
    family: str
    title: str
    folded: tuple[str, ...]
    shape: Shape
    times: int
    layers: tuple[int, ...]
    params: int
    macs: int
    activation_bytes: int
    live_bytes: int
    receptive_field: tuple[int, ...] | None
    frozen: bool
    line: int | None
    cluster: int
    shared: bool = False


class Edge(NamedTuple):
    """From box to box, by number. shape: what goes along it, batch first. told: whether it is said, since it changes here.
    skip: whether it is a shortcut, which a longer way goes around, or leads to or from a box that only cuts or arranges what a
    shortcut brings."""

    tail: int
    head: int
    shape: Shape
    told: bool
    skip: bool


class Cluster(NamedTuple):
    """An opened stage or block. label: `stage2`, `Bottleneck 128`. times: of how many equal ones in a row it is the picture.
    parent: the number of the one around it, -1 at the top level."""

    path: str
    label: str
    times: int
    parent: int


class Diagram(NamedTuple):
    """A network at a level of detail. totals: words for under the title. level: `layer`, `block` or `stage`. total_*: of the
    whole network."""

    title: str
    totals: str
    level: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    clusters: tuple[Cluster, ...]
    total_params: int
    total_macs: int
