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


# ---- attention ----


class MultiheadAttention(nn.MultiheadAttention):
    """torch's, from tokens to tokens alone: one input attends to itself.

    Axes between batch and tokens are windows, each attended to by itself. The same
    steps on every device, training or not.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        is_causal: bool = False,
    ) -> None:
        super().__init__(
            embed_dim,
            num_heads,
            dropout=dropout,
            bias=bias,
            add_bias_kv=add_bias_kv,
            add_zero_attn=add_zero_attn,
            kdim=kdim,
            vdim=vdim,
            batch_first=True,
        )
        self.is_causal = is_causal

    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
    ) -> Tensor:
        key = query if key is None else key
        value = key if value is None else value
        apart = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        one, bias = self.in_proj_weight, self.in_proj_bias
        weights = apart if one is None else one.chunk(3)
        biases = (None, None, None) if bias is None else bias.chunk(3)
        q, k, v = map(functional.linear, (query, key, value), weights, biases)
        if self.bias_k is not None and self.bias_v is not None:
            k = torch.cat([k, self.bias_k.expand(*k.shape[:-2], 1, -1)], dim=-2)
            v = torch.cat([v, self.bias_v.expand(*v.shape[:-2], 1, -1)], dim=-2)
        if self.add_zero_attn:
            k, v = (functional.pad(x, (0, 0, 0, 1)) for x in (k, v))
        lead = torch.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
        heads = (self.num_heads, self.head_dim)
        wide = [x.expand(*lead, -1, -1).flatten(0, -3) for x in (q, k, v)]
        q, k, v = (x.unflatten(2, heads).transpose(1, 2) for x in wide)
        mask = None
        causal = self.is_causal
        if causal and k.shape[2] > key.shape[-2]:  # every token reads what was added
            mask = q.new_full((q.shape[2], k.shape[2]), -math.inf).triu_(1)
            mask[:, key.shape[-2] :] = 0
            causal = False
        y = functional.scaled_dot_product_attention(
            q,
            k,
            v,
            attn_mask=mask,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=causal,
        )
        return self.out_proj(y.transpose(1, 2).flatten(2).unflatten(0, lead))


class ScaledDotProductAttention(nn.Module):
    """torch's on features that heads share: softmax(Q·Kᵀ·scale + mask)·V."""

    def __init__(
        self,
        num_heads: int | None = None,
        is_causal: bool = False,
        scale: float | None = None,
        dropout_p: float = 0.0,
        enable_gqa: bool = False,
    ) -> None:
        super().__init__()
        self.num_heads, self.is_causal, self.scale = num_heads, is_causal, scale
        self.dropout_p, self.enable_gqa = dropout_p, enable_gqa

    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        key = query if key is None else key
        value = key if value is None else value
        outer = [x.shape[:-2] for x in (query, key, value)]
        lead = torch.broadcast_shapes(*outer)
        query, key, value = (x.expand(*lead, -1, -1) for x in (query, key, value))
        if self.num_heads is not None:
            head = query.shape[-1] // self.num_heads
            groups = key.shape[-1] // head if self.enable_gqa else self.num_heads
            heads = (self.num_heads, head)
            query = query.flatten(0, -3).unflatten(2, heads).transpose(1, 2)
            key = key.flatten(0, -3).unflatten(2, (groups, -1)).transpose(1, 2)
            value = value.flatten(0, -3).unflatten(2, (groups, -1)).transpose(1, 2)
        elif len(lead) == 1:
            query, key, value = (x.unsqueeze(1) for x in (query, key, value))
        else:  # the axis before the tokens may be heads
            query, key, value = (x.flatten(0, -4) for x in (query, key, value))
        is_whole = self.num_heads is not None or len(lead) == 1
        outer = lead if is_whole else lead[:-1]
        if mask is not None:  # its axes after the batch are matched from the right
            missing = len(outer) + 3 - mask.dim()
            mask = mask.reshape(len(mask), *[1] * missing, *mask.shape[1:])
            if max(mask.shape[:-3]) > 1:
                mask = mask.expand(*outer, -1, -1, -1)
            mask = mask.flatten(0, -4)
        y = functional.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=mask,
            dropout_p=self.dropout_p if self.training else 0.0,
            is_causal=self.is_causal,
            scale=self.scale,
            enable_gqa=self.enable_gqa,
        )
        if self.num_heads is not None:
            y = y.transpose(1, 2).flatten(2)
        return y.reshape(*lead, *y.shape[-2:])


class RelativePositionBias(nn.Module):
    """A learned number for each head and distance between two cells of a window."""

    relative_position_index: Tensor

    def __init__(self, num_heads: int, window_size: tuple[int, ...]) -> None:
        super().__init__()
        self.cells = math.prod(window_size)
        distances = [2 * n - 1 for n in window_size]
        table = torch.empty(math.prod(distances), num_heads)
        self.relative_position_bias_table = nn.Parameter(table)
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)
        places = torch.cartesian_prod(*[torch.arange(n) for n in window_size])
        places = places.view(self.cells, -1)
        index = torch.zeros(self.cells, self.cells, dtype=torch.int64)
        for axis, (n, count) in enumerate(zip(window_size, distances, strict=True)):
            apart = places[:, None, axis] - places[None, :, axis]
            index = index * count + (apart + n - 1)
        index = index if len(window_size) == 3 else index.flatten()
        self.register_buffer("relative_position_index", index)

    def forward(self) -> Tensor:
        index = self.relative_position_index.flatten()
        table = self.relative_position_bias_table[index]
        return table.view(self.cells, self.cells, -1).permute(2, 0, 1)[None]


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
