"""A layer's arguments in the spec's shorthand: `64 7×7 /2 same bias=false`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from archlens.layers import layer_types
from archlens.layers.fields import Field

__all__ = ["operation_text", "typed_operation", "value_text"]

_LISTS = ("Axes", "Shifts")  # kinds whose values are no sizes: never written 1×2
_WORDS = {("padding", "same"): "same", ("padding", "valid"): "valid", ("ceil_mode", True): "ceil"}


def operation_text(type_name: str, arguments: Mapping[str, Any], axes: int, brief: bool = False, times: str = "×") -> str:
    """The arguments that differ from the defaults, as a spec would write them.

    axes: spatial axes of the map, over which a kernel written once is spelled out. brief: only the values that
    every such layer has, and the stride. times: between sizes; with `x` the text is the spec's own.
    """
    return _text(type_name, tuple(arguments.values()), axes, brief, times)


def typed_operation(type_name: str, arguments: Mapping[str, Any], axes: int, brief: bool = False, times: str = "×") -> str:
    """The same behind the type of the layer: `conv 64 7×7 /2`, `relu`."""
    return f"{type_name} {operation_text(type_name, arguments, axes, brief, times)}".rstrip()


def value_text(value: Any, times: str = "×") -> str:
    """One argument as a spec writes it: `3×3`, `true`, `same`."""
    return _value(value, times)


@lru_cache(4096)
def _text(type_name: str, values: tuple[Any, ...], axes: int, brief: bool, times: str) -> str:
    kind = layer_types()[type_name]
    words = [_word(field, value, axes, brief, times) for field, value in zip(kind.fields, values, strict=True)]
    return " ".join(filter(None, words))


def _word(field: Field, value: Any, axes: int, brief: bool, times: str) -> str:
    """What the line says of one field; nothing where it has its default."""
    if field.required:
        if field.kind.name == "Sizes" and not isinstance(value, tuple) and axes > 1:
            value = (value,) * axes
        return _value(value, times, nested=field.kind.name in _LISTS)
    if field.kind.name not in _LISTS and isinstance(value, tuple) and len(set(value)) == 1 and isinstance(value[0], int):
        value = value[0]
    if value == field.default:
        return ""
    if field.name == "stride":
        return f"/{_value(value, times)}"
    if brief:
        return ""
    return _WORDS.get((field.name, value)) or f"{field.name}={_value(value, times, nested=field.kind.name in _LISTS)}"


def _value(value: Any, times: str, nested: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        if not nested and all(isinstance(size, int) and size >= 0 for size in value):
            return times.join(map(str, value))
        return f"[{','.join(_value(item, times, nested=True) for item in value)}]"
    return "null" if value is None else str(value).removesuffix(".0")  # 2.0 is 2, also to the cache
