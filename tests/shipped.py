"""What archlens ships, each variant by itself."""

from __future__ import annotations

import archlens
from archlens.errors import UsageError
from archlens.spec.load import load_specs

__all__ = ["NETWORKS", "targets"]


def targets(name: str) -> list[str]:
    """A spec by name or path as `archlens.load` takes it, or each of its variants."""
    try:
        return [f"{name}:{spec.variant}" for spec in load_specs(f"{name}:all")]
    except UsageError:  # it has none
        return [name]


def _worth_running(name: str) -> list[str]:
    """The first and the last of many variants; none that is shipped by a name of its own too."""
    found = targets(name)
    return [one for one in dict.fromkeys((found[0], found[-1])) if one.partition(":")[2] not in archlens.shipped()]


NETWORKS = [target for name in sorted(archlens.shipped()) for target in _worth_running(name)]
"""What ships, for tests that build it."""
