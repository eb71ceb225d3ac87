"""LSTM, GRU and Elman networks."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from tests.layers import sized
from tests.layers.drawing import arguments, flags, often, on, sizes
from tests.layers.running import Ran

__all__ = ["CASES", "ILLEGAL", "LOOSER", "ORACLES", "SIZED", "STRICTER", "WIDER"]

MODULES = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}

sequences = often(
    st.tuples(st.integers(1, 2), st.integers(1, 5), st.integers(1, 4)),
    st.sampled_from([(2, 3), (1, 2, 3, 4)]),
)
common = {
    "num_layers": often(st.integers(1, 3), st.just(0)),
    "bias": flags,
    "dropout": st.floats(0, 1),
    "bidirectional": flags,
}

CASES = {
    "lstm": on(sequences, arguments({"hidden_size": sizes}, proj_size=st.integers(1, 4), **common)),
    "gru": on(sequences, arguments({"hidden_size": sizes}, **common)),
    "rnn": on(sequences, arguments({"hidden_size": sizes}, nonlinearity=st.sampled_from(["tanh", "relu", "sigmoid"]), **common)),
}


def _oracle(module: type[nn.RNNBase]) -> Any:
    """torch's sequence, and of its states those of the last layer, directions side by side."""

    def run(given: dict[str, Any], x: torch.Tensor) -> Ran:
        network = module(x.shape[-1], batch_first=True, **given).eval()
        with torch.no_grad():
            sequence, states = network(x)
        directions = 2 if network.bidirectional else 1
        states = states if isinstance(states, tuple) else (states,)
        return Ran((sequence, *(torch.cat([*state[-directions:]], -1) for state in states)), network)

    return run


ORACLES = {name: _oracle(module) for name, module in MODULES.items()}

TOKENS = ("n", "w", "c")
several = [
    sized.on(TOKENS, hidden_size="a"),
    sized.on(TOKENS, hidden_size="a", num_layers=3, bidirectional=True),
    sized.on(TOKENS, hidden_size="b", num_layers=2, bias=False),
]
SIZED = {
    "lstm": [*several, sized.on(TOKENS, hidden_size="w", num_layers=2, bidirectional=True, proj_size="b")],
    "gru": several,
    "rnn": several,
}
ILLEGAL = {"lstm": [sized.on(TOKENS, hidden_size=3, proj_size="b")]}

STRICTER = {
    name: ("torch takes two axes for one sequence without a batch", lambda case: len(case.shapes[0]) == 2) for name in MODULES
}
LOOSER: dict[str, Any] = {}
WIDER = dict.fromkeys(MODULES, ("later tokens are told to be read, and weights of 1 saturate", lambda case: True))
