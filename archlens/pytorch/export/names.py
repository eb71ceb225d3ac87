"""What things are called in the file: classes, attributes, variables."""

from __future__ import annotations

import builtins
import functools
import keyword
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

from torch import nn

from archlens.pytorch import helpers
from archlens.pytorch.export.layout import quoted

__all__ = ["IMPORTED", "attribute", "camel", "fresh", "is_plain", "is_refused", "snake", "stem", "title_case"]

IMPORTED = ("torch", "nn", "functional", "math", "Tensor", "OrderedDict", "self", *helpers.__all__)
"""Names that the file uses for other things."""

_LONGEST = 40  # of the names we make; those of layers may be longer


def is_plain(name: str) -> bool:
    """Whether `self.name` can be written and means that name."""
    same = unicodedata.normalize("NFKC", name) == name  # as Python reads it
    return name.isidentifier() and same and not keyword.iskeyword(name) and not name.startswith("__") and len(name) <= _LONGEST


def is_refused(name: str, owner: Callable[[], nn.Module] = nn.Module) -> bool:
    """Whether an `owner` has something else of that name, so that its `add_module` refuses it."""
    return name in _attributes(owner)


@functools.cache
def _attributes(owner: Callable[[], nn.Module]) -> frozenset[str]:
    made = owner()
    return frozenset([*dir(made), *vars(made)])


def attribute(owner: str, name: str, kind: Callable[[], nn.Module] = nn.Module) -> str:
    """The text that gets the module `name` of `owner`."""
    if is_refused(name, kind):
        return f"{owner}._modules[{quoted(name)}]"
    return f"{owner}.{name}" if is_plain(name) else f"getattr({owner}, {quoted(name)})"


def stem(name: str) -> str:
    """A name without the number at its end."""
    return name.rstrip("0123456789") or name


def snake(name: str) -> str:
    """As a variable: `ConvBn1` is `conv_bn1`; the empty string where nothing is left."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"[^A-Za-z0-9_]+", "_", name)).lower().strip("_")[:_LONGEST]
    return f"x_{words}" if words[:1].isdigit() else words


def camel(text: str) -> str:
    """As a class: `MobileNet v1` is `MobileNetV1`."""
    found = ""
    for part in re.findall(r"[A-Za-z0-9]+", text):
        found += ("_" if found[-1:].isdigit() and part[0].isdigit() else "") + part[0].upper() + part[1:]
    return found[:_LONGEST]


def title_case(name: str, variant: str | None) -> str:
    """The class of a network: its name, and what the variant adds to it: `ResNet`, `resnet50` is `ResNet50`."""
    found = camel(name)
    bare, more = found.replace("_", "").lower(), re.sub(r"[^a-z0-9]", "", (variant or "").lower())
    if found and more.startswith(bare) and variant:
        rest = variant
        while rest and len(re.sub(r"[^A-Za-z0-9]", "", rest)) > len(more) - len(bare):
            rest = rest[1:]
        found = camel(f"{found} {rest}")
    return f"Net{found}" if found[:1].isdigit() else found or "Network"


def fresh(wished: str, taken: Collection[str], others: Iterable[str] = ()) -> str:
    """`wished`, or the first of `others` that is free, or `wished` with a number."""
    for name in (wished, *others):
        if name and name not in taken and not keyword.iskeyword(name) and name not in IMPORTED and not hasattr(builtins, name):
            return name
    number = 2
    while f"{wished}{number}" in taken or f"{wished}{number}" in IMPORTED:
        number += 1
    return f"{wished}{number}"
