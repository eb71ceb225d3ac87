"""Graph → what another tool counts, with every unit of the difference to archlens's MACs accounted for."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from archlens.analysis.facts import POLICIES, POLICY, Analysis
from archlens.analysis.policies.rules import Part, Policy, Shapes, macs, nothing
from archlens.analysis.work import Works
from archlens.errors import UsageError, closest
from archlens.graph.model import Graph
from archlens.layers.base import Layer

__all__ = ["Difference", "Recount", "policy_named", "recount", "recounted"]


class Difference(NamedTuple):
    """Why a count is not the MACs: `batch_norm: 2 per value`, in how many layers, and by how much; below 0 is less."""

    reason: str
    layers: int
    amount: int


class Recount(NamedTuple):
    """What a policy counts.

    per_layer: in the order of the nodes. differences: largest first; they add up to `total` less `macs`.
    uncounted: types of the layers that do arithmetic and count 0, in order.
    """

    policy: Policy
    per_layer: tuple[int, ...]
    total: int
    macs: int
    differences: tuple[Difference, ...]
    uncounted: tuple[str, ...]


def policy_named(name: str) -> Policy:
    """The policy of a tool; raises UsageError where there is none of that name."""
    if name not in POLICIES:
        near = closest(name, POLICIES)
        raise UsageError(f"no policy is called `{name}`; {f'did you mean `{near}`?' if near else f'there are {_names()}'}")
    if name == POLICY:
        return Policy(POLICY, "", "MACs", "", {})
    found: Policy = import_module(f"archlens.analysis.policies.{name}").POLICY
    return found


def recount(graph: Graph, policy: str) -> Recount:
    """What the tool `policy` counts for `graph`; raises UsageError for a tool there is no policy of, or one that counts a
    single sample where the batch is larger."""
    chosen = policy_named(policy)
    batch = next(iter([graph.shapes[tensor][0] for tensor in graph.inputs.values()]), 1)
    if chosen.single and batch != 1:
        raise UsageError(f"{policy} counts one sample, and the batch is {batch}; leave the batch out, or choose another policy")
    works, known = Works(), dict[tuple[Layer, Shapes], list[Part]]()
    counts, amounts, layers = [], dict[str, int](), dict[str, int]()
    uncounted: dict[str, None] = {}
    total_macs, left = 0, 0.0
    for node in graph.nodes:
        key = node.layer, node.input_shapes
        if key not in known:
            rule = macs if policy == POLICY else chosen.rules.get(node.layer.type_name, nothing)
            known[key] = _differing(rule(node.layer, node.input_shapes, node.output_shapes), works.of(node).macs)
        done = works.of(node)
        count = done.macs
        for reason, amount in known[key]:
            if isinstance(amount, float):  # what is left of a fraction goes to the next: the tool rounds its total down
                whole, left = divmod(amount + left, 1)
                amount = int(whole)
            named = f"{node.layer.type_name}: {reason}"
            amounts[named] = amounts.get(named, 0) + amount
            layers[named] = layers.get(named, 0) + 1
            count += amount
        counts.append(count)
        total_macs += done.macs
        if done.flops and not count:
            uncounted[node.layer.type_name] = None
    found = [Difference(reason, layers[reason], amount) for reason, amount in amounts.items() if amount]
    found.sort(key=lambda one: -abs(one.amount))
    return Recount(chosen, tuple(counts), sum(counts), total_macs, tuple(found), tuple(uncounted))


def recounted(analysis: Analysis, graph: Graph, policy: str) -> Analysis:
    """The analysis of `graph` with what `policy` counts put in; raises as `recount`."""
    found = recount(graph, policy)
    layers = [layer._replace(policy_count=count) for layer, count in zip(analysis.layers, found.per_layer, strict=True)]
    return analysis._replace(layers=tuple(layers), recount=found)


def _differing(parts: list[Part], macs: int) -> list[Part]:
    """The parts that are not the MACs, which are one where none of them is."""
    found = [part for part in parts if part.reason and part.amount]
    if macs and not any(not part.reason for part in parts):
        found.insert(0, Part("its MACs are not counted", -macs))
    return found


def _names() -> str:
    return ", ".join(POLICIES)
