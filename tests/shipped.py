"""What archlens ships, each variant by itself, and which of it takes too long to run whole on the CPU."""

from __future__ import annotations

from pathlib import Path

import archlens
from archlens.spec.load import load_specs

__all__ = ["NETWORKS", "is_large"]


def _variants(name: str) -> list[str]:
    """The targets that a shipped name stands for: the first and the last of many variants, and none by another name too."""
    text = Path(archlens.shipped()[name]).read_text(encoding="utf-8")
    if "\nvariants:" not in text:
        return [name]
    variants = [str(spec.variant) for spec in load_specs(f"{name}:all")]
    return [f"{name}:{variant}" for variant in (variants[0], variants[-1]) if variant not in archlens.shipped()]


NETWORKS = [target for name in sorted(archlens.shipped()) for target in _variants(name)]
"""As `archlens.load` takes them."""


def is_large(target: str) -> bool:
    """More than 10⁹ multiply–accumulates: verified on meta, its memory on the CPU in pytorch/test_memory_of_networks.py."""
    return archlens.load(target).analyze().totals.macs > 1_000_000_000
