"""Joins beside add, multiply and concat: subtract, divide, maximum, minimum, matmul, stack; and learned values."""

from __future__ import annotations

import functools
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from tests.layers.drawing import Case, anything, arguments, axes, maps, numbers, often, on
from tests.layers.running import Ran, forward
from tests.layers.sized import MAP, SEQUENCE
from tests.layers.sized import on as sized

__all__ = ["CASES", "ILLEGAL", "LOOSER", "ORACLES", "SIZED", "STRICTER", "WIDER"]


@st.composite
def _broadcasts(draw: Any, most: int) -> Case:
    """Branches that mostly agree, have axes of size 1, or now and then another size or rank."""
    shape = draw(maps((0, 1, 2)))
    shapes = [shape]
    for _ in range(draw(st.integers(1, most - 1))):
        branch = [draw(often(st.sampled_from([n, n, 1]), st.integers(1, 3))) for n in shape]
        branch[0] = shape[0]
        shapes.append(tuple(draw(often(st.just(branch), st.just(branch[:-1] if len(branch) > 2 else branch)))))
    return Case({}, tuple(draw(st.permutations(shapes))))


@st.composite
def _products(draw: Any) -> Case:
    """Matrices that mostly fit, the axes before them now and then of size 1, or other."""
    leading = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    m, k, n = (draw(st.integers(1, 4)) for _ in range(3))
    inner = draw(often(st.just(k), st.integers(1, 4)))
    stretched = [draw(often(st.sampled_from([size, size, 1]), st.integers(1, 3))) for size in leading]
    a, b = (*leading, m, k), (*stretched, inner, n)
    return Case({}, draw(often(st.just((a, b)), st.just((a, b[1:])) | st.just(((2, 3), (3, 2))))))


@st.composite
def _stacks(draw: Any) -> Case:
    shape = draw(maps((0, 1, 2)))
    shapes = [shape] * draw(st.integers(1, 3))
    if draw(st.integers(0, 7)) == 7:
        shapes.append((shape[0], shape[1] + 1, *shape[2:]))
    given = draw(arguments(dim=often(st.integers(1, len(shape)) | st.integers(-len(shape), -1), axes)))
    return Case(given, tuple(shapes))


_one_input = often(st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6)), anything)

CASES: dict[str, st.SearchStrategy] = {
    "subtract": _broadcasts(2),
    "divide": _broadcasts(2),
    "maximum": _broadcasts(4),
    "minimum": _broadcasts(4),
    "matmul": _products(),
    "stack": _stacks(),
    "parameter": st.builds(
        lambda given: Case(given, ()),
        arguments({"shape": st.integers(0, 6) | st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)}, init=numbers),
    ),
    "class_token": on(_one_input, arguments(count=often(st.integers(1, 4), st.just(0)))),
}


class _Weight(nn.Module):
    """Learned values, put out as they are or before the tokens that arrive."""

    def __init__(self, shape: tuple[int, ...], init: float = 0.0) -> None:
        super().__init__()
        if 0 in shape:
            raise ValueError("an empty parameter")
        self.weight = nn.Parameter(torch.full(shape, float(init)))

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        if not inputs:
            return self.weight
        return torch.cat([self.weight.expand(len(inputs[0]), -1, -1), inputs[0]], 1)


def _parameter(given: dict[str, Any]) -> Ran:
    sizes = given["shape"] if isinstance(given["shape"], tuple) else (given["shape"],)
    return forward(_Weight((1, *sizes), given.get("init", 0)))


def _class_token(given: dict[str, Any], x: torch.Tensor) -> Ran:
    _, _, features = x.shape
    return forward(_Weight((1, given.get("count", 1), features)), x)


FOLDED = {"subtract": torch.sub, "divide": torch.div, "maximum": torch.maximum, "minimum": torch.minimum, "matmul": torch.matmul}
FOLDS = {
    name: lambda given, *b, function=function: forward(lambda *b: functools.reduce(function, b), *b)
    for name, function in FOLDED.items()
}
ORACLES = {
    **FOLDS,
    "stack": lambda given, *branches: forward(lambda *b: torch.stack(b, given.get("dim", 1)), *branches),
    "parameter": _parameter,
    "class_token": _class_token,
}


SIZED = {
    "subtract": [sized(MAP, MAP), sized(MAP, ("n", "c", 1, 1)), sized(("n", 1, "w"), SEQUENCE)],
    "divide": [sized(MAP, MAP), sized(("n", 1, "h", "w"), MAP)],
    "maximum": [sized(MAP, ("n", "c", 1, 1), MAP)],
    "minimum": [sized(MAP, ("n", "c", 1, 1), MAP)],
    "matmul": [sized(("n", "a", "h", "w"), ("n", "a", "w", "b")), sized(("n", 1, "c", "h"), ("n", "a", "h", "d"))],
    "stack": [sized(MAP, MAP), sized(SEQUENCE, SEQUENCE, SEQUENCE, dim=-1), sized(MAP, dim=2)],
    "parameter": [sized(shape="a"), sized(shape=("c", 1, 1), init=1)],
    "class_token": [sized(SEQUENCE), sized(SEQUENCE, count="b")],
}
ILLEGAL = {
    "subtract": [sized(MAP, ("n", 4, "h", "w"))],
    "divide": [sized(MAP, ("n", "b", "h", 1))],
    "maximum": [sized(MAP, ("n", 4, "h", "w"))],
    "minimum": [sized(MAP, ("n", 4, "h", "w"))],
    "matmul": [sized(("n", "h", "w"), ("n", 8, "b")), sized(("n", "a", "h", "w"), ("n", "b", "w", "b"))],
    "stack": [sized(SEQUENCE, ("n", 4, "w"))],
}


def _differs_in_rank(case: Case) -> bool:
    return len({len(shape) for shape in case.shapes}) > 1


def _stacks_batch(case: Case) -> bool:
    return case.arguments.get("dim", 1) in (0, -len(case.shapes[0]) - 1)


_RANKS = ("missing axes would be matched from the right, the batch with them", _differs_in_rank)
STRICTER = {
    **dict.fromkeys(("subtract", "divide", "maximum", "minimum"), _RANKS),
    "matmul": (_RANKS[0], lambda case: _differs_in_rank(case) or len(case.shapes[0]) < 3),
    "stack": ("no layer may mix the examples of a batch", _stacks_batch),
}
LOOSER: dict[str, Any] = {}
WIDER = {
    **dict.fromkeys(("subtract", "divide", "maximum"), ("a channel that is stretched is told as all of them", lambda case: True)),
    "minimum": ("only the smallest value shows", lambda case: True),
    "stack": ("each branch is one unit of the new axis", lambda case: len(case.shapes) > 1),
}
