"""Which layer of one network is which of another: aligned scope by scope, by what layers are rather than what they are called.

What a scope holds is aligned in order, by the cheapest edit: equal layers cost nothing, one of the same type with other arguments
less than one taken out and one put in, scopes what they do not have in common. What is left is sought once more in the order of
execution, whatever the scopes, so that layers wrapped into a block, or taken out of one, are found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from archlens.analysis.edits import NEVER, aligned
from archlens.analysis.outline import Item, Signs, arguments_of, outline
from archlens.graph.model import Graph, Node

__all__ = ["align"]

_RENAMED = 0.1  # of two that a person called differently
_OTHER_BLOCK = 0.3
_OTHER_NUMBER = 1e-4  # so that of equal ones those of the same name go together
_CHANGED, _PER_ARGUMENT = 0.4, 0.5  # of a layer with other arguments: for that, and as much of this as there are others
_OTHER_TYPE = 1.2  # within a family; taking out and putting in costs 2
_ALIKE = 0.5  # what scopes of different names must have in common, as a share of the smaller one


def align(old: Graph, new: Graph) -> list[int]:
    """For every layer of `old` its number in `new`, -1 where it is gone."""
    signs = Signs()
    layers = [[signs.layer(node) for node in graph.nodes] for graph in (old, new)]
    if layers[0] == layers[1]:
        return list(range(len(layers[0])))
    alignment = _Alignment(old, new)
    alignment.descend(outline(old, signs), outline(new, signs))
    alignment.seek()
    return alignment.partners


class _Alignment:
    """Two graphs while they are aligned. partners: what `align` gives. homes: scopes of both that are the same, by path."""

    def __init__(self, old: Graph, new: Graph) -> None:
        self.old, self.new = old.nodes, new.nodes
        self.partners = [-1] * len(old.nodes)
        self.homes = {("", "")}
        self.costs: dict[tuple[int, int], tuple[float, bool]] = {}

    # ---- scope by scope ----

    def descend(self, old: Item, new: Item) -> None:
        """Pair what stands in these two scopes, and in those in them."""
        waiting = [(old, new, "", "")]
        while waiting:
            one, other, path, now = waiting.pop()
            for a, b in self._children(one.children, other.children):
                if a.number >= 0:
                    self.partners[a.number] = b.number
                else:
                    inner = f"{path}/{a.name}".lstrip("/"), f"{now}/{b.name}".lstrip("/")
                    self.homes.add(inner)
                    waiting.append((a, b, *inner))

    def _children(self, old: list[Item], new: list[Item]) -> list[tuple[Item, Item]]:
        """Which of `new` each of `old` is: in order and what is left by names that people gave, or by these names first.

        The cheaper of both: branches that changed places keep their names, stages that a new one moved up do not.
        """
        found = self._in_order(old, new)
        found += self._named(*_left(old, new, found))
        labels = {item.label for item in old if item.label} & {item.label for item in new}
        if any(a.label != b.label and not labels.isdisjoint((a.label, b.label)) for a, b in found):
            named = self._named(old, new)
            named += self._in_order(*_left(old, new, named))
            return min(found, named, key=self._total)
        return found

    def _in_order(self, old: list[Item], new: list[Item]) -> list[tuple[Item, Item]]:
        known = Signs()
        keys = [
            ([known.of(key(item)) for item in old], [known.of(key(item)) for item in new])
            for key in (_exactly, _in_substance, _roughly)
        ]
        sizes = [float(item.size) for item in old], [float(item.size) for item in new]
        return [(old[i], new[j]) for i, j in aligned(keys, sizes, lambda i, j: self._cost(old[i], new[j]))]

    def _named(self, old: list[Item], new: list[Item]) -> list[tuple[Item, Item]]:
        """Those of the same name, given by a person, wherever they stand."""
        named = {item.label: item for item in new if item.label}
        pairs = [(item, named[item.label]) for item in old if item.label in named]
        return [(a, b) for a, b in pairs if self._cost(a, b) < a.size + b.size]

    def _total(self, pairs: list[tuple[Item, Item]]) -> float:
        """What it costs to pair these, less what it would to take them out and put them in."""
        return sum([self._cost(a, b) - a.size - b.size for a, b in pairs])

    def _cost(self, a: Item, b: Item) -> float:
        """What it costs to make `b` of `a`; NEVER where they have too little in common."""
        if (a.number < 0) != (b.number < 0):
            return NEVER
        names = 0.0 if a.name == b.name else _RENAMED if a.label != b.label else _OTHER_NUMBER
        if a.sign == b.sign:
            return names
        key = a.sign, b.sign
        if key not in self.costs:
            leaf = a.number >= 0
            self.costs[key] = (_layer_cost(self.old[a.number], self.new[b.number]), True) if leaf else _scope_cost(a, b)
        cost, alike = self.costs[key]
        same = a.block == b.block and a.label == b.label
        return cost + names + (_OTHER_BLOCK if a.number < 0 and a.block != b.block else 0) if alike or same else NEVER

    # ---- what is left, in the order of execution ----

    def seek(self) -> None:
        """Pair what is left between layers that are paired already: stretches that can be told, and one with the one."""
        left = {*range(len(self.new))} - {*self.partners}
        if not left or -1 not in self.partners:
            return
        for a, b in self._gaps(left):
            for i, j in self._wrapped(a, b):
                self.partners[i] = j
        left -= {*self.partners}
        for a, b in self._gaps(left):
            if len(a) == len(b) == 1 and self._may_replace(a[0], b[0]):
                self.partners[a[0]] = b[0]

    def _gaps(self, left: set[int]) -> Iterator[tuple[list[int], list[int]]]:
        """What is unpaired on both sides between two pairs, one after the other; pairs out of order bound nothing."""
        pairs = [(i, j) for i, j in enumerate(self.partners) if j >= 0]
        bounds = [(-1, -1), *[pairs[at] for at in _ascending([j for _, j in pairs])], (len(self.old), len(self.new))]
        for (i, j), (k, m) in pairwise(bounds):
            a = [one for one in range(i + 1, k) if self.partners[one] < 0]
            b = [one for one in range(j + 1, m) if one in left]
            if a and b:
                yield a, b

    def _wrapped(self, a: Sequence[int], b: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The layers of `a` that are in `b`, but for their scopes and lesser arguments; by stretches that can be told."""
        known = Signs()
        before, after = [known.of(_stated(self.old[i])) for i in a], [known.of(_stated(self.new[j])) for j in b]

        def cost(i: int, j: int) -> float:
            one, other = self.old[a[i]], self.new[b[j]]
            if _stated(one) != _stated(other):
                return NEVER
            return 0.0 if one.layer == other.layer else _CHANGED

        found = aligned([(before, after)], ([1.0] * len(a), [1.0] * len(b)), cost)
        run: list[tuple[int, int]] = []
        for i, j in [*found, (-1, -1)]:
            if run and (i, j) != (run[-1][0] + 1, run[-1][1] + 1):
                if any(self._tells(a[one]) for one, _ in run):
                    yield from [(a[one], b[other]) for one, other in run]
                run = []
            run.append((i, j))

    def _tells(self, number: int) -> bool:
        """Whether a layer is not easily taken for another: it has parameters, and arguments that it must state."""
        node = self.old[number]
        return any(field.required for field in node.layer.fields) and bool(node.layer.parameter_shapes(*node.input_shapes))

    def _may_replace(self, i: int, j: int) -> bool:
        """Whether one stands where the other stood; of equal ones, whatever the scopes."""
        one, other = self.old[i], self.new[j]
        return one.layer == other.layer or (_scope(one), _scope(other)) in self.homes


def _left(old: list[Item], new: list[Item], pairs: list[tuple[Item, Item]]) -> tuple[list[Item], list[Item]]:
    """What is in no pair."""
    taken = {id(item) for pair in pairs for item in pair}
    return [item for item in old if id(item) not in taken], [item for item in new if id(item) not in taken]


def _exactly(item: Item) -> object:
    return item.number < 0, item.sign, item.label


def _in_substance(item: Item) -> object:
    return item.number < 0, item.sign


def _roughly(item: Item) -> object:
    return item.number < 0, item.coarse, "roughly"


def _layer_cost(a: Node, b: Node) -> float:
    if a.layer.type_name == b.layer.type_name:
        before, after = arguments_of(a.layer), arguments_of(b.layer)
        others: int = sum([value != after[name] for name, value in before.items()])
        return _CHANGED + _PER_ARGUMENT * others / len(before)
    return _OTHER_TYPE if a.layer.family and a.layer.family == b.layer.family else NEVER


def _scope_cost(a: Item, b: Item) -> tuple[float, bool]:
    """About what it costs to make the layers of one of those of the other, and whether they are alike at all."""
    same = (a.bag.signs & b.bag.signs).total()
    typed = (a.bag.types & b.bag.types).total()
    cost = _CHANGED * (typed - same) + (a.size + b.size - 2 * typed)
    return cost, typed >= _ALIKE * min(a.size, b.size)


def _stated(node: Node) -> object:
    """The type and what every such layer must say: a convolution's channels and kernel, not its bias."""
    arguments = arguments_of(node.layer)
    return node.layer.type_name, tuple([arguments[field.name] for field in node.layer.fields if field.required])


def _scope(node: Node) -> str:
    return node.path.rpartition("/")[0]


def _ascending(values: Sequence[int]) -> list[int]:
    """The places of a longest ascending subsequence (Schensted 1961)."""
    ends: list[int] = []
    lasts: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        at = bisect_left(ends, value)
        before.append(lasts[at - 1] if at else -1)
        ends[at : at + 1] = [value]
        lasts[at : at + 1] = [place]
    found = []
    place = lasts[-1] if lasts else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found[::-1]
