"""Where a classifier leaves the map: the layer that makes a vector of it, and what the layers after it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from archlens.layers.dims import Shape

if TYPE_CHECKING:
    from archlens.analysis.facts import LayerFacts

__all__ = ["Head", "head_of"]

_VECTOR = 2  # axes of a batch of vectors


class Head(NamedTuple):
    """layer: the path of the one that makes the vector, type: its type. shape: what goes into it, batch first.

    features: of the vector. params, macs: of all layers after it.
    """

    layer: str
    type: str
    shape: Shape
    features: int
    params: int
    macs: int


def head_of(layers: Sequence[LayerFacts], inputs: Mapping[str, Shape]) -> Head | None:
    """The head of a network whose output is a vector; None for one that ends in a map, or that never had one.

    layers: on the way to its first output. inputs: of the network, by name. The vector counts as the last that a layer makes of
    something with more axes: gates make vectors too, but go back to maps.
    """
    shapes = dict(inputs)
    found: tuple[int, Shape] | None = None
    for number, layer in enumerate(layers):
        read = max([shapes[name] for name in layer.inputs if name in shapes], key=len, default=())
        shapes[layer.path] = layer.output_shapes[0]
        if len(layer.output_shapes[0]) == _VECTOR < len(read):
            found = number, read
    if found is None or len(layers[-1].output_shapes[0]) != _VECTOR:
        return None
    number, shape = found
    after = layers[number + 1 :]
    layer = layers[number]
    return Head(
        layer.path,
        layer.type,
        shape,
        layer.output_shapes[0][1],
        sum([one.params for one in after]),
        sum([one.macs for one in after]),
    )
