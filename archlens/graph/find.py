"""Layers by name, as people type them."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from archlens.errors import UsageError, closest
from archlens.graph.model import Graph, Node

__all__ = ["Found", "find_layer", "find_layers"]

_NAMED = 4  # layers that a message names


class Found(NamedTuple):
    """What a name means. layers: numbers of nodes. block: the path of the block that they make up, else None."""

    layers: tuple[int, ...]
    block: str | None = None


def find_layers(graph: Graph, name: str) -> Found:
    """What `name` means: a layer's path, a block's, the name of a tensor (`as:`), the end of one path, or a glob over paths.

    The first of these that there is counts: `conv1` is the layer of that path before it is any layer called so in a block.
    Raises UsageError for a name of nothing, and for the end of several paths.
    """
    name = name.strip("/")
    paths = [node.path for node in graph.nodes]
    if name in paths:
        return Found((paths.index(name),))
    blocks = dict.fromkeys("/".join(path.split("/")[:end]) for path in paths for end in range(1, path.count("/") + 1))
    if name in blocks:
        return _block(paths, name)
    maker = graph.producers[graph.tensors[name]] if name in graph.tensors else -1
    if maker >= 0:
        return Found((maker,))
    ends = [path for path in (*paths, *blocks) if path.endswith(f"/{name}")]
    if len(ends) > 1:
        raise _several(graph, name, ends)
    if ends:
        return _block(paths, ends[0]) if ends[0] in blocks else Found((paths.index(ends[0]),))
    found = tuple([number for number, path in enumerate(paths) if fnmatchcase(path, name)])
    if found:
        return Found(found)
    raise _unknown(graph, name, [*paths, *blocks])


def find_layer(graph: Graph, name: str) -> Node:
    """The one layer that `name` means, of a block its last; raises UsageError where there is none, or several."""
    found = find_layers(graph, name)
    if found.block is None and len(found.layers) > 1:
        raise _several(graph, name, [graph.nodes[number].path for number in found.layers])
    return graph.nodes[found.layers[-1]]


def _block(paths: Sequence[str], block: str) -> Found:
    return Found(tuple([number for number, path in enumerate(paths) if path.startswith(f"{block}/")]), block)


def _several(graph: Graph, name: str, paths: Sequence[str]) -> UsageError:
    more = f", and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    shown = ", ".join(paths[:_NAMED]) + more
    return UsageError(f"`{name}` means {len(paths)} layers of {graph.spec}: {shown}; write the path of one")


def _unknown(graph: Graph, name: str, paths: Sequence[str]) -> UsageError:
    made = [tensor for tensor, number in graph.tensors.items() if graph.producers[number] >= 0]
    ends = dict.fromkeys(path.rpartition("/")[2] for path in paths)
    near = closest(name, dict.fromkeys((*paths, *made))) or closest(name, ends)
    cure = f"did you mean `{near}`?" if near else f"paths are those of `archlens analyze`, e.g. `{graph.nodes[-1].path}`"
    return UsageError(f"{graph.spec} has no layer `{name}`; {cure}")
