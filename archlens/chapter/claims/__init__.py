"""Every statement of the chapter that can be checked, a section a file: whether it is right, and what shows it."""

from __future__ import annotations

from archlens.chapter.claims import (
    section_12_1,
    section_12_2,
    section_12_3,
    section_12_4,
    section_12_5,
    section_12_6,
    section_12_7,
)
from archlens.chapter.claims.claim import Claim, Correctness
from archlens.report.chapters import SECTIONS

__all__ = ["CLAIMS", "PLACES", "Claim", "Correctness"]

PLACES = {"12": "Convolutional Neural Networks — the vision branch", **SECTIONS, "12.x": "Key takeaways"}
"""The sections, with what stands before and behind them."""

_FILES = (section_12_1, section_12_2, section_12_3, section_12_4, section_12_5, section_12_6, section_12_7)

CLAIMS: tuple[Claim, ...] = tuple(sorted([claim for file in _FILES for claim in file.CLAIMS]))
"""By number; a claim that the chapter makes twice stands once."""
