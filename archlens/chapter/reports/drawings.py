"""reports/networks/NAME.svg and NAME.html: the diagram of every shipped spec, and its page for a browser."""

from __future__ import annotations

from archlens.chapter.reports.shelf import family
from archlens.errors import UsageError
from archlens.report.site.networks import networks_page

__all__ = ["browsed", "drawn"]


def drawn(name: str) -> str:
    """The diagram of a shipped spec, of its first variant where there are several: as `archlens diagram NAME` draws it."""
    return str(family(name)[0].diagram())


def browsed(name: str) -> str:
    """The page of a shipped spec: as `archlens report NAME` writes it, or `archlens report NAME:all` where there are several."""
    found = family(name)
    if len(found) > 1:
        return networks_page([(one.graph, one.analyze()) for one in found])
    return found[0].report(told=_refused)


def _refused(why: str) -> None:
    """Pages are the same everywhere, so one without its diagram is none."""
    raise UsageError(why)
