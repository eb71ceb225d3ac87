"""The textbook chapter that formulas refer to, section by section."""

from __future__ import annotations

import re

__all__ = ["CHAPTER", "SECTIONS", "sources"]

CHAPTER = "Kader Mohideen, AI & ML Encyclopedia, chapter 12, Convolutional Neural Networks"

SECTIONS = {
    "12.1": "Why convolution beats fully-connected for images",
    "12.2": "Filters, stride, padding, and output size",
    "12.3": "Feature maps and channels",
    "12.4": "Pooling and the receptive field",
    "12.5": "The end-to-end classifier and fighting overfitting",
    "12.6": "Classic architectures: LeNet to ResNet",
    "12.7": "Transfer learning and a teaser of Vision Transformers",
}

_NAMED = re.compile(r"\b12\.[1-7]\b")


def sources(*references: str) -> tuple[str, ...]:
    """The references, and behind them the titles of the sections of the chapter that they name."""
    given = dict.fromkeys(reference for reference in references if reference)
    named = dict.fromkeys(number for reference in given for number in _NAMED.findall(reference))
    titles = ", ".join(f"{number} “{SECTIONS[number]}”" for number in sorted(named))
    return (*given, *([f"{titles}: {CHAPTER}"] if named else []))
