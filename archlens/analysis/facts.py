"""What an analysis says: the same types whether the facts were computed or traced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from archlens.analysis.memory import Peak
from archlens.analysis.receptive_field import Misalignment, ReceptiveField
from archlens.analysis.training import Training
from archlens.errors import Diagnostic, Span
from archlens.graph.model import title
from archlens.layers.dims import Shape
from archlens.records import NamedTuple

if TYPE_CHECKING:
    from archlens.analysis.policies.recount import Recount

__all__ = [
    "CONVENTIONS",
    "FLOAT_BYTES",
    "POLICIES",
    "POLICY",
    "Analysis",
    "LayerFacts",
    "Outcome",
    "Totals",
    "conventions",
    "intensity",
    "per_param",
]

FLOAT_BYTES = 4
"""Bytes of a float32 value."""

POLICY = "archlens"
"""The policy by which operations are counted."""

POLICIES = (POLICY, "fvcore", "ptflops", "thop", "darknet")
"""By name, those by which `policies/` can count besides."""

CONVENTIONS: Mapping[str, str] = {
    "params": "learnable values, shared ones once; batch-norm statistics are buffers",
    "macs": "multiply–accumulates of convolutions and matrix products, without bias",
    "flops": f"policy {POLICY}: 2·MACs + one for every other addition, product, comparison or function value",
    "activations": "values that layers put out, views too",
    "intensity": "arithmetic: FLOPs per byte moved, layer by layer: inputs + outputs + parameters, 4 bytes each; views move none",
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
    moved: values that go in, come out and are learned, its own or shared; 0 for a view.
    receptive_field: local. strict_field: with gates and statistics over the map.
    parameter_bytes: of the parameters it owns. activation_bytes: of what it puts out, views too. live_bytes: of all
    activations alive while it runs. policy_count: what the policy of `Analysis.recount` counts, if one was asked for.
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
    moved: int
    parameter_bytes: int
    activation_bytes: int
    live_bytes: int
    policy_count: int = 0

    @property
    def weighs(self) -> bool:
        """Whether it is a weight layer: it multiplies with parameters, its own or shared ones."""
        return self.macs > 0 and bool(self.parameter_shapes)

    @property
    def macs_per_param(self) -> float | None:
        """How often each parameter it owns is used; None where it owns none."""
        return per_param(self.macs, self.params)

    @property
    def arithmetic_intensity(self) -> float | None:
        """FLOPs per byte moved, in float32; None where nothing moves."""
        return intensity(self.flops, self.moved)


class Totals(NamedTuple):
    """The figures of a whole network.

    depth: weight layers on the longest path. weight_layers: all of them, a shared one each time it runs.
    paper_depth: as the paper counts (from `meta.depth`), None where the spec does not say.
    receptive_field: local, of the last layer on the way to the first output whose field moves with the unit; None where there is
    none.
    moved: values in, out and learned, summed over the layers as if each ran by itself.
    dtype: of parameters, buffers and activations; the bytes follow from it. activation_bytes: of all that layers put out.
    policy_count: what the policy of `Analysis.recount` counts, if one was asked for.
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
    moved: int
    dtype: str
    buffer_bytes: int
    activation_bytes: int
    policy_count: int = 0

    def figures(self) -> dict[str, Any]:
        """Every figure by name, but what a policy counts."""
        return {name: value for name, value in self._asdict().items() if name != "policy_count"}

    @property
    def running_bytes(self) -> int:
        """What an inference needs at once: parameters, buffers and the most activations alive."""
        return self.parameter_bytes + self.buffer_bytes + self.peak_activation_bytes

    @property
    def macs_per_param(self) -> float | None:
        """How often a parameter is used, on average; None where there are none."""
        return per_param(self.macs, self.params)

    @property
    def arithmetic_intensity(self) -> float | None:
        """FLOPs per byte moved, in float32; None where nothing moves."""
        return intensity(self.flops, self.moved)


def per_param(macs: int, params: int) -> float | None:
    """Multiply–accumulates per parameter; None without parameters."""
    return macs / params if params else None


def intensity(flops: int, moved: int) -> float | None:
    """FLOPs per byte, `moved` being float32 values: flops / (4 · (inputs + outputs + parameters)); None where nothing moves.

    As in the roofline model (Williams, Waterman & Patterson 2009), with no cache between one layer and the next.
    """
    return flops / (FLOAT_BYTES * moved) if moved else None


class Outcome(NamedTuple):
    """One expectation and what came of it."""

    key: str
    expected: str
    actual: Any
    ok: bool
    diagnostic: Diagnostic | None


class Analysis(NamedTuple):
    """Everything archlens knows of one network.

    peak: when most activations are alive. training: what training needs besides, computed when asked. trunk: the number of
    the layer whose receptive field is the network's, whole_from: of the first layer after it that sees the whole input, both on
    the way to the first output; None where there is none. way: the numbers of all layers on it. recount: what another tool
    counts, if asked for.
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
    trunk: int | None
    whole_from: int | None
    way: tuple[int, ...]
    recount: Recount | None = None

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
    def policy(self) -> str:
        """The name of the policy that `recount` is by; archlens's own where there is none."""
        return self.recount.policy.name if self.recount else POLICY

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Types of the layers that do no arithmetic by the policy, in order: they only move data, if that."""
        return tuple(dict.fromkeys([layer.type for layer in self.layers if not layer.flops]))

    def __repr__(self) -> str:
        return f"<Analysis of {self.title}: {self.totals.params:,} params, {self.totals.macs:,} MACs>"
