"""The faults met while a graph is built."""

from __future__ import annotations

from archlens.errors import Diagnostic, Label, Span
from archlens.graph.scope import Frame

__all__ = ["Faults"]


class Faults:
    """Collects diagnostics, one a place: a block that is wrong is wrong in each of its instances."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self._seen: set[tuple[str, Span | None]] = set()

    def add(
        self, code: str, message: str, span: Span | None, frame: Frame, help: str = "", label: str = "", related: tuple[Label, ...] = ()
    ) -> None:
        """Report a fault met in `frame`, with the call chain that led there."""
        if (code, span) not in self._seen:
            self._seen.add((code, span))
            self.found.append(Diagnostic(code, message, span, label, related, frame.chain(), help))
