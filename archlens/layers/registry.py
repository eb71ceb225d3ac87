"""Layer types by name: those that have been defined, and those whose file is known and imported when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archlens.layers.base import Layer

__all__ = ["TYPES", "layer_types"]


class Types(Mapping[str, "type[Layer]"]):
    """Types by name. homes: the module of each known one. defined: those that have been imported, or defined elsewhere."""

    def __init__(self) -> None:
        self.homes: dict[str, str] = {}
        self.defined: dict[str, type[Layer]] = {}

    def __getitem__(self, name: str) -> type[Layer]:
        if name not in self.defined:
            import_module(self.homes[name])
        return self.defined[name]

    def __contains__(self, name: object) -> bool:
        return name in self.homes or name in self.defined

    def __iter__(self) -> Iterator[str]:
        return iter({**self.homes, **self.defined})

    def __len__(self) -> int:
        return len({**self.homes, **self.defined})


TYPES = Types()


def layer_types() -> Mapping[str, type[Layer]]:
    """Every layer type by the name specs call it; looking one up imports its family."""
    return TYPES
