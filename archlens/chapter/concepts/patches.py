"""An image as tokens: how many, what they cost, and how far each sees."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import called, field, macs, network, params, share, table, within
from archlens.network import load

__all__ = ["FORMULA", "SECTION", "TEACHES", "attention_macs", "tables"]

SECTION = "12.7"
TEACHES = (
    "Cutting an image into patches is a convolution whose stride is its kernel; from the first block on every token reads every "
    "other, the whole image, where a convolutional network gets there layer by layer. Comparing all tokens with all costs "
    "their square: little at 224 pixels and patches of 16, much for larger images or smaller patches."
)
FORMULA = (
    "tokens T = (W/P)² + 1                  the one more is the class token",
    "patch embedding params = (3·P² + 1) × E",
    "attention MACs = 2 · T² · E a block    projections 4 · T · E² and MLP 8 · T · E² besides",
)

_IMAGES = ((224, 32), (224, 16), (224, 8), (384, 32), (384, 16), (512, 16), (1024, 16))
_VIT = ("patches", "Encoder1", "Encoder2", "Encoder12")
_RESNET = ("stem", "stage1", "stage2", "stage3", "stage4")


def tables() -> tuple[Table, ...]:
    """ViT-B by image and patch, and how far ViT and ResNet see by depth."""
    head = ("image", "patch", "tokens", "patch embedding", "positions", "params", "MACs", "attention % of MACs")
    seen = ("network", "after", "field", "% of side, at most", "params so far", "MACs so far")
    rows = (*_seen("vit_b16", _VIT), *_seen("resnet50", _RESNET))
    return (
        table("ViT-B, 12 blocks 768 wide, by image and patch", head, map(_image, _IMAGES)),
        table("how far a unit sees in an image of 224×224", seen, rows),
    )


def _image(sizes: tuple[int, int]) -> tuple[Cell, ...]:
    side, patch = sizes
    analysis = load("vit:vit_b16", params={"side": side, "patch": patch}).analyze()
    tokens = _blocks(analysis)[0].output_shapes[0][1]
    embedding, positions = [within(analysis, path)[0].params for path in ("patches", "position/parameter")]
    totals = analysis.totals
    attention = share(attention_macs(analysis), totals.macs)
    return side, patch, tokens, embedding, positions, totals.params, totals.macs, attention


def attention_macs(vit: Analysis) -> int:
    """Multiply–accumulates of comparing tokens with tokens and gathering their values, without the projections."""
    blocks = _blocks(vit)
    _, tokens, width = blocks[0].output_shapes[0]
    products = network(f"{tokens}x{width}", f"scaled_dot_product_attention: {blocks[0].arguments['num_heads']}")
    return len(blocks) * products.analyze().totals.macs


def _blocks(vit: Analysis) -> list[LayerFacts]:
    return [layer for layer in vit.layers if layer.type == "multihead_attention"]


def _seen(name: str, scopes: tuple[str, ...]) -> Iterator[tuple[Cell, ...]]:
    analysis = load(name).analyze()
    side = next(iter(analysis.inputs.values()))[-1]
    for scope in scopes:
        last = within(analysis, scope)[-1]
        so_far = analysis.layers[: analysis.layers.index(last) + 1]
        seen = field(last)
        yield called(analysis), scope, seen, share(min(seen, side), side), params(so_far), macs(so_far)
