"""What single units see, against figures found by hand, and what is said of units that are none."""

import pytest

import archlens
from archlens.errors import UsageError


def axes(net, layers, at=None, unit=None, **keys):
    return net(layers, **keys).sight(at, unit).inputs["input"]


def test_the_centre_of_vgg16_is_that_of_the_table():
    network = archlens.load("vgg16")
    found = network.sight("max_pool5") if any(x.path == "max_pool5" for x in network.analyze().layers) else network.sight()
    assert [axis.length for axis in found.inputs["input"]] == [212, 212]


def test_a_corner_sees_padding(net):
    layers = "- conv: 4 3x3 /2 same\n- conv: 4 3x3 same"
    corner, side = axes(net, layers, unit=(0, 15))
    # unit 0 reads units -1..1 of the first map, which read pixels -3..3; unit 15 reads 14..16, of which 15 is the last: 27..31
    assert (corner.reach, corner.inside, corner.read) == ((-3, 3), (0, 3), (0, 1, 2, 3))
    assert (side.reach, side.inside) == ((27, 33), (27, 31))


@pytest.mark.parametrize(
    ("dilations", "read"), [((2,), (14, 16, 18)), ((2, 2), (12, 14, 16, 18, 20)), ((1, 2), tuple(range(13, 20)))]
)
def test_dilation_leaves_holes(net, dilations, read):
    lines = "\n".join(f"- conv: 4 3x3 same dilation={d}" for d in dilations)
    (axis, _) = axes(net, lines)
    assert axis.read == read
    assert axis.coverage == len(read) / (read[-1] - read[0] + 1)


def test_strides_past_the_kernel_leave_holes(net):
    (axis, _) = axes(net, "- conv: 4 1x1 /3\n- conv: 4 2x2")
    assert axis.read == (15, 18)  # units 5 and 6 of 11


def test_a_gate_is_seen_strictly_only(net):
    layers = "- conv: 4 3x3 same\n- multiply:\n    map: []\n    gate: [global_avg_pool: keepdim=true, conv: 4 1x1, sigmoid]"
    (axis, _) = axes(net, layers, at="multiply")
    assert (axis.reach, axis.strict) == ((15, 17), (-1, 32))


def test_negative_indices_count_from_the_end(net):
    network = net("- conv: 4 3x3")
    assert network.sight("conv", (-1, 0)).unit == (29, 0)


def test_a_block_stands_for_its_last_layer():
    found = archlens.load("resnet50").sight("stage1")
    assert found.path.startswith("stage1/")
    assert found.output == (1, 256, 56, 56)


@pytest.mark.parametrize(
    ("at", "unit", "message"),
    [
        ("conv", (30, 0), "conv puts out 4×30×30: there is no unit 30 along an axis of 30; they are 0 to 29"),
        ("conv", (-31, 0), "conv puts out 4×30×30: there is no unit -31 along an axis of 30; they are 0 to 29"),
        ("conv", (3,), "conv puts out 4×30×30: a unit of it has 2 indices, not 1; e.g. 15,15"),
        ("linear", (3,), "linear puts out 10: a unit of it has none: all its units see the same, not 1"),
        ("cnv", None, "has no layer `cnv`; did you mean `conv`?"),
        ("zzz", None, "has no layer `zzz`; paths are those of `archlens analyze`, e.g. `linear`"),
    ],
)
def test_what_there_is_not(net, at, unit, message):
    with pytest.raises(UsageError) as caught:
        net("- conv: 4 3x3\n- flatten\n- linear: 10").sight(at, unit)
    assert message in str(caught.value)


def test_a_name_that_several_layers_have():
    with pytest.raises(UsageError, match=r"`relu1` means 16 layers of .*; write the path of one"):
        archlens.load("resnet50").sight("relu1")


def test_nothing_moves_a_window(net):
    with pytest.raises(UsageError, match=r"no input of .* has spatial axes: there is no receptive field"):
        net("- linear: 10", input="20").sight()
    with pytest.raises(UsageError, match=r"no layer of .* moves a window over its input; name one that reads it"):
        net("- flatten\n- linear: 10", input="3x8x8").sight()
