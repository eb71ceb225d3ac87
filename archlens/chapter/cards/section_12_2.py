"""Questions on filters, stride, padding, and the size of the output."""

from __future__ import annotations

from archlens.chapter.cards import Card
from archlens.chapter.cards.figures import backward_macs, made, shipped, side
from archlens.chapter.evidence import Evidence

__all__ = ["CARDS"]

_FULL, _HALF = "conv: 128 3x3 same", "conv: 128 3x3 /2 same"

CARDS = (
    Card(
        "output_size",
        "12.2",
        "How do you compute the output size of a conv layer?",
        "For each axis O = ⌊(W − K + 2P)/S⌋ + 1: the number of positions of a window of K moved in steps of S. A 5×5 kernel on "
        "32×32 gives (32 − 5)/1 + 1 = {lenet}; 7×7 with stride 2 and padding 3 on 224 gives ⌊(224 − 7 + 6)/2⌋ + 1 = {stem}. With "
        "dilation D the kernel spans D·(K − 1) + 1 cells, so O = ⌊(W + 2P − D·(K − 1) − 1)/S⌋ + 1: 3×3 with dilation 2 turns 32 "
        "into {dilated}. The floor drops cells at the far edge that fill no whole window; a pooling can round up instead "
        "(`ceil_mode`): 3×3 with stride 2 turns 112 into {floor}, rounded up into {ceil}.",
        (
            Evidence("lenet", "32, 5×5", lambda: side(made("1x32x32", "conv: 6 5x5"))),
            Evidence("stem", "224, 7×7 /2, padding 3", lambda: side(made("3x224x224", "conv: 64 7x7 /2 padding=3"))),
            Evidence("dilated", "32, 3×3, dilation 2", lambda: side(made("1x32x32", "conv: 1 3x3 dilation=2"))),
            Evidence("floor", "112, pooled 3×3 /2", lambda: side(made("64x112x112", "max_pool: 3x3 /2"))),
            Evidence("ceil", "the same, rounded up", lambda: side(made("64x112x112", "max_pool: 3x3 /2 ceil"))),
        ),
        ("concept:output_size", "lab:output_sizes"),
    ),
    Card(
        "same_and_valid",
        "12.2",
        "What does “same” vs “valid” padding mean?",
        "Valid means no padding: the window stays inside the map, and at stride 1 each layer removes K − 1 cells from each axis; "
        "ten 3×3 layers turn 32 into {ten}, fifteen into {fifteen}. Same means zeros around the map that keep its size at stride "
        "1: P = (K − 1)/2 for an odd kernel (1, 2, 3 for 3, 5, 7), D·(K − 1)/2 with dilation; an even kernel needs one cell more "
        "on one side. At stride 2 it does not keep the size but gives ⌈W/2⌉: 32 becomes {even}, 33 becomes {odd}. Same padding "
        "lets you stack as many layers as you like; the price is that cells near the border see zeros that are not part of the "
        "image.",
        (
            Evidence("ten", "32 after ten 3×3, valid", lambda: side(made("1x32x32", *["conv: 1 3x3"] * 10))),
            Evidence("fifteen", "32 after fifteen", lambda: side(made("1x32x32", *["conv: 1 3x3"] * 15))),
            Evidence("even", "32, 3×3 /2 same", lambda: side(made("1x32x32", "conv: 1 3x3 /2 same"))),
            Evidence("odd", "33, 3×3 /2 same", lambda: side(made("1x33x33", "conv: 1 3x3 /2 same"))),
        ),
        ("concept:same_padding", "concept:output_size", "lab:output_sizes"),
    ),
    Card(
        "stride",
        "12.2",
        "What does stride control, and why use stride > 1?",
        "How far the window moves from one output to the next. Stride 2 halves each side up to rounding (a padded 3×3 turns 7 "
        "into {seven}), which leaves a quarter of the positions: 3×3 from 64 to 128 channels on 56×56 takes {full} "
        "multiply–accumulates at stride 1 and {half} at stride 2, and all later layers work on the smaller map. The number of "
        "parameters does not change, and every later layer adds twice as much to the receptive field. Unlike in a pooling the "
        "downsampling is learned; like a pooling it makes the network equivariant only to shifts by multiples of the stride.",
        (
            Evidence("seven", "7, 3×3 /2, padding 1", lambda: side(made("1x7x7", "conv: 1 3x3 /2 same"))),
            Evidence("full", "64 to 128 channels, 3×3, on 56×56: MACs", lambda: made("64x56x56", _FULL).totals.macs),
            Evidence("half", "the same with stride 2", lambda: made("64x56x56", _HALF).totals.macs),
        ),
        ("concept:pooling", "concept:receptive_field", "lab:equivariance"),
    ),
    Card(
        "conv_params",
        "12.2",
        "How many parameters does a conv layer have?",
        "(K·K·C_in + 1)·C_out, where the 1 is the bias of each filter. LeNet's first layer has (5·5·1 + 1)·6 = {lenet}, 3×3 from "
        "RGB to 64 maps (3·3·3 + 1)·64 = {rgb}, from 64 to 128 maps (3·3·64 + 1)·128 = {deep}. The size of the image does not "
        "enter; it enters the work, K·K·C_in·C_out at each position: 64 filters of 3×3 on a 224×224 RGB image take {macs} "
        "multiply–accumulates. Two usual variations: with G groups a filter sees C_in/G channels, so 64 to 128 in two groups has "
        "(3·3·32 + 1)·128 = {grouped}; and before batch norm the bias is left out.",
        (
            Evidence("lenet", "LeNet-5, C1: parameters", lambda: shipped("lenet5").layers[0].params),
            Evidence("rgb", "3 to 64 channels, 3×3: parameters", lambda: made("3x224x224", "conv: 64 3x3 same").totals.params),
            Evidence("deep", "64 to 128 channels, 3×3: parameters", lambda: made("64x56x56", _FULL).totals.params),
            Evidence("macs", "64 filters of 3×3 on 3×224×224: MACs", lambda: made("3x224x224", "conv: 64 3x3 same").totals.macs),
            Evidence("grouped", "64 to 128 in two groups", lambda: made("64x56x56", f"{_FULL} groups=2").totals.params),
        ),
        ("concept:channels_and_maps", "concept:image_size"),
    ),
    Card(
        "conv_backward",
        "12.2",
        "How do you backprop through a convolution?",
        "With two more convolutions. Call the incoming gradient g. A weight sums input × g over all positions where it was used, "
        "so dW is the valid cross-correlation of the padded input with g. An input cell collects from every output it "
        "contributed to, so dX is the full cross-correlation of g with the kernel flipped along both axes, its input and output "
        "channels swapped; that equals the full true convolution with the kernel as it is (“convolution with the flipped "
        "kernel”, taken literally, flips twice). With stride S, first put S − 1 zeros between the values of g. Each of the two "
        "costs as much as the forward pass, except that the first layer needs no dX: VGG-16 takes {forward} multiply–accumulates "
        "forward and {backward} backward.",
        (
            Evidence("forward", "VGG-16: MACs forward", lambda: shipped("vgg16").totals.macs),
            Evidence("backward", "VGG-16: MACs backward", lambda: backward_macs(shipped("vgg16"))),
        ),
        ("lab:conv_gradients", "concept:backward"),
    ),
    Card(
        "cross_correlation",
        "12.2",
        "Is what a deep-learning library calls convolution one?",
        "Strictly speaking no, it is cross-correlation: the kernel is laid on the patch as it is, whereas a convolution first "
        "flips it along both axes. For learned weights it makes no difference, since training simply learns the flipped kernel; "
        "sizes, parameters and work are the same. It matters for kernels that are given, such as a Sobel filter or weights from "
        "software that flips, and when you write down the backward pass.",
        (),
        ("lab:cross_correlation",),
        added=True,
    ),
)
