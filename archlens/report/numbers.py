"""Numbers, sizes and argument lists as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archlens.layers import layer_types
from archlens.layers.dims import Shape

__all__ = ["arguments_text", "bytes_text", "grouped", "short", "size_text", "sizes_text"]

_UNITS = ("", "k", "M", "G", "T", "P", "E")


def grouped(value: int) -> str:
    """`25,557,032`."""
    return f"{value:,}"


def short(value: int) -> str:
    """Four digits and a unit: `4.089G`, `118.0M`, `9,408` as it is."""
    if value < 10_000:
        return f"{value:,}"
    unit, scaled = 0, float(value)
    while scaled >= 999.95 and unit < len(_UNITS) - 1:
        scaled /= 1000
        unit += 1
    digits = 3 if scaled < 9.9995 else 2 if scaled < 99.995 else 1
    return f"{scaled:.{digits}f}{_UNITS[unit]}"


def bytes_text(value: int) -> str:
    """`102.2 MB`, by thousands."""
    if value < 1000:
        return f"{value} B"
    scaled, unit = float(value), 0
    while scaled >= 999.95:
        scaled /= 1000
        unit += 1
    return f"{scaled:.1f} {_UNITS[unit]}B"


def sizes_text(sizes: tuple[Any, ...]) -> str:
    """`64×112×112`."""
    return "×".join(map(str, sizes))


def size_text(shape: Shape, batch: bool = False) -> str:
    """A shape without its batch axis unless asked: `64×112×112`, `1000`."""
    return sizes_text(shape if batch else shape[1:]) or "scalar"


def arguments_text(type_name: str, arguments: Mapping[str, Any]) -> str:
    """The arguments in the spec's shorthand, defaults left out: `64 7×7 /2 same bias=false`."""
    kind = layer_types().get(type_name)
    if kind is None:
        return " ".join(f"{name}={_value(value)}" for name, value in arguments.items())
    words = []
    for field in kind.fields:
        value = arguments[field.name]
        if field.required:
            words.append(_value(value))
        elif field.name == "stride" and value != field.default:
            words.append(f"/{_value(value)}")
        elif value in ("same", "valid"):
            words.append(value)
        elif value != field.default:
            words.append(f"{field.name}={_value(value)}")
    return " ".join(words)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        if any(isinstance(item, tuple) for item in value):
            return "[" + ",".join(f"[{','.join(map(str, item))}]" if isinstance(item, tuple) else str(item) for item in value) + "]"
        return sizes_text(value)
    return "null" if value is None else str(value)
