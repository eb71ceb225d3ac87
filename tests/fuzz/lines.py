"""Lines of a spec put together from parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archlens.layers.base import Layer

__all__ = ["line_of"]


def line_of(kind: type[Layer], arguments: Mapping[str, str], sources: Sequence[str], name: str = "") -> str:
    """A line with a layer of this type, on the tensors that `sources` names, its output called `name`."""
    given = ", ".join(f"{key}: {value}" for key, value in arguments.items())
    names = f"[{', '.join(sources)}]"
    if kind.joins:
        parts = [f"{kind.type_name}: {names}", *([given] if given else [])]
    else:
        parts = [f"{kind.type_name}: {{{given}}}", *([f"from: {names}"] if sources else [])]
    return f"  - {{{', '.join([*parts, *([f'as: {name}'] if name else [])])}}}\n"
