"""Equal steps in a row as one: found from the inside out, by comparing what each is made of and how it is wired."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

from archlens.report.diagram.scopes import Scopes
from archlens.report.diagram.units import Unit
from archlens.report.diagram.wiring import Wiring

__all__ = ["Group", "Item", "boxes_of", "steps"]

_PERIOD = 4  # steps that are seen to repeat together without a scope around them
_TURNS = 3  # how often they must, for a frame to pay
_PORTS = 20  # bits for the number of a layer's output


class Item:
    """One step: a unit, or an opened scope with the steps inside.

    layers: their numbers, in order. scope: the number of the scope it is, -1 for layers. groups: the steps inside; None where it
    is one box. place: number of a layer → which of its layers it is. sign: equal for equal steps. reads: the tensors from outside
    that it reads, in the order met. gives: those of its own that are read outside. borrows: layers outside whose weights it uses,
    and ahead: how many layers before the one that uses them each stands.
    """

    __slots__ = ("ahead", "borrows", "gives", "groups", "layers", "place", "reads", "scope", "sign")

    def __init__(self, layers: tuple[int, ...], scope: int, groups: list[Group] | None, wiring: Wiring) -> None:
        self.layers = layers
        self.scope = scope
        self.groups = groups
        self.place = {number: place for place, number in enumerate(layers)}
        self._look(wiring)

    def _look(self, wiring: Wiring) -> None:
        graph, place = wiring.graph, self.place
        words: list[int] = []
        reads: dict[int, int] = {}
        self.gives: list[int] = []
        self.borrows: list[int] = []
        self.ahead: list[int] = []
        for number in self.layers:
            node, owner = graph.nodes[number], wiring.owners[number]
            words.append(wiring.kinds[number])
            for tensor in node.inputs:
                at = place.get(graph.producers[tensor])
                words.append(-1 - reads.setdefault(tensor, len(reads)) if at is None else at << _PORTS | wiring.ports[tensor])
            if owner >= 0:
                words.append(place.get(owner, -1))
                if owner not in place:
                    self.borrows.append(owner)
                    self.ahead.append(number - owner)
            self.gives += [t for t in node.outputs if not all(reader in place for reader in wiring.readers[t])]
        inside = self.groups and tuple([(len(group), group[0].sign, self.place[group[0].layers[0]]) for group in self.groups])
        self.sign: tuple[object, ...] = (self.groups is None and self.scope >= 0, tuple(words), inside)
        self.reads = list(reads)


Group = list[Item]
"""Equal steps in a row, each reading what the one before it gives; mostly one alone."""


def steps(wiring: Wiring, scopes: Scopes, found: Sequence[Unit]) -> list[Group]:
    """The network as steps; in an opened scope that is more than one of them, a step is the scope."""
    inside: dict[int, list[Item]] = {}
    for unit in found:
        inside.setdefault(unit.home, []).append(Item(unit.layers, unit.scope, None, wiring))
    for number in range(len(scopes.all) - 1, 0, -1):
        if number not in inside:
            continue
        groups = _grouped(inside.pop(number), wiring)
        outer = inside.setdefault(scopes.all[scopes.all[number].parent].home, [])
        if len(groups) == 1 and groups[0][0].groups is None:
            outer += groups[0]
        else:
            outer.append(_around(groups, number, wiring))
    return _grouped(inside[0], wiring)


def boxes_of(groups: Sequence[Group]) -> int:
    """How many boxes steps are drawn as."""
    return sum([1 if group[0].groups is None else boxes_of(group[0].groups) for group in groups])


def _around(groups: list[Group], scope: int, wiring: Wiring) -> Item:
    layers = sorted(chain.from_iterable([item.layers for group in groups for item in group]))
    return Item(tuple(layers), scope, groups, wiring)


def _grouped(items: list[Item], wiring: Wiring) -> list[Group]:
    items.sort(key=lambda item: item.layers[0])
    groups = _collapsed(items, wiring)
    for period in range(2, _PERIOD + 1):
        if len(groups) >= period * _TURNS:
            groups = _together(groups, period, wiring)
    return groups


def _collapsed(items: Sequence[Item], wiring: Wiring) -> list[Group]:
    """Each item with its equals right after it."""
    groups = [[items[0]]]
    how: tuple[int, ...] | None = None
    for before, item in pairwise(items):
        now = _follows(before, item, wiring)
        if now is not None and (len(groups[-1]) == 1 or now == how):
            groups[-1].append(item)
        else:
            groups.append([item])
        how = now
    return groups


def _follows(before: Item, item: Item, wiring: Wiring) -> tuple[int, ...] | None:
    """How `item` is the next copy of `before`, a word equal for equal ways; None where it is not.

    It reads the one tensor that `before` gives, as the only one, and all else from where `before` does.
    """
    if len(before.gives) != 1 or before.sign != item.sign:
        return None
    tensor = before.gives[0]
    if not all(reader in item.place or reader in before.place for reader in wiring.readers[tensor]):
        return None
    changed = [role for role, (old, new) in enumerate(zip(before.reads, item.reads, strict=True)) if old != new]
    if len(changed) != 1 or item.reads[changed[0]] != tensor:
        return None
    shared = before.borrows == item.borrows
    if not shared and before.ahead != item.ahead:
        return None
    maker = wiring.graph.producers[tensor]
    return before.place[maker] << _PORTS | wiring.ports[tensor], changed[0], int(shared)


def _together(groups: list[Group], period: int, wiring: Wiring) -> list[Group]:
    """Short sequences of boxes that repeat as one framed step."""
    keys = [(len(group), group[0].sign) if group[0].groups is None else None for group in groups]
    found: list[Group] = []
    start = 0
    while start < len(groups):
        end = start + period
        while end < len(groups) and keys[end] is not None and keys[end] == keys[end - period]:
            end += 1
        turns = (end - start) // period
        if turns >= _TURNS and None not in keys[start : start + period]:
            turned = [_around(groups[at : at + period], -1, wiring) for at in range(start, start + turns * period, period)]
            runs = _collapsed(turned, wiring)
            for run in runs:
                if len(run) >= _TURNS:
                    found.append(run)
                else:
                    found += chain.from_iterable([item.groups or [] for item in run])
            start += turns * period
        else:
            found.append(groups[start])
            start += 1
    return found
