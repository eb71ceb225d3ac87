"""Where the chapter is not right or not precise, and what is; figures are computed when asked."""

from __future__ import annotations

from archlens.chapter.errata import layers, networks
from archlens.chapter.errata.erratum import Corrected, Erratum, Severity, corrected

__all__ = ["ERRATA", "Corrected", "Erratum", "Severity", "corrected"]

ERRATA: tuple[Erratum, ...] = (*layers.ERRATA, *networks.ERRATA)
"""E1, E2 and so on, in the order of the chapter; no figure is computed yet."""
