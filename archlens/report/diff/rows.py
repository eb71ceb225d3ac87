"""The layers that differ as few rows: whole scopes in one, equal changes together, what only follows as a sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from archlens.analysis.difference import Change, Difference
from archlens.report.diff.words import call_text, change_text, merged_text, shape_text
from archlens.report.numbers import counted, runs

__all__ = ["SIGNS", "Row", "rows"]

SIGNS = {"added": "+", "removed": "−", "changed": "~", "resized": "·"}
"""What stands before a row of each kind."""

_FEW = 12  # rows; where there are more, changes go together that differ in the same respects only


class Row(NamedTuple):
    """name: the path of the layer or scope, or a pattern of several. what: the change in words. output: sizes that it puts out,
    before and after where they differ. times: how many layers or scopes it stands for. layers: how many layers in all. params,
    macs: by how much they change, summed."""

    kind: str
    name: str
    what: str
    output: str
    times: int
    layers: int
    params: int
    macs: int


class _Part(NamedTuple):
    """A scope that came or went as a whole, or one layer."""

    path: str
    changes: tuple[Change, ...]
    what: str
    rough: str
    output: str


def rows(difference: Difference, every: bool = False) -> list[Row]:
    """All changes; every: a row for each layer, also for those whose sizes only follow."""
    if every:
        return [_row([_single(change)]) for change in difference.changes]
    parts = _parts(difference)
    found = _folded(parts, lambda part: (part.changes[0].kind, part.what, part.rough))
    if len(found) > _FEW:
        found = _folded(parts, lambda part: (part.changes[0].kind, part.rough))
    resized = difference.of("resized")
    if resized:
        count = len(resized)
        name = counted(count) if count > 1 else resized[0].layer.path
        what = f"only sizes follow{_mostly(resized) if count > 1 else ''}"
        found.append(Row("resized", name, what, "", count, count, *_sums(resized)))
    return found


def _mostly(changes: Sequence[Change]) -> str:
    """`, mostly of fc6` where one layer has more than half of what the parameters change; nothing where none has."""
    most = max(changes, key=lambda change: abs(change.amount("params")))
    rest = sum([abs(change.amount("params")) for change in changes if change is not most])
    return f", mostly of {most.layer.path}" if abs(most.amount("params")) > rest else ""


def _parts(difference: Difference) -> list[_Part]:
    """Every change but what only follows, scopes that came or went as one."""
    whole = {kind: _whole(difference, kind) for kind in ("added", "removed")}
    inside: dict[tuple[str, str], list[Change]] = {}
    for change in difference.changes:
        if change.kind != "resized":
            path = change.layer.path
            scope = next((one for one in _scopes(path) if one in whole.get(change.kind, ())), path)
            inside.setdefault((change.kind, scope), []).append(change)
    return [
        _single(changes[0]) if changes[0].layer.path == path else _scope(path, changes, difference)
        for (_, path), changes in inside.items()
    ]


def _whole(difference: Difference, kind: str) -> set[str]:
    """The scopes of several layers all of which came, or went."""
    analysis = difference.new if kind == "added" else difference.old
    total = Counter([scope for layer in analysis.layers for scope in _scopes(layer.path)])
    part = Counter([scope for change in difference.of(kind) for scope in _scopes(change.layer.path)])
    return {scope for scope, count in part.items() if count == total[scope] > 1}


def _scopes(path: str) -> list[str]:
    """The scopes that a layer stands in, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _single(change: Change) -> _Part:
    what = change_text(change)
    before, after = shape_text(change.old), shape_text(change.new)
    output = f"{before} → {after}" if before and after and before != after else after or before
    rough = f"{change.layer.type} {sorted(change.arguments)} {change.aspects}"
    if "type" in change.aspects and change.old:
        rough = f"{change.old.type} {rough}"
    return _Part(change.layer.path, (change,), what, rough, output)


def _scope(path: str, changes: Sequence[Change], difference: Difference) -> _Part:
    call = difference.calls[changes[0].kind == "added"].get(path)
    size = counted(len(changes))
    said = call_text(call)
    block = call.block if call else ""
    # Of a scope that is no block's what is inside tells it from others.
    rough = f"scope {block}" if block else f"scope {[change.layer.type for change in changes]}"
    last = shape_text(changes[-1].layer)
    return _Part(path, tuple(changes), f"{said}, {size}" if said else size, rough, last)


def _folded(parts: Iterable[_Part], key: Callable[[_Part], Any]) -> list[Row]:
    groups: dict[Any, list[_Part]] = {}
    for part in parts:
        groups.setdefault(key(part), []).append(part)
    return [_row(group) for group in groups.values()]


def _row(group: Sequence[_Part]) -> Row:
    changes = [change for part in group for change in part.changes]
    first = group[0]
    what = first.what if len({part.what for part in group}) == 1 else _together(group)
    outputs = {part.output for part in group}
    output = first.output if len(outputs) == 1 else ""
    name = pattern([part.path for part in group])
    return Row(changes[0].kind, name, what, output, len(group), len(changes), *_sums(changes))


def _together(group: Sequence[_Part]) -> str:
    """What several parts are, where they are not quite the same."""
    if len(group[0].changes) == 1:
        return merged_text([change for part in group for change in part.changes])
    sizes = [len(part.changes) for part in group]
    block = group[0].rough.removeprefix("scope ")
    each = counted(sizes[0]) if len({*sizes}) == 1 else f"{min(sizes)}…{max(sizes)} layers"
    return f"{block}, {each}" if not block.startswith("[") else each


def _sums(changes: Iterable[Change]) -> tuple[int, int]:
    listed = list(changes)
    return sum([change.amount("params") for change in listed]), sum([change.amount("macs") for change in listed])


def pattern(paths: Sequence[str]) -> str:
    """One path for several: `stage3/Bottleneck7…23` of neighbours, `stage*/conv1` where parts differ in their numbers, else the
    first."""
    split = [path.split("/") for path in paths]
    if len(paths) == 1 or len({len(parts) for parts in split}) > 1:
        return paths[0] if len(paths) == 1 else f"{paths[0]}, …"
    columns = [list(dict.fromkeys(column)) for column in zip(*split, strict=True)]
    differing = [column for column in columns if len(column) > 1]
    if len(differing) == 1 and (span := _span(differing[0])):
        return "/".join([column[0] if len(column) == 1 else span for column in columns])
    found = [column[0] if len(column) == 1 else _starred(column) for column in columns]
    return f"{paths[0]}, …" if set(found) == {"*"} else "/".join(found)


def _span(names: Sequence[str]) -> str:
    """`conv7…9` of names that count up; nothing of others."""
    stem = names[0].rstrip("0123456789")
    numbers = [name[len(stem) :] for name in names if name.startswith(stem)]
    if len(numbers) < len(names) or not all(map(str.isdecimal, numbers)):
        return ""
    stretches = runs(sorted(map(int, numbers)))
    return f"{stem}{stretches[0][0]}…{stretches[0][1]}" if len(stretches) == 1 else ""


def _starred(names: Sequence[str]) -> str:
    """What the names begin with, and a star."""
    least, most = min(names), max(names)
    same = next((place for place, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), min(len(least), len(most)))
    return f"{least[:same].rstrip('0123456789')}*"
