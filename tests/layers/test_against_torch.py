"""Every layer type against PyTorch on random arguments, illegal ones too.

archlens and torch both refuse a case, or both accept it; then output, parameter and buffer shapes are equal, and the layer
built from `torch_name` and `torch_kwargs` gives the same values. Where the two may disagree on legality stands in `STRICTER`
and `LOOSER`, with the reason.

ARCHLENS_EXAMPLES=5000 runs that many random examples a type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from torch.utils.flop_counter import FlopCounterMode

from archlens.errors import LayerError
from tests.layers.cases import BUILT_IN, CASES, Case, examples, outcome
from tests.layers.torch_oracle import REFUSALS, build, inputs_of, run


def _names_batch(case: Case) -> bool:
    rank = len(case.shapes[0])
    return any(case.arguments.get(name) in (0, -rank) for name in ("dim", "start_dim", "end_dim"))


def _spatial(case: Case, name: str, default: Any) -> tuple[Any, ...]:
    value = case.arguments.get(name, default)
    return value if isinstance(value, tuple) else (value,) * (len(case.shapes[0]) - 2)


def _uneven(case: Case) -> bool:
    return any(isinstance(pair, tuple) and pair[0] != pair[1] for pair in _spatial(case, "padding", 0))


def _crops_all(case: Case) -> bool:
    pads = (p if isinstance(p, tuple) else (p, p) for p in _spatial(case, "padding", 0))
    return any(n + min(low, 0) + min(high, 0) < 1 for n, (low, high) in zip(case.shapes[0][2:], pads, strict=True))


Exception_ = tuple[str, Callable[[Case], bool]]

# archlens refuses what torch takes.
STRICTER: dict[str, Exception_] = {
    "linear": ("a map is more likely a forgotten flatten than a row-wise product", lambda case: len(case.shapes[0]) > 3),
    "glu": ("no layer may mix the examples of a batch", _names_batch),
    "softmax": ("no layer may mix the examples of a batch", _names_batch),
    "log_softmax": ("no layer may mix the examples of a batch", _names_batch),
    "softmin": ("no layer may mix the examples of a batch", _names_batch),
    "flatten": ("no layer may mix the examples of a batch", _names_batch),
    "concat": ("no layer may mix the examples of a batch", _names_batch),
    "add": ("missing axes would be matched from the right, the batch with them", lambda case: len({*map(len, case.shapes)}) > 1),
    "multiply": ("missing axes would be matched from the right, the batch with them", lambda case: len({*map(len, case.shapes)}) > 1),
    "pad": ("a map without cells, or of padding only, is a mistake", _crops_all),
    "max_pool": ("uneven padding is held to the limits of even padding, and cannot be told apart under ceil_mode", _uneven),
    "avg_pool": ("uneven padding is held to the limits of even padding, and must count in the mean", _uneven),
}

# archlens takes what torch refuses.
LOOSER: dict[str, Exception_] = {
    "batch_norm": (
        "the statistics of a single value are undefined, but the batch is free to be larger",
        lambda case: case.arguments.get("track_running_stats") is False and torch.Size((case.shapes[0][0], *case.shapes[0][2:])).numel() == 1,
    ),
}


def test_every_type_has_cases() -> None:
    assert sorted(CASES) == BUILT_IN


@pytest.mark.parametrize("type_name", BUILT_IN)
def test_agrees_with_torch(type_name: str) -> None:
    seen: list[bool] = []

    @examples()
    @given(CASES[type_name])
    def agree(case: Case) -> None:
        ours = outcome(case, type_name)
        seen.append(not isinstance(ours, LayerError))
        try:
            theirs = run(type_name, case)
        except REFUSALS as refusal:
            assert isinstance(ours, LayerError) or _is_exception(LOOSER, type_name, case), f"torch refuses: {refusal}"
            return
        if isinstance(ours, LayerError):
            assert _is_exception(STRICTER, type_name, case), f"archlens refuses: {ours}"
            return
        layer, shapes = ours
        assert shapes == (tuple(theirs.output.shape),)
        assert layer.parameter_shapes(*case.shapes) == theirs.parameters()
        assert layer.buffer_shapes(*case.shapes) == theirs.buffers()
        built = build(layer, inputs_of(case.shapes), theirs.module.state_dict())
        assert built.parameters() == theirs.parameters()
        torch.testing.assert_close(built.output, theirs.output, equal_nan=True)

    agree()
    assert sum(seen) >= len(seen) / 4, "too few legal cases to mean much"


def _is_exception(table: dict[str, Exception_], type_name: str, case: Case) -> bool:
    return type_name in table and table[type_name][1](case)


@pytest.mark.parametrize("type_name", ["conv", "depthwise_conv", "linear"])
def test_macs_are_half_of_torchs_flops(type_name: str) -> None:
    @examples(25)
    @given(CASES[type_name])
    def agree(case: Case) -> None:
        ours = outcome(case, type_name)
        if isinstance(ours, LayerError):
            return
        with FlopCounterMode(display=False) as counter:
            build(ours[0], inputs_of(case.shapes))
        assert 2 * ours[0].macs(*case.shapes) == counter.get_total_flops()

    agree()
