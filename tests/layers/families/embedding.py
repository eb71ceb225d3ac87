"""Embeddings: cases and torch's answers. The random inputs become indices into the table."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from tests.layers.drawing import anything, arguments, often, on
from tests.layers.running import Ran, forward
from tests.layers.sized import SEQUENCE, VECTOR
from tests.layers.sized import on as sized


def indices(x: torch.Tensor, count: int) -> torch.Tensor:
    """Whole numbers from 0 to count - 1; a value that is raised by `count` or more becomes another, if there is one."""
    return x.abs().floor().long().clamp(max=count - 1)


def oracle(given: dict[str, Any], x: torch.Tensor) -> Ran:
    return forward(nn.Embedding(**given), indices(x, given["num_embeddings"]))


CASES = {
    "embedding": on(
        anything,
        arguments(
            {"num_embeddings": often(st.integers(1, 9), st.just(0)), "embedding_dim": st.integers(1, 6)},
            padding_idx=st.none() | often(st.integers(-3, 3), st.integers(-12, 12)),
        ),
    )
}
ORACLES = {"embedding": oracle}
SIZED = {
    "embedding": [
        sized(VECTOR, num_embeddings="d", embedding_dim="a"),
        sized(SEQUENCE, num_embeddings="a", embedding_dim=3, padding_idx=-1),
    ]
}
ILLEGAL = {"embedding": [sized(VECTOR, num_embeddings="a", embedding_dim=3, padding_idx=4)]}
STRICTER: dict[str, Any] = {}
LOOSER: dict[str, Any] = {}
WIDER = {"embedding": ("a table of one vector is not looked at", lambda case: case.arguments["num_embeddings"] == 1)}
