"""The kinds of argument a layer can have: what each accepts, and how it reads in JSON Schema.

A layer writes its fields as annotations (`stride: Sizes = 1`). The annotation's text names the kind, so
declaring a field generates no code; the aliases below are what a type checker sees.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from math import ceil, floor
from typing import Any, TypeAlias

from archlens.errors import LayerError, closest
from archlens.layers.dims import Dim, require
from archlens.records import NamedTuple

__all__ = [
    "LARGEST",
    "Axes",
    "Axis",
    "Count",
    "Extents",
    "Field",
    "Flag",
    "Index",
    "Kind",
    "Margins",
    "Number",
    "Padding",
    "Parts",
    "Probability",
    "Shifts",
    "Sizes",
    "TargetShape",
    "kind_of",
]

Count: TypeAlias = Dim  # one integer, at least 1
Axis: TypeAlias = int  # an axis of the tensor, batch counted, negative from the end
Axes: TypeAlias = int | tuple[int, ...]  # one axis or several, as `Axis`
Parts: TypeAlias = Dim | tuple[Dim, ...]  # sizes, each at least 1, of which one does not stand for all
Index: TypeAlias = Dim  # a place along an axis, negative from the end
Shifts: TypeAlias = int | tuple[int, ...]  # one distance or several, any sign
Sizes: TypeAlias = Dim | tuple[Dim, ...]  # per spatial axis, each at least 1; one stands for all
Padding: TypeAlias = Dim | str | tuple[Dim | tuple[Dim, Dim], ...]  # per axis, or (low, high) pairs, or a word
Extents: TypeAlias = Dim | tuple[Dim | tuple[Dim, Dim], ...]  # per axis or (low, high) pairs, any sign
Margins: TypeAlias = Dim | tuple[Dim, ...]  # per spatial axis, each at least 0; one stands for all
TargetShape: TypeAlias = tuple[Dim, ...]  # sizes without the batch axis; one may be -1, the rest
Number: TypeAlias = float
Probability: TypeAlias = float
Flag: TypeAlias = bool


class Kind(NamedTuple):
    """A kind of argument: `accept(value, field name)` returns the value to keep or raises LayerError."""

    name: str
    expects: str
    accept: Callable[[Any, str], Any]
    schema: dict[str, Any]
    choices: tuple[str, ...] = ()

    @property
    def takes_list(self) -> bool:
        """Whether a list is a value here."""
        return any(option.get("type") == "array" for option in self.schema["anyOf"])


class Field(NamedTuple):
    """One argument of a layer type: its name, kind and default."""

    name: str
    kind: Kind
    required: bool
    default: Any = None
    optional: bool = False  # None is a value too


_WHOLE = {"anyOf": [{"type": "integer"}, {"$ref": "#/$defs/expression"}]}
_OLD_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}  # YAML 1.1's, not 1.2's
LARGEST = 2**53
"""The largest size: one beyond it is a slip of the pen, and floats stop being exact."""


def _refuse(value: Any, name: str, expects: str) -> LayerError:
    words = {True: "true", False: "false", None: "null"}
    shown = f"the word `{value}`" if isinstance(value, str) else f"{value!r}"
    if value is None or isinstance(value, bool):
        shown = words[value]
    elif isinstance(value, list | tuple) and not value:
        shown = "an empty list"
    elif isinstance(value, tuple) and not any(isinstance(item, tuple) for item in value):
        shown = "x".join(map(str, value))
    return LayerError(f"{name} must be {expects}, not {shown}", name, code="ARC121")


def _dim(value: Any, name: str, expects: str, low: int | None) -> Any:
    """An integer in range; arrays and symbols pass, their range is required."""
    if isinstance(value, bool | str | list | dict | tuple | None):
        raise _refuse(value, name, expects)
    if isinstance(value, float):
        if not value.is_integer():
            refusal = _refuse(value, name, expects)
            if abs(value) < LARGEST:  # neither infinite nor no number
                refusal.help = f"write {floor(value)} or {ceil(value)}; in an expression `//` divides down to a whole number"
            raise refusal
        value = int(value)
    if isinstance(value, int) and abs(value) > LARGEST:
        raise LayerError(f"{name} is {value:.3g}; no tensor is that large", name, code="ARC121")
    if low is not None:
        require(value >= low, f"{name} must be at least {low}, not {{}}", value, argument=name, code="ARC121")
    return value


def _per_axis(low: int | None, expects: str, pairs: bool, words: tuple[str, ...] = ()) -> Callable[[Any, str], Any]:
    def accept(value: Any, name: str) -> Any:
        if isinstance(value, str) and value in words:
            return value
        if not isinstance(value, list | tuple):
            return _dim(value, name, expects, low)
        if not value:
            raise _refuse(value, name, expects)
        kept: list[Any] = []
        for item in value:
            if pairs and isinstance(item, list | tuple):
                if len(item) != 2:
                    raise LayerError(f"{name}: a pair is [low, high], not {list(item)}", name, code="ARC121")
                kept.append(tuple(_dim(end, name, expects, low) for end in item))
            else:
                kept.append(_dim(item, name, expects, low))
        return tuple(kept)

    return accept


def _whole(low: int | None, expects: str) -> Callable[[Any, str], Any]:
    return lambda value, name: _dim(value, name, expects, low)


def _shape(value: Any, name: str) -> Any:
    items = value if isinstance(value, list | tuple) else (value,)
    kept = tuple(_dim(item, name, "sizes such as 16x4x4, one of them may be -1", -1) for item in items)
    for item in kept:
        require(item != 0, "{}: a size is at least 1, or -1 for what is left", name, argument=name, code="ARC121")
    if sum(1 for item in kept if isinstance(item, int) and item == -1) > 1:
        raise LayerError(f"{name}: only one size can be -1 (what is left)", name, code="ARC121")
    return kept


def _number(low: float | None, high: float | None, expects: str) -> Callable[[Any, str], Any]:
    def accept(value: Any, name: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise _refuse(value, name, expects)
        if (low is not None and value < low) or (high is not None and value > high) or abs(value) == float("inf"):
            raise _refuse(value, name, expects)
        return value

    return accept


def _flag(value: Any, name: str) -> Any:
    if not isinstance(value, bool):
        refusal = _refuse(value, name, "true or false")
        if not isinstance(value, str):
            refusal.help = f"write `{name}=true`, or leave it out"
        if value in (0, 1):
            refusal.help = f"write `{'true' if value else 'false'}`"
        elif isinstance(value, str):
            meant = value.lower()
            meant = "true" if meant == name else _OLD_BOOLEANS.get(meant, meant)
            refusal.help = f"write `{name}={meant}`" if meant in _OLD_BOOLEANS.values() else ""
        raise refusal
    return value


def _word(choices: tuple[str, ...]) -> Callable[[Any, str], Any]:
    def accept(value: Any, name: str) -> Any:
        if value not in choices:
            refusal = _refuse(value, name, "one of " + ", ".join(f"`{c}`" for c in choices))
            near = closest(value, choices) if isinstance(value, str) else None
            refusal.help = f"did you mean `{near}`?" if near else "write one of these words"
            raise refusal
        return value

    return accept


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1}


_PAIR = {"type": "array", "items": _WHOLE, "minItems": 2, "maxItems": 2}
_SIZES = {"anyOf": [*_WHOLE["anyOf"], _list_of(_WHOLE)]}
_PAIRS = {"anyOf": [*_WHOLE["anyOf"], _list_of({"anyOf": [*_WHOLE["anyOf"], _PAIR]})]}
_REAL = {"anyOf": [{"type": "number"}, {"$ref": "#/$defs/expression"}]}
_POSITIVE = "a whole number of at least 1"
_AXES = "a whole number of at least 1, or one per axis such as 3x5"
_PADS = "a whole number of at least 0, one per axis, [low, high] pairs, `same` or `valid`"
_LENGTHS = "a whole number of at least 1, or several such as 3x5"
_WHOLES = "a whole number, or a list of them such as [1, 2]"
_SHIFTS = "a whole number, one per axis, or [low, high] pairs"
_MARGINS = "a whole number of at least 0, or one per axis such as 0x1"

_KINDS = {
    kind.name: kind
    for kind in (
        Kind("Count", _POSITIVE, _whole(1, _POSITIVE), _WHOLE),
        Kind("Axis", "a whole number", _whole(None, "a whole number"), _WHOLE),
        Kind("Sizes", _AXES, _per_axis(1, _AXES, pairs=False), _SIZES),
        Kind("Padding", _PADS, _per_axis(0, _PADS, pairs=True, words=("same", "valid")), _PAIRS),
        Kind("Extents", _SHIFTS, _per_axis(None, _SHIFTS, pairs=True), _PAIRS),
        Kind("Margins", _MARGINS, _per_axis(0, _MARGINS, pairs=False), _SIZES),
        Kind("Index", "a whole number", _whole(None, "a whole number"), _WHOLE),
        Kind("TargetShape", "sizes such as 16x4x4", _shape, _SIZES),
        Kind("Number", "a number", _number(None, None, "a number"), _REAL),
        Kind("Probability", "a number from 0 to 1", _number(0, 1, "a number from 0 to 1"), _REAL),
        Kind("Axes", _WHOLES, _per_axis(None, _WHOLES, pairs=False), _SIZES),
        Kind("Parts", _LENGTHS, _per_axis(1, _LENGTHS, pairs=False), _SIZES),
        Kind("Shifts", _WHOLES, _per_axis(None, _WHOLES, pairs=False), _SIZES),
        Kind("Flag", "true or false", _flag, {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/expression"}]}),
    )
}


def kind_of(annotation: str) -> Kind:
    """The kind an annotation names: a key of the table, or `Literal['a', 'b']` for a choice of words."""
    if annotation.startswith("Literal["):
        values = ast.literal_eval(annotation[len("Literal") :])
        choices = tuple(values)
        schema = {"anyOf": [{"enum": list(choices)}, {"$ref": "#/$defs/substitution"}]}
        return Kind("Choice", "one of " + ", ".join(choices), _word(choices), schema, choices)
    return _KINDS[annotation]
