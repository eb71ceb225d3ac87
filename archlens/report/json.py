"""Analysis → JSON: the contract for tools. Keys are only ever added; `schema` names the version."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from archlens.analysis.facts import CONVENTIONS, Analysis, LayerFacts
from archlens.errors import Diagnostic

__all__ = ["SCHEMA", "analysis_json", "faults_json", "render_json"]

SCHEMA = 1


def render_json(reports: Sequence[dict[str, Any]]) -> str:
    """One object for one network, a list for several; a line for each key and each layer."""
    texts = [_object(report) for report in reports]
    return texts[0] if len(texts) == 1 else "[" + ",\n".join(texts) + "]"


def _object(report: dict[str, Any]) -> str:
    lines = []
    for key, value in report.items():
        text = _compact(value)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = "[\n" + ",\n".join(f"    {_compact(item)}" for item in value) + "\n  ]"
        lines.append(f"  {_compact(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def analysis_json(analysis: Analysis) -> dict[str, Any]:
    """The object of one network."""
    totals = analysis.totals._asdict()
    totals["receptive_field"] = _listed(analysis.totals.receptive_field)
    return {
        "schema": SCHEMA,
        "name": analysis.name,
        "spec": analysis.spec,
        "variant": analysis.variant,
        "inputs": {name: list(shape) for name, shape in analysis.inputs.items()},
        "outputs": {name: list(shape) for name, shape in analysis.outputs.items()},
        "totals": totals,
        "layers": [_layer(layer) for layer in analysis.layers],
        "expectations": [
            {"key": one.key, "expected": one.expected, "actual": one.actual, "ok": one.ok} for one in analysis.expectations
        ],
        "diagnostics": [one.diagnostic.as_json() for one in analysis.expectations if one.diagnostic],
        "misalignments": [
            {"path": m.path, "axis": m.axis, "paths": list(m.paths), "differs": m.differs, "values": [_number(v) for v in m.values]}
            for m in analysis.misalignments
        ],
        "meta": dict(analysis.meta),
        "notes": list(analysis.notes),
        "policy": "archlens",
        "conventions": dict(CONVENTIONS),
    }


def faults_json(spec: str, faults: Sequence[Diagnostic]) -> dict[str, Any]:
    """The object of a spec that could not be analysed."""
    return {"schema": SCHEMA, "name": None, "spec": spec, "totals": None, "diagnostics": [fault.as_json() for fault in faults]}


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
        "receptive_field": field and field.size,
        "strict_receptive_field": strict and strict.size,
        "jump": field and [_number(jump) for jump in field.jump],
        "start": field and field.start,
        "whole_map": field is not None and all(field.whole),
        "line": layer.span.line if layer.span else None,
        "file": layer.span.source.name if layer.span else None,
    }


def _listed(sizes: tuple[int, ...] | None) -> list[int] | None:
    return None if sizes is None else list(sizes)


def _number(value: Any) -> Any:
    """An exact int, or a float for a jump between pixels."""
    return value if isinstance(value, int) else float(value)


