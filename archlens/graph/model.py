"""The layer graph: every layer in the order it runs, every shape known, every name resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from archlens.errors import Span
from archlens.graph.scope import Call
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.records import NamedTuple
from archlens.spec.model import Expectation

if TYPE_CHECKING:
    import networkx

__all__ = ["Allowance", "Graph", "Node", "title"]


def title(name: str, variant: str | None) -> str:
    """What people call a network: its name, and the variant where that says more."""
    return name if variant is None or variant.lower() == name.lower() else f"{name} · {variant}"


class Node(NamedTuple):
    """One layer at its place.

    path: unique name, scopes separated by `/`, e.g. `stage1/Bottleneck1/main/ConvBn1/conv`.
    inputs, outputs: tensor numbers, indices into `Graph.shapes`.
    owner: path of the layer whose parameters it uses: its own unless `weights:` shares another's.
    trainable: False when `freeze:` matches the path.
    span: where the spec says it.
    """

    path: str
    layer: Layer
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    input_shapes: tuple[Shape, ...]
    output_shapes: tuple[Shape, ...]
    owner: str
    trainable: bool
    span: Span | None


class Allowance(NamedTuple):
    """A design rule that the spec lets be broken.

    rule: its code or name, as written. layers: paths of those it is about; None is the whole network. span: of the rule.
    """

    rule: str
    layers: frozenset[str] | None
    reason: str
    span: Span


class Graph(NamedTuple):
    """A network, ready to be analysed.

    nodes: layers in the order they run (a topological order).
    shapes: the shape of every tensor, batch first, by tensor number.
    producers: for every tensor the index of its node, -1 for an input of the network.
    inputs, outputs: the network's own, name → tensor number.
    tensors: every tensor named at the top level, name → tensor number.
    expect: what the spec expects of this network. notes: what a reader should know, e.g. why an
    expectation was left out. integers: tensors of whole numbers that a layer looks up, int64 whatever the dtype.
    calls: how each scope came to be that is an instance of a block or a turn of a named `for`, path → call.
    names: what `as:` calls tensors, those within blocks too, tensor number → name.
    loss: what outputs are trained with, by name, as far as the spec says. allowed: the design rules it lets be broken.
    unread: names that `as:` gives and no line reads, each with its place.
    input_spans: where the spec says the size of each input. inherited: keys of `meta` that only specs it extends state.
    """

    name: str
    spec: str
    variant: str | None
    nodes: tuple[Node, ...]
    shapes: tuple[Shape, ...]
    producers: tuple[int, ...]
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    tensors: Mapping[str, int]
    freeze: tuple[str, ...]
    meta: Mapping[str, Any]
    expect: tuple[Expectation, ...]
    notes: tuple[str, ...] = ()
    integers: frozenset[int] = frozenset()
    calls: Mapping[str, Call] = {}
    names: Mapping[int, str] = {}
    loss: Mapping[str, str] = {}
    allowed: tuple[Allowance, ...] = ()
    unread: tuple[tuple[str, Span], ...] = ()
    input_spans: Mapping[str, Span] = {}
    inherited: frozenset[str] = frozenset()

    def to_networkx(self) -> networkx.DiGraph[str]:
        """The graph for networkx: a node a layer, named by its path, with its facts as attributes.

        Network inputs are nodes too, with `type="input"`. Parallel tensors between two layers are one edge.
        Node attributes: type, family, arguments, output_shapes, parameter_shapes, params, buffers, macs,
        activations, trainable, weights, line. Edge attribute: shape. Graph attributes: name, spec, variant, and
        outputs, the layers that put them out.
        """
        from archlens.graph.export import to_networkx

        return to_networkx(self)
