"""Claims on feature maps and channels."""

from __future__ import annotations

from archlens.chapter.claims.claim import Claim

__all__ = ["CLAIMS"]

CLAIMS = (
    Claim(
        29,
        "12.3",
        "A 3×3 filter on RGB is 3×3×3 and produces a single 2D feature map.",
        "right",
        (),
        ("concept:channels_and_maps",),
    ),
    Claim(30, "12.3", "64 filters give a 64-channel output.", "right", (), ("concept:channels_and_maps",)),
    Claim(
        31,
        "12.3",
        "Deeper in the network the spatial grid shrinks while the channel count grows.",
        "right",
        (),
        ("concept:channels_and_maps", "spec:vgg16"),
    ),
    Claim(
        32,
        "12.3",
        "A channel and a feature map are the same thing viewed from two sides.",
        "right",
        (),
        ("card:channel_or_map", "concept:channels_and_maps"),
    ),
    Claim(
        33,
        "12.3",
        "A filter convolves each channel with a grid of its own, then sums the results into one map.",
        "right",
        (),
        ("lab:pointwise",),
    ),
    Claim(
        34,
        "12.3",
        "A 1×1 convolution is a per-pixel fully connected layer over depth, and a bottleneck before 3×3 ones.",
        "right",
        (),
        ("lab:pointwise", "concept:bottleneck"),
    ),
    Claim(
        35,
        "12.3",
        "A depthwise-separable convolution cuts cost from K²·C_in·C_out to roughly K²·C_in + C_in·C_out.",
        "imprecise",
        ("E9",),
        ("concept:separable", "spec:mobilenet_v1"),
    ),
    Claim(
        36,
        "12.3",
        "A 3×3 filter with dilation 2 covers a 5×5 area with only 9 weights.",
        "right",
        (),
        ("concept:dilation", "lab:receptive_field"),
    ),
    Claim(
        37,
        "12.3",
        "Dilation enlarges the receptive field without adding parameters or losing resolution.",
        "imprecise",
        ("E5",),
        ("concept:dilation", "card:dilated"),
    ),
    Claim(
        80,
        "12.3",
        "The 1×1 bottleneck is a key trick in Inception and ResNet.",
        "imprecise",
        ("E25",),
        ("concept:bottleneck", "card:pointwise"),
    ),
)
