"""Layers in order under the headings of their blocks, each heading with the sums of what stands under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archlens.analysis.facts import LayerFacts

__all__ = ["LEVELS", "SUMMED", "Line", "grouped_lines"]

SUMMED = ("params", "buffers", "macs", "flops", "activations")
LEVELS = 2
"""Blocks inside blocks that get a heading; deeper ones stay in the layer's name."""


class Line(NamedTuple):
    """A layer, or a heading (layer is None) with its sums. depth: headings above it."""

    label: str
    depth: int
    layer: LayerFacts | None
    sums: dict[str, int]


def grouped_lines(layers: Sequence[LayerFacts]) -> list[Line]:
    """Every layer once, a heading wherever a block begins.

    A heading sums the layers down to the next heading of its depth, so that the figures of one depth add up even
    where layers of two blocks take turns.
    """
    lines: list[Line] = []
    open_names: list[str] = []
    open_sums: list[dict[str, int]] = []
    for layer in layers:
        *scopes, label = layer.path.split("/")
        if len(scopes) > LEVELS:
            label = "/".join([*scopes[LEVELS:], label])
            del scopes[LEVELS:]
        if scopes != open_names:
            same = next(
                (i for i, (a, b) in enumerate(zip(scopes, open_names, strict=False)) if a != b), min(len(scopes), len(open_names))
            )
            del open_sums[same:]
            for depth in range(same, len(scopes)):
                open_sums.append(dict.fromkeys(SUMMED, 0))
                lines.append(Line(scopes[depth], depth, None, open_sums[depth]))
            open_names = scopes
        for sums in open_sums:
            for name in SUMMED:
                sums[name] += getattr(layer, name)
        lines.append(Line(label, len(scopes), layer, {}))
    return lines
