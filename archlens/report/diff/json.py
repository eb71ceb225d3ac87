"""Pairs → JSON: keys are only ever added; `schema` names the version."""

from __future__ import annotations

from typing import Any

from archlens.analysis.difference import FOLLOWING, Change, Difference
from archlens.analysis.facts import LayerFacts
from archlens.report.diff.amounts import NUMERIC, totals
from archlens.report.diff.pair import Comparison, Pair
from archlens.report.json import SCHEMA, render_json

__all__ = ["diff_json"]


def diff_json(comparison: Comparison) -> str:
    """One object for all pairs."""
    return render_json(
        [
            {
                "schema": SCHEMA,
                "about": comparison.about or None,
                "same": not comparison.faults and all(pair.status == "same" for pair in comparison.pairs),
                "pairs": [_pair(pair) for pair in comparison.pairs],
                "broken": list(comparison.broken),
                "notes": list(comparison.notes),
                "diagnostics": [fault.as_json() for fault in comparison.faults],
            }
        ],
        several=False,
    )


def _pair(pair: Pair) -> dict[str, Any]:
    difference = pair.difference
    return {
        "title": pair.title,
        "status": pair.status,
        "old": pair.names[0] or None,
        "new": pair.names[1] or None,
        "totals": {
            total.figure.name: {
                "old": total.old,
                "new": total.new,
                "difference": total.amount,
                "percent": None if total.percent is None else float(total.percent),
            }
            for total in totals(pair.old, pair.new, NUMERIC)
        },
        **({} if difference is None else _difference(difference)),
    }


def _difference(difference: Difference) -> dict[str, Any]:
    kinds = [change.kind for change in difference.changes]
    return {
        "counts": {
            **{kind: kinds.count(kind) for kind in ("added", "removed", "changed", "resized")},
            "unchanged": difference.unchanged,
        },
        "layers": [_change(change) for change in difference.changes],
        "renamed": difference.renamed,
        "inputs": difference.inputs,
        "outputs": difference.outputs,
        "order": difference.order,
        "expectations": [{"key": key, "old": old, "new": new} for key, old, new in difference.expectations],
        "losses": difference.losses,
        "allowed": {rule: {"old": dict(old), "new": dict(new)} for rule, (old, new) in difference.allowed.items()},
    }


def _change(change: Change) -> dict[str, Any]:
    """The facts of both sides, null on one that lacks it."""
    return {
        "change": change.kind,
        "aspects": change.aspects,
        "arguments": {name: list(values) for name, values in change.arguments.items()},
        "old": _facts(change.old),
        "new": _facts(change.new),
        "difference": {name: change.amount(name) for name in FOLLOWING},
    }


def _facts(layer: LayerFacts | None) -> dict[str, Any] | None:
    if layer is None:
        return None
    return {
        "path": layer.path,
        "type": layer.type,
        "arguments": layer.arguments,
        "inputs": layer.inputs,
        "output_shapes": layer.output_shapes,
        **{name: getattr(layer, name) for name in FOLLOWING},
        "trainable": layer.trainable,
        "shared_with": layer.shared_with,
        "file": layer.span.source.name if layer.span else None,
        "line": layer.span.line if layer.span else None,
    }
