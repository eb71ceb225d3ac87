"""What random cases of layers are drawn with: shapes, arguments, and how many examples.

The tables of the families (`families/`) and `cases.CASES` are made of these pieces. Arguments are as a spec gives them.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from archlens.errors import LayerError
from archlens.layers import Layer, layer_types

__all__ = [
    "BUILT_IN",
    "Case",
    "anything",
    "arguments",
    "axes",
    "case",
    "examples",
    "examples_for",
    "flags",
    "maps",
    "numbers",
    "often",
    "on",
    "one_axis",
    "outcome",
    "per_axis",
    "sizes",
]

BUILT_IN = sorted(name for name, cls in layer_types().items() if cls.__module__.startswith("archlens.layers."))


class Case(NamedTuple):
    """A layer's arguments and the shapes of its inputs."""

    arguments: dict[str, Any]
    shapes: tuple[tuple[int, ...], ...]

    def layer(self, type_name: str) -> Layer:
        return layer_types()[type_name](**self.arguments)


def examples_for(type_name: str, at_most: int = 1000) -> settings:
    """More examples the more arguments a type has: 13 for none, some 55 for a convolution."""
    return examples(min(13 + 6 * len(layer_types()[type_name].fields), at_most))


def examples(default: int) -> settings:
    """`default` fixed examples, or as many random ones as ARCHLENS_EXAMPLES says."""
    wanted = os.environ.get("ARCHLENS_EXAMPLES")
    return settings(
        max_examples=int(wanted or default),
        derandomize=wanted is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def outcome(case: Case, type_name: str) -> Any:
    """The layer and its output shapes, or the LayerError it raises."""
    try:
        layer = case.layer(type_name)
        return layer, layer.output_shapes(*case.shapes)
    except LayerError as error:
        return error


# ---- pieces ----


def often(usual: st.SearchStrategy, rare: st.SearchStrategy) -> st.SearchStrategy:
    """`usual` seven times in eight, else `rare`."""
    return st.integers(0, 7).flatmap(lambda turn: rare if turn == 7 else usual)


@st.composite
def maps(draw: Any, ranks: tuple[int, ...] = (1, 2, 3)) -> tuple[int, ...]:
    """N×C×…: small tensors with as many spatial axes as one of `ranks`."""
    rank = draw(st.sampled_from(ranks))
    largest = 7 if rank == 3 else 12
    sizes = draw(st.lists(st.integers(1, largest), min_size=rank, max_size=rank))
    return draw(st.integers(1, 3)), draw(st.integers(1, 6)), *sizes


def per_axis(one: st.SearchStrategy, rank: int) -> st.SearchStrategy:
    """One value for all axes, or one for each."""
    return one | st.lists(one, min_size=rank, max_size=rank).map(tuple)


def arguments(required: dict[str, st.SearchStrategy] | None = None, **optional: st.SearchStrategy) -> st.SearchStrategy:
    """Arguments by name; optional ones are left out at times."""
    return st.fixed_dictionaries(required or {}, optional=optional)


def case(given: st.SearchStrategy, *shapes: tuple[int, ...]) -> st.SearchStrategy:
    return given.map(lambda chosen: Case(chosen, shapes))


def on(shapes: st.SearchStrategy, given: Any) -> st.SearchStrategy:
    """Cases of one input; `given` is a strategy of arguments, or makes one from the shape."""
    return shapes.flatmap(lambda shape: case(given(shape) if callable(given) else given, shape))


flags = st.booleans()
sizes = often(st.integers(1, 5), st.just(0))
numbers = st.integers(-12, 12).map(lambda n: n / 4)
axes = st.integers(-4, 5)


def one_axis(shape: tuple[int, ...]) -> st.SearchStrategy:
    """The argument `dim`, mostly one of the tensor's axes without the batch."""
    rank = len(shape)
    return arguments(dim=often(st.integers(1, rank - 1) | st.integers(1 - rank, -1), axes))


anything = maps((0, 1, 2, 3))
