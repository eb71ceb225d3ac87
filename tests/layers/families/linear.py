"""Linear layers beside `linear` itself."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from tests.layers.drawing import arguments, maps, often, on
from tests.layers.running import Ran, forward
from tests.layers.sized import VECTOR
from tests.layers.sized import on as sized


class _Prototypes(nn.Module):
    def __init__(self, prototypes: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("prototypes", prototypes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.dim() != 2:
            raise ValueError("a vector is needed")
        return (x[:, None, :] - self.prototypes).square().sum(-1)


def _rbf(given: dict[str, Any], x: torch.Tensor) -> Ran:
    generator = torch.Generator().manual_seed(1)
    return forward(_Prototypes(torch.randn(given["out_features"], x.shape[-1], generator=generator)), x)


CASES = {"rbf": on(often(maps((0,)), maps((1, 2))), arguments({"out_features": st.integers(1, 8)}))}
ORACLES = {"rbf": _rbf}
SIZED = {"rbf": [sized(VECTOR, out_features="a"), sized(VECTOR, out_features=10)]}
ILLEGAL: dict[str, Any] = {}
STRICTER: dict[str, Any] = {}
LOOSER: dict[str, Any] = {}
WIDER: dict[str, Any] = {}
