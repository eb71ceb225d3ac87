"""The faults met on the way."""

from __future__ import annotations

from archlens.errors import Diagnostic, SpecError, top_down

__all__ = ["Faults"]

MAX_FAULTS = 50


class Faults:
    """Collects diagnostics; past `MAX_FAULTS` it raises them, since so many have few causes."""

    def __init__(self, found: tuple[Diagnostic, ...] = ()) -> None:
        self.found = list(found)

    def add(self, diagnostic: Diagnostic) -> None:
        """One more."""
        self.found.append(diagnostic)
        if len(self.found) >= MAX_FAULTS:
            rest = Diagnostic(
                "ARC009", f"{MAX_FAULTS} faults; the rest is left out", help="mend the first ones and run again", severity="note"
            )
            raise SpecError(*self.sorted(), rest)

    def sorted(self) -> list[Diagnostic]:
        """The faults from top to bottom, file by file in the order the files were met."""
        return top_down(self.found, lambda fault: fault)
