"""`weights: NAME`: which layer's parameters a layer uses."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.errors import Label, did_you_mean
from archlens.graph.faults import Faults
from archlens.graph.model import Node
from archlens.graph.paths import SCOPE, Paths
from archlens.graph.scope import Frame
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.spec.model import Word

__all__ = ["find_owner", "owner_of"]


def find_owner(word: Word, name: str, frame: Frame, paths: Paths, faults: Faults) -> str | None:
    """The path of the earlier layer or block that `weights:` names, searched from the innermost scope outward."""
    found = paths.seek(name, frame.prefix)
    if found is None:
        names = [path[len(frame.prefix) :] for path in paths.taken if path.startswith(frame.prefix)]
        help = did_you_mean(name, names[:200]) or "give the earlier layer or block a `name:`"
        faults.add("ARC134", f"no earlier layer or block is named `{name}`", word.span, frame, help)
    return found


def owner_of(
    path: str, found: str, layer: Layer, shapes: tuple[Shape, ...], word: Word, frame: Frame, paths: Paths, nodes: Sequence[Node], faults: Faults
) -> str:
    """The owner of the parameters that the layer at `path` takes from `found`; `path` itself after a fault."""
    index = paths.taken.get(found, SCOPE)
    if index == SCOPE:
        faults.add("ARC134", f"`{found}` is no layer to share weights with", word.span, frame, "both must have the same layers inside")
        return path
    node = nodes[index]
    mine, theirs = layer.parameter_shapes(*shapes), node.layer.parameter_shapes(*node.input_shapes)
    if type(layer) is not type(node.layer) or mine != theirs:
        related = (Label(node.span, _spelled(theirs)),) if node.span else ()
        help = "both need the same type and parameter shapes"
        faults.add("ARC204", f"{path} cannot share the weights of {node.path}", word.span, frame, help, _spelled(mine), related)
        return path
    return node.owner


def _spelled(shapes: dict[str, Shape]) -> str:
    return ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items()) or "no parameters"
