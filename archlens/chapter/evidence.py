"""What a statement rests on: figures computed when asked, put into its text, and where more is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from archlens.analysis.lesson import Cell
from archlens.report.tables import cell_text

__all__ = ["KINDS", "Evidence", "filled"]

KINDS = ("spec", "concept", "lab", "card")
"""What `shown_by` can name, as `concept:locality`: a shipped network, a comparison, an experiment, a question."""


class Evidence(NamedTuple):
    """A figure that is computed, never typed in. name: `{name}` in the text. said: what it is, in a few words."""

    name: str
    said: str
    value: Callable[[], Cell]


def filled(text: str, evidence: Sequence[Evidence]) -> tuple[str, tuple[tuple[str, Cell], ...]]:
    """The text with its figures put in, and what each figure is with its value."""
    values = [(one, one.value()) for one in evidence]
    put: Mapping[str, str] = {one.name: cell_text(value) for one, value in values}
    return text.format_map(put), tuple([(one.said, value) for one, value in values])
