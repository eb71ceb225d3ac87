"""Attention on tokens alone, and what else it takes, on torch's names only.

Part of `helpers`.
"""

# mypy: disable-error-code="no-any-return, no-untyped-call, override"

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["MultiheadAttention", "RelativePositionBias", "ScaledDotProductAttention"]


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
