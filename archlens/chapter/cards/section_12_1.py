"""Questions on why convolution beats fully connected layers for images."""

from __future__ import annotations

from archlens.chapter.cards import Card
from archlens.chapter.cards.figures import cells, convolutions, jump, made, shipped, weights
from archlens.chapter.evidence import Evidence
from archlens.chapter.small import params

__all__ = ["CARDS"]

_IMAGE = "3x200x200"
_FLAT = ("flatten", "linear: 1000 bias=false")
_CONV = "conv: 64 3x3 same"

CARDS = (
    Card(
        "flatten_and_mlp",
        "12.1",
        "Why not just flatten the image and use a big MLP?",
        "Two reasons: size and structure. A 200×200 RGB image into 1,000 neurons takes 200·200·3·1,000 = {connected} weights, "
        "while 64 filters of 3×3 take (3·3·3 + 1)·64 = {conv} parameters and give 64 answers at every pixel. That saves "
        "parameters, and with them overfitting, much more than work: {conv_macs} multiply–accumulates against {connected}. And "
        "an MLP does not know which pixels are neighbours: shuffle them in the same way in all images and it learns just as "
        "well, so it has to learn a pattern anew at every position. A convolution keeps the grid, looks at small patches, and "
        "uses the same weights everywhere.",
        (
            Evidence("connected", "200×200 RGB into 1,000 neurons: weights", lambda: made(_IMAGE, *_FLAT).totals.params),
            Evidence("conv", "64 filters of 3×3 on it: parameters", lambda: made(_IMAGE, _CONV).totals.params),
            Evidence("conv_macs", "64 filters of 3×3 on it: MACs", lambda: made(_IMAGE, _CONV).totals.macs),
        ),
        ("concept:locality", "lab:shuffled_pixels", "spec:fc_200"),
    ),
    Card(
        "parameter_sharing",
        "12.1",
        "What is parameter sharing and why does it help?",
        "The weights of one filter are used at every position, because a pattern worth detecting in one place is worth detecting "
        "anywhere. It is a second saving on top of locality: 64 filters of 3×3 on a 200×200 RGB image with separate weights at "
        "every position (a locally connected layer) have 200·200·(3·3·3 + 1)·64 = {local} parameters; shared, they have "
        "{shared}, {places} times fewer, one set instead of one per position. Each weight also learns from all positions at "
        "once. It is a prior, not a law: where positions differ in kind, as in aligned faces, locally connected layers have been "
        "used with success.",
        (
            Evidence(
                "local",
                "64 filters of 3×3, locally connected: parameters",
                lambda: made(_IMAGE, "locally_connected: 64 3x3 padding=1").totals.params,
            ),
            Evidence("shared", "the same, shared: parameters", lambda: made(_IMAGE, _CONV).totals.params),
            Evidence("places", "positions that share them", lambda: cells(made(_IMAGE, _CONV))),
        ),
        ("concept:locality",),
    ),
    Card(
        "equivariance",
        "12.1",
        "What’s the difference between translation invariance and equivariance?",
        "Equivariant: shift the input and the feature map shifts with it. Invariant: the output does not change at all. A "
        "convolution is equivariant because the same weights are used everywhere, but exactly so only at stride 1 and away from "
        "the border: of the {cells} outputs of a padded 3×3 filter on 32×32, {border} read padding. With stride s the map "
        "follows only shifts by multiples of s; for ResNet-50 as a whole that is {jump} pixels. Invariance comes from "
        "aggregation, above all a global average, which does not ask where a value stood; a 2×2 pooling gives only a little of "
        "it.",
        (
            Evidence("cells", "3×3, padded, on 32×32: outputs", lambda: cells(made("1x32x32", "conv: 1 3x3 same"))),
            Evidence(
                "border",
                "of these read padding",
                lambda: cells(made("1x32x32", "conv: 1 3x3 same")) - cells(made("1x32x32", "conv: 1 3x3")),
            ),
            Evidence("jump", "ResNet-50: all strides together", lambda: jump(shipped("resnet50"))),
        ),
        ("lab:equivariance", "lab:invariance", "lab:pooling_shifts"),
    ),
    Card(
        "not_only_images",
        "12.1",
        "Are CNNs only for images?",
        "No, they suit any grid where neighbours belong together and patterns repeat: along one axis sound, time series or text, "
        "along two images or spectrograms, along three video or volumes. Only the kernel gains an axis: from 64 to 128 channels, "
        "3 wide along each axis, 3·64·128 = {one}, 9·64·128 = {two} or 27·64·128 = {three} weights. M5 listens to raw sound with "
        "{m5} parameters; C3D watches 16 frames with {c3d}.",
        (
            Evidence(
                "one", "64 to 128 channels along one axis: weights", lambda: weights(made("64x16", "conv: 128 3").layers[0])
            ),
            Evidence("two", "along two", lambda: weights(made("64x16x16", "conv: 128 3").layers[0])),
            Evidence("three", "along three", lambda: weights(made("64x16x16x16", "conv: 128 3").layers[0])),
            Evidence("m5", "M5: parameters", lambda: shipped("m5").totals.params),
            Evidence("c3d", "C3D: parameters", lambda: shipped("c3d").totals.params),
        ),
        ("concept:dimensions", "spec:m5", "spec:c3d"),
    ),
    Card(
        "image_size",
        "12.1",
        "Is the number of parameters of a CNN independent of the size of the image?",
        "For the convolutions yes: those of VGG-16 have {convs} parameters for any image. For a fully connected layer after a "
        "flatten no: at 224 pixels VGG-16's last map is 512×7×7 and its first such layer has (7·7·512 + 1)·4,096 = {small} "
        "parameters, at 448 pixels it would have {large}, and weights trained for one size do not fit another. With global "
        "average pooling the head fits any size. Work and activation memory grow with the area in any case: VGG-16's first "
        "convolution takes {macs} multiply–accumulates at 224 pixels and {more} at 448.",
        (
            Evidence("convs", "VGG-16: parameters of its convolutions", lambda: params(convolutions(shipped("vgg16")))),
            Evidence(
                "small", "its first fully connected layer", lambda: made("512x7x7", "flatten", "linear: 4096").totals.params
            ),
            Evidence("large", "the same behind 14×14×512", lambda: made("512x14x14", "flatten", "linear: 4096").totals.params),
            Evidence("macs", "VGG-16: MACs of its first convolution", lambda: shipped("vgg16").layers[0].macs),
            Evidence("more", "the same at 448 pixels", lambda: shipped("vgg16", 448).layers[0].macs),
        ),
        ("concept:image_size", "concept:head", "spec:vgg16"),
        added=True,
    ),
)
