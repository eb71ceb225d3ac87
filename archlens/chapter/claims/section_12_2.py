"""Claims on filters, stride, padding, and the size of the output."""

from __future__ import annotations

from archlens.chapter.claims.claim import Claim

__all__ = ["CLAIMS"]

CLAIMS = (
    Claim(
        14,
        "12.2",
        "A filter slides over the image; at each position a dot product with the patch gives one number.",
        "right",
        (),
        ("lab:chapter_code", "lab:pointwise"),
    ),
    Claim(15, "12.2", "Stride 2 halves the output.", "imprecise", ("E4",), ("concept:output_size", "lab:output_sizes")),
    Claim(
        16,
        "12.2",
        "“Same” padding keeps the output the same size, “valid” adds nothing and shrinks it.",
        "imprecise",
        ("E4",),
        ("concept:same_padding", "lab:output_sizes"),
    ),
    Claim(
        17,
        "12.2",
        "O = ⌊(W − K + 2P)/S⌋ + 1.",
        "imprecise",
        ("E5",),
        ("concept:output_size", "lab:output_sizes", "card:output_size"),
    ),
    Claim(
        18,
        "12.2",
        "A 5×5 input with a 3×3 kernel, stride 1, no padding gives a 3×3 output.",
        "right",
        (),
        ("concept:same_padding",),
    ),
    Claim(19, "12.2", "The function `conv2d` convolves an image with a kernel.", "imprecise", ("E6",), ("lab:chapter_code",)),
    Claim(
        20,
        "12.2",
        "What libraries call convolution is cross-correlation: the kernel is not flipped.",
        "right",
        (),
        ("lab:cross_correlation",),
    ),
    Claim(21, "12.2", "32×32 input, 5×5 kernel, no padding, stride 1 → 28.", "right", (), ("spec:lenet5", "concept:output_size")),
    Claim(
        22,
        "12.2",
        "“Same” sets P = (K − 1)/2 for an odd kernel at stride 1.",
        "imprecise",
        ("E5",),
        ("concept:same_padding", "lab:output_sizes"),
    ),
    Claim(
        23,
        "12.2",
        "“Valid” shrinks the output by K − 1 each layer.",
        "imprecise",
        ("E4",),
        ("concept:same_padding", "lab:output_sizes"),
    ),
    Claim(
        24,
        "12.2",
        "A stride of 2 downsamples cheaply and reduces compute and memory.",
        "right",
        (),
        ("concept:pooling", "card:stride"),
    ),
    Claim(
        25,
        "12.2",
        "A conv layer has (K·K·C_in + 1)·C_out parameters.",
        "right",
        ("E7",),
        ("concept:channels_and_maps", "card:conv_params"),
    ),
    Claim(26, "12.2", "That is independent of the height and width of the image.", "right", (), ("concept:image_size",)),
    Claim(
        27,
        "12.2",
        "The gradient of the kernel is a convolution of the input patches with the upstream gradient.",
        "imprecise",
        ("E8",),
        ("lab:conv_gradients",),
    ),
    Claim(
        28,
        "12.2",
        "The gradient of the input is a full convolution of the upstream gradient with the flipped kernel.",
        "imprecise",
        ("E8",),
        ("lab:conv_gradients", "concept:backward"),
    ),
)
