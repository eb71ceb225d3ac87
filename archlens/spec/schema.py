"""The spec language as JSON Schema, generated from the layer classes, for editors and other tools.

It checks what can be checked without computing: keys, layer names, argument names and kinds.
"""

from __future__ import annotations

from typing import Any

from archlens.layers import layer_types
from archlens.layers.base import Layer
from archlens.layers.fields import Field
from archlens.spec.allowing import LOSSES
from archlens.spec.expectations import FIGURES

__all__ = ["json_schema"]

_BLOCK = "^[A-Z][A-Za-z0-9_]*$"
_SIGNATURE = r"^\s*[A-Z][A-Za-z0-9_]*\s*(\(.*\))?\s*$"
_TEMPLATE = r"\$"
_NAME = {"type": ["string", "number"]}
_VALUE: dict[str, Any] = {"type": ["number", "string", "boolean", "null", "array"]}
_SIZE = {"$ref": "#/$defs/size"}
_BODY = {"$ref": "#/$defs/body"}


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a spec file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:archlens:spec:1",
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
                "anyOf": [
                    {"type": ["integer", "string"]},
                    {"type": "array", "minItems": 1, "items": {"type": ["integer", "string"]}},
                ],
            },
            "names": {"anyOf": [_NAME, {"type": "array", "items": _NAME}]},
            "body": {"type": ["array", "null"], "items": {"$ref": "#/$defs/statement"}},
            "statement": _statement(),
            "expect": _expect(),
            "figure": {"type": ["integer", "number", "string"], "description": "an integer, or digits with a unit: 4.1G"},
        },
    }


def _described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {**schema, "description": description}


def _root() -> dict[str, Any]:
    """The keys of a spec."""
    settings = {
        "meta": {"type": "object", "description": "year, paper, key_idea, depth, source, published accuracy …"},
        "input": _described(_SIZE, "the size of the only input without the batch axis: 3x224x224"),
        "inputs": {"type": "object", "additionalProperties": _SIZE, "description": "several inputs: a size for each name"},
        "outputs": {
            "anyOf": [{"$ref": "#/$defs/names"}, {"type": "object", "additionalProperties": _NAME}],
            "description": "several outputs: names of tensors, or a tensor for each name",
        },
        "freeze": {
            "type": ["array", "string"],
            "items": {"type": "string"},
            "description": "globs over layer paths; `!` thaws; the last match wins",
        },
        "expect": {"$ref": "#/$defs/expect"},
        "loss": {
            "anyOf": [{"enum": list(LOSSES)}, {"type": "object", "additionalProperties": {"enum": list(LOSSES)}}],
            "description": "what the outputs are trained with: one loss for all, or one for each name",
        },
        "allow": _described(_allowed(whole=True), "design rules that are broken on purpose, each with its reason"),
    }
    variant = {"type": ["object", "null"], "properties": settings, "additionalProperties": _VALUE}
    return {
        "archlens": {"const": 1, "description": "the version of the language"},
        "name": {"type": "string", "description": "what people call the network"},
        "extends": {"type": "string", "description": "a file or a shipped spec to start from, with :variant"},
        **settings,
        "params": {"type": "object", "additionalProperties": _VALUE, "description": "named values; -p NAME=VALUE sets one"},
        "variants": {
            "type": "object",
            "additionalProperties": variant,
            "description": "named sets of parameters; the first is the default",
        },
        "blocks": {
            "type": "object",
            "patternProperties": {_SIGNATURE: _BODY},
            "additionalProperties": False,
            "description": "blocks of lines: `Name(parameter, other=default)`, capitalised",
        },
        "layers": {
            "description": "the lines in order; where the spec extends another, a mapping replaces its named lines",
            "anyOf": [_BODY, {"type": "object", "additionalProperties": {"anyOf": [_BODY, {"$ref": "#/$defs/statement"}]}}],
        },
    }


def _allowed(whole: bool) -> dict[str, Any]:
    """Rules and reasons; of a whole spec, with the layers they are about."""
    reason: dict[str, Any] = {"type": "string", "minLength": 1}
    about = {
        "type": "object",
        "properties": {"layers": {"$ref": "#/$defs/names"}, "reason": reason},
        "required": ["reason"],
        "additionalProperties": False,
    }
    return {"type": "object", "additionalProperties": {"anyOf": [reason, about]} if whole else reason}


def _statement() -> dict[str, Any]:
    """A line of `layers:` or of a block."""
    types = layer_types()
    bare = [name for name, kind in types.items() if not any(f.required for f in kind.fields) and kind.inputs[0] < 2]
    joins = [kind for kind in types.values() if kind.joins]
    block = {"description": "a block of the spec: values in the order of its signature", "anyOf": [_VALUE, {"type": "object"}]}
    return {
        "anyOf": [
            {"enum": bare},
            {"type": "string", "pattern": _BLOCK},
            {"type": "string", "pattern": "^" + _TEMPLATE},
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {
                    **{name: _layer(kind) for name, kind in types.items()},
                    **{field.name: _field(kind, field) for kind in joins for field in kind.fields},
                    **_modifiers(),
                },
                "patternProperties": {_BLOCK: block, "^" + _TEMPLATE: block},
            },
        ]
    }


def _modifiers() -> dict[str, Any]:
    """What may stand beside a layer or block."""
    names = {"$ref": "#/$defs/names"}
    number = {"anyOf": [{"type": "integer"}, {"$ref": "#/$defs/expression"}]}
    return {
        "name": _described(_NAME, "the line's name in paths"),
        "as": _described(names, "names the tensor that comes out"),
        "from": _described(names, "the tensor to start from instead of the one above"),
        "when": {"type": ["boolean", "string", "integer"], "description": "leave the line out unless this holds"},
        "repeat": _described(number, "run the line this often, in a chain"),
        "weights": _described(_NAME, "use the parameters of an earlier layer or block"),
        "allow": _described(_allowed(whole=False), "design rules that this line breaks on purpose, each with its reason"),
        "for": {"type": "object", "minProperties": 1, "additionalProperties": _VALUE, "description": "lists to walk in step"},
        "do": _described(_BODY, "the lines that `for` repeats"),
    }


def _layer(kind: type[Layer]) -> dict[str, Any]:
    """What may stand after `- TYPE:`."""
    summary, _ = kind.documentation()
    if kind.joins:
        return {
            "description": summary,
            "anyOf": [
                {"type": "array", "items": _NAME, "description": "tensors to join by name; `prev` is the one above"},
                {"type": "object", "additionalProperties": _BODY, "description": "branches of a fork"},
                {"type": "null"},
            ],
        }
    usage = " ".join(f"<{f.name}>" if f.required else f"[{f.name}]" for f in kind.fields)
    required = [f.name for f in kind.fields if f.required]
    forms: list[dict[str, Any]] = [
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {f.name: _field(kind, f) for f in kind.fields},
            **({"required": required} if required else {}),
        }
    ]
    if kind.fields:
        forms.append({"type": ["string", "number", "boolean"], "pattern": _shorthand(kind)})
    if kind.fields and kind.fields[0].kind.takes_list:
        forms += [option for option in kind.fields[0].kind.schema["anyOf"] if option.get("type") == "array"]
    if not required:
        forms.append({"type": "null"})
    return {"description": f"{summary}\n{usage}".strip(), "anyOf": forms}


def _shorthand(kind: type[Layer]) -> str:
    """A line of values in which `name=` stands only before names of fields."""
    return rf"^(?!(.*\s)?(?!({'|'.join(kind.field_names)})=)[A-Za-z_][A-Za-z0-9_]*=(?!=))"


def _field(kind: type[Layer], field: Field) -> dict[str, Any]:
    """What may stand for one argument of a layer."""
    schema = dict(field.kind.schema)
    if field.optional:
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    schema["description"] = kind.documentation()[1].get(field.name, field.kind.expects)
    if not field.required:
        schema["default"] = field.default
    return schema


def _expect() -> dict[str, Any]:
    """What a network is held to."""
    figure = {"$ref": "#/$defs/figure"}
    budget = {
        "type": "object",
        "properties": {"max": figure, "min": figure},
        "additionalProperties": False,
        "minProperties": 1,
    }
    figures = {"anyOf": [figure, budget]}
    shapes = {"type": "object", "additionalProperties": _SIZE}
    return {
        "type": "object",
        "description": "figures to check on every run: exact, to the digits shown (4.1G), or a budget ({max: 30M})",
        "additionalProperties": False,
        "properties": {
            **dict.fromkeys(FIGURES, figures),
            "receptive_field": {"anyOf": [*figures["anyOf"], _SIZE]},
            "output": {"anyOf": [_SIZE, shapes]},
            "tensors": _described(shapes, "the size of a named tensor or layer"),
        },
    }
