"""The scopes of a network as a tree, and which of them are closed to one box at a level of detail."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from archlens.errors import UsageError, closest, printable
from archlens.graph.model import Graph
from archlens.graph.scope import Call

__all__ = ["LEVELS", "Scope", "Scopes", "settle"]

LEVELS = ("layer", "block", "stage")
"""From most boxes to fewest."""


class Scope:
    """A scope of the spec: an instance of a block, a turn of a named loop, a branch.

    turns: whether it is a turn; a plain list of layers, whose names alone say so, has nothing else at its two outer levels.
    own: how many layers stand in it directly. chains: boxes that its layers make, those of scopes inside too, where nothing is
    closed. closed: the number of the scope whose box it is in, -1 for none. home: of the innermost scope around its
    layers that may be drawn as a frame. drawn: whether it is such a scope itself.
    """

    __slots__ = ("call", "chains", "children", "closed", "drawn", "home", "own", "parent", "path", "turns")

    def __init__(self, path: str, parent: int, call: Call | None, turns: bool) -> None:
        self.path = path
        self.parent = parent
        self.call = call
        self.turns = turns
        self.children: list[int] = []
        self.own = self.chains = 0
        self.closed = -1
        self.home = 0
        self.drawn = False

    @property
    def block(self) -> str:
        """The block it is an instance of; empty for none."""
        return self.call.block if self.call else ""


class Scopes:
    """all: the scopes, outer ones before inner ones, the first with an empty path. of: by layer the one it stands in."""

    def __init__(self, graph: Graph, follows: Sequence[int]) -> None:
        """follows: by layer the one it would share a box with, as `links` says."""
        self.all = [Scope("", -1, None, False)]
        self._numbers = {"": 0}
        self._calls = graph.calls
        self.of = [self._number(node.path.rpartition("/")[0]) for node in graph.nodes]
        for number, before in enumerate(follows):
            scope = self.all[self.of[number]]
            scope.own += 1
            scope.chains += 1
            if before >= 0:
                self.all[self._around(self.of[before], self.of[number])].chains -= 1
        for scope in reversed(self.all):
            if scope.parent >= 0:
                self.all[scope.parent].chains += scope.chains
        self.top = 0
        while self.all[self.top].own == 0 and len(self.all[self.top].children) == 1:
            self.top = self.all[self.top].children[0]

    def _number(self, path: str) -> int:
        """The number of the scope at `path`, made with those around it where it is new."""
        missing = []
        while path not in self._numbers:
            missing.append(path)
            path = path.rpartition("/")[0]
        number = self._numbers[path]
        for inner in reversed(missing):
            self.all[number].children.append(len(self.all))
            call = self._calls.get(inner)
            turns = not call.block if call else not self._calls and inner.count("/") < 2
            self.all.append(Scope(inner, number, call, turns))
            number = self._numbers[inner] = len(self.all) - 1
        return number

    def _around(self, one: int, other: int) -> int:
        """The innermost scope that holds both."""
        while one != other:  # outer scopes have smaller numbers
            if one > other:
                one = self.all[one].parent
            else:
                other = self.all[other].parent
        return one

    def content(self, number: int) -> tuple[str, ...]:
        """The blocks of a turn of a loop, equal names in a row as one: `Dense ×6`, `Transition`; of other scopes nothing."""
        if not self.all[number].turns:
            return ()
        names = [self.all[child].block for child in self.all[number].children if self.all[child].chains > 1]
        runs = [(name, len(list(found))) for name, found in groupby(names) if name]
        return tuple([f"{printable(name)} ×{count}" if count > 1 else printable(name) for name, count in runs])

    def matching(self, globs: Sequence[str], spec: str) -> set[int]:
        """The scopes that any of `globs` matches; raises UsageError for one that matches none."""
        found: set[int] = set()
        for glob in globs:
            match = re.compile(fnmatch.translate(glob.strip("/")), re.DOTALL).match
            matched = [number for number, scope in enumerate(self.all) if number and match(scope.path)]
            if not matched:
                raise _unknown(glob, [scope.path for scope in self.all[1:]], spec)
            found.update(matched)
        return found


def _unknown(glob: str, paths: Sequence[str], spec: str) -> UsageError:
    ends = {path.rpartition("/")[2]: path for path in reversed(paths)}
    near = ends.get(closest(glob, ends) or "") or closest(glob, paths)
    cure = f"did you mean `{near}`?" if near else f"there are {', '.join(paths[:6])}{', …' if len(paths) > 6 else ''}"
    return UsageError(f"{spec} has no stage or block that `{glob}` matches; {cure if paths else 'it has none at all'}")


def settle(scopes: Scopes, level: str, folded: set[int], unfolded: set[int]) -> None:
    """Say of every scope whether it is closed, or else whether it may be drawn as a frame.

    At `layer` none is closed, at `block` the outermost instances of blocks, at `stage` the first part of a path. What is
    unfolded is open, with all around it, and blocks inside of it are closed unless the level is `layer`; what is folded is
    closed. A scope that is one box anyway is never closed.
    """
    opened = set(unfolded)
    for number in unfolded:
        while (number := scopes.all[number].parent) >= 0:
            opened.add(number)
    around = {0}
    number = scopes.top
    while number > 0:
        around.add(number)
        number = scopes.all[number].parent
    for number, scope in enumerate(scopes.all):
        outer = scopes.all[max(scope.parent, 0)]
        closes = level != "layer" and number not in around | opened and _closes(scopes, scope, level)
        scope.closed = outer.closed if number else -1
        if scope.closed < 0 and number and scope.chains > 1 and (number in folded or closes):
            scope.closed = number
        scope.drawn = number not in around and scope.closed < 0 and scope.chains > 1 and (scope.turns or bool(scope.block))
        scope.home = number if scope.drawn else outer.home


def _closes(scopes: Scopes, scope: Scope, level: str) -> bool:
    if level == "stage" and scope.parent == scopes.top:
        return True
    outer = scopes.all[scope.parent]
    return (bool(scope.block) or (scope.turns and outer.turns)) and not _is_stage(scopes, scope)


def _is_stage(scopes: Scopes, scope: Scope) -> bool:
    """Whether it repeats a block, as a stage does, so that the block is what is to be seen."""
    inner = [scopes.all[child] for child in scope.children]
    counts = Counter([child.block for child in inner if child.block and child.chains > 1])
    return max(counts.values(), default=0) > 1
