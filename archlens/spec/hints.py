"""What a person may have meant by a line that means nothing: loaded only on the way to an error."""

from __future__ import annotations

import re
from collections.abc import Collection

from archlens.errors import closest
from archlens.layers import layer_types
from archlens.layers.foreign import RECIPES, native
from archlens.spec.arithmetic import UNCLOSED

__all__ = ["bare_text", "beside", "unknown_operation"]

_MODIFIERS = ("name", "as", "from", "when", "repeat", "weights", "allow")
_CALL = re.compile(r"([A-Za-z_.0-9]+)\s*\((.*)\)\s*\Z", re.DOTALL)


def unknown_operation(name: str, blocks: Collection[str]) -> tuple[str, str]:
    """What kind of thing `name` was meant to be, and a cure."""
    foreign, recipe = native(name), RECIPES.get(name.rsplit(".", 1)[-1].lower())
    near = closest(name, [*layer_types(), *blocks])
    if foreign:
        return "layer", f"archlens calls it `{foreign}`"
    if recipe:
        return "layer", recipe
    what = "block" if name[:1].isupper() else "layer"
    if near:
        return what, f"did you mean `{near}`?"
    if what == "block":
        return what, f"define it under `blocks:` as `{name}(...)`; built-in layers are lowercase"
    return what, "`archlens schema` lists the layers; names of your own blocks begin with a capital"


def bare_text(text: str) -> str:
    """A cure for a line that is text with blanks or brackets in it where a layer must stand."""
    call = _CALL.match(text)
    if call:
        name, values = call.group(1), " ".join(call.group(2).replace(",", " ").split())
    else:
        name, _, values = text.replace(":", ": ", 1).partition(" ")
        values = " ".join(values.split())
    name = name.rstrip(":")
    name = native(name) or name
    if ":" in text:
        return f"a blank follows the colon: `- {name}: {values}`"
    return f"a colon follows the name: `- {name}: {values}`" if values else f"write `- {name}`"


def beside(name: str, operation: str) -> str:
    """A cure for a key beside a layer that means nothing there."""
    layer, near = layer_types().get(operation), closest(name, _MODIFIERS)
    if layer is not None and name in layer.field_names:
        return f"arguments stand in the line itself: `- {operation}: ... {name}=...`"
    if any(c in "()[]" for c in name):
        return UNCLOSED
    if name == "do":
        return "`do:` belongs to a `for:`"
    return f"did you mean `{near}`?" if near else f"beside it stand only {', '.join(_MODIFIERS)}"
