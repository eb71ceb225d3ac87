"""permute, pixel and channel shuffles, roll, tokens and windows."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from tests.layers.drawing import Case, anything, arguments, axes, maps, often, on, per_axis
from tests.layers.running import Ran, forward, module_of
from tests.layers.sized import MAP, SEQUENCE, VECTOR, VOLUME
from tests.layers.sized import on as sized

__all__ = ["CASES", "ILLEGAL", "LOOSER", "ORACLES", "SIZED", "STRICTER", "WIDER"]


def _orders(shape: tuple[int, ...]) -> st.SearchStrategy:
    """Mostly the axes in some order, the batch first; some counted from the end."""
    rank = len(shape)
    order = st.permutations(range(1, rank)).map(lambda rest: (0, *rest))
    signed = st.tuples(order, st.lists(st.booleans(), min_size=rank, max_size=rank)).map(
        lambda drawn: tuple(axis - rank * back for axis, back in zip(*drawn, strict=True))
    )
    wild = st.permutations(range(rank)).map(tuple) | st.lists(axes, min_size=1, max_size=5).map(tuple)
    return arguments({"dims": often(signed, wild)})


def _rolls(shape: tuple[int, ...]) -> st.SearchStrategy:
    one = st.integers(-9, 9)
    single = st.fixed_dictionaries({"shifts": one, "dims": often(st.integers(1, len(shape) - 1), axes)})
    places = st.lists(st.integers(1, len(shape) - 1), min_size=1, max_size=3, unique=True).map(tuple)
    several = places.flatmap(
        lambda dims: st.fixed_dictionaries(
            {"shifts": st.lists(one, min_size=len(dims), max_size=len(dims)).map(tuple), "dims": st.just(dims)}
        )
    )
    uneven = st.fixed_dictionaries({"shifts": st.just((1, 2)), "dims": st.just(1) | st.just((1, 1))})
    return often(single | several, uneven)


@st.composite
def _untokens(draw: Any) -> Case:
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple))
    count = draw(often(st.just(prod(sizes)), st.integers(1, 20)))
    shape = draw(often(st.just((2, count, 3)), anything))
    return Case({"output_size": sizes[0] if len(sizes) == 1 and draw(st.booleans()) else sizes}, (shape,))


@st.composite
def _windows(draw: Any) -> Case:
    """Maps that are mostly whole windows."""
    rank = draw(st.integers(1, 3))
    size = draw(per_axis(st.integers(1, 4), rank))
    spread = size if isinstance(size, tuple) else (size,) * rank
    spatial = [draw(often(st.integers(1, 3).map(lambda n, s=s: n * s), st.integers(1, 9))) for s in spread]
    return Case({"size": size}, (draw(often(st.just((2, 3, *spatial)), anything)),))


@st.composite
def _reversed(draw: Any) -> Case:
    case = draw(_windows())
    size, map_size = case.arguments["size"], case.shapes[0][2:] or (4,)
    spread = size if isinstance(size, tuple) else (size,) * len(map_size)
    counts = [n // s for n, s in zip(map_size, spread, strict=False)]
    fitting = (2, max(1, prod(counts)), prod(spread), 3)
    shape = draw(often(st.just(fitting), st.just((1, 4, 4, 2)) | anything))
    return Case({"size": size, "output_size": map_size}, (shape,))


CASES: dict[str, st.SearchStrategy] = {
    "permute": on(anything, _orders),
    "pixel_shuffle": on(
        often(st.tuples(st.just(1), st.sampled_from([4, 8, 9, 18, 16, 6]), st.integers(1, 5), st.integers(1, 5)), anything),
        arguments({"upscale_factor": often(st.integers(1, 3), st.just(0))}),
    ),
    "pixel_unshuffle": on(
        often(st.tuples(st.just(2), st.integers(1, 3), st.sampled_from([2, 4, 6, 3]), st.sampled_from([2, 4, 6])), anything),
        arguments({"downscale_factor": often(st.integers(1, 3), st.just(0))}),
    ),
    "channel_shuffle": on(
        often(maps(), anything), lambda x: arguments({"groups": often(st.sampled_from([1, x[1]]), st.integers(0, 4))})
    ),
    "roll": on(anything, _rolls),
    "tokens": on(often(maps(), anything), arguments()),
    "untokens": _untokens(),
    "window_partition": _windows(),
    "window_reverse": _reversed(),
}

# ---- torch ----


def _given(value: Any, rank: int) -> tuple[int, ...]:
    found = value if isinstance(value, tuple) else (value,) * rank
    if len(found) != rank:
        raise ValueError("as many sizes as axes")
    return found


def _tokens(given: dict[str, Any], x: torch.Tensor) -> Ran:
    if x.dim() < 3:
        raise ValueError("no map")
    return forward(lambda x: torch.stack(x.flatten(2).unbind(2), 1), x)


def _map_of(given: dict[str, Any], x: torch.Tensor) -> Ran:
    n, tokens, channels = x.shape
    sizes = given["output_size"] if isinstance(given["output_size"], tuple) else (given["output_size"],)
    if prod(sizes) != tokens:
        raise ValueError("the tokens do not fill the map")
    return forward(lambda x: x.swapaxes(1, 2).reshape(n, channels, *sizes), x)


def _stretches(counts: tuple[int, ...], sizes: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """Where every window lies, row by row."""
    places = product(*map(range, counts))
    return [tuple(slice(i * s, i * s + s) for i, s in zip(place, sizes, strict=True)) for place in places]


def _counts(spatial: tuple[int, ...], sizes: tuple[int, ...]) -> tuple[int, ...]:
    if any(n % s for n, s in zip(spatial, sizes, strict=True)):
        raise ValueError("windows that do not fit")
    return tuple(n // s for n, s in zip(spatial, sizes, strict=True))


def _partition(given: dict[str, Any], x: torch.Tensor) -> Ran:
    if x.dim() < 3:
        raise ValueError("no map")
    sizes = _given(given["size"], x.dim() - 2)
    windows = _stretches(_counts(tuple(x.shape[2:]), sizes), sizes)
    return forward(lambda x: torch.stack([x[(..., *window)].flatten(2).mT for window in windows], 1), x)


def _reverse(given: dict[str, Any], x: torch.Tensor) -> Ran:
    target = given["output_size"] if isinstance(given["output_size"], tuple) else (given["output_size"],)
    sizes = _given(given["size"], len(target))
    windows = _stretches(_counts(target, sizes), sizes)
    if x.dim() != 4 or x.shape[1:3] != (len(windows), prod(sizes)):
        raise ValueError("not these windows")

    def run(x: torch.Tensor) -> torch.Tensor:
        y = x.new_empty(len(x), x.shape[3], *target)
        for number, window in enumerate(windows):
            y[(..., *window)] = x[:, number].mT.reshape(len(x), x.shape[3], *sizes)
        return y

    return forward(run, x)


ORACLES = {
    "permute": lambda given, x: forward(lambda x: x.permute(given["dims"]), x),
    "pixel_shuffle": module_of(nn.PixelShuffle),
    "pixel_unshuffle": module_of(nn.PixelUnshuffle),
    "channel_shuffle": module_of(nn.ChannelShuffle),
    "roll": lambda given, x: forward(lambda x: x.roll(given["shifts"], given["dims"]), x),
    "tokens": _tokens,
    "untokens": _map_of,
    "window_partition": _partition,
    "window_reverse": _reverse,
}


# ---- three kinds of dimension ----

SIZED = {
    "permute": [sized(MAP, dims=(0, 2, 3, 1)), sized(VECTOR, dims=(0, 1)), sized(SEQUENCE, dims=(-3, -1, -2))],
    "pixel_shuffle": [sized(("n", 16, "h", "w"), upscale_factor=2), sized(MAP, upscale_factor=1)],
    "pixel_unshuffle": [sized(("n", "b", "a", "c"), downscale_factor=2), sized(("n", "c", "b", "b"), downscale_factor="b")],
    "channel_shuffle": [sized(MAP, groups=2), sized(SEQUENCE, groups="c"), sized(VOLUME, groups=1)],
    "roll": [sized(MAP, shifts=(1, -2), dims=(2, 3)), sized(VECTOR, shifts=3, dims=-1)],
    "tokens": [sized(SEQUENCE), sized(MAP), sized(VOLUME)],
    "untokens": [sized(("n", "b", "c"), output_size="b"), sized(("n", 196, "c"), output_size=(14, 14))],
    "window_partition": [sized(("n", "c", 28, 14), size=7), sized(("n", "c", "b"), size="b"), sized(VOLUME, size=1)],
    "window_reverse": [
        sized(("n", 8, 49, "c"), size=7, output_size=(28, 14)),
        sized(("n", 1, "b", "c"), size="b", output_size="b"),
    ],
}
ILLEGAL = {
    "pixel_shuffle": [sized(MAP, upscale_factor=2)],
    "pixel_unshuffle": [sized(("n", "c", "h", "c"), downscale_factor=2)],
    "channel_shuffle": [sized(MAP, groups="b")],
    "untokens": [sized(("n", "a", "c"), output_size=(2, 2))],
    "window_partition": [sized(MAP, size=2), sized(("n", "c", 8), size="b")],
    "window_reverse": [sized(("n", "b", 7, "c"), size=7, output_size=14), sized(("n", 8, 1, "c"), size="b", output_size=8)],
}

# ---- where the two may disagree ----


def _moves_batch(case: Case) -> bool:
    rank = len(case.shapes[0])
    return case.arguments["dims"][0] not in (0, -rank)


def _is_no_map(case: Case) -> bool:
    return len(case.shapes[0]) != 4


def _rolls_batch_or_twice(case: Case) -> bool:
    dims = case.arguments["dims"]
    found = [axis % len(case.shapes[0]) for axis in (dims if isinstance(dims, tuple) else (dims,))]
    return 0 in found or len(set(found)) < len(found)


def _goes_round(case: Case) -> bool:
    shifts, dims = case.arguments["shifts"], case.arguments["dims"]
    pairs = zip(shifts, dims, strict=True) if isinstance(dims, tuple) else [(shifts, dims)]
    return any(shift % case.shapes[0][axis] for shift, axis in pairs)


STRICTER = {
    "permute": ("no layer may mix the examples of a batch", _moves_batch),
    "pixel_shuffle": ("torch takes any axes before the last two for batches", _is_no_map),
    "pixel_unshuffle": ("torch takes any axes before the last two for batches", _is_no_map),
    "roll": ("no layer may mix the examples of a batch, and an axis is rolled once", _rolls_batch_or_twice),
}
LOOSER: dict[str, Any] = {}
WIDER = {"roll": ("two stretches, at either end, are told as the whole axis", _goes_round)}
