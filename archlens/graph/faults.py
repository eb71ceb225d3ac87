"""The faults met while a graph is built."""

from __future__ import annotations

from archlens.errors import Diagnostic, Label, Span
from archlens.graph.scope import Frame
from archlens.spec import faults

__all__ = ["Faults"]


class Faults(faults.Faults):
    """Collects diagnostics, one a place: a block that is wrong is wrong in each of its instances."""

    def __init__(self, found: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(found)
        self._seen: set[tuple[str, Span | None]] = {(d.code, d.span) for d in found}

    def report(
        self,
        code: str,
        message: str,
        span: Span | None,
        frame: Frame,
        help: str = "",
        label: str = "",
        related: tuple[Label, ...] = (),
    ) -> None:
        """A fault met in `frame`, with the call chain that led there."""
        if (code, span) not in self._seen:
            self._seen.add((code, span))
            self.add(Diagnostic(code, message, span, label, related, frame.chain(span), help))
