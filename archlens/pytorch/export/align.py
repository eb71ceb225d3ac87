"""Bodies side by side: equal modules in a row become loops, and what some instances lack becomes a choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from archlens.pytorch.export.bodies import MISSING, Body, Chain, Function, Loop, Make, Maker, Step, mapped
from archlens.pytorch.export.names import stem

__all__ = ["aligned"]

_FEWEST = 3  # that make a loop where their number is fixed


def aligned(bodies: Sequence[Body]) -> list[dict[int, Body]]:
    """Classes for the bodies, the larger first: for each the bodies that it serves, by their number, now of one structure."""
    looped = _looped(bodies)
    order = sorted(range(len(looped)), key=lambda number: -_size(looped[number].steps))
    found: list[dict[int, Body]] = []
    known: dict[Any, dict[int, Body]] = {}
    for number in order:
        body = looped[number]
        shape = (_steps_shape(body.steps), body.inputs, body.outputs)
        if shape in known:
            known[shape][number] = body
            continue
        for served in found:
            alike = _embedded(next(iter(served.values())), body)
            if alike is not None:
                served[number] = alike
                break
        else:
            known[shape] = {number: body}
            found.append(known[shape])
    return found


# ---- structure ----


def _size(steps: Sequence[Step]) -> int:
    return sum([1 + (_size(one.runs.steps) if isinstance(one.runs, Chain) else 0) for one in steps])


def _steps_shape(steps: Sequence[Step]) -> tuple[Any, ...]:
    """All of the steps but the values."""
    return tuple([(one.name, _shape(one.runs), one.reads, one.makes, one.border and tuple(one.border)) for one in steps])


def _shape(runs: Maker | Function) -> tuple[Any, ...]:
    if isinstance(runs, Make):
        return runs.target, tuple(runs.arguments)
    if isinstance(runs, Function):
        return runs.target, tuple(runs.arguments), runs.takes
    if isinstance(runs, Chain):
        return _steps_shape(runs.steps)
    return _shape(runs.maker), runs.first


def _embedded(base: Body, body: Body) -> Body | None:
    """`body` with the structure of `base`, which has some steps more; None where it is another network."""
    if base.inputs != body.inputs:
        return None
    numbers = {number: number for number in range(base.inputs)}
    steps = _embedded_steps(base.steps, body.steps, numbers)
    if steps is None or tuple([numbers[number] for number in base.outputs]) != body.outputs:
        return None
    names = {one: body.names[of] for one, of in numbers.items() if of in body.names}
    return body._replace(steps=steps, outputs=base.outputs, names=names)


def _embedded_steps(base: Sequence[Step], steps: Sequence[Step], numbers: dict[int, int]) -> tuple[Step, ...] | None:
    """As `_embedded`. numbers: the body's value for each of the base's; it grows."""
    found = []
    at = 0
    for one in base:
        mine = steps[at] if at < len(steps) else None
        runs = None
        if mine is not None and mine.name == one.name and mine.reads == tuple([numbers[number] for number in one.reads]):
            runs = _matched(one.runs, mine.runs)
        if mine is not None and runs is not None and (mine.border is None) == (one.border is None):
            numbers.update(zip(one.makes, mine.makes, strict=True))
            found.append(one._replace(runs=runs, border=mine.border, present=mine.present))
            at += 1
        elif len(one.reads) == len(one.makes) == 1 and one.border is None:
            numbers[one.makes[0]] = numbers[one.reads[0]]
            found.append(_absent(one))
        else:
            return None
    return tuple(found) if at == len(steps) else None


def _absent(one: Step) -> Step:
    """A step that this instance lacks: its input goes on as it is. A loop runs no time."""
    (missing,) = mapped((one,), lambda value, hint: MISSING)
    if isinstance(missing.runs, Loop):
        return missing._replace(runs=missing.runs._replace(stop=missing.runs.first), present=True)
    return missing._replace(present=False)


def _matched(base: Maker | Function, runs: Maker | Function) -> Maker | Function | None:
    """`runs` with the structure of `base`."""
    if isinstance(base, Chain) and isinstance(runs, Chain):
        steps = _embedded_steps(base.steps, runs.steps, {0: 0})
        return None if steps is None else Chain(steps)
    return runs if _shape(base) == _shape(runs) else None


# ---- loops ----


class _Run(NamedTuple):
    """Equal modules in a row."""

    first: int
    steps: list[Step]


def _looped(bodies: Sequence[Body]) -> list[Body]:
    """The bodies with loops for equal modules in a row, alike in all of them."""
    rows = [_rows(body) for body in bodies]
    inner = _looped_chains(bodies)
    for name in dict.fromkeys([name for row in rows for name in row]):
        if all(
            name in row or not any(_numbered(one)[0] == name for one in body.steps)
            for row, body in zip(rows, bodies, strict=True)
        ):
            plan = _planned([row[name] for row in rows if name in row])
            if plan:
                inner = [_replaced(body, name, plan) for body in inner]
    return [_renumbered(body) for body in inner]


def _looped_chains(bodies: Sequence[Body]) -> list[Body]:
    """The bodies with loops in the chains that they hold."""
    chains: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for number, body in enumerate(bodies):
        for at, one in enumerate(body.steps):
            if isinstance(one.runs, Chain):
                chains.setdefault(one.name, []).append((number, at))
    steps = [[*body.steps] for body in bodies]
    for places in chains.values():
        inner = []
        for number, at in places:
            chain = steps[number][at].runs
            assert isinstance(chain, Chain)
            inner.append(Body(chain.steps, 1, (len(chain.steps),), {}))
        for (number, at), body in zip(places, _looped(inner), strict=True):
            steps[number][at] = steps[number][at]._replace(runs=Chain(body.steps))
    return [body._replace(steps=tuple(mine)) for body, mine in zip(bodies, steps, strict=True)]


def _numbered(one: Step) -> tuple[str, int]:
    """The name of a step without its number, and the number; -1 for a step that no loop can make."""
    name = one.name[-1]
    bare = stem(name)
    digits = name[len(bare) :]
    plain = len(one.name) == 1 and one.border is None and len(one.reads) == len(one.makes) == 1
    if not plain or isinstance(one.runs, Function) or not digits or digits != str(int(digits)) or not bare.isidentifier():
        return bare, -1
    return bare, int(digits)


def _rows(body: Body) -> dict[str, list[_Run]]:
    """Name without number → the modules called so, where they are a row of one class, numbered in order."""
    uses = Counter([number for one in body.steps for number in one.reads] + [*body.outputs])
    rows: dict[str, list[Step]] = {}
    broken = set()
    for at, one in enumerate(body.steps):
        name, number = _numbered(one)
        row = rows.setdefault(name, [])
        before = row[-1] if row else None
        if number < 0 or (
            before is not None
            and (
                before is not body.steps[at - 1]
                or one.reads != before.makes
                or uses[before.makes[0]] != 1
                or number != _numbered(before)[1] + 1
                or _shape(one.runs) != _shape(before.runs)
            )
        ):
            broken.add(name)
        row.append(one)
    return {name: _runs(row) for name, row in rows.items() if name not in broken}


def _runs(row: Sequence[Step]) -> list[_Run]:
    found: list[_Run] = []
    for one in row:
        if found and found[-1].steps[-1].runs == one.runs:
            found[-1].steps.append(one)
        else:
            found.append(_Run(_numbered(one)[1], [one]))
    return found


def _planned(rows: Sequence[list[_Run]]) -> list[tuple[int, bool]]:
    """How a row is cut in every body: where each piece starts, and whether it is a loop; empty for no loop."""
    firsts = [run.first for run in rows[0]]
    if all([run.first for run in row] == firsts for row in rows):
        counts = [{len(row[piece].steps) for row in rows} for piece in range(len(firsts))]
    else:
        firsts = [firsts[0], firsts[0] + 1]
        if any(row[0].first != firsts[0] or len(_but_first(row)) > 1 for row in rows):
            return []
        counts = [{1}, {len(run.steps) for row in rows for run in _but_first(row) or [_Run(0, [])]}]
    loops = [len(count) > 1 or max(count) >= _FEWEST for count in counts]
    return list(zip(firsts, loops, strict=True)) if any(loops) else []


def _but_first(row: Sequence[_Run]) -> list[_Run]:
    """The runs of a row without its first module."""
    first = row[0].steps[1:]
    return [*([_Run(row[0].first + 1, first)] if first else []), *row[1:]]


def _replaced(body: Body, name: str, plan: Sequence[tuple[int, bool]]) -> Body:
    """The body with the row called `name` cut as planned. An empty loop has no step; `_embedded` puts it in."""
    steps: list[Step] = []
    loop: Step | None = None
    for one in body.steps:
        bare, number = _numbered(one)
        if bare != name or number < 0:
            steps.append(one)
            continue
        first, is_loop = max([piece for piece in plan if piece[0] <= number])
        assert isinstance(one.runs, Make | Chain | Loop)
        if not is_loop:
            steps.append(one)
        elif number == first:
            loop = one._replace(runs=Loop(one.runs, name, first, number + 1))
            steps.append(loop)
        else:
            assert loop is not None
            assert isinstance(loop.runs, Loop)
            loop = loop._replace(runs=loop.runs._replace(stop=number + 1), makes=one.makes)
            steps[-1] = loop
    return body._replace(steps=tuple(steps))


def _renumbered(body: Body) -> Body:
    """The body with its values numbered without gaps."""
    numbers = {number: number for number in range(body.inputs)}
    steps = []
    for one in body.steps:
        for number in one.makes:
            numbers[number] = len(numbers)
        reads, makes = tuple([numbers[number] for number in one.reads]), tuple([numbers[number] for number in one.makes])
        steps.append(one._replace(reads=reads, makes=makes))
    names = {numbers[number]: name for number, name in body.names.items() if number in numbers}
    return body._replace(steps=tuple(steps), outputs=tuple([numbers[number] for number in body.outputs]), names=names)
