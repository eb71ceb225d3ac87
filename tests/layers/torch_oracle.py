"""PyTorch as the judge: what it makes of a layer's arguments, found without asking archlens.

`run` builds from the raw arguments of a case, and gives the exception where PyTorch refuses; `build` is archlens's own builder.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from math import inf
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from archlens.layers import Embedding, Layer
from archlens.pytorch.build import build_layer
from tests.layers.drawing import Case
from tests.layers.families import FAMILIES
from tests.layers.families.embedding import indices
from tests.layers.running import REFUSALS, Ran, forward, inputs_of, module_of, quiet

__all__ = ["Ran", "build", "inputs_of", "run"]

# ---- from what archlens says ----


@quiet
def build(layer: Layer, inputs: list[torch.Tensor], state: dict[str, torch.Tensor] | None = None) -> Ran:
    """The layer as archlens builds it, with the values of `state` for its parameters."""
    module = build_layer(layer, *[tuple(x.shape) for x in inputs])
    if inputs:
        module.to(inputs[0].dtype)
    if state is not None:
        if isinstance(layer, Embedding) and torch.equal(state["weight"], torch.ones_like(state["weight"])):
            state = {"weight": state["weight"].cumsum(0)}  # equal vectors would not show which is looked up
        module.load_state_dict(state, strict=True)
    if isinstance(layer, Embedding):
        inputs = [indices(inputs[0], layer.num_embeddings)]
    return forward(module, *inputs)


# ---- from the raw arguments ----


def _spread(value: Any, rank: int) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) * rank


def _pairs(given: dict[str, Any], rank: int) -> list[tuple[int, int]]:
    """The padding as (low, high) per axis; `same` is defined here a second time, from the design."""
    padding = given.pop("padding", 0)
    if padding == "valid":
        return [(0, 0)] * rank
    if padding == "same":
        kernels, dilations = _spread(given["kernel_size"], rank), _spread(given.get("dilation", 1), rank)
        totals = [d * (k - 1) for k, d in zip(kernels, dilations, strict=True)]
        if any(total % 2 for total in totals):
            raise ValueError("an even kernel cannot keep the size")
        return [(total // 2, total // 2) for total in totals]
    return [p if isinstance(p, tuple) else (p, p) for p in _spread(padding, rank)]


def _sliding(make: Callable[[int], Any], fill: float, given: dict[str, Any], x: torch.Tensor) -> Ran:
    """A sliding layer, its padding done beforehand where it is uneven."""
    rank = x.dim() - 2
    pairs = _pairs(given, rank)
    if all(low == high for low, high in pairs):
        return forward(make(rank)(**given, padding=tuple(low for low, _ in pairs)), x)
    if any(end < 0 for pair in pairs for end in pair):
        raise ValueError("negative padding")
    mode = given.get("padding_mode", "zeros")
    border = {"value": fill} if mode == "zeros" else {"mode": mode}
    padded = functional.pad(x, [end for pair in reversed(pairs) for end in pair], **border)
    return forward(make(rank)(**given), padded)


def _of_rank(name: str) -> Callable[[int], Any]:
    return lambda rank: getattr(nn, f"{name}{max(rank, 1)}d")


def _conv(given: dict[str, Any], x: torch.Tensor) -> Ran:
    return _sliding(lambda rank: functools.partial(_of_rank("Conv")(rank), x.shape[1]), 0.0, given, x)


def _depthwise(given: dict[str, Any], x: torch.Tensor) -> Ran:
    channels = x.shape[1]
    multiplier = given.pop("multiplier", 1)
    return _conv({**given, "out_channels": channels * multiplier, "groups": channels}, x)


def _global(function: Any, given: dict[str, Any], x: torch.Tensor) -> Ran:
    return forward(lambda x: function(x, tuple(range(2, x.dim())), **given), x)


def _linear(given: dict[str, Any], x: torch.Tensor) -> Ran:
    return forward(nn.Linear(**{"in_features": x.shape[-1], **given}), x)


def _prelu(given: dict[str, Any], x: torch.Tensor) -> Ran:
    return forward(nn.PReLU(**given), x)


def _reshape(given: dict[str, Any], x: torch.Tensor) -> Ran:
    return forward(lambda x: x.reshape(len(x), *given["shape"]), x)


def _pad(given: dict[str, Any], x: torch.Tensor) -> Ran:
    pairs = _pairs(given, x.dim() - 2)
    return forward(lambda x: functional.pad(x, [end for pair in reversed(pairs) for end in pair], **given), x)


def _crop(given: dict[str, Any], x: torch.Tensor) -> Ran:
    wanted = _spread(given["size"], x.dim() - 2)
    for axis, (n, size) in enumerate(zip(x.shape[2:], wanted, strict=True), start=2):
        x = x.narrow(axis, (n - size) // 2, size)
    return forward(lambda x: x, x)


def _upsample(given: dict[str, Any], x: torch.Tensor) -> Ran:
    if not given.get("align_corners") and given.get("mode", "nearest") == "nearest":
        given["align_corners"] = None  # torch's own word for false, where there is nothing to align
    return forward(nn.Upsample(**{"align_corners": False, **given}), x)


_ORACLES: dict[str, Callable[..., Ran]] = {
    "conv": _conv,
    "depthwise_conv": _depthwise,
    "max_pool": functools.partial(_sliding, _of_rank("MaxPool"), -inf),
    "avg_pool": functools.partial(_sliding, _of_rank("AvgPool"), 0.0),
    "adaptive_avg_pool": lambda given, x: forward(_of_rank("AdaptiveAvgPool")(x.dim() - 2)(**given), x),
    "adaptive_max_pool": lambda given, x: forward(_of_rank("AdaptiveMaxPool")(x.dim() - 2)(**given), x),
    "global_avg_pool": functools.partial(_global, torch.mean),
    "global_max_pool": functools.partial(_global, torch.amax),
    "linear": _linear,
    "batch_norm": lambda given, x: forward(_of_rank("BatchNorm")(x.dim() - 2)(x.shape[1], **given), x),
    "local_response_norm": module_of(nn.LocalResponseNorm),
    "relu": module_of(nn.ReLU),
    "relu6": module_of(nn.ReLU6),
    "leaky_relu": module_of(nn.LeakyReLU),
    "prelu": _prelu,
    "rrelu": module_of(nn.RReLU),
    "hardtanh": module_of(nn.Hardtanh),
    "hardsigmoid": module_of(nn.Hardsigmoid),
    "hardswish": module_of(nn.Hardswish),
    "hardshrink": module_of(nn.Hardshrink),
    "softshrink": module_of(nn.Softshrink),
    "threshold": module_of(nn.Threshold),
    "elu": module_of(nn.ELU),
    "celu": module_of(nn.CELU),
    "selu": module_of(nn.SELU),
    "gelu": module_of(nn.GELU),
    "silu": module_of(nn.SiLU),
    "mish": module_of(nn.Mish),
    "sigmoid": module_of(nn.Sigmoid),
    "logsigmoid": module_of(nn.LogSigmoid),
    "tanh": module_of(nn.Tanh),
    "tanhshrink": module_of(nn.Tanhshrink),
    "softplus": module_of(nn.Softplus),
    "softsign": module_of(nn.Softsign),
    "identity": module_of(nn.Identity),
    "glu": module_of(nn.GLU),
    "softmax": lambda given, x: forward(nn.Softmax(**{"dim": 1, **given}), x),
    "log_softmax": lambda given, x: forward(nn.LogSoftmax(**{"dim": 1, **given}), x),
    "softmin": lambda given, x: forward(nn.Softmin(**{"dim": 1, **given}), x),
    "dropout": module_of(nn.Dropout),
    "flatten": module_of(nn.Flatten),
    "reshape": _reshape,
    "pad": _pad,
    "crop": _crop,
    "upsample": _upsample,
    "add": lambda given, *branches: forward(lambda *b: functools.reduce(torch.add, b), *branches),
    "multiply": lambda given, *branches: forward(lambda *b: functools.reduce(torch.mul, b), *branches),
    "concat": lambda given, *branches: forward(lambda *b: torch.cat(b, given.get("dim", 1)), *branches),
    **{name: oracle for family in FAMILIES for name, oracle in family.ORACLES.items()},
}


@quiet
def run(type_name: str, case: Case) -> Ran | Exception:
    """What torch makes of the case."""
    try:
        return _ORACLES[type_name](dict(case.arguments), *inputs_of(case.shapes))
    except REFUSALS as refusal:
        return refusal
