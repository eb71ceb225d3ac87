"""docs/layers.md: every layer type on one page, from the same as `archlens explain TYPE`."""

from __future__ import annotations

from archlens.layers import layer_types
from archlens.layers.base import Layer
from archlens.report.chapters import CHAPTER
from archlens.report.explain_type import torch_names, type_blocks
from archlens.report.pages import Heading, page_markdown

__all__ = ["catalogue"]

_FAMILIES = ("convolution", "pooling", "linear", "normalization", "activation", "regularization", "shape", "join")
"""In the order of a course; other families follow as they come."""

_INTRODUCTION = f"""\
# The layers

Written by `scripts/reports` from the layer classes, as `archlens explain TYPE` shows them: what a layer does, its arguments, its
formulas, and an example worked out. Sections 12.1 to 12.7 are those of {CHAPTER}.

The symbols of a formula are explained below it. ∏K is the product over the axes, K_h·K_w on a map; ⌊ ⌋ rounds down, ⌈ ⌉ up.
MACs are multiply–accumulates of convolutions and matrix products without bias; operations are all other arithmetic, one for each
addition, product, comparison or function value. Sizes are those of one sample: channels × height × width."""


def catalogue() -> str:
    """The text of the page."""
    families: dict[str, list[type[Layer]]] = {family: [] for family in _FAMILIES}
    for layer in layer_types().values():
        if layer.__module__.startswith("archlens.layers."):
            families.setdefault(layer.family, []).append(layer)
    contents = [
        f"- {family}: " + " · ".join([f"[{layer.type_name}](#{layer.type_name})" for layer in layers])
        for family, layers in families.items()
        if layers
    ]
    parts = [_INTRODUCTION, "\n".join(contents)]
    for family, layers in families.items():
        if layers:
            parts += [f"## Family {family}", *map(_section, layers)]
    return "\n\n".join(parts) + "\n"


def _section(layer: type[Layer]) -> str:
    first, *rest = type_blocks(layer)
    names = " ".join([f"`{name.strip()}`" for name in torch_names(layer).split(",")])
    head = first._replace(figure="") if isinstance(first, Heading) else first
    return f"{page_markdown([head], 3)}\n\n{names}\n\n{page_markdown(rest, 3)}"
