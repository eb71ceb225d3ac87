"""Claims of the introduction, and on why convolution beats fully connected layers for images."""

from __future__ import annotations

from archlens.chapter.claims.claim import Claim

__all__ = ["CLAIMS"]

CLAIMS = (
    Claim(1, "12", "1998 LeNet-5, 2012 AlexNet, 2014 VGG and Inception, 2015 ResNet.", "right", (), ("concept:depth",)),
    Claim(
        70, "12", "The chapter walks the lineage of architectures that won ImageNet.", "imprecise", ("E19",), ("card:who_won",)
    ),
    Claim(
        2,
        "12.1",
        "A 200×200 RGB image, 120,000 inputs, into 1,000 neurons is 120 million weights in one layer.",
        "right",
        (),
        ("concept:locality", "spec:fc_200"),
    ),
    Claim(3, "12.1", "Local connectivity: each neuron only looks at a small patch.", "right", (), ("concept:locality",)),
    Claim(
        4,
        "12.1",
        "Parameter sharing: the same filter is reused at every location.",
        "right",
        (),
        ("concept:locality", "card:parameter_sharing"),
    ),
    Claim(
        5,
        "12.1",
        "Translation invariance: a cat detected top-left fires the same way bottom-right.",
        "imprecise",
        ("E1",),
        ("lab:invariance", "lab:equivariance", "card:equivariance"),
    ),
    Claim(
        6,
        "12.1",
        "An MLP has parameters for every pixel × every neuron; they explode with image size.",
        "right",
        (),
        ("concept:image_size", "concept:locality"),
    ),
    Claim(
        7,
        "12.1",
        "The parameters of a CNN are independent of image size.",
        "imprecise",
        ("E2",),
        ("concept:image_size", "card:image_size"),
    ),
    Claim(8, "12.1", "Flattening loses the spatial structure; a CNN keeps the 2D grid.", "right", (), ("lab:shuffled_pixels",)),
    Claim(
        9,
        "12.1",
        "A CNN has translation equivariance built in, and invariance via pooling.",
        "right",
        (),
        ("lab:equivariance", "lab:invariance"),
    ),
    Claim(
        10,
        "12.1",
        "Flattening into a big MLP takes millions of parameters per layer.",
        "right",
        (),
        ("concept:locality", "spec:fc_200"),
    ),
    Claim(
        11,
        "12.1",
        "A convolution is strictly equivariant: shift the input, and the feature map shifts the same way.",
        "imprecise",
        ("E3",),
        ("lab:equivariance",),
    ),
    Claim(
        12,
        "12.1",
        "True invariance comes later, from pooling and the final global aggregation.",
        "right",
        (),
        ("lab:invariance",),
    ),
    Claim(
        13,
        "12.1",
        "CNNs fit any grid: 1D convolutions for audio and time series, 3D for video and volumetric scans.",
        "right",
        (),
        ("concept:dimensions", "spec:m5", "spec:c3d"),
    ),
)
