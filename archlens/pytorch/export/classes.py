"""Scopes → classes: instances of the same block share one, the scopes between blocks get one where they need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from archlens.pytorch.export.align import aligned
from archlens.pytorch.export.bodies import Body, Chain, Loop, Make, Maker, body_of, collapsed, is_chain
from archlens.pytorch.export.calls import REQUIRED, Signature
from archlens.pytorch.export.names import IMPORTED, camel, fresh, stem, title_case
from archlens.pytorch.export.solve import Values, solved
from archlens.pytorch.export.tree import Key, Part, Tree

__all__ = ["Class", "classes_of"]


_ONE = ("stride", "dilation", "groups", "s")
"""Parameters that are 1 unless it is said."""


class Class(NamedTuple):
    """A class of the file.

    body: its steps, an Expression for every value. signature: its parameters, with defaults.
    types: of the values of each parameter, as an annotation says it.
    """

    name: str
    body: Body
    signature: Signature
    types: Mapping[str, str]

    @property
    def is_chain(self) -> bool:
        """Whether it is an `nn.Sequential`."""
        return is_chain(self.body)


def classes_of(tree: Tree) -> list[Class]:
    """Every class that a network needs, in an order of definition; the last is the network itself."""
    return _Classes(tree).all()


class _Classes:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.found: list[Class] = []
        self.names: set[str] = set(IMPORTED)
        self.made: dict[int, Maker] = {}

    def all(self) -> list[Class]:
        tree = self.tree
        for scopes in _groups(tree):
            bodies = [body_of(tree, scope, self.made) for scope in scopes]
            if scopes[0].is_block:
                self.define(scopes, bodies, scopes[0].call.block if scopes[0].call else "")
            else:
                self.between(scopes, bodies)
        (served,) = aligned([body_of(tree, tree.root, self.made)])
        self.add(self.named(title_case(tree.graph.name, tree.graph.variant), "Network"), [served[0]], {}, ())
        return self.found

    def named(self, wished: str, more: str = "Block") -> str:
        """A free name for a class."""
        name = fresh(wished, self.names, (wished + more,))
        self.names.add(name)
        return name

    def between(self, scopes: Sequence[Part], bodies: Sequence[Body]) -> None:
        """Scopes that are no blocks: branches of a fork, turns of a `for`, layers named with a `/`."""
        chains = [is_chain(body) for body in bodies]
        if all(chains) and self.is_worth_a_class(scopes, bodies):
            self.define(scopes, bodies, _between_name(scopes))
            return
        others = []
        for scope, body, chain in zip(scopes, bodies, chains, strict=True):
            if chain:
                self.made[id(scope)] = Chain(body.steps)
            elif len(body.steps) == 1:
                scope.open = True
            else:
                scope.whole = True
                others.append(scope)
        if others:
            self.define(others, [body_of(self.tree, scope, self.made) for scope in others], _between_name(others))

    def is_worth_a_class(self, scopes: Sequence[Part], bodies: Sequence[Body]) -> bool:
        """Whether chains are several in a row, alike, and more than one line each."""
        if max(Counter([id(scope.owner) for scope in scopes]).values()) < 2:
            return False
        classes = aligned(bodies)
        steps = next(iter(classes[0].values())).steps
        return len(classes) == 1 and (len(steps) > 1 or isinstance(steps[0].runs, Loop))

    def define(self, scopes: Sequence[Part], bodies: Sequence[Body], name: str) -> None:
        """One class for all, or several where their structures differ."""
        for served in aligned(bodies):
            mine = [scopes[number] for number in served]
            arguments = self.add(self.named(name), [*served.values()], self.symbols(mine), mine)
            for scope, given in zip(mine, arguments, strict=True):
                self.made[id(scope)] = Make(self.found[-1].name, given)

    def symbols(self, scopes: Sequence[Part]) -> dict[str, Values]:
        """What the spec calls the arguments of each scope, and the channels that go in."""
        given = [scope.call.values if scope.call else {} for scope in scopes]
        found: dict[str, Values] = {
            name: [collapsed(one[name]) for one in given] for name in given[0] if all(name in one for one in given)
        }
        reads = [self.tree.ports(*self.tree.span(scope))[0] for scope in scopes]
        if all(reads):
            shapes = [self.tree.graph.shapes[tensors[0]] for tensors in reads]
            found.setdefault("in_channels", [shape[1] if len(shape) > 1 else 0 for shape in shapes])
            if all(len(shape) in (2, 3) for shape in shapes):
                found.setdefault("in_features", [shape[-1] for shape in shapes])
        return found

    def add(
        self, name: str, bodies: Sequence[Body], symbols: Mapping[str, Values], scopes: Sequence[Part]
    ) -> list[Mapping[str, Any]]:
        """A class of this name for bodies of one structure; the arguments of each."""
        body, parameters = solved(bodies, symbols, self.names)
        order = sorted(parameters, key=lambda one: not one.startswith("in_"))
        defaults = {one: _default(one, parameters[one]) for one in order}
        order.sort(key=lambda one: defaults[one] is not REQUIRED)
        types = {one: _annotation(parameters[one]) for one in order}
        self.found.append(Class(name, body, {one: defaults[one] for one in order}, types))
        return [{one: parameters[one][number] for one in order} for number in range(len(bodies))]


def _groups(tree: Tree) -> list[list[Part]]:
    """The scopes that may share a class, those within others first."""
    groups: dict[Key, list[Part]] = {}
    needs: dict[Key, set[Key]] = {}
    scopes = [scope for scope in tree.root.scopes() if scope.owner is not None and not scope.open]
    for scope in scopes:
        groups.setdefault(scope.key, []).append(scope)
        needs.setdefault(scope.key, set())
        around = scope.owner
        while around is not None and around.open:
            around = around.owner
        if around is not None and around is not tree.root:
            needs.setdefault(around.key, set()).add(scope.key)
    try:
        return [groups[key] for key in TopologicalSorter(needs).static_order()]
    except CycleError:  # names with a `/` can put a block into what is made of it
        return [[scope] for scope in scopes]


def _between_name(scopes: Sequence[Part]) -> str:
    """The class of scopes that are no blocks: by their own name, and that of the block they are in."""
    key, own = scopes[0].key, scopes[0].name
    if any(scope.name != own for scope in scopes):  # `C3` alone is no third of several
        own = stem(own)
    found = (key[0] if key[0] != "/" else "") + camel(own)
    return found if found.isidentifier() else f"Part{found}"


def _default(name: str, values: Values) -> Any:
    """What a parameter is unless it is said: a plain value that half of the instances have."""
    ((value, count),) = Counter(values).most_common(1)
    plain = value is None or isinstance(value, bool) or (value == 1 and name in _ONE)
    return value if plain and 2 * count >= len(values) else REQUIRED


def _annotation(values: Values) -> str:
    """The types of values, as an annotation."""
    names = dict.fromkeys(
        ["tuple[int, ...]" if isinstance(one, tuple) else type(one).__name__ for one in values if one is not None]
    )
    if set(names) == {"int", "float"}:
        names = {"float": None}
    return " | ".join([*names, *(["None"] if None in values else [])])
