"""split, chunk, slice, select; and what reduces axes: mean, sum, max, min."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st

from tests.layers.drawing import Case, anything, arguments, axes, flags, often, on
from tests.layers.running import Ran, forward
from tests.layers.sized import MAP, SEQUENCE, VECTOR, VOLUME
from tests.layers.sized import on as sized

__all__ = ["CASES", "ILLEGAL", "LOOSER", "ORACLES", "SIZED", "STRICTER", "WIDER"]

REDUCTIONS = {"mean": torch.mean, "sum": torch.sum, "max": torch.amax, "min": torch.amin}


def _axis(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape)
    return often(st.integers(1, rank - 1) | st.integers(1 - rank, -1), axes)


@st.composite
def _splits(draw: Any) -> Case:
    shape = draw(anything)
    dim = draw(_axis(shape))
    size = shape[dim] if -len(shape) <= dim < len(shape) else 4
    cuts = sorted({*draw(st.lists(st.integers(1, max(1, size - 1)), max_size=3)), size})
    exact = tuple(b - a for a, b in zip([0, *cuts], cuts, strict=False))
    wild = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple) | st.just(0)
    return Case({"split_size": draw(often(st.just(exact) | st.integers(1, 6), wild)), "dim": dim}, (shape,))


def _reduced(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape)
    several = st.lists(st.integers(1, rank - 1) | st.integers(1 - rank, -1), min_size=1, max_size=3).map(tuple)
    return arguments({"dim": often(several | st.integers(1, rank - 1), axes)}, keepdim=flags)


CASES: dict[str, st.SearchStrategy] = {
    "split": _splits(),
    "chunk": on(anything, lambda x: arguments({"chunks": st.integers(0, 4)}, dim=_axis(x))),
    "slice": on(
        anything,
        lambda x: arguments(
            {"dim": _axis(x)},
            start=st.integers(-5, 4),
            end=st.none() | st.integers(-3, 12),
            step=often(st.integers(1, 3), st.just(0)),
        ),
    ),
    "select": on(anything, lambda x: arguments({"index": often(st.integers(-3, 3), st.integers(-9, 9))}, dim=_axis(x))),
    **dict.fromkeys(REDUCTIONS, on(anything, _reduced)),
}


def _sliced(given: dict[str, Any], x: torch.Tensor) -> Ran:
    places = [slice(None)] * x.dim()
    places[given["dim"]] = slice(given.get("start", 0), given.get("end"), given.get("step", 1))
    return forward(lambda x: x[tuple(places)], x)


ORACLES = {
    "split": lambda given, x: forward(lambda x: x.split(given["split_size"], given.get("dim", 1)), x),
    "chunk": lambda given, x: forward(lambda x: x.chunk(given["chunks"], given.get("dim", 1)), x),
    "slice": _sliced,
    "select": lambda given, x: forward(lambda x: x.select(given.get("dim", 1), given["index"]), x),
    **{
        name: lambda given, x, reduce=reduce: forward(lambda x: reduce(x, given["dim"], keepdim=given.get("keepdim", False)), x)
        for name, reduce in REDUCTIONS.items()
    },
}

SIZED = {
    "split": [sized(("n", 6, "h"), split_size=4), sized(("n", 6, "h"), split_size=(2, 4)), sized(MAP, split_size=("h",), dim=2)],
    "chunk": [sized(MAP, chunks=2), sized(VECTOR, chunks=1), sized(("n", "d", 7), chunks=4, dim=-1)],
    "slice": [sized(SEQUENCE, dim=1, start=1), sized(MAP, dim=2, start=1, end=-1, step=2), sized(MAP, dim=-1, end="b")],
    "select": [sized(SEQUENCE, index=0), sized(MAP, index=-1, dim=2)],
    **{name: [sized(MAP, dim=(2, 3)), sized(VECTOR, dim=1, keepdim=True), sized(VOLUME, dim=-2)] for name in REDUCTIONS},
}
ILLEGAL = {
    "split": [sized(MAP, split_size=(2, 4))],
    "chunk": [sized(("n", "b"), chunks=2)],
    "slice": [sized(("n", "b", "w"), dim=1, start=1), sized(SEQUENCE, dim=1, end=4), sized(SEQUENCE, dim=1, start="b", end=3)],
    "select": [sized(("n", "b", "w"), index=2), sized(("n", "b", "w"), index=-2)],
}


def _names_batch(case: Case) -> bool:
    dim = case.arguments.get("dim", 1)
    return any(axis % len(case.shapes[0]) == 0 for axis in (dim if isinstance(dim, tuple) else (dim,)))


def _size(case: Case) -> int:
    return case.shapes[0][case.arguments.get("dim", 1)]


def _makes_fewer(case: Case) -> bool:
    size, chunks = _size(case), case.arguments["chunks"]
    return len(torch.empty(size).chunk(chunks)) != chunks


def _is_cut_short(case: Case) -> bool:
    size, given = _size(case), case.arguments
    ends = given.get("start", 0), given.get("end")
    outside = any(end is not None and not -size <= end <= size for end in ends)
    return outside or not range(size)[slice(*ends)]


def _takes_all(case: Case) -> bool:
    dim = case.arguments["dim"]
    return not case.arguments.get("keepdim") and len(case.shapes[0]) == 1 + (len(dim) if isinstance(dim, tuple) else 1)


STRICTER = {
    "split": ("no layer may mix the examples of a batch", _names_batch),
    "chunk": ("torch gives fewer pieces than asked for", lambda case: _names_batch(case) or _makes_fewer(case)),
    "slice": ("Python cuts what lies outside, and gives nothing at all", lambda case: _names_batch(case) or _is_cut_short(case)),
    "select": ("an axis is left beside the batch", lambda case: _names_batch(case) or len(case.shapes[0]) == 2),
    **dict.fromkeys(REDUCTIONS, ("an axis is left beside the batch", lambda case: _names_batch(case) or _takes_all(case))),
}
LOOSER: dict[str, Any] = {}
WIDER = {"min": ("only the smallest value shows", lambda case: True)}
