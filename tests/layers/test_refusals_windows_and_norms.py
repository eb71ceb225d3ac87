"""What transposed and locally connected convolutions, borders, embeddings and norms say when they refuse."""

from __future__ import annotations

import pytest

from archlens.errors import LayerError
from archlens.layers import (
    BatchNorm,
    Conv,
    ConvTranspose,
    Embedding,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocallyConnected,
    LPPool,
    Pad,
    RMSNorm,
)
from tests.layers.test_refusals import MAP, Refusal, refusal

GROUPS = "choose a number of groups that divides the input and the output channels"
SAME = "conv_transpose: padding `same` means one size here and another there"

REFUSALS = [
    refusal(
        lambda: ConvTranspose(32, 2, groups=3),
        MAP,
        message="conv_transpose: 3 groups do not divide 64 input channels",
        help=GROUPS,
    ),
    refusal(
        lambda: ConvTranspose(30, 2, groups=4),
        MAP,
        message="conv_transpose: 4 groups do not divide 30 output channels",
        help=GROUPS,
    ),
    refusal(
        lambda: ConvTranspose(32, 3, 2, 1, 2),
        MAP,
        message="conv_transpose: an output_padding of 2 is neither below the stride of 2 nor the dilation of 1",
        help="it chooses one of the S sizes that a stride of S leads back from, so it is at most S - 1",
    ),
    refusal(
        lambda: ConvTranspose(32, 1, padding=28),
        MAP,
        message="conv_transpose: the output would have size 0 from an input 64×56×56",
        help="cut less with padding, or use a larger kernel or stride",
    ),
    refusal(
        lambda: ConvTranspose(32, 2, padding=((0, 1), 0)),
        MAP,
        message="conv_transpose: padding cuts both ends alike, not 0 and 1",
        help="cut with a `pad` of negative amounts behind it, e.g. `pad: [[0, -1], [0, -1]]`",
    ),
    refusal(
        lambda: ConvTranspose(32, 4, 2, "same"),
        MAP,
        message=SAME,
        help="write `padding=1` for an output 2 times the size",
    ),
    refusal(
        lambda: ConvTranspose(32, (3, 2), (2, 4), "same"),
        MAP,
        message=SAME,
        help="write `padding=1x0 output_padding=1x2` for an output 2x4 times the size",
    ),
    refusal(lambda: ConvTranspose(32, 2, 1, "same"), MAP, message=SAME, help="write the cells to cut as a number"),
    refusal(
        lambda: Conv(64, 7, padding=3, padding_mode="reflect"),
        (1, 3, 3, 9),
        message="conv: a reflected border of 3 needs more than 3 cells, but there are 3",
        help="pad by at most 2, or use `replicate`",
    ),
    refusal(
        lambda: Pad(5, "circular"),
        (1, 3, 4, 9),
        message="pad: a circular border of 5 would go more than once around 4 cells",
        help="pad by at most 4",
    ),
    refusal(
        lambda: Pad((1, 2, 2), "reflect"),
        MAP,
        message="pad: reflect goes around the map alone, but the first of 3 values is for the channels",
        help="give 2, or mode=constant",
    ),
    refusal(
        lambda: Pad(1, "reflect", 2),
        message="pad: value=2 goes with mode=constant, not with reflect",
        help="leave it out",
    ),
    refusal(
        lambda: LPPool(0, 2),
        message="lp_pool: there is no norm of exponent 0",
        help="2 is the Euclidean norm, 1 the sum",
    ),
    refusal(
        lambda: LocallyConnected(8, 3),
        (1, 3, 8, 8, 8),
        message="locally_connected needs an input C×L or C×H×W, got 3×8×8×8",
    ),
    refusal(
        lambda: Embedding(100, 8, 100),
        (1, 12),
        message="embedding: padding_idx is 100, but there are 100 vectors",
        help="count from 0 to 99, or leave it out",
    ),
    refusal(
        lambda: Embedding(0, 8),
        message="embedding: num_embeddings must be at least 1, not 0",
        help="write it as in `embedding: 30522 768` (vectors in the table, such as words of a vocabulary or positions of a text)",
        code="ARC121",
    ),
    refusal(
        lambda: GroupNorm(12),
        MAP,
        message="group_norm: 12 groups do not divide 64 channels",
        help="choose a number of groups that divides the channels",
    ),
    refusal(
        lambda: GroupNorm(64),
        (1, 64, 1, 1),
        message="group_norm: each of 64 groups is a single value, which would become 0",
        help="use fewer groups, or normalise before the map is reduced to one cell",
    ),
    refusal(
        lambda: InstanceNorm(),
        (1, 64, 1, 1),
        message="instance_norm: each channel is a single value, which would become 0",
        help="normalise before the map is reduced to one cell, or use layer_norm",
    ),
    *[
        refusal(
            lambda eps=eps: BatchNorm(eps),
            MAP,
            message=f"batch_norm: eps must be above 0, not {eps}",
            help="it keeps the root of a variance of 0 from being divided by; the default is 1e-5",
        )
        for eps in (-1, 0)
    ],
    refusal(
        lambda: LayerNorm(768),
        (1, 196, 768),
        message="layer_norm: there are no 768 axes in 196×768 to normalise",
        help="`dims` says how many of the last axes, at most 2 here; sizes are inferred: `layer_norm` alone takes the last axis",
    ),
    refusal(
        lambda: RMSNorm(2, channels_first=True),
        message="rms_norm: channels_first normalises axis 1, so dims=2 says nothing",
        help="leave one of them out",
    ),
]


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_what_and_what_instead(case: Refusal) -> None:
    with pytest.raises(LayerError) as caught:
        case.make().output_shapes(*case.shapes)
    assert (caught.value.message, caught.value.help, caught.value.code) == (case.message, case.help, case.code)


@pytest.mark.parametrize(
    ("make", "help"),
    [
        (lambda: LayerNorm(normalized_shape=768), "leave it out: input sizes are inferred"),
        (lambda: GroupNorm(num_groups=4, num_channels=64), "leave it out: input sizes are inferred"),
        (lambda: GroupNorm(groups=4), "here it is called `num_groups`"),
        (lambda: Embedding(vocab_size=10), "here it is called `num_embeddings`"),
        (lambda: Pad(1, padding_mode="reflect"), "here it is called `mode`"),
    ],
)
def test_arguments_of_other_frameworks(make, help):
    with pytest.raises(LayerError) as caught:
        make()
    assert caught.value.help == help
