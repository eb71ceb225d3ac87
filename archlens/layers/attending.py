"""What attention layers share: which axes tokens agree on, and how the output reads queries, keys and values."""

from __future__ import annotations

from collections.abc import Mapping

from archlens.errors import LayerError
from archlens.layers.dims import Dim, Shape, divides, either, equal, maximum, require, show
from archlens.layers.windows import POINTWISE, Along, Whole, each_axis
from archlens.records import NamedTuple

__all__ = [
    "MISMATCH",
    "SOFTMAX_OPS",
    "Attended",
    "backward_products",
    "leading",
    "query_row",
    "require_heads",
    "require_pairs",
    "roles_of",
    "surely_equal",
    "whole_row",
]

MISMATCH = "ARC203"
SOFTMAX_OPS = 3
"""An exponential, a sum and a division per weight, as `softmax` counts them."""
_ROLES = ("query", "key", "value")


class Attended(NamedTuple):
    """The sizes of one attention: `lead` are the axes before the tokens, batch first; `features` those that come out."""

    lead: Shape
    queries: Dim
    keys: Dim
    features: Dim


def roles_of(inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Query, key and value, of one to three inputs: the last stands for those not given."""
    return (*inputs, *(inputs[-1],) * (3 - len(inputs)))


def leading(layer: str, roles: tuple[Shape, ...], stretch: bool) -> Shape:
    """The axes before the tokens that the shapes agree on; axes of size 1 are stretched, the batch alone or all of them."""
    query = roles[0]
    if len(query) < 3:
        help = "a vector can be made a sequence of one token with `reshape`"
        raise LayerError(f"{layer} needs tokens T×E, got {show(query)}", help=help)
    lead: list[Dim] = list(query[:-2])
    for name, shape in zip(_ROLES[1:], roles[1:], strict=True):
        if len(shape) != len(query):
            message = f"{layer}: the query {show(query)} and the {name} {show(shape)} differ in their number of axes"
            raise LayerError(
                message, help="make `tokens` of a map, or `reshape` one; axes of size 1 may stand before T×E", code=MISMATCH
            )
        for axis, (a, b) in enumerate(zip(tuple(lead), shape[:-2], strict=True)):
            same = either(equal(a, b), equal(a, 1), equal(b, 1)) if stretch or axis == 0 else equal(a, b)
            if same is not True:
                message = (
                    f"{layer}: the query {show(query)} and the {name} {show(shape)} differ before their tokens ({{}} and {{}})"
                )
                help = "these axes must be equal" + (", or 1 in one of them" if stretch else "")
                require(same, message, a, b, help=help, code=MISMATCH)
            lead[axis] = maximum(a, b)
    return tuple(lead)


def require_pairs(layer: str, key: Shape, value: Shape) -> None:
    """Refuse keys and values that are not as many."""
    message, help = "{}: {} keys and {} values do not pair", "take both from the same tokens"
    require(equal(key[-2], value[-2]), message, layer, key[-2], value[-2], help=help, code=MISMATCH)


def require_heads(layer: str, heads: Dim, features: Dim, whose: str = "") -> None:
    """Refuse a number of heads that does not divide the features."""
    whole = divides(heads, features)
    if whole is not True:
        help = f"near it, {_divisors_near(features, heads)} do" if whole is False else ""
        require(
            whole, f"{{}}: {{}} heads do not divide {whose}{{}} features", layer, heads, features, argument="num_heads", help=help
        )


def _divisors_near(features: int, heads: int) -> str:
    """The divisors of `features` next to `heads`, for a message."""
    divisors = [d for d in range(1, features + 1) if features % d == 0]
    below, above = [d for d in divisors if d < heads], [d for d in divisors if d > heads]
    return " and ".join(map(str, below[-1:] + above[:1]))


def surely_equal(a: Dim, b: Dim) -> bool:
    """Whether a = b holds: for every design of an array, and for every value of the symbols."""
    same = equal(a, b)
    return bool(same.all()) if hasattr(same, "all") else same == True  # noqa: E712 - or SymPy's own true


def whole_row(shape: Shape, lead: Shape, more: Mapping[int, Along] | None = None) -> tuple[Along, ...]:
    """How the output reads keys or values: the axes before the tokens at their place, tokens and features whole but `more`."""
    whole = {axis: Along(None, Whole(shape[axis])) for axis in (len(shape) - 2, len(shape) - 1)}
    stretched = {axis: Along(None, Whole(1)) for axis, n in enumerate(lead) if axis and shape[axis] == 1 != n}
    return each_axis(len(shape), {**stretched, **whole, **(more or {})})


def query_row(shape: Shape, lead: Shape) -> tuple[Along, ...]:
    """How the output reads the queries: a token those features that it asks with."""
    tokens = len(shape) - 2
    return whole_row(shape, lead, {tokens: Along(tokens, POINTWISE)})


def backward_products(scores: Dim, mixed: Dim, query: bool, key: bool, value: bool, mask: bool = False) -> Dim:
    """Multiply–accumulates of the backward pass of attention's two products, Q·Kᵀ (`scores`) and its weights · V (`mixed`).

    query, key, value, mask: which of them need a gradient; all but the value's comes through the weights.
    """
    return mixed * (int(value) + int(query or key or mask)) + scores * (int(query) + int(key))
