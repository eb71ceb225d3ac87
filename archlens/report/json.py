"""Analysis → JSON: the contract for tools. Keys are only ever added; `schema` names the version."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from archlens.analysis.facts import POLICY, Analysis, LayerFacts, Totals, conventions
from archlens.analysis.levels import Group, families, summed
from archlens.analysis.training import OPTIMIZERS
from archlens.errors import Diagnostic
from archlens.report.numbers import plain_number

if TYPE_CHECKING:
    from archlens.analysis.policies.recount import Recount

__all__ = ["SCHEMA", "analysis_json", "faults_json", "peak_json", "render_json", "training_json"]

SCHEMA = 1


def render_json(reports: Sequence[dict[str, Any]], several: bool) -> str:
    """One object, or with `several` a list; a line for each key and each layer. ASCII, so that no encoding can harm it."""
    texts = [_object(report) for report in reports]
    return "[" + ",\n".join(texts) + "]" if several else texts[0]


def _object(report: dict[str, Any]) -> str:
    lines = []
    for key, value in report.items():
        text = json.dumps(value)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = "[\n" + ",\n".join([f"    {json.dumps(item)}" for item in value]) + "\n  ]"
        lines.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}"


def analysis_json(analysis: Analysis, groups: Sequence[Group | LayerFacts] | None = None) -> dict[str, Any]:
    """The object of one network; with `groups`, blocks or stages, the key of that name."""
    totals = analysis.totals
    return {
        "schema": SCHEMA,
        "name": analysis.name,
        "spec": analysis.spec,
        "variant": analysis.variant,
        "inputs": analysis.inputs,
        "outputs": analysis.outputs,
        "totals": {
            **totals.figures(),
            **_counted(totals, analysis),
            "macs_per_param": totals.macs_per_param,
            "arithmetic_intensity": totals.arithmetic_intensity,
            "peak": peak_json(analysis),
            "training": training_json(analysis),
            **({} if analysis.recount is None else {"policy": _policy(analysis.recount)}),
        },
        "families": {group.path: _family(group, analysis) for group in families(analysis.layers)},
        "layers": [{**_layer(layer), **_counted(layer, analysis)} for layer in analysis.layers],
        **({} if groups is None else {"groups": [_group(group, analysis) for group in groups]}),
        "expectations": [
            {"key": one.key, "expected": one.expected, "actual": one.actual, "ok": one.ok} for one in analysis.expectations
        ],
        "diagnostics": [one.diagnostic.as_json() for one in analysis.expectations if one.diagnostic],
        "misalignments": [{**one._asdict(), "values": list(map(plain_number, one.values))} for one in analysis.misalignments],
        "meta": analysis.meta,
        "notes": analysis.notes,
        "policy": POLICY,
        "conventions": conventions(analysis.totals.dtype),
        "uncounted": analysis.uncounted,
    }


def peak_json(analysis: Analysis) -> dict[str, Any]:
    """When most activations are alive: the bytes, the layer that runs then (null before the first), what is alive, largest
    first. A shape of null is what that layer holds for itself."""
    peak = analysis.peak
    return {"bytes": peak.bytes, "layer": peak.layer, "alive": [one._asdict() for one in peak.alive]}


def training_json(analysis: Analysis) -> dict[str, Any] | None:
    """The estimate for each optimizer, with the formula of every line; null for a dtype without gradients."""
    training = analysis.training
    if not training.possible:
        return None
    return {
        "estimate": True,
        "gradient_bytes": training.gradient_bytes,
        "saved_activation_bytes": training.saved_activation_bytes,
        "optimizers": {
            name: {
                "state_bytes": training.optimizer_bytes(name),
                "total_bytes": training.total_bytes(name),
                "formulas": {line.name: line.formula for line in training.lines(name)},
            }
            for name in OPTIMIZERS
        },
    }


def faults_json(spec: str, faults: Sequence[Diagnostic]) -> dict[str, Any]:
    """The object of a spec that could not be analysed: the same keys as far as the contract goes, and its diagnostics."""
    return {
        "schema": SCHEMA,
        "name": None,
        "spec": spec,
        "variant": None,
        "inputs": None,
        "outputs": None,
        "totals": None,
        "layers": [],
        "expectations": [],
        "diagnostics": [fault.as_json() for fault in faults],
    }


def _policy(recount: Recount) -> dict[str, Any]:
    """What another tool counts, and why it is not archlens's MACs; the amounts add up to the difference."""
    return {
        "name": recount.policy.name,
        "version": recount.policy.version,
        "unit": recount.policy.unit,
        "total": recount.total,
        "archlens_macs": recount.macs,
        "differences": [one._asdict() for one in recount.differences],
        "uncounted": recount.uncounted,
    }


def _counted(row: Group | LayerFacts | Totals, analysis: Analysis) -> dict[str, int]:
    """What the policy counts, where one was asked for."""
    return {} if analysis.recount is None else {"policy_count": row.policy_count}


def _family(group: Group, analysis: Analysis) -> dict[str, Any]:
    """Sums, and shares as percentages of the whole network; null where there is nothing to share."""
    totals = analysis.totals
    return {
        "layers": group.layers,
        "params": group.params,
        "params_share": 100 * group.params / totals.params if totals.params else None,
        "macs": group.macs,
        "macs_share": 100 * group.macs / totals.macs if totals.macs else None,
        "flops": group.flops,
        "activations": group.activations,
        **_counted(group, analysis),
    }


def _group(row: Group | LayerFacts, analysis: Analysis) -> dict[str, Any]:
    group = row if isinstance(row, Group) else summed(row.path, [row], row)
    field = group.receptive_field
    return {
        "path": group.path,
        **_family(group, analysis),
        "buffers": group.buffers,
        "moved": group.moved,
        "macs_per_param": group.macs_per_param,
        "arithmetic_intensity": group.arithmetic_intensity,
        "output_shape": group.output_shapes[0] if group.output_shapes else None,
        "receptive_field": field and field.size,
        "whole_map": field is not None and all(field.whole),
    }


def _layer(layer: LayerFacts) -> dict[str, Any]:
    field, strict = layer.receptive_field, layer.strict_field
    return {
        "path": layer.path,
        "type": layer.type,
        "arguments": layer.arguments,
        "inputs": layer.inputs,
        "output_shape": layer.output_shapes[0],
        "output_shapes": layer.output_shapes,
        "params": layer.params,
        "parameter_shapes": layer.parameter_shapes,
        "buffers": layer.buffers,
        "trainable": layer.trainable,
        "shared_with": layer.shared_with,
        "macs": layer.macs,
        "flops": layer.flops,
        "activations": layer.activations,
        "moved": layer.moved,
        "family": layer.family,
        "parameter_bytes": layer.parameter_bytes,
        "activation_bytes": layer.activation_bytes,
        "live_bytes": layer.live_bytes,
        "receptive_field": field and field.size,
        "strict_receptive_field": strict and strict.size,
        "jump": field and [plain_number(jump) for jump in field.jump],
        "start": field and field.start,
        "receptive_field_exact": field is None or field.exact,
        "whole_map": field is not None and all(field.whole),
        "line": layer.span.line if layer.span else None,
        "file": layer.span.source.name if layer.span else None,
    }
