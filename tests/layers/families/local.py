"""Locally connected layers: their cases, and what they are in torch's terms."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from tests.layers.drawing import arguments, flags, maps, often, on, per_axis, sizes
from tests.layers.running import Ran
from tests.layers.sized import MAP, SEQUENCE
from tests.layers.sized import on as sized


def locally_connected(shape: tuple[int, ...]) -> st.SearchStrategy:
    rank = len(shape) - 2
    pad = often(st.integers(0, 2), st.just(-1))
    pairs = st.lists(st.tuples(pad, pad), min_size=rank, max_size=rank).map(tuple)
    return arguments(
        {"out_channels": st.integers(1, 4), "kernel_size": per_axis(sizes, rank)},
        stride=per_axis(sizes, rank),
        padding=st.sampled_from(["same", "valid"]) | per_axis(pad, rank) | pairs,
        dilation=per_axis(sizes, rank),
        bias=flags,
    )


class Parameters(nn.Module):
    """A weight for every output value and every value its window reads, and a bias for every output value."""

    def __init__(self, out: tuple[int, ...], taps: int, bias: bool) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        self.weight = nn.Parameter(torch.randn(*out, taps, generator=generator))
        if bias:
            self.bias = nn.Parameter(torch.randn(*out, generator=generator))


def _spread(value: Any, rank: int) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) * rank


def oracle(given: dict[str, Any], x: torch.Tensor) -> Ran:
    """Every window cut out of the padded map by itself, and multiplied by its own weights."""
    rank = x.dim() - 2
    if rank > 2:
        raise ValueError("on a line or in the plane")
    kernels, strides = _spread(given["kernel_size"], rank), _spread(given.get("stride", 1), rank)
    dilations, pads = _spread(given.get("dilation", 1), rank), _spread(given.get("padding", 0), rank)
    spans = [d * (k - 1) for k, d in zip(kernels, dilations, strict=True)]
    if "same" in pads and any(span % 2 for span in spans):
        raise ValueError("an even kernel cannot keep the size")
    words = {"valid": (0, 0)}
    ends = [(span // 2,) * 2 if p == "same" else words.get(p, p) for p, span in zip(pads, spans, strict=True)]
    pairs = [p if isinstance(p, tuple) else (p, p) for p in ends]
    if min(*kernels, *strides, *dilations) < 1 or min(map(min, pairs)) < 0:
        raise ValueError("sizes are positive, padding is not negative")
    padded = functional.pad(x, [end for pair in reversed(pairs) for end in pair])
    sizes = [(n - span - 1) // s + 1 for n, span, s in zip(padded.shape[2:], spans, strides, strict=True)]
    if min(sizes) < 1:
        raise ValueError("the window does not fit")
    channels, count = x.shape[1], given["out_channels"]
    taps = channels * int(torch.tensor(kernels).prod())
    module = Parameters((count, *sizes), taps, given.get("bias", True))
    out = torch.empty(len(x), count, *sizes)
    for place in torch.cartesian_prod(*map(torch.arange, sizes)).reshape(-1, rank).tolist():
        cut = padded
        for axis, (u, s, d, k) in enumerate(zip(place, strides, dilations, kernels, strict=True), 2):
            cut = cut.index_select(axis, torch.arange(u * s, u * s + d * (k - 1) + 1, d))
        at = (slice(None), *place)
        out[(slice(None), *at)] = cut.reshape(len(x), taps) @ module.weight[at].T
        if given.get("bias", True):
            out[(slice(None), *at)] += module.bias[at]
    return Ran((out.detach(),), module)


CASES = {"locally_connected": on(often(maps((1, 2)), maps((3,))), locally_connected)}
ORACLES = {"locally_connected": oracle}
SIZED = {
    "locally_connected": [
        sized(MAP, out_channels="a", kernel_size=3, stride=2, padding=1),
        sized(MAP, out_channels="a", kernel_size=("b", 3), stride="b", padding=(("b", 0), 1), bias=False),
        sized(SEQUENCE, out_channels=4, kernel_size=3, dilation=2, padding="same"),
    ]
}
ILLEGAL = {"locally_connected": [sized(MAP, out_channels="a", kernel_size=8)]}
STRICTER: dict[str, Any] = {}
LOOSER: dict[str, Any] = {}
WIDER: dict[str, Any] = {}
