"""reports/networks/NAME.svg and NAME.html: the diagram of every shipped spec, and its page for a browser."""

from __future__ import annotations

from archlens.chapter.reports.shelf import family

__all__ = ["browsed", "drawn"]


def drawn(name: str) -> str:
    """The diagram of a shipped spec, of its first variant where there are several: as `archlens diagram` draws it."""
    return str(family(name)[0].diagram())
