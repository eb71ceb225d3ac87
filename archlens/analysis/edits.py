"""Two sequences aligned by the cheapest edit, in time that grows with their length where they are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

__all__ = ["NEVER", "Cost", "aligned", "common"]

NEVER = float("inf")
"""The cost of what is not to be paired."""

Cost: TypeAlias = Callable[[int, int], float]
"""What it costs to make the second sequence's item j of the first one's item i."""

_Keys: TypeAlias = Sequence[tuple[Sequence[int], Sequence[int]]]
_Pairs: TypeAlias = "list[tuple[int, int]]"
_Sizes: TypeAlias = tuple[Sequence[float], Sequence[float]]

_CELLS = 40_000  # a table of costs is no larger
_EDITS = 600  # beyond so many differences a coarser key is tried
_WINDOW = 120  # items of each that are seen at once where every key fails


def aligned(keys: _Keys, sizes: _Sizes, cost: Cost) -> _Pairs:
    """Pairs of places, both ascending: those of an edit that costs least, or of a good one where the sequences are long.

    keys: for both sequences a number for each item, from fine to coarse; items with equal first keys are the same. sizes: what
    it costs to take an item out, or to put it in.
    """
    waiting = [(0, len(sizes[0]), 0, len(sizes[1]), 0)]
    found: _Pairs = []
    while waiting:
        low, high, left, right, level = waiting.pop()
        fine, other = keys[0]
        while low < high and left < right and fine[low] == other[left]:
            found.append((low, left))
            low, left = low + 1, left + 1
        while low < high and left < right and fine[high - 1] == other[right - 1]:
            high, right = high - 1, right - 1
            found.append((high, right))
        if low == high or left == right:
            continue
        if (high - low) * (right - left) <= _CELLS:
            found += _cheapest(range(low, high), range(left, right), sizes, cost)
            continue
        matched: _Pairs = []
        while not matched and level < len(keys):
            fine, other = keys[level]
            matched = [(low + i, left + j) for i, j in common(fine[low:high], other[left:right], _EDITS) or ()]
            level += 1
        if not matched:  # nothing to hold on to
            found += _walked((low, high), (left, right), sizes, cost)
            continue
        matched = [(i, j) for i, j in matched if cost(i, j) < NEVER]
        found += matched
        starts = [(low - 1, left - 1), *matched]
        ends = [*matched, (high, right)]
        waiting += [(i + 1, k, j + 1, m, level) for (i, j), (k, m) in zip(starts, ends, strict=True)]
    return sorted(found)


def _cheapest(rows: range, columns: range, sizes: _Sizes, cost: Cost) -> Iterator[tuple[int, int]]:
    """The pairs of the edit that costs least, by the table of all beginnings (Wagner & Fischer 1974)."""
    taken, put = sizes
    table = [[0.0]]
    for j in columns:
        table[0].append(table[0][-1] + put[j])
    for i in rows:
        above, line = table[-1], [table[-1][0] + taken[i]]
        out = taken[i]
        for place, j in enumerate(columns):
            line.append(min(above[place] + cost(i, j), above[place + 1] + out, line[place] + put[j]))
        table.append(line)
    i, j = len(rows), len(columns)
    while i and j:
        if table[i][j] == table[i - 1][j - 1] + cost(rows[i - 1], columns[j - 1]):
            i, j = i - 1, j - 1
            yield rows[i], columns[j]
        elif table[i][j] == table[i - 1][j] + taken[rows[i - 1]]:
            i -= 1
        else:
            j -= 1


def _walked(rows: tuple[int, int], columns: tuple[int, int], sizes: _Sizes, cost: Cost) -> Iterator[tuple[int, int]]:
    """Pairs of a good edit: the cheapest one of a window, of which the first half counts, and so on from there."""
    (low, high), (left, right) = rows, columns
    while low < high and left < right:
        ends = min(low + _WINDOW, high), min(left + _WINDOW, right)
        pairs = sorted(_cheapest(range(low, ends[0]), range(left, ends[1]), sizes, cost))
        if ends == (high, right):
            yield from pairs
            return
        half = low + _WINDOW // 2, left + _WINDOW // 2
        kept = [(i, j) for i, j in pairs if i < half[0] and j < half[1]]
        yield from kept
        low, left = (kept[-1][0] + 1, kept[-1][1] + 1) if kept else half


def common(old: Sequence[int], new: Sequence[int], most: int) -> _Pairs | None:
    """A longest common subsequence as pairs of places; None where more than `most` items are in one only.

    The greedy algorithm of Myers (An O(ND) difference algorithm and its variations, 1986): on every diagonal how far so many
    differences lead.
    """
    furthest = {1: 0}
    trail = []
    for edits in range(min(most, len(old) + len(new)) + 1):
        trail.append(furthest.copy())
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
            i = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            j = i - diagonal
            while i < len(old) and j < len(new) and old[i] == new[j]:
                i, j = i + 1, j + 1
            furthest[diagonal] = i
            if i >= len(old) and j >= len(new):
                return _back(trail, len(old), len(new))
    return None


def _back(trail: list[dict[int, int]], i: int, j: int) -> _Pairs:
    """The pairs on the way that led to the end."""
    found: _Pairs = []
    for edits in range(len(trail) - 1, -1, -1):
        furthest, diagonal = trail[edits], i - j
        down = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
        before = diagonal + 1 if down else diagonal - 1
        start = furthest[before]
        while i > start + (not down) and j > start - before + down and i > 0 and j > 0:
            i, j = i - 1, j - 1
            found.append((i, j))
        if edits:
            i, j = start, start - before
    return found[::-1]
