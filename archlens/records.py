"""`NamedTuple` as `typing` has it, made in a quarter of the time: annotations are kept as they stand and not compiled.

A command makes seventy of them before it begins, which would be a tenth of what it takes. For a type checker it is the one of
`typing`; at run time it gives the same classes, but for `__orig_bases__`.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:

    class _Making(type):
        """Makes a named tuple of a class body."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = body.get("__annotations__", {})
            given = [field for field in fields if field in body]
            if given != list(fields)[len(fields) - len(given) :]:
                raise TypeError(f"{name}: a field without a default follows one that has a default")
            made = namedtuple(name, fields, defaults=[body[field] for field in given], module=body["__module__"])
            made.__annotations__ = made.__new__.__annotations__ = fields
            for key, value in body.items():
                if key not in fields and key not in ("__module__", "__annotations__", "__qualname__", "__slots__"):
                    setattr(made, key, value)
                    if hasattr(value, "__set_name__"):
                        value.__set_name__(made, key)
            made.__qualname__ = body["__qualname__"]
            return made

    NamedTuple = type.__new__(_Making, "NamedTuple", (), {"__doc__": "Base of a class whose annotated fields make up a tuple."})
