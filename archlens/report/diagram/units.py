"""The layers of a network as what one box can be of: chains of layers, and closed scopes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from archlens.report.diagram.chains import links
from archlens.report.diagram.scopes import Scopes
from archlens.report.diagram.wiring import Wiring
from archlens.report.numbers import runs

__all__ = ["Unit", "units"]


class Unit(NamedTuple):
    """layers: their numbers, in order. scope: the number of the closed scope they are (a part of), -1 for a chain of layers.
    home: of the scope that may be drawn around it."""

    layers: tuple[int, ...]
    scope: int
    home: int


def units(wiring: Wiring, scopes: Scopes) -> list[Unit]:
    """Every layer in one unit; taken as wholes, units never read from each other in a circle.

    Where layers of two closed scopes take turns so that they would, each of them is cut where another's layers run between.
    """
    spots = []  # closed scopes count from -1 down, so that they differ from open ones
    for number in scopes.of:
        around = scopes.all[number]
        spots.append(-around.closed if around.closed >= 0 else around.home)
    follows = links(wiring, spots)
    chain_of: list[int] = []
    members: dict[int, list[int]] = defaultdict(list)
    for number, (before, spot) in enumerate(zip(follows, spots, strict=True)):
        chain_of.append(spot if spot < 0 else chain_of[before] if before >= 0 else number)
        members[chain_of[number]].append(number)
    gaps = {key for key, layers in members.items() if key < 0 and layers[-1] - layers[0] >= len(layers)}
    torn = gaps & _circular(wiring, chain_of) if gaps else set()
    found = []
    for key, layers in members.items():
        scope = -1 if key >= 0 else -key
        home = scopes.all[scopes.of[layers[0]]].home
        if key in torn:
            found += [Unit(run, scope if _chains(run, follows) > 1 else -1, home) for run in map(_between, runs(layers))]
        else:
            found.append(Unit(tuple(layers), scope, home))
    return found


def _chains(layers: Sequence[int], follows: Sequence[int]) -> int:
    return sum([follows[number] < layers[0] for number in layers])


def _between(ends: tuple[int, int]) -> tuple[int, ...]:
    """Every number from the first to the last."""
    return tuple(range(ends[0], ends[1] + 1))


def _circular(wiring: Wiring, key_of: Sequence[int]) -> set[int]:
    """Keys of the units that lie on, or between, circles: what is left when those without inputs or readers are taken away."""
    graph = wiring.graph
    after: dict[int, set[int]] = {key: set() for key in key_of}
    before: dict[int, set[int]] = {key: set() for key in key_of}
    for number, node in enumerate(graph.nodes):
        for tensor in node.inputs:
            maker = graph.producers[tensor]
            if maker >= 0 and key_of[maker] != key_of[number]:
                after[key_of[maker]].add(key_of[number])
                before[key_of[number]].add(key_of[maker])
    left = set(after)
    for onward, backward in ((after, before), (before, after)):
        waiting = {key: len(backward[key] & left) for key in left}
        free = [key for key, count in waiting.items() if not count]
        while free:
            key = free.pop()
            left.discard(key)
            for other in onward[key]:
                if other in waiting:
                    waiting[other] -= 1
                    if not waiting[other]:
                        free.append(other)
    return left
