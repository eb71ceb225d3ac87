"""Two networks, or two states of one, of which a side may be missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archlens.analysis.difference import Difference
from archlens.analysis.facts import Analysis
from archlens.errors import Diagnostic

__all__ = ["Comparison", "Pair"]


class Pair(NamedTuple):
    """old, new: None where the network is new or gone, or had faults. names: what each side is called on a command line.
    difference: where there are both."""

    old: Analysis | None
    new: Analysis | None
    names: tuple[str, str]
    difference: Difference | None = None

    @property
    def title(self) -> str:
        """`ResNet · resnet50`, or `A → B` where they are called differently."""
        titles = [side.title for side in (self.old, self.new) if side]
        return titles[0] if len(set(titles)) == 1 else " → ".join(titles)

    @property
    def heading(self) -> str:
        """The title, and the status where a side lacks it."""
        return self.title if self.difference else f"{self.title}: {self.status}"

    @property
    def status(self) -> str:
        """`new`, `deleted`, `changed` or `same`; `mended` where the old side is there, but could not be read."""
        if self.difference is None:
            return "deleted" if self.new is None else "mended" if self.names[0] else "new"
        return "same" if self.difference.same else "changed"

    @property
    def where(self) -> str:
        """`main:specs/net.yaml → specs/net.yaml`."""
        named = [name for name in self.names if name]
        return named[0] if len(set(named)) == 1 else " → ".join(named)


class Comparison(NamedTuple):
    """Several pairs. about: against what they are held, for a heading; notes: what a reader should know. broken: limits that are
    not kept, in words. faults: of specs that could not be compared. level: what a row is; every: a row for each layer."""

    pairs: Sequence[Pair]
    about: str = ""
    notes: Sequence[str] = ()
    broken: Sequence[str] = ()
    faults: Sequence[Diagnostic] = ()
    level: str = "layer"
    every: bool = False
