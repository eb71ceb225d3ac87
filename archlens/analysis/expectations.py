"""Is it what the spec expects? Every line of `expect:` against the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archlens.analysis.classes import classes_of
from archlens.analysis.facts import LayerFacts, Outcome, Totals
from archlens.errors import Diagnostic, Label, did_you_mean
from archlens.graph.model import Graph
from archlens.spec.expectations import BYTES
from archlens.spec.model import Expectation

__all__ = ["check_expectations"]

_ATTRIBUTES = {"peak_memory": "peak_activation_bytes"}
_SUMS = ("params", "buffers", "macs", "flops", "activations", "parameter_bytes")  # each is the sum of what layers have


def check_expectations(graph: Graph, totals: Totals, layers: Sequence[LayerFacts]) -> tuple[Outcome, ...]:
    """The outcome of every expectation, in the order written. layers: the parts of what sums up."""
    return tuple(
        [
            _check_shape(expected, graph)
            if expected.key in ("output", "tensors")
            else _check_classes(expected, graph)
            if expected.key == "classes"
            else _check_total(expected, totals, layers)
            for expected in graph.expect
        ]
    )


def _check_total(expected: Expectation, totals: Totals, layers: Sequence[LayerFacts]) -> Outcome:
    """As a figure; where a budget for a sum is exceeded, the layer that adds the most is named."""
    outcome = _check_figure(expected, getattr(totals, _ATTRIBUTES.get(expected.key, expected.key)))
    over = expected.high is not None and isinstance(outcome.actual, int) and outcome.actual > expected.high
    if outcome.diagnostic is None or expected.exact or not over or expected.key not in _SUMS:
        return outcome
    most = max(layers, key=lambda layer: int(getattr(layer, expected.key)))
    value = getattr(most, expected.key)
    help = f"{outcome.diagnostic.help}; most of all has {most.path}: {value:,} ({value / outcome.actual:.0%})"
    said = (Label(most.span, f"{value:,}"),) if most.span else ()
    return outcome._replace(diagnostic=outcome.diagnostic._replace(help=help, related=said))


def _check_classes(expected: Expectation, graph: Graph) -> Outcome:
    """As a figure; where it is missed, the layer that puts the classes out is shown."""
    number, values, layer = classes_of(graph)
    outcome = _check_figure(expected, number)
    if outcome.diagnostic is None or layer is None:
        return outcome
    node = graph.nodes[layer]
    said = (Label(node.span, f"puts out {values:,}{' value, for 2' if values == 1 else ''}"),) if node.span else ()
    return outcome._replace(diagnostic=outcome.diagnostic._replace(related=said))


def _check_figure(expected: Expectation, actual: Any) -> Outcome:
    if actual is None:  # no receptive field
        return _missed(expected, expected.key, None, "none", f", expected {_wanted(expected)}")
    if expected.sizes is not None:
        gap = "" if actual == expected.sizes else f", expected {_wanted(expected)}"
    else:
        gap = _gap(expected, actual if isinstance(actual, tuple) else (actual,))
    if isinstance(actual, tuple):
        actual, shown = list(actual), "×".join(map(str, actual))
    else:
        shown = f"{actual:,} bytes" if expected.key in BYTES else f"{actual:,}"
    return _missed(expected, expected.key, actual, shown, gap) if gap else _met(expected, expected.key, actual)


def _gap(expected: Expectation, values: tuple[int, ...]) -> str:
    """How far the values lie off; empty when they do not. A receptive field has one for each axis."""
    over = max(values) - expected.high if expected.high is not None else 0
    under = expected.low - min(values) if expected.low is not None else 0
    if over <= 0 and under <= 0:
        return ""
    if expected.exact:
        return f", expected {_wanted(expected)} ({f'{over:,} more' if over > 0 else f'{under:,} fewer'})"
    return f": {f'{over:,} over' if over > 0 else f'{under:,} under'} its budget ({expected.text})"


def _check_shape(expected: Expectation, graph: Graph) -> Outcome:
    names: Mapping[str, int] = graph.outputs
    if expected.key == "tensors":
        names = {**{node.path: node.outputs[0] for node in graph.nodes}, **graph.inputs, **graph.tensors}
    name = expected.tensor or next(iter(graph.outputs))
    key = f"{expected.key}.{expected.tensor}" if expected.tensor else expected.key
    if name not in names:
        what = "output" if expected.key == "output" else "tensor or layer"
        message = f"expected a size of `{name}`, but no {what} is called that"
        return Outcome(
            key, expected.text, None, False, Diagnostic("ARC302", message, expected.span, help=did_you_mean(name, names))
        )
    shape = graph.shapes[names[name]][1:]
    if shape == expected.sizes:
        return _met(expected, key, list(shape))
    return _missed(expected, key, list(shape), "×".join(map(str, shape)), f", expected {_wanted(expected)}")


def _wanted(expected: Expectation) -> str:
    return expected.text.replace("x", "×") if expected.sizes else expected.text


def _met(expected: Expectation, key: str, actual: Any) -> Outcome:
    return Outcome(key, expected.text, actual, True, None)


def _missed(expected: Expectation, key: str, actual: Any, shown: str, gap: str) -> Outcome:
    code = "ARC301" if expected.exact else "ARC303"
    other = "the figure if its source says so" if expected.exact else "change the budget"
    diagnostic = Diagnostic(code, f"{key} is {shown}{gap}", expected.span, shown, help=f"mend the network, or {other}")
    return Outcome(key, expected.text, actual, False, diagnostic)
