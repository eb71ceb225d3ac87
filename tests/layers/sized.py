"""Layers whose arguments and input sizes are named, to be run on numbers, arrays and symbols."""

from __future__ import annotations

from typing import Any, NamedTuple

from archlens.layers import Layer, layer_types

__all__ = ["COLUMNS", "MAP", "SEQUENCE", "VALUES", "VECTOR", "VOLUME", "Example", "on"]

VALUES = {
    "n": [1, 1, 2, 3],  # batch
    "c": [2, 4, 6, 8],  # channels, even
    "a": [4, 8, 2, 6],  # a size given to the layer, even
    "b": [1, 2, 3, 5],  # a small one
    "d": [8, 9, 13, 32],  # spatial sizes
    "h": [7, 9, 14, 33],
    "w": [5, 8, 12, 64],
}
COLUMNS = range(4)
VECTOR, SEQUENCE, MAP, VOLUME = ("n", "c"), ("n", "c", "w"), ("n", "c", "h", "w"), ("n", "c", "d", "h", "w")


class Example(NamedTuple):
    """A layer and its inputs, sizes by name."""

    arguments: dict[str, Any]
    shapes: tuple[tuple[Any, ...], ...]

    def with_values(self, type_name: str, values: dict[str, Any]) -> tuple[Layer, tuple[Any, ...]]:
        def put(item: Any) -> Any:
            return tuple(map(put, item)) if isinstance(item, tuple) else values.get(item, item)

        layer = layer_types()[type_name](**{name: put(value) for name, value in self.arguments.items()})
        return layer, put(self.shapes)


def on(*shapes: tuple[Any, ...], **arguments: Any) -> Example:
    return Example(arguments, shapes)
