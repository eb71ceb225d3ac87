"""What the layers that move, take apart, join and reduce axes say when they refuse."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from torch.utils.flop_counter import FlopCounterMode

from archlens.errors import LayerError
from archlens.layers import (
    ChannelShuffle,
    Chunk,
    ClassToken,
    Matmul,
    Max,
    Mean,
    Permute,
    PixelShuffle,
    PixelUnshuffle,
    Roll,
    Select,
    Slice,
    Split,
    Stack,
    Subtract,
    Untokens,
    WindowPartition,
    WindowReverse,
)
from tests.layers.cases import CASES, Case, examples, outcome

Shape = tuple[int, ...]
MAP: Shape = (1, 64, 56, 56)
TOKENS: Shape = (1, 197, 768)

REFUSALS = [
    (
        Permute((0, 2, 2, 1)),
        [MAP],
        "permute: [0, 2, 2, 1] is no order of the axes of 64×56×56",
        "each of 0, 1, 2, 3 stands there once; 0 is the batch and stays first",
    ),
    (Permute((2, 0, 1)), [TOKENS], "permute: [2, 0, 1] moves the batch axis", "0, the batch, stays first"),
    (
        PixelShuffle(3),
        [MAP],
        "pixel_shuffle: 3·3 = 9 pixels do not share 64 channels evenly",
        "let a multiple of 9 channels arrive, e.g. by a `conv` before",
    ),
    (
        PixelUnshuffle(3),
        [MAP],
        "pixel_unshuffle: a factor of 3 does not divide the map's 56",
        "pad first, here `pad: padding=[[0,1],[0,1]]`",
    ),
    (
        ChannelShuffle(3),
        [MAP],
        "channel_shuffle: 3 groups do not divide 64 channels",
        "choose a number of groups that divides the channels",
    ),
    (Roll((1, 2), 2), [MAP], "roll: 2 shifts for 1 axis", "give one shift for each of dims"),
    (Roll((1, 2), (2, -2)), [MAP], "roll: dims has axis 2 of 64×56×56 twice", "name each axis once"),
    (
        WindowPartition(7),
        [(1, 96, 57, 56)],
        "window_partition: a window of 7 does not divide the map's 57",
        "pad first, here `pad: padding=[[0,6],[0,0]]`",
    ),
    (
        WindowReverse(7, (56, 57)),
        [(1, 64, 49, 96)],
        "window_reverse: a window of 7 does not divide the map's 57",
        "give the size of the map that was partitioned, its padding included, one for each axis",
    ),
    (
        WindowReverse(7, (28, 28)),
        [(1, 64, 49, 96)],
        "window_reverse: 64 windows arrive, but a map of 28×28 has 16",
        "give the size of the map that was partitioned, one for each axis, such as 56x56",
    ),
    (
        Untokens((14, 14)),
        [TOKENS],
        "untokens: 197 tokens do not fill a map of 14×14",
        "leave a class token out first, e.g. `slice: 1 1`; the sizes multiply up to 197",
    ),
    (ClassToken(), [MAP], "class_token needs an input T×F, got 64×56×56", "make tokens of a map with `tokens`"),
    (
        Slice(1, 0, 200),
        [TOKENS],
        "slice: end=200 lies outside axis 1 of 197×768, which has 197",
        "units count from 0 to 197, from the end -1 to -197",
    ),
    (
        Slice(1, -198),
        [TOKENS],
        "slice: start=-198 lies outside axis 1 of 197×768, which has 197",
        "units count from 0 to 197, from the end -1 to -197",
    ),
    (
        Slice(1, 5, 5),
        [TOKENS],
        "slice: nothing lies from 5 to 5 on axis 1 of 197×768, which has 197",
        "the end is the first unit left out, so it lies behind the start",
    ),
    (
        Select(197),
        [TOKENS],
        "select: there is no unit 197 on axis 1 of 197×768, which has 197",
        "units count from 0, from the end -1 to -197",
    ),
    (Select(0), [(1, 10)], "select takes the only axis of 10 away", "keep the axis, with `slice: 1 <start> <end>`"),
    (
        Split((32, 16)),
        [MAP],
        "split: 32 + 16 add up to 48, but axis 1 of 64×56×56 has 64",
        "give sizes that add up to 64, or one size for all pieces",
    ),
    (
        Chunk(65),
        [MAP],
        "chunk: axis 1 of 64×56×56 has 64, which makes 64 pieces of 1, not 65",
        "choose a number that divides 64, or `split` into sizes of your own",
    ),
    (
        Chunk(4),
        [(1, 5)],
        "chunk: axis 1 of 5 has 5, which makes 3 pieces of 2, not 4",
        "choose a number that divides 5, or `split` into sizes of your own",
    ),
    (Mean((1, 2, 3)), [MAP], "mean takes every axis of 64×56×56 away", "keep them, with `keepdim=true`"),
    (Max(0), [MAP], "max: dim=0 is the batch axis", "axis 1 is the channels, 2 and up are spatial"),
    (Stack(0), [MAP, MAP], "stack: dim=0 is the batch axis", "axis 1 is the channels, 2 and up are spatial"),
    (
        Matmul(),
        [(1, 12, 197, 64), (1, 12, 197, 64)],
        "matmul: the inner sizes differ: 197×64 by 197×64",
        "the last axis of the first branch goes along the last but one of the second; `permute` one of them",
    ),
    (
        Matmul(),
        [(1, 10), (1, 10)],
        "matmul needs two axes or more in each branch, got 10 and 10",
        "a vector C as a matrix of one row is `reshape: [1, -1]`",
    ),
    (
        Subtract(),
        [MAP, (1, 64, 28, 28)],
        "subtract: the branches disagree in shape: 64×56×56 and 64×28×28 (height 56 and 28)",
        "give the branches the same strides and padding, or `crop` the larger",
    ),
]


@pytest.mark.parametrize(("layer", "shapes", "message", "help"), [pytest.param(*row, id=row[2][:40]) for row in REFUSALS])
def test_a_refusal_says_what_and_what_instead(layer, shapes, message, help):
    with pytest.raises(LayerError) as caught:
        layer.output_shapes(*shapes)
    assert (caught.value.message, caught.value.help) == (message, help)


def test_the_padding_it_names_is_enough():
    """The cure for 57 cells in windows of 7 is a border of 6."""
    padded = torch.nn.functional.pad(torch.empty(1, 96, 57, 56), (0, 0, 0, 6))
    assert WindowPartition(7).output_shapes(tuple(padded.shape)) == ((1, 72, 49, 96),)


def test_macs_of_products_are_half_of_torchs_flops():
    @examples(40)
    @given(CASES["matmul"])
    def draw(case: Case) -> None:
        found = outcome(case, "matmul")
        if isinstance(found, LayerError):
            return
        with FlopCounterMode(display=False) as counter:
            torch.matmul(*map(torch.empty, case.shapes))
        assert 2 * found[0].macs(*case.shapes) == counter.get_total_flops()

    draw()
