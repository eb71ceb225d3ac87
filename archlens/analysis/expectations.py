"""Is it what the spec expects? Every line of `expect:` against the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archlens.analysis.facts import Outcome, Totals
from archlens.errors import Diagnostic, did_you_mean
from archlens.graph.model import Graph
from archlens.layers.dims import Shape
from archlens.spec.model import Expectation

__all__ = ["check_expectations"]

_ATTRIBUTES = {"peak_memory": "peak_activation_bytes"}


def check_expectations(graph: Graph, totals: Totals) -> tuple[Outcome, ...]:
    """The outcome of every expectation, in the order written."""
    return tuple([_check(expectation, graph, totals) for expectation in graph.expect])


def _check(expected: Expectation, graph: Graph, totals: Totals) -> Outcome:
    if expected.key in ("output", "tensors"):
        return _check_shape(expected, graph)
    actual = getattr(totals, _ATTRIBUTES.get(expected.key, expected.key))
    if expected.key == "receptive_field":
        ok = actual is not None and _field_fits(expected, actual)
        shown = None if actual is None else list(actual)
        text = "none" if actual is None else "×".join(map(str, actual))
        return _outcome(expected, expected.key, shown, ok, text, "")
    ok = (expected.low is None or actual >= expected.low) and (expected.high is None or actual <= expected.high)
    return _outcome(expected, expected.key, actual, ok, f"{actual:,}", _gap(expected, actual))


def _field_fits(expected: Expectation, actual: tuple[int, ...]) -> bool:
    if expected.sizes is not None:
        return expected.sizes == actual
    return all(
        (expected.low is None or size >= expected.low) and (expected.high is None or size <= expected.high) for size in actual
    )


def _check_shape(expected: Expectation, graph: Graph) -> Outcome:
    names: Mapping[str, int] = graph.outputs if expected.key == "output" else {**graph.tensors, **_paths(graph)}
    name = expected.tensor or next(iter(graph.outputs))
    key = f"{expected.key}.{expected.tensor}" if expected.tensor else expected.key
    if name not in names:
        what = "output" if expected.key == "output" else "tensor or layer"
        message = f"expected a size of `{name}`, but no {what} is called that"
        return Outcome(
            key, expected.text, None, False, Diagnostic("ARC302", message, expected.span, help=did_you_mean(name, names))
        )
    shape: Shape = graph.shapes[names[name]][1:]
    return _outcome(expected, key, list(shape), shape == expected.sizes, "×".join(map(str, shape)), "")


def _paths(graph: Graph) -> dict[str, int]:
    return {node.path: node.outputs[0] for node in graph.nodes}


def _gap(expected: Expectation, actual: int) -> str:
    if expected.high is not None and actual > expected.high:
        return f"{actual - expected.high:,} more"
    if expected.low is not None and actual < expected.low:
        return f"{expected.low - actual:,} fewer"
    return ""


def _outcome(expected: Expectation, key: str, actual: Any, ok: bool, shown: str, gap: str) -> Outcome:
    if ok:
        return Outcome(key, expected.text, actual, True, None)
    wanted = expected.text.replace("x", "×") if expected.sizes else expected.text
    rest = f" ({gap})" if gap else ""
    if expected.exact:
        message = f"{key} is {shown}, expected {wanted}{rest}"
        diagnostic = Diagnostic(
            "ARC301", message, expected.span, shown, help="mend the network, or the figure if its source says so"
        )
    else:
        message = f"{key} is {shown}, over the budget of {wanted}{rest}"
        if expected.high is None or (expected.low is not None and isinstance(actual, int) and actual < expected.low):
            message = f"{key} is {shown}, below the budget of {wanted}{rest}"
        diagnostic = Diagnostic("ARC303", message, expected.span, shown, help="mend the network, or change the budget")
    return Outcome(key, expected.text, actual, False, diagnostic)
