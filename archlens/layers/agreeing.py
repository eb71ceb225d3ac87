"""What the branches of a join must agree in, and how one that does not is mended."""

from __future__ import annotations

from typing import Any

from archlens.errors import LayerError
from archlens.layers.dims import AXES, Dim, Shape, either, equal, maximum, require, show

__all__ = ["KEEP_AXES", "MISMATCH", "rank_cure", "require_match", "require_same_rank", "stretched_size"]

MISMATCH = "ARC203"
KEEP_AXES = "keep the axes, e.g. `global_avg_pool: keepdim=true`, or `reshape` one branch"


def stretched_size(layer: str, axis: int, a: Shape, b: Shape) -> Dim:
    """The size of an axis on which one of the two may be stretched."""
    require_match(layer, either(equal(a[axis], b[axis]), equal(a[axis], 1), equal(b[axis], 1)), axis, a, b)
    return maximum(a[axis], b[axis])


def require_same_rank(layer: str, a: Shape, b: Shape, help: str) -> None:
    """Refuse branches that differ in their number of axes."""
    if len(a) != len(b):
        raise LayerError(
            f"{layer}: the branches disagree in shape: {show(a)} and {show(b)} differ in their number of axes",
            help=help,
            code=MISMATCH,
        )


def rank_cure(a: Shape, b: Shape) -> str:
    """How the branch of fewer axes can be stretched to the other."""
    short, long = sorted((a, b), key=len)
    if all(isinstance(size, int) for size in (*a, *b)):
        ones = (1,) * (len(long) - len(short))
        if short[1:] == long[1 + len(ones) :]:
            sizes = "x".join(map(str, (*ones, *short[1:])))
            return f"axes of size 1 are stretched: `reshape: {sizes}`, or a `parameter` of {sizes}"
        if short[1:] == long[1 : len(short)]:
            sizes = "x".join(map(str, (*short[1:], *ones)))
            return f"keep the axes, e.g. `global_avg_pool: keepdim=true`, or `reshape: {sizes}`"
    return KEEP_AXES


def require_match(layer: str, condition: Any, axis: int, a: Shape, b: Shape) -> None:
    """Refuse branches that differ along `axis`."""
    if condition is True:
        return
    require(
        condition,
        f"{layer}: the branches disagree in shape: {show(a)} and {show(b)} ({_axis_name(axis, len(a))} {{}} and {{}})",
        a[axis],
        b[axis],
        help=_cure(axis, a, b),
        code=MISMATCH,
    )


def _axis_name(axis: int, rank: int) -> str:
    if axis < 2 and (rank > 3 or axis == 0):
        return ("batch", "channels")[axis]
    spatial = AXES.get(rank - 2) if rank > 3 else None  # of three axes the last may be features
    return spatial[axis - 2] if spatial else f"axis {axis}:"


def _cure(axis: int, a: Shape, b: Shape) -> str:
    rank = len(a)
    if axis and rank == 2:
        return "give the branch a projection, e.g. `- linear: {0}`"
    if axis and rank == 3:  # tokens T×F or a map C×L
        if axis == 1:
            return "of tokens T×F, both need as many, `slice` one; of maps C×L, give one a projection, e.g. `- conv: {0} 1`"
        return "of tokens T×F, give one a projection, e.g. `- linear: {0}`; of maps C×L, use the same strides and padding"
    if axis == 1:
        return "give the branch a projection, e.g. `- conv: " + _projection(a, b) + "`"
    return "give the branches the same strides and padding, or `crop` the larger" if axis > 1 else ""


def _projection(a: Shape, b: Shape) -> str:
    """The 1×1 convolution that makes one branch like the other, with the stride by which its map is larger, if one does that."""
    ones = "x".join("1" * (len(a) - 2))
    for channels, large, small in (("{0}", b, a), ("{1}", a, b)):
        if all(isinstance(size, int) and size > 0 for size in (*large[2:], *small[2:])):
            strides = {-(-n // m) for n, m in zip(large[2:], small[2:], strict=True)}
            (stride,) = strides if len(strides) == 1 else (1,)
            if stride > 1 and all(-(-n // stride) == m for n, m in zip(large[2:], small[2:], strict=True)):
                return f"{channels} {ones} /{stride}"
    return f"{{0}} {ones}"
