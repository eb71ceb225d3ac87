"""placeholder"""
from __future__ import annotations
from archlens.analysis.facts import Analysis
__all__ = ["network_charts"]
def network_charts(analysis: Analysis) -> str:
    """Charts."""
    return ""
