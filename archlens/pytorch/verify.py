"""A network held against PyTorch: where to run it, what to run, and who else counts."""

from __future__ import annotations

import torch

from archlens.analysis.facts import POLICY, Analysis
from archlens.analysis.policies.recount import recount
from archlens.analysis.policies.rules import Policy
from archlens.analysis.traced import Counted, Trace
from archlens.analysis.verification import Expected, PeerCount, Verification, verify
from archlens.errors import Diagnostic, SpecError
from archlens.graph.model import Graph
from archlens.pytorch.build import REFUSALS, first_line
from archlens.pytorch.devices import available_bytes
from archlens.pytorch.field import measure_fields
from archlens.pytorch.peers import count_by_peer
from archlens.pytorch.trace import Told, trace

__all__ = ["chosen_device", "verify_network"]

LARGEST_RUN = 200_000_000_000
"""Multiply–accumulates of a forward pass beyond which a CPU is not asked by itself: about ten seconds on two cores."""


def chosen_device(device: str, static: Analysis) -> tuple[str, str]:
    """Where `auto` runs, and why it is not where it would be: on a GPU if there is one, else on the CPU if it can bear it."""
    if device != "auto":
        return device, ""
    place = "cuda" if torch.cuda.is_available() else "cpu"
    needed, free = static.totals.running_bytes, available_bytes(torch.device(place))
    if free is not None and needed > 0.6 * free:
        return "meta", f"too large to run on {place}: {needed / 2**30:.1f} GiB of {free / 2**30:.1f} GiB free"
    billions = static.totals.macs / 1e9
    if place == "cpu" and static.totals.macs > LARGEST_RUN:
        return (
            "meta",
            f"too large to run on a CPU: {billions:,.0f} billion MACs; --device cpu runs it all the same",
        )
    return place, ""


def verify_network(
    graph: Graph, static: Analysis, device: str = "auto", policy: str | None = None, told: Told = lambda step: None
) -> Verification:
    """`static` held against a run of `graph` on `device`, and what `policy` counts against the tool that it follows.

    Raises SpecError, at the line of the layer, where PyTorch refuses to run what archlens accepts, and UsageError for a device,
    dtype or layer that PyTorch does not have, a policy there is none of and where memory runs out.
    """
    recounted = None if policy in (None, POLICY) else recount(graph, policy)
    place, why = chosen_device(device, static)
    try:
        run = trace(graph, static, place, told)
    except REFUSALS as error:
        raise SpecError(_refusal(graph, error)) from error
    if why:
        run = run._replace(notes=(why, *run.notes))
    peer = None
    if recounted is not None:
        told(recounted.policy.name)
        peer = PeerCount(recounted, _peer_total(graph, recounted.policy, run))
    told("receptive fields")
    counters = [] if run.fvcore is None else [_by_policy(graph, run.fvcore)]
    return verify(graph, static, run, measure_fields(graph), counters, peer)


def _peer_total(graph: Graph, policy: Policy, run: Trace) -> int | str:
    """What the tool of a policy counts, or why that is not known; fvcore has been asked in any run."""
    if policy.name != "fvcore":
        return count_by_peer(graph, policy, run.device)
    return run.notes[-1] if run.fvcore is None else run.fvcore.total


def _by_policy(graph: Graph, counted: Counted) -> Expected:
    """What a tool found, and what it should find by its policy."""
    said = recount(graph, counted.counter)
    layers = {node.path: count for node, count in zip(graph.nodes, said.per_layer, strict=True)}
    return Expected(counted, layers, 1, [(one.reason, one.amount) for one in said.differences])


def _refusal(graph: Graph, error: Exception) -> Diagnostic:
    """A fault of archlens or of PyTorch: one of them is wrong about a layer."""
    notes = getattr(error, "__notes__", [])
    path = next((note.removeprefix("in layer ") for note in notes if note.startswith("in layer ")), "")
    span = next((node.span for node in graph.nodes if node.path == path), None)
    message = f"{path or graph.name}: archlens takes it and PyTorch does not: {first_line(error)}"
    return Diagnostic("ARC402", message, span, "here", help="the two should agree; please report the spec")
