"""What training needs beside the parameters: an estimate, each line with its formula."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from archlens.analysis.gradients import Flow, backward_macs, gradient_flow
from archlens.analysis.storage import storage
from archlens.graph.model import Graph, Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.keeping import INDEX_BYTES, Saved
from archlens.records import NamedTuple

if TYPE_CHECKING:
    from archlens.analysis.facts import Totals

__all__ = ["OPTIMIZERS", "Line", "Training", "saved_bytes"]

OPTIMIZERS = {"sgd": 0, "momentum": 1, "adam": 2}
"""Values of state for each trainable parameter. (Adam's step counters, 4 bytes a tensor, are left out.)"""

_UNTRAINED = ("float8", "float8_e4m3fn", "float8_e5m2", "int8")  # torch has no gradients in them


class Line(NamedTuple):
    """One part of the estimate. formula: how the bytes come about, in words and numbers."""

    name: str
    bytes: int
    formula: str


class Training:
    """The estimate for one network, its costly part computed when asked.

    Everything is taken to be in one dtype, with the loss and the kernels' own room left out.
    """

    def __init__(self, graph: Graph, totals: Totals, value_bytes: int) -> None:
        self._graph = graph
        self._totals = totals
        self.value_bytes = value_bytes

    @property
    def possible(self) -> bool:
        """Whether torch computes gradients in this dtype."""
        return self._totals.dtype not in _UNTRAINED

    @cached_property
    def saved_activation_bytes(self) -> int:
        """The bytes of the distinct tensors that autograd keeps from the forward pass for the backward pass."""
        return saved_bytes(self._graph, self.value_bytes)

    @cached_property
    def backward_macs(self) -> tuple[int, ...]:
        """For each layer the multiply–accumulates of its part of the backward pass."""
        return tuple(backward_macs(self._graph))

    @property
    def gradient_bytes(self) -> int:
        """A value for each trainable parameter."""
        return self._totals.trainable_params * self.value_bytes

    def optimizer_bytes(self, optimizer: str) -> int:
        """What an optimizer of `OPTIMIZERS` keeps from step to step."""
        return OPTIMIZERS[optimizer] * self._totals.trainable_params * self.value_bytes

    def total_bytes(self, optimizer: str) -> int:
        """All lines together."""
        return sum([line.bytes for line in self.lines(optimizer)])

    def lines(self, optimizer: str) -> tuple[Line, ...]:
        """What makes up the estimate."""
        each, count = f"{self.value_bytes} B", f"{self._totals.trainable_params:,} trainable params"
        times = OPTIMIZERS[optimizer]
        return (
            Line("parameters", self._totals.parameter_bytes, f"{self._totals.params:,} params × {each}"),
            Line("buffers", self._totals.buffer_bytes, "as for inference"),
            Line("gradients", self.gradient_bytes, f"{count} × {each}"),
            Line("optimizer state", self.optimizer_bytes(optimizer), f"{times} × {count} × {each} ({optimizer})"),
            Line("saved activations", self.saved_activation_bytes, "distinct tensors that the backward pass reads"),
        )


def saved_bytes(graph: Graph, value_bytes: int = 4) -> int:
    """The bytes that autograd keeps from a forward pass in training mode until the backward pass.

    A layer saves what its `saves` says where its own parameters learn or a gradient flows on to one of its inputs;
    nothing before the first such layer. Memory that is saved twice, or a view of it, counts once; parameters and
    buffers do not.
    """
    kept = storage(graph, training=True)
    saved: set[int] = set()
    extra = 0
    saves = _Saves()
    for step, (node, flow) in enumerate(zip(graph.nodes, gradient_flow(graph), strict=True)):
        if flow is None:
            continue
        inputs, outputs, more = saves.of(node, flow)
        extra += more.bytes(value_bytes)
        for at in inputs:
            if at == 0 and step in kept.copies:
                extra += value_bytes * kept.copies[step]
            else:
                saved.add(kept.home[node.inputs[at]])
        saved.update([kept.home[node.outputs[at]] for at in outputs])
    return extra + sum([prod(graph.shapes[t]) * (INDEX_BYTES if t in kept.integers else value_bytes) for t in saved])


class _Saves:
    """Asks each layer once for each input size and way the gradient flows."""

    def __init__(self) -> None:
        self._known: dict[tuple[Layer, tuple[Shape, ...], Flow], Saved] = {}

    def of(self, node: Node, flow: Flow) -> Saved:
        key = node.layer, node.input_shapes, flow
        saved = self._known.get(key)
        if saved is None:
            self._known[key] = saved = node.layer.saves(*node.input_shapes, trained=flow.trained, wanted=flow.wanted)
        return saved
