"""Layers for which torch has no class or function of its own, written as a person would.

Each stands alone, on torch's names only: `archlens export` copies the source of those that a network needs into its file. So
they are written as narrow as that file is, and in a way that wider lines would not change.
Parameters and buffers are called and shaped as the layer types in `archlens/layers/` say.
"""

# mypy: disable-error-code="no-any-return, no-untyped-call, override"

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from archlens.pytorch.attention import MultiheadAttention, RelativePositionBias, ScaledDotProductAttention
from archlens.pytorch.regions import roi_align, roi_pool

__all__ = [
    "GRU",
    "LSTM",
    "RBF",
    "RNN",
    "ChannelsLayerNorm",
    "ChannelsRMSNorm",
    "ClassToken",
    "DropPath",
    "LocallyConnected",
    "MultiheadAttention",
    "Parameter",
    "RelativePositionBias",
    "ScaledDotProductAttention",
    "from_tokens",
    "merge_windows",
    "roi_align",
    "roi_pool",
    "share",
    "slice_axis",
    "split_windows",
    "to_tokens",
]


# ---- tokens and windows ----


def to_tokens(x: Tensor) -> Tensor:
    """The cells of a map as tokens: N×C×… to N×T×C."""
    return x.flatten(2).transpose(1, 2)


def from_tokens(x: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """Tokens as the cells of a map: N×T×C to N×C×sizes."""
    return x.transpose(1, 2).unflatten(2, sizes)


def split_windows(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """A map in windows: N×C×… to N × windows × tokens × C, both row by row."""
    axes = range(len(size))
    sides = zip(x.shape[2:], size, strict=True)
    parts = [part for n, s in sides for part in (n // s, s)]
    order = (0, *[2 + 2 * i for i in axes], *[3 + 2 * i for i in axes], 1)
    x = x.reshape(*x.shape[:2], *parts).permute(order)
    return x.reshape(len(x), -1, math.prod(size), x.shape[-1])


def merge_windows(
    x: Tensor,
    size: tuple[int, ...],
    output_size: tuple[int, ...],
) -> Tensor:
    """Windows as one map: N × windows × tokens × C to N×C×output_size."""
    rank = len(size)
    counts = [n // s for n, s in zip(output_size, size, strict=True)]
    axes = [axis for i in range(rank) for axis in (1 + i, 1 + rank + i)]
    x = x.reshape(len(x), *counts, *size, x.shape[3])
    x = x.permute(0, 2 * rank + 1, *axes)
    return x.reshape(*x.shape[:2], *output_size)


def slice_axis(x: Tensor, dim: int, start: int, end: int | None, step: int) -> Tensor:
    """Every `step`-th unit of one axis from `start` to before `end`."""
    return x[(slice(None),) * (dim % x.dim()) + (slice(start, end, step),)]


# ---- parameters ----


def share(module: nn.Module, owner: nn.Module) -> None:
    """Let a module use the parameters and buffers of another that is built alike."""
    for mine, theirs in zip(module.modules(), owner.modules(), strict=True):
        for name, parameter in theirs.named_parameters(recurse=False):
            setattr(mine, name, parameter)
        for name, buffer in theirs.named_buffers(recurse=False):
            setattr(mine, name, buffer)


class Parameter(nn.Module):
    """Learned values that read nothing."""

    def __init__(self, shape: tuple[int, ...], init: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((1, *shape), float(init)))

    def forward(self) -> Tensor:
        return self.weight


class ClassToken(nn.Module):
    """Learned tokens before the others."""

    def __init__(self, features: int, count: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, count, features))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.weight.expand(len(x), -1, -1), x], dim=1)


# ---- linear ----


class RBF(nn.Module):
    """The squared distance of a vector to each of some fixed prototypes."""

    prototypes: Tensor

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.register_buffer("prototypes", torch.randn(out_features, in_features))

    def forward(self, x: Tensor) -> Tensor:
        return (x[:, None] - self.prototypes).square().sum(2)


class LocallyConnected(nn.Module):
    """A convolution with filters of its own at every position of a map."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        output_size: tuple[int, ...],
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...],
        padding: tuple[int, ...],
        dilation: tuple[int, ...],
        bias: bool = True,
    ) -> None:
        super().__init__()
        taps = in_channels * math.prod(kernel_size)
        bound = 1 / math.sqrt(taps)
        self.kernel_size, self.stride = kernel_size, stride
        self.padding, self.dilation = padding, dilation
        weight = torch.empty(out_channels, *output_size, taps)
        self.weight = nn.Parameter(weight.uniform_(-bound, bound))
        self.bias = None
        if bias:
            values = torch.empty(out_channels, *output_size)
            self.bias = nn.Parameter(values.uniform_(-bound, bound))

    def forward(self, x: Tensor) -> Tensor:
        window = [self.kernel_size, self.dilation, self.padding, self.stride]
        if x.dim() == 3:  # a map of one row
            x = x.unsqueeze(2)
            window = [(int(i != 2), *values) for i, values in enumerate(window)]
        columns = functional.unfold(x, *window).permute(2, 0, 1)
        filters = self.weight.flatten(1, -2).permute(1, 2, 0)
        products = torch.bmm(columns, filters)  # a matrix for each position
        y = products.permute(1, 2, 0).unflatten(2, self.weight.shape[1:-1])
        return y if self.bias is None else y + self.bias


# ---- normalization and regularization ----


class ChannelsLayerNorm(nn.LayerNorm):
    """Layer normalization of the channels at each cell of a map."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class ChannelsRMSNorm(nn.RMSNorm):
    """Root-mean-square normalization of the channels at each cell of a map."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class DropPath(nn.Module):
    """Stochastic depth: in training an example loses the branch with probability p."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        noise = x.new_empty(len(x), *[1] * (x.dim() - 1)).bernoulli_(1 - self.p)
        return x * (noise.div_(1 - self.p) if self.p < 1 else noise)


# ---- recurrence ----


class LSTM(nn.LSTM):
    """torch's: the sequence, and the last layer's state and cell at its end."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        y, (state, cell) = super().forward(x)
        last = -2 if self.bidirectional else -1  # directions side by side
        state = torch.cat([*state[last:]], dim=-1)
        return y, state, torch.cat([*cell[last:]], dim=-1)


class GRU(nn.GRU):
    """torch's: the sequence, and the last layer's state at its end."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y, state = super().forward(x)
        last = -2 if self.bidirectional else -1  # directions side by side
        return y, torch.cat([*state[last:]], dim=-1)


class RNN(nn.RNN):
    """torch's: the sequence, and the last layer's state at its end."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y, state = super().forward(x)
        last = -2 if self.bidirectional else -1  # directions side by side
        return y, torch.cat([*state[last:]], dim=-1)
