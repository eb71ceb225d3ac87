"""Every layer type against PyTorch on random arguments, illegal ones too.

archlens and torch both refuse a case, or both accept it; then output, parameter and buffer shapes are equal, and the layer
built from `torch_name` and `torch_kwargs` gives the same values. Where the two may disagree on legality stands in `STRICTER`
and `LOOSER`, with the reason.

ARCHLENS_EXAMPLES=5000 runs that many random examples a type.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given

from archlens.errors import LayerError
from archlens.layers import Upsample
from tests.layers.cases import BUILT_IN, CASES, Case, examples_for, outcome
from tests.layers.families import FAMILIES
from tests.layers.torch_oracle import build, inputs_of, run


def _names_batch(case: Case) -> bool:
    rank = len(case.shapes[0])
    return any(case.arguments.get(name) in (0, -rank) for name in ("dim", "start_dim", "end_dim"))


def _spatial(case: Case, name: str, default: Any) -> tuple[Any, ...]:
    value = case.arguments.get(name, default)
    return value if isinstance(value, tuple) else (value,) * (len(case.shapes[0]) - 2)


def _uneven(case: Case) -> bool:
    return any(isinstance(pair, tuple) and pair[0] != pair[1] for pair in _spatial(case, "padding", 0))


def _negative(case: Case) -> bool:
    pads = (p if isinstance(p, tuple) else (p,) for p in _spatial(case, "padding", 0))
    return any(end < 0 for pad in pads for end in pad if not isinstance(end, str))


def _crops_all(case: Case) -> bool:
    """Whether a border leaves no cell of the map, or goes around more than once what it leaves."""
    pads = [p if isinstance(p, tuple) else (p, p) for p in _spatial(case, "padding", 0)]
    sizes = case.shapes[0][-len(pads) :]  # with the channels, where there is one more
    left = [n + min(low, 0) + min(high, 0) for n, (low, high) in zip(sizes, pads, strict=True)]
    circular = case.arguments.get("mode") == "circular"
    return any(n < 1 or (circular and max(pad) > n) for n, pad in zip(left, pads, strict=True))


def _pads_strangely(case: Case) -> bool:
    """Or makes channels of other channels, which torch does where it takes a sequence for a map without a batch."""
    channels = len(_spatial(case, "padding", 0)) == len(case.shapes[0]) - 1
    return _crops_all(case) or (channels and case.arguments.get("mode", "constant") != "constant")


def _differs_in_rank(case: Case) -> bool:
    return len({len(shape) for shape in case.shapes}) > 1


def _has_no_variance(case: Case) -> bool:
    """Whether a channel is a single value whose statistics are wanted."""
    batch, _, *spatial = case.shapes[0]
    return case.arguments.get("track_running_stats") is False and prod([batch, *spatial]) == 1


# Where the two may disagree: a type, why, and in which cases.
Table = dict[str, tuple[str, Callable[[Case], bool]]]

# archlens refuses what torch takes.
STRICTER: Table = {
    "linear": ("a map is more likely a forgotten flatten than a row-wise product", lambda case: len(case.shapes[0]) > 3),
    "glu": ("no layer may mix the examples of a batch", _names_batch),
    "softmax": ("no layer may mix the examples of a batch", _names_batch),
    "log_softmax": ("no layer may mix the examples of a batch", _names_batch),
    "softmin": ("no layer may mix the examples of a batch", _names_batch),
    "flatten": ("no layer may mix the examples of a batch", _names_batch),
    "concat": ("no layer may mix the examples of a batch", _names_batch),
    "add": ("missing axes would be matched from the right, the batch with them", _differs_in_rank),
    "multiply": ("missing axes would be matched from the right, the batch with them", _differs_in_rank),
    "conv": ("a negative padding crops where the border is made of the map, and elsewhere it does not", _negative),
    "depthwise_conv": ("a negative padding crops where the border is made of the map, and elsewhere it does not", _negative),
    "pad": ("a map without cells, or of padding only, is a mistake; channels are padded with a constant", _pads_strangely),
    "max_pool": ("uneven padding is held to the limits of even padding, and cannot be told apart under ceil_mode", _uneven),
    "batch_norm": ("torch runs it without eps, and then does not train it", lambda case: case.arguments.get("eps") == 0),
    "avg_pool": ("uneven padding is held to the limits of even padding, and must count in the mean", _uneven),
}

# archlens takes what torch refuses.
LOOSER: Table = {
    "batch_norm": ("the statistics of a single value are undefined, but the batch is free to be larger", _has_no_variance),
}

for family in FAMILIES:
    STRICTER |= family.STRICTER
    LOOSER |= family.LOOSER


def test_every_type_has_cases() -> None:
    assert sorted(CASES) == BUILT_IN


@pytest.mark.parametrize("type_name", BUILT_IN)
def test_agrees_with_torch(type_name: str) -> None:
    accepted: list[bool] = []

    @examples_for(type_name)
    @given(CASES[type_name])
    def draw(case: Case) -> None:
        accepted.append(agree(type_name, case))

    draw()
    assert sum(accepted) >= len(accepted) / 4, "too few legal cases to mean much"


@pytest.mark.parametrize(
    ("type_name", "arguments", "shape"),
    [
        ("max_pool", {"kernel_size": 2, "stride": 1, "padding": ((0, 1), (0, 1))}, (1, 3, 5, 5)),
        ("max_pool", {"kernel_size": 2, "padding": ((0, 1),), "ceil_mode": True}, (1, 3, 4)),
        ("avg_pool", {"kernel_size": 3, "stride": 2, "padding": ((0, 1), (1, 0))}, (1, 3, 6, 6)),
        ("conv", {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": ((0, 1), (0, 1))}, (1, 3, 8, 8)),
    ],
)
def test_uneven_padding_agrees_with_torch(type_name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> None:
    agree(type_name, Case(arguments, (shape,)))


def agree(type_name: str, case: Case) -> bool:
    """Whether archlens takes the case; it must say what torch says."""
    ours, theirs = outcome(case, type_name), run(type_name, case)
    if isinstance(ours, LayerError):
        assert isinstance(theirs, Exception) or _may(STRICTER, type_name, case), f"archlens alone refuses: {ours}"
        return False
    if isinstance(theirs, Exception):
        assert _may(LOOSER, type_name, case), f"torch alone refuses: {theirs}"
        return True
    layer, shapes = ours
    assert shapes == tuple(tuple(output.shape) for output in theirs.outputs)
    assert layer.parameter_shapes(*case.shapes) == theirs.parameters()
    assert layer.buffer_shapes(*case.shapes) == theirs.buffers()
    built = build(layer, inputs_of(case.shapes), theirs.module.state_dict())
    assert built.parameters() == theirs.parameters()
    torch.testing.assert_close(built.outputs, theirs.outputs, equal_nan=True)
    return True


def _may(table: Table, type_name: str, case: Case) -> bool:
    return type_name in table and table[type_name][1](case)


@pytest.mark.parametrize("scale", [0.1, 0.3, 0.5, 0.7, 1.1, 1.3, 1.75, 2.0, 2.9])
def test_scaled_sizes_round_as_torchs_do(scale: float) -> None:
    """0.7 · 10 is 7 in double precision, though 0.7 itself is stored as a little less."""
    upsample = Upsample(scale)
    for size in range(10, 200):
        ((*_, ours),) = upsample.output_shapes((1, 1, size))
        assert ours == torch.nn.Upsample(scale_factor=scale)(torch.empty(1, 1, size)).shape[2]
