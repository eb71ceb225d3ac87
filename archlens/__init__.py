"""archlens: the type checker for neural-network architectures.

>>> import archlens
>>> archlens.load("resnet50").analyze().totals.params
25557032
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archlens.errors import ArchlensError, SpecError, UsageError
    from archlens.gate.run import check
    from archlens.network import Network, compare, diff, load, load_all, load_text
    from archlens.spec.load import shipped

__all__ = [
    "ArchlensError",
    "Network",
    "SpecError",
    "UsageError",
    "check",
    "compare",
    "diff",
    "load",
    "load_all",
    "load_text",
    "shipped",
]

__version__ = "0.1.0"

_HOMES = {
    "ArchlensError": "archlens.errors",
    "Network": "archlens.network",
    "SpecError": "archlens.errors",
    "UsageError": "archlens.errors",
    "check": "archlens.gate.run",
    "compare": "archlens.network",
    "diff": "archlens.network",
    "load": "archlens.network",
    "load_all": "archlens.network",
    "load_text": "archlens.network",
    "shipped": "archlens.spec.load",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for, when it is asked for: `import archlens` alone costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'archlens' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
