"""The spec language as JSON Schema, generated from the layer classes, for editors and other tools.

It checks what can be checked without computing: keys, layer names, argument names and kinds.
"""

from __future__ import annotations

from typing import Any

from archlens.layers import layer_types
from archlens.layers.base import Layer
from archlens.spec.expectations import FIGURES

__all__ = ["json_schema"]

_ANY_BLOCK = "^[A-Z][A-Za-z0-9_]*$"
_TEMPLATE = r"\$"
_NAME = {"type": ["string", "number"]}
_VALUE: dict[str, Any] = {"type": ["number", "string", "boolean", "null", "array"]}


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a spec file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://archlens.dev/schema/spec-1.json",
        "title": "archlens spec, version 1",
        "type": "object",
        "required": ["archlens"],
        "anyOf": [{"required": ["layers"]}, {"required": ["extends"]}],
        "additionalProperties": False,
        "properties": _root(),
        "$defs": {
            "expression": {"type": "string", "description": "arithmetic over parameters, e.g. 4*width or divisible(alpha*32, 8)"},
            "substitution": {"type": "string", "pattern": _TEMPLATE, "description": "$name or $(expression)"},
            "size": {
                "description": "sizes without the batch axis: 3x224x224, or a list whose items may be expressions",
                "anyOf": [{"type": ["integer", "string"]}, {"type": "array", "minItems": 1, "items": {"type": ["integer", "string"]}}],
            },
            "names": {"anyOf": [_NAME, {"type": "array", "items": _NAME}]},
            "body": {"type": ["array", "null"], "items": {"$ref": "#/$defs/statement"}},
            "statement": _statement(),
            "expect": _expect(),
            "figure": {"type": ["integer", "number", "string"], "description": "an integer, or digits with a unit: 4.1G"},
        },
    }


def _root() -> dict[str, Any]:
    inputs = {"type": "object", "additionalProperties": {"$ref": "#/$defs/size"}}
    params = {"type": "object", "additionalProperties": _VALUE}
    freeze = {"type": ["array", "string"], "items": {"type": "string"}, "description": "globs over layer paths; `!` thaws; the last match wins"}
    meta = {"type": "object", "description": "year, paper, key_idea, depth, source, published accuracy …"}
    variant = {
        "type": ["object", "null"],
        "properties": {
            "meta": meta,
            "input": {"$ref": "#/$defs/size"},
            "inputs": inputs,
            "freeze": freeze,
            "expect": {"$ref": "#/$defs/expect"},
        },
        "additionalProperties": _VALUE,
    }
    return {
        "archlens": {"const": 1, "description": "the version of the language"},
        "name": {"type": "string"},
        "meta": meta,
        "extends": {"type": "string", "description": "a file or a shipped spec, with :variant"},
        "input": {"$ref": "#/$defs/size"},
        "inputs": inputs,
        "params": params,
        "variants": {"type": "object", "additionalProperties": variant},
        "blocks": {
            "type": "object",
            "patternProperties": {r"^\s*[A-Z][A-Za-z0-9_]*\s*(\(.*\))?\s*$": {"$ref": "#/$defs/body"}},
            "additionalProperties": False,
        },
        "layers": {
            "description": "the lines in order; where the spec extends another, a mapping replaces its named lines",
            "anyOf": [{"$ref": "#/$defs/body"}, {"type": "object", "additionalProperties": {"$ref": "#/$defs/body"}}],
        },
        "outputs": {"anyOf": [{"$ref": "#/$defs/names"}, {"type": "object", "additionalProperties": _NAME}]},
        "freeze": freeze,
        "expect": {"$ref": "#/$defs/expect"},
    }


def _statement() -> dict[str, Any]:
    types = layer_types()
    bare = [name for name, kind in types.items() if not any(f.required for f in kind.fields) and kind.inputs[0] == 1]
    joins = [kind for kind in types.values() if kind.inputs[1] is None]
    block = {"description": "a block of the spec: values in the order of its signature", "anyOf": [_VALUE, {"type": "object"}]}
    return {
        "anyOf": [
            {"enum": bare},
            {"type": "string", "pattern": _ANY_BLOCK},
            {"type": "string", "pattern": "^" + _TEMPLATE},
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {
                    **{name: _layer(kind) for name, kind in types.items()},
                    **{field.name: field.kind.schema for kind in joins for field in kind.fields},
                    **_modifiers(),
                },
                "patternProperties": {_ANY_BLOCK: block, "^" + _TEMPLATE: block},
            },
        ]
    }


def _modifiers() -> dict[str, Any]:
    number = {"anyOf": [{"type": "integer"}, {"$ref": "#/$defs/expression"}]}
    return {
        "name": {**_NAME, "description": "the layer's name in paths"},
        "as": {"$ref": "#/$defs/names", "description": "names the tensor that comes out"},
        "from": {"$ref": "#/$defs/names", "description": "the tensor to start from instead of the one above"},
        "when": {"type": ["boolean", "string", "integer"], "description": "leave the line out unless this holds"},
        "repeat": {**number, "description": "run the line this often, in a chain"},
        "weights": {**_NAME, "description": "use the parameters of an earlier layer or block"},
        "for": {"type": "object", "minProperties": 1, "additionalProperties": _VALUE, "description": "lists to walk in step"},
        "do": {"$ref": "#/$defs/body"},
    }


def _layer(kind: type[Layer]) -> dict[str, Any]:
    """What may stand after `- TYPE:`."""
    summary, meanings = kind.documentation()
    if kind.inputs[1] is None:
        return {
            "description": summary,
            "anyOf": [
                {"type": "array", "items": _NAME, "description": "tensors to join by name; `prev` is the one above"},
                {"type": "object", "additionalProperties": {"$ref": "#/$defs/body"}, "description": "branches of a fork"},
                {"type": "null"},
            ],
        }
    usage = " ".join(f"<{f.name}>" if f.required else f"[{f.name}]" for f in kind.fields)
    fields = {f.name: {**_optional(f.kind.schema, f.optional), "description": meanings.get(f.name, "")} for f in kind.fields}
    mapping: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": fields}
    required = [f.name for f in kind.fields if f.required]
    if required:
        mapping["required"] = required
    scalars = ["string", "number", "boolean"] if kind.fields else []
    return {
        "description": f"{summary}\n{usage}".strip(),
        "anyOf": [*([{"type": scalars}] if scalars else []), mapping, *([] if required else [{"type": "null"}])],
    }


def _optional(schema: dict[str, Any], optional: bool) -> dict[str, Any]:
    return {"anyOf": [*schema["anyOf"], {"type": "null"}]} if optional else dict(schema)


def _expect() -> dict[str, Any]:
    budget = {
        "type": "object",
        "properties": {"max": {"$ref": "#/$defs/figure"}, "min": {"$ref": "#/$defs/figure"}},
        "additionalProperties": False,
        "minProperties": 1,
    }
    figure = {"anyOf": [{"$ref": "#/$defs/figure"}, budget]}
    shapes = {"type": "object", "additionalProperties": {"$ref": "#/$defs/size"}}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **dict.fromkeys(FIGURES, figure),
            "receptive_field": {"anyOf": [*figure["anyOf"], {"$ref": "#/$defs/size"}]},
            "output": {"anyOf": [{"$ref": "#/$defs/size"}, shapes]},
            "tensors": shapes,
        },
    }
