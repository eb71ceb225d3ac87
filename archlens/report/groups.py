"""Layers in order under the headings of their blocks, each heading with the sums of what stands under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archlens.analysis.facts import LayerFacts
from archlens.analysis.levels import Group, summed
from archlens.report.columns import Row

__all__ = ["LEVELS", "Line", "grouped_lines", "says_type"]

LEVELS = 2
"""Blocks inside blocks that get a heading; deeper ones stay in the layer's name."""


class Line(NamedTuple):
    """A row, or a heading with its sums. depth: headings above it."""

    label: str
    depth: int
    row: Row
    heading: bool = False


def grouped_lines(layers: Sequence[LayerFacts]) -> list[Line]:
    """Every layer once, a heading wherever a block begins.

    A heading sums the layers down to the next heading of its depth, so that the figures of one depth add up even
    where layers of two blocks take turns.
    """
    found: list[tuple[str, int, LayerFacts | list[LayerFacts]]] = []
    open_names: list[str] = []
    open_layers: list[list[LayerFacts]] = []
    for layer in layers:
        *scopes, label = layer.path.split("/")
        if len(scopes) > LEVELS:
            label = "/".join([*scopes[LEVELS:], label])
            del scopes[LEVELS:]
        if scopes != open_names:
            same = next(
                (i for i, (a, b) in enumerate(zip(scopes, open_names, strict=False)) if a != b), min(len(scopes), len(open_names))
            )
            del open_layers[same:]
            for depth in range(same, len(scopes)):
                open_layers.append([])
                found.append((scopes[depth], depth, open_layers[depth]))
            open_names = scopes
        for below in open_layers:
            below.append(layer)
        found.append((label, len(scopes), layer))
    return [Line(label, depth, *_row(label, what)) for label, depth, what in found]


def _row(label: str, what: LayerFacts | list[LayerFacts]) -> tuple[LayerFacts | Group, bool]:
    return (summed(label, what), True) if isinstance(what, list) else (what, False)


def says_type(label: str, layer: LayerFacts) -> bool:
    """Whether a layer's name is its type already, numbered or not."""
    return label.rpartition("/")[2].rstrip("0123456789").rstrip("_") == layer.type.rstrip("0123456789")
