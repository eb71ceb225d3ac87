"""What a counting policy is made of: a table from layer type to rule.

A rule says what a tool counts for one layer, in parts: those that are archlens's MACs, and those that are not, each with its
reason. The parts add up to the tool's figure; without the first, the difference to the MACs is the first too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import NamedTuple, TypeAlias

from archlens.layers.base import Layer
from archlens.layers.dims import Shape

__all__ = [
    "NOWHERE",
    "Part",
    "Policy",
    "Rule",
    "Shapes",
    "bias",
    "by_argument",
    "macs",
    "nothing",
    "per_value",
    "per_value_out",
    "plus",
    "table",
]

NOWHERE = (
    "scaled_dot_product_attention relative_position_bias embedding rbf roi_align roi_pool rms_norm "
    "global_avg_pool global_max_pool mean sum max min add multiply subtract divide maximum minimum "
    "rrelu hardtanh hardsigmoid hardswish hardshrink softshrink threshold "
    "celu selu mish sigmoid logsigmoid tanh tanhshrink softplus softsign glu log_softmax softmin "
    "identity dropout drop_path flatten reshape pad crop permute pixel_shuffle pixel_unshuffle channel_shuffle roll "
    "split chunk slice select tokens untokens window_partition window_reverse parameter class_token stack concat "
)
"""Types for which none of the tools counts anything, as `archlens.pytorch` builds them."""

Shapes: TypeAlias = tuple[Shape, ...]


class Part(NamedTuple):
    """reason: why the tool counts it, where archlens's MACs do not; empty where they do. amount: below 0 where it leaves some
    of the MACs out; a float where the tool's own is a fraction."""

    reason: str
    amount: int | float


Rule: TypeAlias = Callable[[Layer, Shapes, Shapes], list[Part]]
"""The parts for a layer, the shapes of its inputs and of its outputs."""


def table(rules: Mapping[str, Rule], uncounted: str) -> dict[str, Rule]:
    """Rules by type; a key may be several types. uncounted: the types for which the tool counts nothing."""
    found = {name: rule for names, rule in rules.items() for name in names.split()}
    return {**dict.fromkeys(uncounted.split(), nothing), **found}


def nothing(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    """No count."""
    return []


def macs(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    """As archlens."""
    return [Part("", layer.macs(*inputs))]


class Policy(NamedTuple):
    """The habits of one tool.

    version: whose habits these are. unit: of its total. about: how it counts, in a line. rules: by layer type. single: whether
    it counts one sample, whatever the batch. otherwise: the rule for types that are not in the table.
    """

    name: str
    version: str
    unit: str
    about: str
    rules: Mapping[str, Rule]
    single: bool = False
    otherwise: Rule = nothing


def per_value(count: int, why: str = "") -> Rule:
    """So much for each value of the first input."""
    reason = f"{count} per value{why}"
    return lambda layer, inputs, outputs: [Part(reason, count * prod(inputs[0]))]


def per_value_out(count: int, why: str = "") -> Rule:
    """So much for each value of the output."""
    reason = f"{count} per value put out{why}"
    return lambda layer, inputs, outputs: [Part(reason, count * prod(outputs[0]))]


def plus(*rules: Rule) -> Rule:
    """The parts of all of them."""
    return lambda layer, inputs, outputs: [part for rule in rules for part in rule(layer, inputs, outputs)]


def by_argument(name: str, rules: Mapping[object, Rule]) -> Rule:
    """The rule for the value of an argument; nothing for a value that has none."""
    return lambda layer, inputs, outputs: rules.get(layer.arguments[name], nothing)(layer, inputs, outputs)


bias: Rule = by_argument("bias", {True: per_value_out(1, ", the bias")})
"""One for each value put out, where the layer has a bias."""
