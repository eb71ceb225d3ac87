"""Random arguments and input shapes for every layer type, legal and illegal: what the properties draw from.

CASES maps a type's name to a strategy of `Case`; the tables of `families/` are part of it.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.layers.drawing import (
    BUILT_IN,
    Case,
    anything,
    arguments,
    axes,
    examples,
    examples_for,
    flags,
    maps,
    numbers,
    often,
    on,
    one_axis,
    outcome,
    per_axis,
    sizes,
)
from tests.layers.families import FAMILIES

__all__ = ["BUILT_IN", "CASES", "Case", "examples", "examples_for", "outcome"]


# ---- sliding windows ----


def paddings(rank: int) -> st.SearchStrategy:
    one = often(st.integers(0, 3), st.just(-1))
    pairs = st.lists(st.tuples(one, one), min_size=rank, max_size=rank).map(tuple)
    return st.sampled_from(["same", "valid"]) | per_axis(one, rank) | pairs


borders_made_of = often(st.just("zeros"), st.sampled_from(["reflect", "replicate", "circular"]))


def conv(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape) - 2
    return arguments(
        {"out_channels": st.integers(1, 6), "kernel_size": per_axis(sizes, rank)},
        stride=per_axis(sizes, rank),
        padding=paddings(rank),
        dilation=per_axis(sizes, rank),
        groups=often(st.just(1), st.integers(0, 4)) | st.just(shape[1]),
        bias=flags,
        padding_mode=borders_made_of,
    )


def depthwise_conv(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape) - 2
    return arguments(
        {"kernel_size": per_axis(sizes, rank)},
        stride=per_axis(sizes, rank),
        padding=paddings(rank),
        dilation=per_axis(sizes, rank),
        multiplier=st.integers(1, 3),
        bias=flags,
        padding_mode=borders_made_of,
    )


def pool(**more: Any) -> Any:
    """A pooling layer's arguments; `more` maps a name to a strategy or, per axis, to a callable of the rank."""

    def given(shape: tuple[int, ...]) -> st.SearchStrategy:
        rank = len(shape) - 2
        extra = {name: value(rank) if callable(value) else value for name, value in more.items()}
        required = {"kernel_size": per_axis(often(st.integers(1, 4), st.just(0)), rank)}
        return arguments(required, stride=per_axis(sizes, rank), padding=paddings(rank), **extra)

    return given


def grid(shape: tuple[int, ...]) -> st.SearchStrategy:
    return arguments({"output_size": per_axis(st.integers(1, 9), len(shape) - 2)})


# ---- vectors, normalization ----

linear = st.fixed_dictionaries({"out_features": st.integers(1, 8)}, optional={"bias": flags, "in_features": st.integers(1, 6)})
batch_norm = arguments(
    eps=often(st.floats(1e-6, 1), numbers), momentum=st.none() | st.floats(0, 1), affine=flags, track_running_stats=flags
)
response_norm = arguments({"size": st.integers(1, 7)}, alpha=numbers, beta=numbers, k=st.floats(1, 3))

# ---- shapes ----


def reshapes(shape: tuple[int, ...]) -> st.SearchStrategy:
    """Shapes that fill exactly, by -1 or not, and others."""
    values = 1
    for size in shape[1:]:
        values *= size
    divisors = [d for d in range(1, values + 1) if values % d == 0]
    exact = st.sampled_from(divisors).map(lambda d: (d, values // d))
    left_over = st.sampled_from(divisors).map(lambda d: (d, -1))
    wild = st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6]), min_size=1, max_size=4).map(tuple)
    return arguments({"shape": exact | left_over | wild})


def borders(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape) - 2
    one = st.integers(-5, 4)
    pairs, with_channels = (st.tuples(*[st.tuples(one, one)] * count) for count in (rank, rank + 1))
    constant = arguments({"padding": per_axis(one, rank) | pairs | with_channels}, value=numbers)
    padding = per_axis(one, rank) | often(pairs, with_channels)
    modes = {"mode": st.sampled_from(["reflect", "replicate", "circular", "constant"])}
    return constant | arguments({"padding": padding, **modes}, value=often(st.just(0), numbers))


def crops(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape) - 2
    fitting = st.tuples(*(st.integers(1, n) for n in shape[2:]))
    return arguments({"size": fitting | per_axis(st.integers(1, 8), rank)})


def resamplings(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape) - 2
    fitting = {1: ["nearest", "linear"], 2: ["nearest", "bilinear", "bicubic"], 3: ["nearest", "trilinear"]}[rank]
    modes = often(st.sampled_from(fitting), st.sampled_from(["nearest", "linear", "bilinear", "bicubic", "trilinear"]))
    common = {"mode": modes, "align_corners": flags}
    factors = st.sampled_from([1, 2, 3, 4, 2.0, 0.5, 1.5, 2.5, 0.25, 0.7, 1.1]) | st.floats(-0.5, 4, allow_subnormal=False)
    by_factor = arguments({"scale_factor": factors}, **common)
    by_size = arguments({"size": per_axis(st.integers(1, 12), rank)}, **common)
    return often(by_factor | by_size, arguments(size=st.just(2), scale_factor=st.just(2)))


# ---- joins ----


@st.composite
def broadcasts(draw: Any) -> Case:
    """Branches that mostly agree, have axes of size 1, or now and then another size or rank."""
    shape = draw(maps((0, 1, 2, 3)))
    shapes = [shape]
    for _ in range(draw(st.integers(1, 3))):
        branch = [draw(often(st.sampled_from([n, n, 1]), st.integers(1, 3))) for n in shape]
        branch[0] = shape[0]
        shapes.append(tuple(draw(often(st.just(branch), st.just(branch[:-1] if len(branch) > 2 else branch)))))
    return Case({}, tuple(draw(st.permutations(shapes))))


@st.composite
def concats(draw: Any) -> Case:
    """Branches that mostly differ in one axis only."""
    shape = draw(maps((0, 1, 2, 3)))
    dim = draw(often(st.integers(1, len(shape) - 1) | st.integers(1 - len(shape), -1), axes))
    shapes = [shape]
    for _ in range(draw(st.integers(0, 3))):
        branch = list(shape)
        if -len(shape) <= dim < len(shape):
            branch[dim] = draw(st.integers(1, 5))
        changed = draw(st.integers(0, 9))
        if 0 < changed < len(shape):
            branch[changed] += 1
        shapes.append(tuple(branch))
    return Case({"dim": dim} if dim != 1 or draw(flags) else {}, tuple(shapes))


# ---- the table ----

plain = on(anything, arguments())

CASES: dict[str, st.SearchStrategy] = {
    "conv": on(maps(), conv),
    "depthwise_conv": on(maps(), depthwise_conv),
    "max_pool": on(maps(), pool(dilation=lambda rank: per_axis(st.integers(1, 3), rank), ceil_mode=flags)),
    "avg_pool": on(maps(), pool(ceil_mode=flags, count_include_pad=flags)),
    "adaptive_avg_pool": on(maps(), grid),
    "adaptive_max_pool": on(maps(), grid),
    "global_avg_pool": on(maps(), arguments(keepdim=flags)),
    "global_max_pool": on(maps(), arguments(keepdim=flags)),
    "linear": on(often(maps((0, 1)), maps((2, 3))), linear),
    "batch_norm": on(anything, batch_norm),
    "local_response_norm": on(anything, response_norm),
    "relu": plain,
    "relu6": plain,
    "leaky_relu": on(anything, arguments(negative_slope=numbers)),
    "prelu": on(anything, lambda x: arguments(num_parameters=st.sampled_from([1, x[1]]) | st.integers(1, 6), init=numbers)),
    "rrelu": on(anything, arguments(lower=numbers, upper=numbers)),
    "hardtanh": on(anything, arguments(min_val=numbers, max_val=numbers)),
    "hardsigmoid": plain,
    "hardswish": plain,
    "hardshrink": on(anything, arguments(lambd=numbers)),
    "softshrink": on(anything, arguments(lambd=numbers)),
    "threshold": on(anything, arguments({"threshold": numbers, "value": numbers})),
    "elu": on(anything, arguments(alpha=numbers)),
    "celu": on(anything, arguments(alpha=often(numbers, st.just(0)))),
    "selu": plain,
    "gelu": on(anything, arguments(approximate=st.sampled_from(["none", "tanh", "fast"]))),
    "silu": plain,
    "mish": plain,
    "sigmoid": plain,
    "logsigmoid": plain,
    "tanh": plain,
    "tanhshrink": plain,
    "softplus": on(anything, arguments(beta=st.floats(0.5, 3), threshold=st.floats(1, 30))),
    "softsign": plain,
    "identity": plain,
    "glu": on(anything, one_axis),
    "softmax": on(anything, one_axis),
    "log_softmax": on(anything, one_axis),
    "softmin": on(anything, one_axis),
    "dropout": on(anything, arguments(p=often(st.floats(0, 1), numbers))),
    "flatten": on(anything, arguments(start_dim=axes, end_dim=axes)),
    "reshape": on(anything, reshapes),
    "pad": on(maps(), borders),
    "crop": on(maps(), crops),
    "upsample": on(maps(), resamplings),
    "add": broadcasts(),
    "multiply": broadcasts(),
    "concat": concats(),
    **{name: strategy for family in FAMILIES for name, strategy in family.CASES.items()},
}
