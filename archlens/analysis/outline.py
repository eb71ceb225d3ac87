"""A graph as the tree of its scopes, each item with signs that tell equal contents at a glance."""

from __future__ import annotations

from collections import Counter
from typing import Any

from archlens.graph.model import Graph, Node
from archlens.layers.base import Layer
from archlens.records import NamedTuple

__all__ = ["Bag", "Item", "Signs", "arguments_of", "automatic", "outline"]

_SIZES = ("Sizes", "Padding")  # kinds of arguments with a value for each axis


class Signs(dict[object, int]):
    """Numbers for what is compared, equal for equal things; two trees that are compared share them."""

    def of(self, key: object) -> int:
        """The number of `key`."""
        return self.setdefault(key, len(self))

    def layer(self, node: Node) -> int:
        """The number of its type and arguments."""
        return self.of((node.layer.type_name, *arguments_of(node.layer).values()))


def arguments_of(layer: Layer) -> dict[str, Any]:
    """Its arguments, a size that is the same along all axes as one number: `3` and `3x3` are the same kernel."""
    found = {}
    for field, value in zip(layer.fields, layer.arguments.values(), strict=True):
        alike = field.kind.name in _SIZES and isinstance(value, tuple) and len(set(value)) == 1 and isinstance(value[0], int)
        found[field.name] = value[0] if alike else value
    return found


class Bag(NamedTuple):
    """What a scope holds, in whatever order: how many layers of each sign, and of each type."""

    signs: Counter[int]
    types: Counter[int]


class Item:
    """A layer, or a scope with what stands in it.

    name: the last part of its path. block: the type of a layer, the block that a scope is an instance of, or nothing. label: the
    name, where a person chose it. number: of the layer; -1 for a scope. sign: equal for equal contents with the same labels,
    coarse: for the same types. size: layers in it. bag: of a scope.
    """

    __slots__ = ("bag", "block", "children", "coarse", "label", "name", "number", "sign", "size")

    def __init__(self, name: str, block: str, number: int = -1) -> None:
        self.name = name
        self.block = block
        self.label = "" if automatic(name, block) else name
        self.number = number
        self.children: list[Item] = []
        self.sign = self.coarse = -1
        self.size = 1
        self.bag = _EMPTY


_EMPTY = Bag(Counter(), Counter())


def automatic(name: str, block: str) -> bool:
    """Whether a name follows from the type or block: `conv3`, `relu6_2`."""
    return name.startswith(block) and name[len(block) :].lstrip("_").isdigit() | (name == block)


def outline(graph: Graph, signs: Signs) -> Item:
    """The tree of a graph, a scope where its first layer is."""
    top = Item("", "")
    scopes = {"": top}
    order = [top]
    for number, node in enumerate(graph.nodes):
        path, _, name = node.path.rpartition("/")
        if path not in scopes:
            order += _opened(path, scopes, graph)
        leaf = Item(name, node.layer.type_name, number)
        leaf.sign, leaf.coarse = signs.layer(node), signs.of(node.layer.type_name)
        scopes[path].children.append(leaf)
    bags: dict[int, Bag] = {}
    for scope in reversed(order):  # those inside come after those around them
        scope.size = sum([child.size for child in scope.children])
        scope.sign = signs.of((0, *[(child.sign, child.label) for child in scope.children]))
        scope.coarse = signs.of((1, *[child.coarse for child in scope.children]))
        if scope.sign not in bags:
            bags[scope.sign] = _bag(scope)
        scope.bag = bags[scope.sign]
    return top


def _opened(path: str, scopes: dict[str, Item], graph: Graph) -> list[Item]:
    """The scope of this path and those around it that are not there yet, outermost first."""
    names = path.split("/")
    made = []
    for end in range(1, len(names) + 1):
        here = "/".join(names[:end])
        if here not in scopes:
            call = graph.calls.get(here)
            scopes[here] = Item(names[end - 1], call.block if call else "")
            scopes["/".join(names[: end - 1])].children.append(scopes[here])
            made.append(scopes[here])
    return made


def _bag(scope: Item) -> Bag:
    bag = Bag(Counter(), Counter())
    for child in scope.children:
        if child.number >= 0:
            bag.signs[child.sign] += 1
            bag.types[child.coarse] += 1
        else:
            bag.signs.update(child.bag.signs)
            bag.types.update(child.bag.types)
    return bag
