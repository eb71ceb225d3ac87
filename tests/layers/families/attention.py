"""Attention, with projections and without, and the bias of relative positions."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from tests.layers import sized
from tests.layers.drawing import Case, arguments, case, flags, often
from tests.layers.running import Ran, forward
from tests.layers.vision import torchvision

__all__ = ["CASES", "ILLEGAL", "LOOSER", "ORACLES", "SIZED", "STRICTER", "WIDER"]

small = st.integers(1, 3)

# ---- attention without projections ----


@st.composite
def attentions(draw: Any) -> Case:
    """Tokens that mostly go together; masks that mostly stretch to the weights."""
    heads = draw(st.none() | small)
    lead = [draw(st.integers(1, 2)), *draw(st.lists(small, max_size=2 if heads is None else 1))]
    queries, keys, head = draw(small), draw(st.integers(1, 4)), draw(small)
    grouped = heads is not None and draw(flags)
    groups = draw(often(st.sampled_from([d for d in (1, 2, 3) if (heads or 1) % d == 0]), small)) if grouped else heads or 1
    features = draw(often(st.just(head * (heads or 1)), st.integers(1, 6)))
    count = draw(st.sampled_from([1, 1, 3, 3, 3, 4, 4, 4, 2]))

    def tokens(number: int, width: int) -> tuple[int, ...]:
        axes = [draw(often(st.just(n), st.just(1))) for n in lead]
        return *axes, draw(often(st.just(number), small)), draw(often(st.just(width), st.integers(1, 6)))

    shapes = [(*lead, queries, features), tokens(keys, groups * head), tokens(keys, groups * draw(small))]
    if count == 4:
        weights = [*lead[1:], *([] if heads is None else [heads]), queries, keys]
        axes = [draw(often(st.sampled_from([n, n, 1]), small)) for n in weights]
        shapes.append((draw(st.sampled_from([1, lead[0]])), *axes[draw(st.integers(0, len(axes) - 1)) :]))
    optional = {
        "is_causal": draw(often(st.just(False), flags) if count == 4 else flags),
        "scale": draw(st.sampled_from([None, 1, 0.5, 2, 0.25])),
        "dropout_p": draw(st.floats(0, 1)),
        "enable_gqa": grouped or draw(often(st.just(False), flags)),
        "num_heads": heads,
    }
    return Case({name: value for name, value in optional.items() if draw(flags) or value}, tuple(shapes[:count]))


def _aligned(mask: torch.Tensor, axes: int) -> torch.Tensor:
    """The mask with as many axes as the weights: those after the batch stand on the right."""
    return mask.reshape(len(mask), *(1,) * (axes - mask.dim()), *mask.shape[1:])


def _attention(given: dict[str, Any], *inputs: torch.Tensor) -> Ran:
    """torch's own function on heads that are split by hand."""
    if len(inputs) == 2:
        raise ValueError("query, key and value, or one for all of them")
    query, key, value, *mask = inputs if len(inputs) > 1 else inputs * 3
    heads, grouped = given.pop("num_heads", None), given.get("enable_gqa", False)
    nn.Dropout(given.pop("dropout_p", 0))
    if grouped and heads is None:
        raise ValueError("no heads to group")
    if len({x.dim() for x in (query, key, value)}) > 1:
        raise ValueError("missing axes would be matched from the right")
    if heads is not None:
        query = query.unflatten(-1, (heads, query.shape[-1] // heads)).transpose(-3, -2)
        groups = heads
        if grouped:
            key = key.unflatten(-1, (key.shape[-1] // query.shape[-1], query.shape[-1])).transpose(-3, -2)
            groups = key.shape[-3]
        else:
            key = key.unflatten(-1, (heads, key.shape[-1] // heads)).transpose(-3, -2)
        value = value.unflatten(-1, (groups, value.shape[-1] // groups)).transpose(-3, -2)
    mask = [_aligned(m, query.dim()) for m in mask]
    with sdpa_kernel(SDPBackend.MATH):  # a faster kernel takes keys without values
        found = forward(lambda: functional.scaled_dot_product_attention(query, key, value, *mask, **given))
    return found if heads is None else Ran((found.output.transpose(-3, -2).flatten(-2),), found.module)


def _tells_more(case: Case) -> bool:
    """Whether weights are all 1 or not read in full."""
    keys = case.shapes[min(1, len(case.shapes) - 1)][-2]
    row_of_mask = len(case.shapes) == 4 and case.shapes[3][-1] == 1
    return "num_heads" in case.arguments or case.arguments.get("is_causal", False) or keys == 1 or row_of_mask


# ---- with projections ----


@st.composite
def multihead(draw: Any) -> Case:
    """One to three inputs, mostly of the same windows, keys and values mostly of the same tokens."""
    heads = draw(small)
    width = draw(often(st.just(heads * draw(small)), st.integers(1, 6)))
    lead = [draw(st.integers(1, 2)), *draw(st.lists(small, max_size=1))]
    keys = draw(small)

    def tokens() -> tuple[int, ...]:
        batch = draw(often(st.just(lead[0]), st.just(1)))
        axes = [draw(often(st.just(n), small)) for n in lead[1:]]
        return batch, *axes, draw(often(st.just(keys), small)), draw(often(st.just(width), st.integers(1, 6)))

    shapes = [(*lead, draw(small), width), tokens(), tokens()]
    options = ("bias", "add_bias_kv", "add_zero_attn", "is_causal")
    given = draw(arguments({"num_heads": often(st.just(heads), small)}, dropout=st.floats(0, 1), **dict.fromkeys(options, flags)))
    return Case(given, tuple(shapes[: draw(st.integers(1, 3))]))


def _multihead(module: Any, is_causal: bool, *inputs: torch.Tensor) -> Ran:
    """The module, windows merged into the batch."""
    query, key, value = (*inputs, *(inputs[-1],) * (3 - len(inputs)))
    if len({(x.dim(), x.shape[1:-2]) for x in (query, key, value)}) > 1:
        raise ValueError("other windows")
    (batch,) = torch.broadcast_shapes(*[x.shape[:1] for x in (query, key, value)])
    lead = (batch, *query.shape[1:-2])
    merged = [x.expand(batch, *x.shape[1:]).reshape(prod(lead), *x.shape[-2:]) for x in (query, key, value)]
    later = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool).triu(1) if is_causal else None
    found = forward(lambda *x: module.eval()(*x, need_weights=False, attn_mask=later)[0], *merged)
    return Ran((found.output.unflatten(0, lead),), module)


def _multihead_of(given: dict[str, Any], *inputs: torch.Tensor) -> Ran:
    causal = given.pop("is_causal", False)
    widths = {"embed_dim": inputs[0].shape[-1], "kdim": inputs[min(1, len(inputs) - 1)].shape[-1], "vdim": inputs[-1].shape[-1]}
    return _multihead(nn.MultiheadAttention(**widths, **given, batch_first=True), causal, *inputs)


# ---- relative positions ----

windows = st.integers(1, 3) | st.lists(st.integers(1, 3), min_size=2, max_size=3).map(tuple)
positions = case(st.fixed_dictionaries({"num_heads": st.integers(1, 4), "window_size": windows}))


class _Positions(nn.Module):
    """A table and an index under Swin's names."""

    def __init__(self, table: torch.Tensor, index: torch.Tensor) -> None:
        super().__init__()
        self.relative_position_bias_table = nn.Parameter(table)
        self.register_buffer("relative_position_index", index)


def _positions(given: dict[str, Any]) -> Ran:
    """Swin's attention as torchvision has it; where it is not installed, what stands below."""
    window, heads, package = given["window_size"], given["num_heads"], torchvision()
    window = window if isinstance(window, tuple) else (window, window)
    if package is None:
        return _indexed({"window_size": window, "num_heads": heads}, None)
    if len(window) == 2:
        module = package.models.swin_transformer.ShiftedWindowAttention(heads, [*window], [0, 0], heads)
        bias = module.get_relative_position_bias()
    else:
        module = package.models.video.swin_transformer.ShiftedWindowAttention3d(heads, [*window], [0, 0, 0], heads)
        bias = module.get_relative_position_bias([*window])
    return Ran((bias.detach(),), _Positions(module.relative_position_bias_table.detach(), module.relative_position_index))


def _indexed(arguments: dict[str, Any], state: Any) -> Ran:
    """The entry of every pair of cells, in the order of the distances from the most negative on."""
    window, heads = arguments["window_size"], arguments["num_heads"]
    cells = [*product(*map(range, window))]
    order = {distance: i for i, distance in enumerate(product(*(range(1 - n, n) for n in window)))}
    index = torch.tensor([order[tuple(a - b for a, b in zip(one, other, strict=True))] for one in cells for other in cells])
    table = torch.zeros(len(order), heads)
    if state is not None:
        table = state["relative_position_bias_table"]
        assert torch.equal(index, state["relative_position_index"].flatten())
    if len(window) == 3:
        index = index.unflatten(0, (len(cells), len(cells)))
    bias = table[index.flatten()].reshape(len(cells), len(cells), heads).permute(2, 0, 1)[None]
    return Ran((bias,), _Positions(table, index))


# ---- the tables ----

CASES = {"scaled_dot_product_attention": attentions(), "multihead_attention": multihead(), "relative_position_bias": positions}
ORACLES = {
    "scaled_dot_product_attention": _attention,
    "multihead_attention": _multihead_of,
    "relative_position_bias": _positions,
}

HERE, THERE = ("n", "h", "c"), ("n", "w", "c")
SIZED = {
    "scaled_dot_product_attention": [
        sized.on(HERE, num_heads=2),
        sized.on(HERE, THERE, ("n", "w", "a")),
        sized.on(("n", "d", "h", "a"), ("n", 1, "w", "a"), ("n", "d", "w", "c"), ("n", "h", "w"), scale=1),
        sized.on(HERE, ("n", "w", 2), ("n", "w", 4), (1, "c", "h", 1), num_heads="c", enable_gqa=True),
    ],
    "multihead_attention": [
        sized.on(HERE, num_heads=2, add_zero_attn=True),
        sized.on(HERE, THERE, num_heads="c"),
        sized.on(("n", "b", "h", "c"), ("n", "b", "w", "a"), ("n", "b", "w", 16), num_heads=2, bias=False, add_bias_kv=True),
    ],
    "relative_position_bias": [sized.on(num_heads="c", window_size="b"), sized.on(num_heads="c", window_size=("b", "a", 2))],
}
ILLEGAL = {
    "scaled_dot_product_attention": [
        sized.on(HERE, num_heads="a"),
        sized.on(HERE, ("n", "w", 4), THERE),
        sized.on(HERE, THERE, THERE, ("n", 7, "w")),
        sized.on(HERE, ("n", "w", 3), ("n", "w", 4), num_heads=2, enable_gqa=True),
    ],
    "multihead_attention": [sized.on(HERE, num_heads="a"), sized.on(HERE, ("n", 9, "c"), HERE, num_heads=2)],
}

STRICTER: dict[str, Any] = {}
LOOSER: dict[str, Any] = {}
WIDER = {
    "scaled_dot_product_attention": ("a head is told as all features; a causal mask hides tokens", _tells_more),
    "multihead_attention": ("weights of 1 saturate the softmax", lambda case: True),
}
