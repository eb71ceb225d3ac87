"""Normalization by statistics of the input itself: cases and torch's answers."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from tests.layers.drawing import Case, anything, arguments, flags, maps, often, on
from tests.layers.running import Ran, forward
from tests.layers.sized import MAP, SEQUENCE, VECTOR, VOLUME
from tests.layers.sized import on as sized

eps = st.floats(1e-6, 1)
counts = often(st.integers(1, 3), st.integers(1, 5))


def last_axes(**more: st.SearchStrategy) -> st.SearchStrategy:
    by_count = arguments(dims=counts, elementwise_affine=flags, **more)
    by_channels = arguments({"channels_first": flags}, elementwise_affine=flags, **more)
    return by_count | often(by_channels, arguments({"channels_first": flags}, dims=counts))


def vectors(cls: type[nn.Module]) -> Callable[..., Ran]:
    """Over the last axes as torch does it; over the channels by bringing them to the end."""

    def oracle(given: dict[str, Any], x: torch.Tensor) -> Ran:
        dims = given.pop("dims", 1)
        if given.pop("channels_first", False):
            if dims != 1:
                raise ValueError("either the last axes or the channels")
            module = cls(x.shape[1], **given)
            ran = forward(module, x.movedim(1, -1))
            return Ran((ran.output.movedim(-1, 1),), module)
        if dims >= x.dim():
            raise ValueError("the batch is not normalised")
        return forward(cls(x.shape[x.dim() - dims :], **given), x)

    return oracle


def instance_norm(given: dict[str, Any], x: torch.Tensor) -> Ran:
    if x.dim() == 2:
        raise ValueError("a vector has no map to take statistics of")
    return forward(getattr(nn, f"InstanceNorm{x.dim() - 2}d")(x.shape[1], **given), x)


def group_norms(shape: tuple[int, ...]) -> st.SearchStrategy:
    divisors = [d for d in range(1, shape[1] + 1) if shape[1] % d == 0]
    groups = often(st.sampled_from(divisors), st.integers(0, 4))
    return arguments({"num_groups": groups}, eps=eps, affine=flags)


def _spans_one_value(case: Case) -> bool:
    """Whether each statistic is of a single value, so that nothing of it is left."""
    shape = case.shapes[0]
    if case.arguments.get("channels_first"):
        return shape[1] == 1
    return prod(shape[len(shape) - case.arguments.get("dims", 1) :]) == 1


def _groups_of_one(case: Case) -> bool:
    return prod(case.shapes[0][1:]) == case.arguments["num_groups"]


CASES = {
    "group_norm": on(anything, group_norms),
    "instance_norm": on(
        often(maps(), maps((0,))),
        arguments(eps=eps, momentum=st.none() | st.floats(0, 1), affine=flags, track_running_stats=flags),
    ),
    "layer_norm": on(anything, last_axes(eps=eps, bias=flags)),
    "rms_norm": on(anything, last_axes(eps=st.none() | eps)),
}
ORACLES = {
    "group_norm": lambda given, x: forward(nn.GroupNorm(num_channels=x.shape[1], **given), x),
    "instance_norm": instance_norm,
    "layer_norm": vectors(nn.LayerNorm),
    "rms_norm": vectors(nn.RMSNorm),
}
SIZED = {
    "group_norm": [sized(MAP, num_groups=2), sized(SEQUENCE, num_groups="c"), sized(("n", 16, "w"), num_groups=4, affine=False)],
    "instance_norm": [sized(MAP, affine=True), sized(SEQUENCE), sized(VOLUME, track_running_stats=True)],
    "layer_norm": [
        sized(VECTOR),
        sized(SEQUENCE, bias=False),
        sized(MAP, dims=3),
        sized(MAP, channels_first=True),
        sized(VOLUME, dims=2, elementwise_affine=False),
    ],
    "rms_norm": [sized(VECTOR), sized(SEQUENCE, dims=2), sized(MAP, channels_first=True, elementwise_affine=False)],
}
ILLEGAL = {
    "group_norm": [sized(MAP, num_groups=4), sized(VECTOR, num_groups=2)],
    "instance_norm": [sized(("n", "c", "b"))],
}
STRICTER = {"group_norm": ("a group of a single value becomes 0, whatever the batch", _groups_of_one)}
LOOSER: dict[str, Any] = {}
WIDER = {
    "group_norm": ("a group of channels is told as all of them", lambda case: case.arguments["num_groups"] > 1),
    "layer_norm": ("nothing is left of a single value", _spans_one_value),
    "rms_norm": ("only the sign is left of a single value", _spans_one_value),
}
