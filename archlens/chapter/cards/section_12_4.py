"""Questions on pooling and the receptive field."""

from __future__ import annotations

from archlens.analysis.facts import Analysis
from archlens.chapter.cards import Card
from archlens.chapter.cards.figures import convolutions, field, head_share, jump, layers_to_see, linear, made, shipped
from archlens.chapter.evidence import Evidence
from archlens.chapter.small import params, share, within

__all__ = ["CARDS"]

_CONV = "conv: 64 3x3 same bias=false"


def _on_map(*lines: str) -> Analysis:
    return made("64x56x56", *lines)


def _seen(*lines: str) -> int:
    return field(made("1x32x32", *lines))


def _less(after: int, before: int) -> float:
    return share(before - after, before)


CARDS = (
    Card(
        "max_or_average",
        "12.4",
        "Max pooling vs average pooling — when each?",
        "Max keeps the strongest response of a window (is the feature there at all?) and is the usual choice between "
        "convolutions. Average keeps the mean: it is smoother, and every cell gets gradient. Its main place is the end of the "
        "network, as global average pooling: one number per channel, so a classifier on 512 channels takes (512 + 1)·1,000 = "
        "{pooled} parameters, where VGG-16's three fully connected layers take {connected}, {head} % of the network. With that "
        "head VGG-16 would have {whole} and accept images of any size.",
        (
            Evidence("pooled", "global average pooling and 512 → 1,000", lambda: _averaged().totals.params),
            Evidence("connected", "VGG-16: fully connected layers", lambda: params(linear(shipped("vgg16")))),
            Evidence("head", "% of its parameters", lambda: head_share(shipped("vgg16"))),
            Evidence(
                "whole",
                "VGG-16 with the smaller head",
                lambda: params(convolutions(shipped("vgg16"))) + _averaged().totals.params,
            ),
        ),
        ("concept:head", "spec:vgg16"),
    ),
    Card(
        "pooling_params",
        "12.4",
        "Does pooling have learnable parameters?",
        "No: max and average pooling are fixed operations; a 2×2 pooling has {pool} parameters, only a window and a stride. (The "
        "original LeNet-5 of 1998 was different: its two pooling layers had a trainable factor and bias per map, {s2} and {s4} "
        "parameters.) A 3×3 convolution with stride 2 downsamples as well and learns how, for 9·64·64 = {strided} weights on 64 "
        "channels and {macs} multiply–accumulates on a 56×56 map. ResNet downsamples that way, apart from one max pooling after "
        "the stem.",
        (
            Evidence("pool", "2×2 max pooling: parameters", lambda: _on_map("max_pool: 2x2").totals.params),
            Evidence("s2", "LeNet-5 of 1998, S2", lambda: params(within(shipped("lenet5_1998"), "S2"))),
            Evidence("s4", "LeNet-5 of 1998, S4", lambda: params(within(shipped("lenet5_1998"), "S4"))),
            Evidence(
                "strided", "3×3 /2 on 64 channels: weights", lambda: _on_map("conv: 64 3x3 /2 same bias=false").totals.params
            ),
            Evidence("macs", "3×3 /2 on 64×56×56: MACs", lambda: _on_map("conv: 64 3x3 /2 same bias=false").totals.macs),
        ),
        ("concept:pooling", "concept:same_name", "spec:lenet5_1998"),
    ),
    Card(
        "pooling_backward",
        "12.4",
        "How do you backprop through max pooling?",
        "The forward pass records which cell won each window; the backward pass gives that cell the whole gradient and the "
        "others zero, so in a 2×2 window one cell of four. Average pooling gives each of the K² cells an equal share, in a 2×2 "
        "window a quarter. Two details: when cells tie, as zeros after a ReLU do, one of them is picked, in PyTorch the first; "
        "and when windows overlap (3×3 with stride 2), a cell sums the gradients of all windows it won, up to four. There are no "
        "weights, so nothing is updated.",
        (),
        ("lab:max_pool_gradient", "lab:average_pool_gradient"),
    ),
    Card(
        "receptive_field",
        "12.4",
        "What is the receptive field and why does it matter?",
        "The part of the input that can influence one unit: r = 1 + Σ D_i·(K_i − 1)·j_i, where j_i is the product of the strides "
        "before layer i. Two 3×3 layers see {two}×{two}, three {three}×{three}. It must cover what is to be recognized: 100 "
        "pixels take {deep} layers of 3×3, but only {pooled} with a 2×2 pooling after every second, because a stride multiplies "
        "what all later layers add (not what its own layer adds). VGG-16 ends with {vgg} pixels, ResNet-50 with {resnet}. This "
        "is an upper bound: the part that really influences a unit, its effective receptive field, is bell-shaped around the "
        "centre and, before training, much smaller.",
        (
            Evidence("two", "two 3×3: pixels along an axis", lambda: _seen(*["conv: 1 3x3 same"] * 2)),
            Evidence("three", "three 3×3", lambda: _seen(*["conv: 1 3x3 same"] * 3)),
            Evidence(
                "deep", "layers of 3×3 until 100 pixels are seen", lambda: layers_to_see(100, lambda i: ["conv: 1 3x3 same"])
            ),
            Evidence(
                "pooled",
                "with a pooling after every second",
                lambda: layers_to_see(100, lambda i: ["conv: 1 3x3 same", *(["max_pool: 2x2"] if i % 2 == 0 else [])]),
            ),
            Evidence("vgg", "VGG-16", lambda: field(shipped("vgg16"))),
            Evidence("resnet", "ResNet-50", lambda: field(shipped("resnet50"))),
        ),
        ("concept:receptive_field", "lab:receptive_field", "lab:effective_field"),
    ),
    Card(
        "pooling_invariance",
        "12.4",
        "How does pooling give translation invariance?",
        "Only partly, and only for small shifts. A pooled value stays the same as long as the maximum stays in its window: for "
        "2×2 pooling and a shift of one pixel that holds for half of the positions of a lone peak, and on a random map for a "
        "third of the cells. A shift of two pixels moves everything exactly one cell on: that is equivariance. Stacked poolings "
        "make larger cells: after five a cell is {cell} pixels wide, and a one-pixel shift leaves a lone peak in its cell at "
        "{stays} % of the positions. Full invariance to shifts comes from global pooling at the end; against rotations pooling "
        "helps no further than such small movements.",
        (
            Evidence("cell", "five poolings of 2×2: pixels a cell", lambda: jump(made("1x64x64", *["max_pool: 2x2"] * 5))),
            Evidence(
                "stays",
                "positions at which a shift of one pixel stays in such a cell, %",
                lambda: _less(1, jump(made("1x64x64", *["max_pool: 2x2"] * 5))),
            ),
        ),
        ("lab:pooling_shifts", "lab:invariance"),
    ),
    Card(
        "small_filters",
        "12.4",
        "Why two 3×3 convolutions rather than one 5×5?",
        "Both see 5×5 pixels. On C channels two 3×3 have 2·9·C² weights and one 5×5 has 25·C²; for C = 64 that is {two} against "
        "{five}, {saved} % fewer weights and {saved} % less work. Three 3×3 instead of one 7×7 save {more} %. The extra ReLU "
        "also makes the function richer. The price: each extra layer puts out a map that training has to keep, {map} values on "
        "64×56×56, and layers run one after the other.",
        (
            Evidence("two", "two 3×3 on 64 channels: weights", lambda: _on_map(_CONV, _CONV).totals.params),
            Evidence("five", "one 5×5", lambda: _on_map("conv: 64 5x5 same bias=false").totals.params),
            Evidence(
                "saved",
                "two 3×3 for one 5×5: % of weights saved",
                lambda: _less(_on_map(_CONV, _CONV).totals.params, _on_map("conv: 64 5x5 same bias=false").totals.params),
            ),
            Evidence(
                "more",
                "three 3×3 for one 7×7: % of weights saved",
                lambda: _less(_on_map(_CONV, _CONV, _CONV).totals.params, _on_map("conv: 64 7x7 same bias=false").totals.params),
            ),
            Evidence("map", "values of a 64×56×56 map", lambda: _on_map(_CONV).totals.activations),
        ),
        ("concept:stacks", "lab:receptive_field"),
        added=True,
    ),
)


def _averaged() -> Analysis:
    return made("512x7x7", "global_avg_pool", "linear: 1000")
