"""What attention, recurrent layers and boxes say when they refuse."""

from __future__ import annotations

import pytest
import sympy

from archlens.errors import LayerError
from archlens.layers import GRU, LSTM, MultiheadAttention, RelativePositionBias, RoIAlign, RoIPool
from archlens.layers import ScaledDotProductAttention as Attention
from tests.layers.test_refusals import Refusal, refusal

TOKENS = (1, 197, 768)
MAP = (1, 256, 50, 68)

REFUSALS = [
    refusal(
        lambda: MultiheadAttention(10),
        TOKENS,
        message="multihead_attention: 10 heads do not divide 768 features",
        help="near it, 8 and 12 do",
    ),
    refusal(
        lambda: Attention(1000),
        TOKENS,
        message="scaled_dot_product_attention: 1,000 heads do not divide 768 features",
        help="near it, 768 do",
    ),
    refusal(
        lambda: MultiheadAttention(12),
        (1, 768),
        message="multihead_attention needs tokens T×E, got 768",
        help="a vector can be made a sequence of one token with `reshape`",
    ),
    refusal(
        lambda: MultiheadAttention(12),
        TOKENS,
        (1, 77, 768),
        (1, 78, 768),
        message="multihead_attention: 77 keys and 78 values do not pair",
        help="take both from the same tokens",
        code="ARC203",
    ),
    refusal(
        lambda: MultiheadAttention(12),
        (1, 64, 49, 768),
        (1, 16, 49, 768),
        message="multihead_attention: the query 64×49×768 and the key 16×49×768 differ before their tokens (64 and 16)",
        help="these axes must be equal",
        code="ARC203",
    ),
    refusal(
        lambda: MultiheadAttention(12),
        (1, 64, 49, 768),
        TOKENS,
        message="multihead_attention: the query 64×49×768 and the key 197×768 differ in their number of axes",
        help="make `tokens` of a map, or `reshape` one; axes of size 1 may stand before T×E",
        code="ARC203",
    ),
    refusal(
        lambda: Attention(),
        (1, 64, 49, 32),
        (1, 64, 49, 32),
        (1, 16, 49, 32),
        message="scaled_dot_product_attention: the query 64×49×32 and the value 16×49×32 differ before their tokens (64 and 16)",
        help="these axes must be equal, or 1 in one of them",
        code="ARC203",
    ),
    refusal(
        lambda: Attention(),
        TOKENS,
        (1, 77, 512),
        (1, 77, 512),
        message="scaled_dot_product_attention: the query has 768 features and the key 512",
        help="project one with `linear`",
        code="ARC203",
    ),
    refusal(
        lambda: Attention(12),
        TOKENS,
        (1, 77, 256),
        (1, 77, 256),
        message="scaled_dot_product_attention: the query has 768 features and the key 256",
        help="project one with `linear`, or say enable_gqa where keys have fewer heads",
        code="ARC203",
    ),
    refusal(
        lambda: Attention(12),
        TOKENS,
        TOKENS,
        (1, 197, 100),
        message="scaled_dot_product_attention: 12 heads do not divide the value's 100 features",
        help="near it, 10 and 20 do",
    ),
    refusal(
        lambda: Attention(12, enable_gqa=True),
        TOKENS,
        (1, 77, 320),
        (1, 77, 320),
        message="scaled_dot_product_attention: 5 heads of keys do not divide 12 heads of queries",
        help="every head of keys serves as many of queries",
    ),
    refusal(
        lambda: Attention(12, enable_gqa=True),
        TOKENS,
        (1, 77, 100),
        (1, 77, 100),
        message="scaled_dot_product_attention: the 100 features of the key make no whole heads of 64, as the query's are",
        help="give the key a multiple of 64 features",
    ),
    refusal(
        lambda: Attention(12, enable_gqa=True),
        TOKENS,
        (1, 77, 256),
        (1, 77, 255),
        message="scaled_dot_product_attention: 4 heads of keys do not divide the 255 features of the value",
    ),
    refusal(
        lambda: Attention(enable_gqa=True),
        message="scaled_dot_product_attention: enable_gqa needs num_heads",
        help="say how many heads the query's features make; where heads have an axis of their own, one of size 1 serves all",
    ),
    refusal(
        lambda: Attention(),
        TOKENS,
        TOKENS,
        message="scaled_dot_product_attention takes one input, query, key and value, or these and a mask; got 2",
        help="take three, `from: [query, memory, memory]`, or `multihead_attention`, whose keys are the values too",
    ),
    refusal(
        lambda: Attention(is_causal=True),
        TOKENS,
        TOKENS,
        TOKENS,
        (1, 197, 197),
        message="scaled_dot_product_attention: a mask and is_causal do not go together",
        help="give one of them",
    ),
    refusal(
        lambda: Attention(3),
        *[(1, 64, 49, 96)] * 3,
        (1, 4, 49, 49),
        message="scaled_dot_product_attention: the mask 4×49×49 does not stretch to the weights 64×3×49×49 (4 and 3)",
        help="it is matched with …×heads×T×S from the right",
        code="ARC203",
    ),
    refusal(
        lambda: Attention(),
        *[TOKENS] * 3,
        (1, 12, 197, 197),
        message="scaled_dot_product_attention: the mask 12×197×197 has more axes than the weights 197×197",
        help="it is matched with …×T×S from the right",
        code="ARC203",
    ),
    refusal(
        lambda: LSTM(256, proj_size=256),
        (1, 100, 128),
        message="lstm: proj_size=256 is no less than hidden_size=256",
        help="a projection makes the state smaller; leave it out to keep the state",
    ),
    refusal(
        lambda: GRU(256),
        (1, 128),
        message="gru needs a sequence T×F, got 128",
        help="a vector is no sequence; use `linear`",
    ),
    refusal(
        lambda: GRU(256),
        MAP,
        message="gru needs a sequence T×F, got 256×50×68",
        help="`reshape` it to the sequence that you mean",
    ),
    refusal(
        lambda: RoIAlign(7),
        MAP,
        (1, 1000, 5),
        message="roi_align: a box is 4 numbers, x1, y1, x2, y2, not 5",
        help="give boxes R×4",
    ),
    refusal(
        lambda: RoIPool(7),
        MAP,
        (1, 4),
        message="roi_pool needs boxes R×4, got 4",
        help="name the map first and then the boxes: `from: [map, boxes]`",
    ),
    refusal(
        lambda: RoIPool(7),
        (1, 1000, 4),
        MAP,
        message="roi_pool needs a map C×H×W, got 1000×4",
        help="name the map first and then the boxes: `from: [map, boxes]`",
    ),
    refusal(
        lambda: RoIPool(7, 0),
        MAP,
        (1, 1000, 4),
        message="roi_pool: spatial_scale must be above 0, not 0",
        help="it is the cells of the map to one unit of the boxes, e.g. 1/16 where the map is 16 times smaller",
    ),
]


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_what_and_what_instead(case: Refusal) -> None:
    with pytest.raises(LayerError) as caught:
        case.make().output_shapes(*case.shapes)
    assert (caught.value.message, caught.value.help, caught.value.code) == (case.message, case.help, case.code)


@pytest.mark.parametrize(
    "make", [lambda: RoIAlign(0), lambda: RoIPool((7, 0)), lambda: GRU(0), lambda: RelativePositionBias(3, 0)]
)
def test_sizes_of_zero_are_refused(make: object) -> None:
    with pytest.raises(LayerError, match="must be at least 1, not 0"):
        make()


def test_the_number_of_layers_is_a_plain_number() -> None:
    with pytest.raises(LayerError, match="num_layers must be a plain number"):
        GRU(3, sympy.Symbol("n", integer=True, positive=True))
