"""A total as the sum of its parts: by block, by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archlens.analysis.facts import LayerFacts

__all__ = ["Part", "parts_of"]


class Part(NamedTuple):
    """A block or a layer (`is_block` says which), its figure, and how many layers it has."""

    path: str
    value: int
    layers: int
    is_block: bool


def parts_of(layers: Sequence[LayerFacts], figure: str, scope: str = "") -> tuple[Part, ...]:
    """What a figure of `layers` is the sum of: the blocks and layers that stand in `scope`, largest first.

    figure: a count of `LayerFacts`. Parts of 0 are left out. A scope that holds one block only is gone into.
    """
    depth = len(scope.split("/")) if scope else 0
    while True:
        sums: dict[str, list[int]] = {}
        for layer in layers:
            found = sums.setdefault("/".join(layer.path.split("/")[: depth + 1]), [0, 0])
            found[0] += getattr(layer, figure)
            found[1] += 1
        if len(sums) != 1 or next(iter(sums)) == layers[0].path:
            break
        depth += 1
    own = {layer.path for layer in layers}
    parts = [Part(path, value, count, path not in own) for path, (value, count) in sums.items() if value]
    return tuple(sorted(parts, key=lambda part: -part.value))
