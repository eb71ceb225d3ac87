"""Specs as short texts, and networks as what can be compared."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

from archlens.analysis.facts import Analysis
from archlens.analysis.run import analyze
from archlens.errors import Diagnostic, Source, SpecError
from archlens.graph.build import build
from archlens.graph.model import Graph
from archlens.spec.faults import Faults
from archlens.spec.model import Spec
from archlens.spec.parse import parse_root, parse_spec
from archlens.spec.variants import overridden, select

__all__ = ["analysis", "faults", "graph", "layers", "network", "operations", "paths", "spec"]


def spec(text: str, variant: str | None = None, **params: str) -> Spec:
    """The spec that `text` is; its first line may be left out."""
    text = dedent(text).lstrip("\n")
    if not text.startswith("archlens:"):
        text = f"archlens: 1\n{text}"
    source, found = Source("net.yaml", text), Faults()
    chosen = select(parse_spec(source, parse_root(source, found), None, found), variant)
    return overridden(chosen, params) if params else chosen


def layers(lines: str, before: str = "input: 3x32x32") -> str:
    """A spec around the lines of `layers:`."""
    return f"archlens: 1\n{dedent(before).strip()}\nlayers:\n{indent(dedent(lines).strip(), '  ')}\n"


def graph(text: str, variant: str | None = None, **params: str) -> Graph:
    """The graph of a spec's text."""
    return build(spec(text, variant, **params))


def network(lines: str, before: str = "input: 3x32x32") -> Graph:
    """The graph of the lines of `layers:`."""
    return graph(layers(lines, before))


def analysis(text: str, variant: str | None = None, **params: str) -> Analysis:
    """The figures of a spec's text."""
    return analyze(graph(text, variant, **params))


def operations(net: Graph) -> list[Any]:
    """What is computed, names left aside: each layer, what it reads and what comes out, and the outputs."""
    owners = {node.path: i for i, node in enumerate(net.nodes)}
    return [
        *((n.layer, n.inputs, n.outputs, n.output_shapes, owners[n.owner], n.trainable) for n in net.nodes),
        [*net.outputs.values()],
    ]


def paths(net: Graph) -> list[str]:
    """The layers' paths in order."""
    return [node.path for node in net.nodes]


def faults(text: str, variant: str | None = None, **params: str) -> list[Diagnostic]:
    """What is wrong with a spec's text."""
    try:
        net = graph(text, variant, **params)
    except SpecError as error:
        return list(error.diagnostics)
    raise AssertionError(f"{len(net.nodes)} layers, and nothing wrong")
