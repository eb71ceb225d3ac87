"""What to write instead of an argument that a layer type refuses. Loaded on the way to an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from archlens.errors import closest
from archlens.layers.fields import LARGEST
from archlens.layers.foreign import ARGUMENTS

if TYPE_CHECKING:
    from archlens.layers.base import Layer
    from archlens.layers.fields import Field

__all__ = ["argument_help", "value_help"]

_INFERRED = (
    "input_shape",
    "num_features",
    "input_dim",
    "input_size",
    "embed_dim",
    "kdim",
    "vdim",
    "num_channels",
    "normalized_shape",
)


def argument_help(layer: type[Layer], name: str) -> str:
    """What to write instead of an argument that `layer` does not have."""
    foreign = ARGUMENTS.get(name.lower())
    if foreign in layer.field_names:
        return f"here it is called `{foreign}`"
    if (name.startswith("in_") and name != "in_place") or name in _INFERRED:
        return "leave it out: input sizes are inferred"
    near = closest(name, layer.field_names)
    if near:
        return f"did you mean `{near}`?"
    return f"{layer.type_name} takes {', '.join(layer.field_names)}" if layer.fields else "it takes no arguments"


def value_help(layer: type[Layer], field: Field, value: Any) -> str:
    """What to write instead of a value that `field` does not accept: what it is where nobody says, and what it means.

    Nothing for a word that is no argument's name: most likely a value's, misspelt, which the layer does not know.
    """
    parts = list(_parts(value))
    if any(isinstance(part, str) for part in parts):
        named = next((f for f in layer.fields if f.name == value != field.name), None)
        return f"write `{value}={'true' if named.kind.name == 'Flag' else '<value>'}`" if named else ""
    numbers = [part for part in parts if isinstance(part, int | float)]
    if any(abs(number) > LARGEST for number in numbers):
        return "most likely a digit or a factor too many"
    if field.name in layer.too_small and any(number < 0 for number in numbers):
        return layer.too_small[field.name]
    meaning = layer.documentation()[1].get(field.name, "").removesuffix(".")
    if field.required:
        cure = f"write it as in `{layer.type_name}: {layer.example[1]}`" if layer.example[1] else "it must be given"
    else:
        cure = "leave it out" + ("" if field.default is None else f" for {field.default}")
    return f"{cure} ({meaning})" if meaning else cure


def _parts(value: Any) -> Iterator[Any]:
    """A value's parts, those of pairs in lists too."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _parts(item)
    else:
        yield value
