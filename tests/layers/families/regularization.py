"""Stochastic depth: in inference nothing happens, so torchvision, which holds it, is not needed."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st

from tests.layers.drawing import anything, arguments, numbers, often, on
from tests.layers.running import Ran, forward
from tests.layers.sized import MAP, SEQUENCE, VECTOR, VOLUME
from tests.layers.sized import on as sized


def oracle(given: dict[str, Any], x: torch.Tensor) -> Ran:
    if not 0 <= given["p"] <= 1:
        raise ValueError("a chance lies between 0 and 1")
    return forward(lambda x: x, x)


CASES = {"drop_path": on(anything, arguments({"p": often(st.floats(0, 1), numbers)}))}
ORACLES = {"drop_path": oracle}
SIZED = {"drop_path": [sized(shape, p=0.1) for shape in (VECTOR, SEQUENCE, MAP, VOLUME)]}
ILLEGAL: dict[str, Any] = {}
STRICTER: dict[str, Any] = {}
LOOSER: dict[str, Any] = {}
WIDER: dict[str, Any] = {}
