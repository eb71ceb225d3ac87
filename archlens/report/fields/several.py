"""How far several networks see → a table, JSON or CSV."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.analysis.walk import FieldWalk
from archlens.report.fields.text import said_field, share_text, walk_title
from archlens.report.numbers import each, sizes_text
from archlens.report.pages import Block, Grid, Heading, Rows, Text

__all__ = ["several_blocks"]

_HEAD = ("network", "input", "field", "jump", "steps", "outgrown at", "step", "centre sees")
_NUMERIC = (False, True, True, True, True, False, True, True)
_MEANINGS = (
    ("steps", "layers that widen or move the field, on the way that sees the most"),
    ("outgrown at", "the first of them whose field is larger than the input, and which step it is"),
    ("centre sees", "the part of the input between the first and the last pixel that the centre unit reads"),
)


def several_blocks(walks: Sequence[FieldWalk]) -> list[Block]:
    """The page that compares them, a row each."""
    rows = tuple([_row(walk) for walk in walks])
    return [
        Heading("Receptive fields", 1),
        Grid(_HEAD, rows, _NUMERIC),
        Rows(_MEANINGS),
        Text("Local fields: gates and statistics over the map are not followed.", faint=True),
    ]


def _row(walk: FieldWalk) -> tuple[str, ...]:
    place = walk.exceeds
    path = "" if place is None else walk.graph.nodes[walk.steps[place].node].path
    return (
        walk_title(walk),
        sizes_text(walk.size),
        said_field(walk),
        each(walk.field.jump),
        str(len(walk.steps)),
        path,
        "" if place is None else str(place + 1),
        share_text(walk),
    )
