"""What an analysis says: the same types whether the facts were computed or traced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from archlens.analysis.receptive_field import Misalignment, ReceptiveField
from archlens.errors import Diagnostic, Span
from archlens.graph.model import title
from archlens.layers.dims import Shape

__all__ = ["CONVENTIONS", "Analysis", "LayerFacts", "Outcome", "Totals"]

CONVENTIONS: Mapping[str, str] = {
    "params": "learnable values, each once; batch-norm statistics are buffers",
    "macs": "multiply–accumulates of convolutions and matrix products; bias, normalization, activations and pooling are not in them",
    "flops": "policy archlens: 2·macs + one for each other addition, product, comparison or function value",
    "receptive_field": "local: gates and statistics over the map left out; padding counts as seen",
    "memory": "float32, inference, layers in order, views shared, nothing in place; weights apart",
    "not counted": "data movement, random numbers, and the cost of reading weights",
}
"""How each figure is meant; named in every output."""


class LayerFacts(NamedTuple):
    """The facts of one layer.

    inputs: paths of the layers it reads, or names of network inputs. output_shapes: batch first.
    params, buffers: values it owns; 0 where it uses the parameters of `shared_with`.
    macs, flops, activations: for the whole batch; activations are values put out.
    receptive_field: local. strict_field: with gates and statistics over the map.
    """

    path: str
    type: str
    family: str
    arguments: Mapping[str, Any]
    inputs: tuple[str, ...]
    output_shapes: tuple[Shape, ...]
    parameter_shapes: Mapping[str, Shape]
    params: int
    buffers: int
    trainable: bool
    shared_with: str | None
    macs: int
    flops: int
    activations: int
    receptive_field: ReceptiveField | None
    strict_field: ReceptiveField | None
    span: Span | None


class Totals(NamedTuple):
    """The figures of a whole network.

    depth: weight layers on the longest path. weight_layers: all of them. paper_depth: as the paper counts
    (from `meta.depth`), None where the spec does not say.
    receptive_field: local, of the last layer whose field moves with the unit; None where there is none.
    """

    params: int
    trainable_params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    parameter_bytes: int
    peak_activation_bytes: int
    depth: int
    weight_layers: int
    paper_depth: int | None
    receptive_field: tuple[int, ...] | None


class Outcome(NamedTuple):
    """One expectation and what came of it."""

    key: str
    expected: str
    actual: Any
    ok: bool
    diagnostic: Diagnostic | None


class Analysis(NamedTuple):
    """Everything archlens knows of one network."""

    name: str
    spec: str
    variant: str | None
    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    totals: Totals
    layers: tuple[LayerFacts, ...]
    expectations: tuple[Outcome, ...]
    misalignments: tuple[Misalignment, ...]
    meta: Mapping[str, Any]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every expectation is met."""
        return all(outcome.ok for outcome in self.expectations)

    @property
    def title(self) -> str:
        """What people call it."""
        return title(self.name, self.variant)
