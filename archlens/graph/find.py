"""Layers by name, as people type them."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from archlens.errors import UsageError, closest
from archlens.graph.model import Graph, Node

__all__ = ["find_layer", "find_layers"]


def find_layers(graph: Graph, name: str) -> Sequence[Node]:
    """The layers that `name` means: a path, the end of a path, a block, or a glob over paths; raises UsageError for none.

    The first of these that there is counts: `conv1` is the layer of that path before it is any layer called so in a block.
    """
    nodes = graph.nodes
    ways = (
        lambda path: path == name,
        lambda path: path.startswith(name.rstrip("/") + "/"),
        lambda path: path.endswith("/" + name),
        lambda path: fnmatchcase(path, name),
    )
    for matches in ways:
        found = [node for node in nodes if matches(node.path)]
        if found:
            return found
    paths = [node.path for node in nodes]
    ends = dict.fromkeys(end for path in paths for end in (path, path.rpartition("/")[2]))
    near = closest(name, ends)
    cure = f"did you mean `{near}`?" if near else f"paths are those of `archlens analyze`, e.g. `{paths[-1]}`"
    raise UsageError(f"{graph.spec} has no layer `{name}`; {cure}")


def find_layer(graph: Graph, name: str) -> Node:
    """The one layer that `name` means, of a block its last; raises UsageError where there is none, or several."""
    found = find_layers(graph, name)
    if found[-1].path.startswith(name.rstrip("/") + "/"):
        return found[-1]
    if len(found) > 1:
        shown = ", ".join(node.path for node in found[:4]) + (f", and {len(found) - 4} more" if len(found) > 4 else "")
        raise UsageError(f"`{name}` means {len(found)} layers of {graph.spec}: {shown}; write the path of one")
    return found[0]
