"""Paths as a tree: what is a part of what, in which order it runs, and which tensors go in and come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from archlens.graph.model import Graph
from archlens.graph.scope import Call
from archlens.pytorch.build import last_uses, module_name
from archlens.pytorch.counterparts import Counterpart, counterpart
from archlens.pytorch.export.names import stem

__all__ = ["Key", "Part", "Tree"]

Key: TypeAlias = tuple[str, ...]
"""What instances of the same thing share: the name of their block, or the parts they stand in and their own name."""


class Part:
    """A layer, or a scope around layers, or both where a path goes on behind that of a layer.

    leaf: the number of its node. parts: what it is made of, by name. nodes: the numbers of the nodes within, its own not.
    call: of which block it is an instance. key: what equal parts share. open: whether the layers within are run by a part
    further out, one by one. whole: whether it runs the functions at its ends, which need no place, itself.
    """

    __slots__ = ("call", "key", "leaf", "name", "nodes", "open", "owner", "parts", "whole")

    def __init__(self, name: str, owner: Part | None) -> None:
        self.name = name
        self.owner = owner
        self.leaf: int | None = None
        self.parts: dict[str, Part] = {}
        self.nodes: list[int] = []
        self.call: Call | None = None
        self.key: Key = ()
        self.open = False
        self.whole = owner is None

    def scopes(self) -> Iterator[Part]:
        """Every scope within, inner ones first, and itself."""
        for part in self.parts.values():
            if part.parts:
                yield from part.scopes()
        yield self

    def path(self) -> tuple[str, ...]:
        """The names on the way here."""
        return () if self.owner is None else (*self.owner.path(), self.name)

    @property
    def is_block(self) -> bool:
        """Whether the spec names what it is an instance of."""
        return self.owner is None or (self.call is not None and bool(self.call.block))


class Tree:
    """A graph by its paths. root: the network. places: the part of each node. counterparts: what each node is in PyTorch."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.counterparts: list[Counterpart] = [counterpart(node.layer, node.input_shapes) for node in graph.nodes]
        self.root = Part("", None)
        self.places = [self._placed(node.path, number) for number, node in enumerate(graph.nodes)]
        for path, call in graph.calls.items():
            self._called(path, call)
        self.names = {**graph.names, **_names(graph)}
        self.last_uses = last_uses(graph)
        self.in_place = any(node.layer.arguments.get("inplace") for node in graph.nodes)
        for scope in self.root.scopes():
            scope.open = scope.owner is not None and self._is_open(scope)
        self._keyed(self.root)

    def _placed(self, path: str, number: int) -> Part:
        part = self.root
        part.nodes.append(number)
        *scopes, name = module_name(path).split(".")
        for scope in scopes:
            part = part.parts.setdefault(scope, Part(scope, part))
            part.nodes.append(number)
        place = part.parts.setdefault(name, Part(name, part))
        place.leaf = number
        return place

    def _called(self, path: str, call: Call) -> None:
        """Note the call at its scope; a block without layers has none."""
        part: Part | None = self.root
        for name in module_name(path).split("."):
            part = part.parts.get(name) if part is not None else None
        if part is not None:
            part.call = call
            part.whole = bool(call.block)

    def is_module(self, number: int) -> bool:
        """Whether a node has a module of its own, not only a line in `forward`."""
        return self.counterparts[number].is_module

    def _is_open(self, scope: Part) -> bool:
        if scope.leaf is not None and self.is_module(scope.leaf):
            return True
        if len(scope.nodes) != scope.nodes[-1] - scope.nodes[0] + 1:
            return True
        return not any(map(self.is_module, scope.nodes))

    def _keyed(self, scope: Part) -> None:
        """Give every scope within its key."""
        for part in scope.parts.values():
            if part.parts:
                part.key = (part.call.block,) if part.is_block and part.call else (*scope.key, "/", stem(part.name))
                self._keyed(part)

    def span(self, scope: Part) -> tuple[int, int]:
        """The first node that a scope runs and the one after its last."""
        if scope.whole:
            return scope.nodes[0], scope.nodes[-1] + 1
        spans = [*self._spans(scope)]
        return min([first for first, _ in spans]), max([end for _, end in spans])

    def _spans(self, scope: Part) -> Iterator[tuple[int, int]]:
        """What must run in a scope: its modules, and the scopes within."""
        for part in scope.parts.values():
            if part.leaf is not None and self.is_module(part.leaf):
                yield part.leaf, part.leaf + 1
            if part.parts and not part.open:
                yield self.span(part)
            elif part.parts:
                yield from self._spans(part)

    def ports(self, first: int, end: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The tensors that the nodes from `first` to before `end` read from outside, and those of theirs read outside."""
        reads: dict[int, None] = {}
        makes: dict[int, None] = {}
        for node in self.graph.nodes[first:end]:
            reads.update(dict.fromkeys([tensor for tensor in node.inputs if tensor not in makes]))
            makes.update(dict.fromkeys(node.outputs))
        wanted = tuple([tensor for tensor in makes if self.last_uses[tensor] >= end])
        return tuple(reads), wanted or self.graph.nodes[end - 1].outputs[:1]


def _names(graph: Graph) -> dict[int, str]:
    """Names of the tensors that go in and come out, where the spec gives any."""
    pairs = [*graph.outputs.items(), *graph.inputs.items()]
    return {tensor: name for name, tensor in pairs if name not in ("input", "output")}
