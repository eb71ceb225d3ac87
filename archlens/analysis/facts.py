"""What an analysis says: the same types whether the facts were computed or traced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from archlens.analysis.memory import Peak
from archlens.analysis.receptive_field import Misalignment, ReceptiveField
from archlens.analysis.training import Training
from archlens.errors import Diagnostic, Span
from archlens.graph.model import title
from archlens.layers.dims import Shape

__all__ = ["CONVENTIONS", "POLICY", "Analysis", "LayerFacts", "Outcome", "Totals", "conventions"]

POLICY = "archlens"
"""The policy by which operations are counted."""

CONVENTIONS: Mapping[str, str] = {
    "params": "learnable values, shared ones once; batch-norm statistics are buffers",
    "macs": "multiply–accumulates of convolutions and matrix products, without bias",
    "flops": f"policy {POLICY}: 2·MACs + one for every other addition, product, comparison or function value",
    "activations": "values that layers put out, views too",
    "receptive_field": "local: gates and statistics over the map left out; padding counts as seen; `all` is the whole map",
    "memory": "{dtype} at inference, layers in the order listed; views and what is written in place are the memory of "
    "their input; weights apart",
    "not counted": "moving data, random numbers, reading weights",
}
"""How each figure is meant; named in every output. `{dtype}` stands for the network's."""


def conventions(dtype: str) -> dict[str, str]:
    """`CONVENTIONS` for a network whose values are of this dtype."""
    return {name: text.replace("{dtype}", dtype) for name, text in CONVENTIONS.items()}


class LayerFacts(NamedTuple):
    """The facts of one layer.

    inputs: paths of the layers it reads, or names of network inputs. output_shapes: batch first.
    params, buffers: values it owns; 0 where it uses those of `shared_with`, which is None where there are none to share.
    trainable: whether it has parameters that learn, its own or shared ones.
    macs, flops, activations: for the whole batch; activations are values put out.
    receptive_field: local. strict_field: with gates and statistics over the map.
    parameter_bytes: of the parameters it owns. activation_bytes: of what it puts out, views too. live_bytes: of all
    activations alive while it runs.
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
    parameter_bytes: int
    activation_bytes: int
    live_bytes: int


class Totals(NamedTuple):
    """The figures of a whole network.

    depth: weight layers on the longest path. weight_layers: all of them, a shared one each time it runs.
    paper_depth: as the paper counts (from `meta.depth`), None where the spec does not say.
    receptive_field: local, of the last layer whose field moves with the unit; None where there is none.
    dtype: of parameters, buffers and activations; the bytes follow from it. activation_bytes: of all that layers put out.
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
    dtype: str
    buffer_bytes: int
    activation_bytes: int


class Outcome(NamedTuple):
    """One expectation and what came of it."""

    key: str
    expected: str
    actual: Any
    ok: bool
    diagnostic: Diagnostic | None


class Analysis(NamedTuple):
    """Everything archlens knows of one network.

    peak: when most activations are alive. training: what training needs besides, computed when asked.
    """

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
    peak: Peak
    training: Training

    @property
    def ok(self) -> bool:
        """Whether every expectation is met."""
        return all(outcome.ok for outcome in self.expectations)

    @property
    def title(self) -> str:
        """What people call it."""
        return title(self.name, self.variant)

    @property
    def batch(self) -> int:
        """Samples at once."""
        samples: int = next(iter(self.inputs.values()))[0]
        return samples

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Types of the layers that do no arithmetic by the policy, in order: they only move data, if that."""
        return tuple(dict.fromkeys([layer.type for layer in self.layers if not layer.flops]))
