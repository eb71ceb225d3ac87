"""What a layer says when it refuses: the values at fault, the argument, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from archlens.errors import LayerError
from archlens.layers import Add, AvgPool, Concat, Conv, Crop, Flatten, Layer, Linear, MaxPool, Multiply, PReLU, Reshape, Upsample

Shape = tuple[int, ...]
MAP: Shape = (1, 64, 56, 56)


class Refusal(NamedTuple):
    """What is tried, the message it earns, its help and its code."""

    make: Callable[[], Layer]
    shapes: tuple[Shape, ...]
    message: str
    help: str = ""
    code: str = "ARC201"


def refusal(make: Callable[[], Layer], *shapes: Shape, **said: Any) -> Any:
    return pytest.param(Refusal(make, shapes, **said), id=said["message"][:40])


REFUSALS = [
    refusal(
        lambda: Conv(64, 7),
        (1, 3, 5, 5),
        message="conv: a window of 7 does not fit the input of 5",
        help="use a smaller kernel, more padding, or less downsampling before this layer",
    ),
    refusal(
        lambda: Conv(64, 2, padding="same"),
        MAP,
        message="conv: `same` pads D·(K-1)/2 on both sides, which is no whole number for kernel 2 and dilation 1",
        help="use an odd kernel, or write the padding out, e.g. `padding=[[0, 1], ...]` per axis",
    ),
    refusal(
        lambda: Conv(64, (3, 3, 3)),
        MAP,
        message="conv: kernel_size has 3 values for 2 spatial axes",
        help="give one value for all axes, or 2",
    ),
    refusal(
        lambda: Conv(64, 3, groups=3),
        MAP,
        message="conv: 3 groups do not divide 64 input channels",
        help="choose a number of groups that divides the channels",
    ),
    refusal(
        lambda: Conv(64, 3),
        (1, 512),
        message="conv needs an input C×L or C×H×W or C×D×H×W, got 512",
        help="`reshape` the vector to the map that you mean",
    ),
    refusal(
        lambda: MaxPool(3, padding=2),
        MAP,
        message="max_pool: a padding of 2 is more than half the kernel of 3",
        help="pad less, or put a `pad` layer before",
    ),
    refusal(
        lambda: AvgPool(4, padding=((0, 1), 1), count_include_pad=False),
        MAP,
        message="avg_pool: uneven padding (0 and 1) goes neither with ceil_mode nor without count_include_pad",
        help="pad both ends alike, or put a `pad` layer before",
    ),
    refusal(
        lambda: Linear(1000),
        MAP,
        message="linear needs an input C or T×F, got 64×56×56",
        help="flatten first, or use `conv: 1000 1x1` to apply it at every position; where the last axis holds the features, "
        "say in_features",
    ),
    refusal(
        lambda: Linear(10, in_features=25088),
        (1, 32768),
        message="linear: in_features is 25,088, but 32,768 arrive",
        help="leave it out, or keep the number of features whatever the image size: `adaptive_avg_pool` before `flatten`",
    ),
    refusal(
        lambda: PReLU(32),
        MAP,
        message="prelu: num_parameters is 32, but 64 channels arrive",
        help="write 1 for one shared slope, or 64",
    ),
    refusal(
        lambda: Reshape((16, 4, 4)),
        (1, 400),
        message="reshape: 400 values do not fill 16×4×4",
        help="write -1 for one size that is to follow from the others",
    ),
    refusal(
        lambda: Crop(64),
        MAP,
        message="crop: 64 cells do not fit into the input of 56",
        help="crop to a smaller size, or use `pad`",
    ),
    refusal(
        lambda: Upsample(2, mode="linear"),
        MAP,
        message="upsample: mode linear does not go with an input 64×56×56",
        help="here go nearest, bilinear, bicubic",
    ),
    refusal(lambda: Upsample(), message="upsample takes scale_factor or size, one of them", help="e.g. `upsample: 2`"),
    refusal(
        lambda: Flatten(0),
        MAP,
        message="flatten: start_dim=0 is the batch axis",
        help="axis 1 is the channels, 2 and up are spatial",
    ),
    refusal(
        lambda: Flatten(1, 4),
        MAP,
        message="flatten: end_dim=4 is no axis of 64×56×56, which has 4 with the batch",
        help="axes count from 1 to 3, from the end -1 to -3",
    ),
    refusal(
        lambda: Add(),
        (1, 1256, 56, 56),
        MAP,
        message="add: the branches disagree in shape: 1256×56×56 and 64×56×56 (channels 1,256 and 64)",
        help="give the branch a projection, e.g. `- conv: 1256 1x1`",
        code="ARC203",
    ),
    refusal(
        lambda: Add(),
        (1, 128, 29, 28),  # what 57×55 is at stride 2, by torch: (n - 1) // 2 + 1
        (1, 64, 57, 55),
        message="add: the branches disagree in shape: 128×29×28 and 64×57×55 (channels 128 and 64)",
        help="give the branch a projection, e.g. `- conv: 128 1x1 /2`",
        code="ARC203",
    ),
    refusal(
        lambda: Add(),
        (1, 64, 8, 56, 56),
        (1, 32, 2, 14, 14),
        message="add: the branches disagree in shape: 64×8×56×56 and 32×2×14×14 (channels 64 and 32)",
        help="give the branch a projection, e.g. `- conv: 32 1x1x1 /4`",
        code="ARC203",
    ),
    refusal(
        lambda: Add(),
        (1, 128, 28, 54),  # no stride gives both
        MAP,
        message="add: the branches disagree in shape: 128×28×54 and 64×56×56 (channels 128 and 64)",
        help="give the branch a projection, e.g. `- conv: 128 1x1`",
        code="ARC203",
    ),
    refusal(
        lambda: Multiply(),
        MAP,
        (1, 64, 28, 56),
        message="multiply: the branches disagree in shape: 64×56×56 and 64×28×56 (height 56 and 28)",
        help="give the branches the same strides and padding, or `crop` the larger",
        code="ARC203",
    ),
    refusal(
        lambda: Concat(),
        MAP,
        (1, 64),
        message="concat: the branches disagree in shape: 64×56×56 and 64 differ in their number of axes",
        help="keep the axes, e.g. `global_avg_pool: keepdim=true`, or `reshape` one branch",
        code="ARC203",
    ),
]


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_what_and_what_instead(case: Refusal) -> None:
    with pytest.raises(LayerError) as caught:
        case.make().output_shapes(*case.shapes)
    assert (caught.value.message, caught.value.help, caught.value.code) == (case.message, case.help, case.code)


def test_a_field_refuses_with_the_layers_name() -> None:
    with pytest.raises(LayerError, match=r"^conv: kernel_size must be at least 1, not 0$") as caught:
        Conv(64, 0)
    assert caught.value.argument == "kernel_size"
