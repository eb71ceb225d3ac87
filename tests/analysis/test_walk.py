"""How fields grow, against recurrences worked by hand and the closed form."""

from random import Random

import pytest

import archlens
from archlens.analysis.walk import sums
from archlens.errors import UsageError

ALEXNET = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]  # kernel and stride, Krizhevsky 2014


def walked(name, at=None):
    """Field and jump after each step."""
    return [(step.after.size[0], step.after.jump[0]) for step in archlens.load(name).walk(at).steps]


def test_vgg16_by_hand():
    """conv1_1 3, conv1_2 5, pool1 6, and so on; 212 at pool5."""
    fields = [3, 5, 6, 10, 14, 16, 24, 32, 40, 44, 60, 76, 92, 100, 132, 164, 196, 212]
    jumps = [1, 1, 2, 2, 2, 4, 4, 4, 4, 8, 8, 8, 8, 16, 16, 16, 16, 32]
    assert walked("vgg16") == list(zip(fields, jumps, strict=True))
    assert walked("vgg16", "stage3") == list(zip(fields, jumps, strict=True))[:10]


def test_alexnet_by_recurrence():
    size, jump, expected = 1, 1, []
    for kernel, stride in ALEXNET:
        size, jump = size + (kernel - 1) * jump, jump * stride
        expected.append((size, jump))
    assert expected[-1] == (195, 32)
    assert walked("alexnet") == expected


def test_resnet50_by_hand():
    """The 3×3 of each bottleneck widens it, its 1×1 do not: 7 and 11 at the stem, then steps of 2·4, 2·8, 2·16 and 2·32; the
    first 3×3 of a stage has the stride, so that it still adds by the jump before."""
    fields = [7, 11, *range(19, 36, 8), 43, *range(59, 92, 16), 107, *range(139, 268, 32), 299, 363, 427]
    assert [size for size, _ in walked("resnet50")] == fields
    walk = archlens.load("resnet50").walk()
    assert sums(walk, 0) == [(1, 6), (2, 2), (4, 8), (8, 8), (16, 12), (32, 4)]
    assert walk.others + len(walk.steps) == 4 + 16 * 10 + 4 * 2  # the stem, blocks of three conv-bn-relu and an add, projections
    assert walk.steps[13].after.size == (235, 235)
    assert (walk.exceeds, walk.whole, walk.share) == (13, "global_avg_pool", 1)


def test_the_sum_is_the_field():
    for name in ("vgg16", "resnet152", "mobilenet_v2", "m5", "c3d", "deeplabv3_resnet50"):
        walk = archlens.load(name).walk()
        for axis, size in enumerate(walk.field.size):
            parts = sums(walk, axis)
            assert parts is not None
            assert 1 + sum(jump * taps for jump, taps in parts) == size


def test_what_is_no_window_has_no_sum():
    assert sums(archlens.load("unet").walk(), 0) is None


def test_random_stacks_are_the_closed_form():
    """r = 1 + Σ D_i·(k_i − 1)·Π S, j = Π S; layers with kernel and stride 1 are no step."""
    for seed in range(60):
        random = Random(seed)
        lines, size, jump, steps = [], 1, 1, 0
        for _ in range(random.randint(1, 7)):
            kernel, stride, dilation = random.choice([1, 3, 5]), random.choice([1, 1, 2]), random.choice([1, 1, 2, 3])
            lines.append(f"  - conv: 2 {kernel}x{kernel} /{stride} padding={dilation * (kernel // 2)} dilation={dilation}")
            lines.append("  - relu")
            size += dilation * (kernel - 1) * jump
            jump *= stride
            steps += kernel * stride > 1
        text = "\n".join(["archlens: 1", "input: 1x640x640", "layers:", *lines, ""])
        walk = archlens.load_text(text).walk()
        assert (walk.field.size, walk.field.jump) == ((size, size), (jump, jump))
        assert (len(walk.steps), walk.others) == (steps, len(lines) - steps)


def test_axes_may_differ():
    walk = archlens.load("c3d").walk()
    assert walk.size == (16, 112, 112)
    assert sums(walk, 0) == [(1, 5), (2, 5), (4, 5), (8, 5)]  # pool1 is 1×2×2, pool2 … pool5 2×2×2: Tran et al. 2015
    assert sums(walk, 1) == [(1, 3), (2, 3), (4, 5), (8, 5), (16, 5)]


def test_what_the_centre_reads_of_a_small_input():
    """Of 5 pixels, a kernel of 3 with dilation 2 at the centre reads 0, 2 and 4: all the way, though with holes."""
    walk = archlens.load_text("archlens: 1\ninput: 1x5x5\nlayers: [{conv: 1 3x3 same dilation=2}]").walk()
    assert walk.share == 1
    assert walk.sight.inputs["input"][0].read == (0, 2, 4)
    half = archlens.load_text("archlens: 1\ninput: 1x6x6\nlayers: [{conv: 1 3x3}]").walk()
    assert half.share == pytest.approx(9 / 36)
    assert half.exceeds is None


@pytest.mark.parametrize(
    ("name", "at", "message"),
    [
        ("vgg16", "stage9", "has no layer `stage9`; did you mean"),
        ("resnet50", "conv", "means 53 layers of"),
        ("mlp", None, "no input of specs/mlp.yaml has spatial axes"),
    ],
)
def test_what_there_is_not(name, at, message):
    with pytest.raises(UsageError, match=message):
        archlens.load(name).walk(at)


def test_a_layer_that_sees_no_image_has_no_walk():
    text = "archlens: 1\ninput: 3x8x8\nlayers: [flatten, {linear: 4}]"
    assert all(archlens.load_text(text).walk("linear").field.whole)
    with pytest.raises(UsageError, match="sees nothing of an input with spatial axes"):
        archlens.load_text("archlens: 1\ninput: 10\nlayers: [{linear: 4}]").walk("linear")
