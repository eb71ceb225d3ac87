"""How far a token sees through attention and a unit through convolutions; whether attention knows where its tokens lie."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import apart, percent, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.7"
CLAIM = (
    "ViTs treat an image as a sequence of patches: weaker built-in biases (locality, translation equivariance), and they "
    "capture global relationships from layer one."
)
CORRECTION = (
    "From layer one a token can depend on every pixel; on which it does is learned, and some heads of a trained ViT stay local "
    "there. Without position embeddings attention does not know where its tokens lie at all."
)
SOURCE = "Dosovitskiy et al. 2021, arXiv:2010.11929, sections 3.1 and 4.5"

_SIDE, _PATCH, _WIDTH, _HEADS, _DEPTHS = 32, 4, 32, 4, (0, 1, 2, 4, 8, 16)


class _Block(nn.Module):
    """Of a ViT: attention, then a layer per token, each on what is normalized and added to it."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(_WIDTH) for _ in range(2)])
        self.attention = nn.MultiheadAttention(_WIDTH, _HEADS, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(_WIDTH, 4 * _WIDTH), nn.GELU(), nn.Linear(4 * _WIDTH, _WIDTH))

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (1, T, D) as they are after it."""
        seen = self.norms[0](tokens)
        tokens = tokens + self.attention(seen, seen, seen, need_weights=False)[0]
        added: Tensor = self.mlp(self.norms[1](tokens))
        return tokens + added


@steady
def measure() -> Measurement:
    """Random weights; the gradient of the token, or unit, at the centre with respect to a random image."""
    embed = nn.Conv2d(3, _WIDTH, _PATCH, _PATCH)
    blocks = [_Block() for _ in range(max(_DEPTHS))]
    stem, convs = nn.Conv2d(3, 8, 3, padding=1), [nn.Conv2d(8, 8, 3, padding=1) for _ in range(max(_DEPTHS) - 1)]
    tokens_see, units_see = _attended(embed, blocks), _convolved([stem, *convs])
    reach = Table(
        f"% of the pixels of a {_SIDE}×{_SIDE} image that carry gradient to the centre; patches of {_PATCH}×{_PATCH}",
        ("layers or blocks", "unit, convolutions 3×3", "token, attention"),
        tuple([(depth, 100 * units_see[depth], 100 * tokens_see[depth]) for depth in _DEPTHS]),
    )
    tokens = torch.randn(1, (_SIDE // _PATCH) ** 2, _WIDTH)
    positions, order = torch.randn(tokens.shape), torch.randperm(tokens.shape[1])
    block, conv = blocks[0], functional.conv2d
    kernel = torch.randn(_WIDTH, _WIDTH, 3, 3)

    def as_map(tokens: Tensor) -> Tensor:
        side = _SIDE // _PATCH
        return conv(tokens.transpose(1, 2).reshape(1, _WIDTH, side, side), kernel, padding=1).flatten(2).transpose(1, 2)

    shuffled = {
        "attention": apart(block(tokens[:, order]), block(tokens)[:, order]),
        "attention, position embeddings": apart(block(tokens[:, order] + positions), block(tokens + positions)[:, order]),
        "convolution 3×3 over the patches": apart(as_map(tokens[:, order]), as_map(tokens)[:, order]),
    }
    order_blind = Table(
        "patches shuffled: largest difference to the output shuffled, of the largest value",
        ("layer", "difference"),
        tuple(shuffled.items()),
    )
    because = (
        f"after one block a token sees {percent(tokens_see[1])} of the image, after one convolution a unit "
        f"{percent(units_see[1])}, after {max(_DEPTHS)} of them {percent(units_see[max(_DEPTHS)])}; shuffled patches give "
        f"attention's output shuffled (largest difference {told(shuffled['attention'])}), not a convolution's "
        f"({told(shuffled['convolution 3×3 over the patches'])})"
    )
    blind = shuffled["attention"] == 0 and shuffled["convolution 3×3 over the patches"] > 0
    return Measurement((reach, order_blind), verdict(tokens_see[1] == 1 and units_see[1] < 1, blind), because)


def _attended(embed: nn.Conv2d, blocks: list[_Block]) -> dict[int, float]:
    """By number of blocks, the share of the pixels that the centre token sees."""
    image = torch.randn(1, 3, _SIDE, _SIDE, requires_grad=True)
    tokens = embed(image).flatten(2).transpose(1, 2)
    centre = tokens.shape[1] // 2 + _SIDE // _PATCH // 2
    seen = {0: _share(tokens[0, centre].sum(), image)}
    for depth, block in enumerate(blocks, 1):
        tokens = block(tokens)
        if depth in _DEPTHS:
            seen[depth] = _share((tokens[0, centre] * torch.randn(_WIDTH)).sum(), image)
    return seen


def _convolved(convs: list[nn.Conv2d]) -> dict[int, float]:
    image = torch.randn(1, 3, _SIDE, _SIDE, requires_grad=True)
    out, seen = image, {0: _share(image[..., _SIDE // 2, _SIDE // 2].sum(), image)}
    for depth, conv in enumerate(convs, 1):
        out = conv(out)
        if depth in _DEPTHS:
            seen[depth] = _share(out[..., _SIDE // 2, _SIDE // 2].sum(), image)
    return seen


def _share(value: Tensor, image: Tensor) -> float:
    (gradient,) = torch.autograd.grad(value, image, retain_graph=True)
    return (gradient != 0).any(1).double().mean().item()
