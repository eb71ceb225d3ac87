"""Graph → what another tool counts, with every unit of the difference to archlens's MACs accounted for."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import NamedTuple

from archlens.analysis.dependence import layers_behind
from archlens.analysis.facts import CONVENTIONS, POLICIES, POLICY, Analysis
from archlens.analysis.policies.rules import Part, Policy, Shapes, macs
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
    if name == POLICY:
        return Policy(POLICY, "", "MACs", CONVENTIONS["macs"], {}, otherwise=macs)
    if name not in POLICIES:
        near = closest(name, POLICIES)
        help = f"did you mean `{near}`?" if near else f"there are {', '.join(POLICIES)}"
        raise UsageError(f"no policy is called `{name}`; {help}")
    found: Policy = import_module(f"archlens.analysis.policies.{name}").POLICY
    return found


def recount(graph: Graph, policy: str) -> Recount:
    """What the tool `policy` counts for `graph`.

    Raises UsageError for a tool there is no policy of, or one that counts a single sample where the batch is larger.
    """
    chosen = policy_named(policy)
    batch = next(iter([graph.shapes[tensor][0] for tensor in graph.inputs.values()]), 1)
    if chosen.single and batch != 1:
        raise UsageError(f"{policy} counts one sample, and the batch is {batch}; leave the batch out, or choose another policy")
    works, asked = Works(), dict[tuple[Layer, Shapes], tuple[Part, ...]]()
    ours, counts, uncounted = 0, list[int](), dict[str, None]()
    amounts, layers = Counter[str](), Counter[str]()
    left = 0.0
    gone = _idle(graph) if chosen.traced else frozenset()
    for node in graph.nodes:
        kind, work = node.layer.type_name, works.of(node)
        key = node.layer, node.input_shapes
        if key not in asked:
            rule = chosen.rules.get(kind, chosen.otherwise)
            asked[key] = _differing(rule(node.layer, node.input_shapes, node.output_shapes), work.macs)
        count, parts = work.macs, asked[key]
        if node.path in gone:
            parts = (Part("no output depends on it, so the trace is without it", -count),) if count else ()
        for why, amount in parts:
            if isinstance(amount, float):  # the tool rounds its total down, so what is left of a fraction goes to the next
                whole, left = divmod(amount + left, 1)
                amount = int(whole)
            count += amount
            amounts[f"{kind}: {why}"] += amount
            layers[f"{kind}: {why}"] += 1
        ours += work.macs
        counts.append(count)
        if work.flops and not count and node.path not in gone:
            uncounted[kind] = None
    found = [Difference(reason, layers[reason], amount) for reason, amount in amounts.items() if amount]
    found.sort(key=lambda one: -abs(one.amount))
    return Recount(chosen, tuple(counts), sum(counts), ours, tuple(found), tuple(uncounted))


def recounted(analysis: Analysis, graph: Graph, policy: str) -> Analysis:
    """The analysis of `graph` with what another tool counts put in, itself for archlens's own policy; raises as `recount`."""
    if policy == POLICY:
        return analysis
    found = recount(graph, policy)
    layers = [layer._replace(policy_count=count) for layer, count in zip(analysis.layers, found.per_layer, strict=True)]
    totals = analysis.totals._replace(policy_count=found.total)
    return analysis._replace(totals=totals, layers=tuple(layers), recount=found)


def _idle(graph: Graph) -> frozenset[str]:
    """The paths of the layers that no output of the network depends on."""
    needed = set(layers_behind(graph, graph.outputs.values()))
    return frozenset([node.path for number, node in enumerate(graph.nodes) if number not in needed])


def _differing(parts: list[Part], macs: int) -> tuple[Part, ...]:
    """The parts that are not the MACs; where none is them, that they are missing is one."""
    missing = [] if any(not part.reason for part in parts) else [Part("its MACs are not counted", -macs)]
    return tuple([part for part in (*missing, *parts) if part.reason and part.amount])
