"""Claims on the classic architectures, LeNet to ResNet."""

from __future__ import annotations

from archlens.chapter.claims.claim import Claim

__all__ = ["CLAIMS"]

CLAIMS = (
    Claim(
        62,
        "12.6",
        "LeNet-5 has about 60K parameters.",
        "right",
        ("E15",),
        ("concept:same_name", "spec:lenet5_1998", "spec:lenet5"),
    ),
    Claim(63, "12.6", "LeNet-5 has about 7 layers.", "imprecise", ("E16",), ("concept:depth", "card:depth")),
    Claim(64, "12.6", "AlexNet: 8 layers; ReLU, dropout, GPU training.", "right", (), ("concept:depth", "spec:alexnet_2012")),
    Claim(65, "12.6", "VGG has 16–19 layers.", "imprecise", ("E17",), ("concept:depth",)),
    Claim(66, "12.6", "GoogLeNet has 22 layers.", "right", (), ("concept:depth",)),
    Claim(67, "12.6", "ResNet has 50–152+ layers.", "imprecise", ("E17",), ("concept:depth",)),
    Claim(68, "12.6", "LeNet-5 was the first working CNN.", "wrong", ("E18",), ("card:who_won",)),
    Claim(69, "12.6", "AlexNet used two GPUs.", "right", (), ("concept:same_name", "spec:alexnet_2012")),
    Claim(
        71,
        "12.6",
        "Very deep plain nets have higher training error than shallower ones, which is not overfitting.",
        "right",
        (),
        ("lab:degradation", "card:skip_connections"),
    ),
    Claim(
        72,
        "12.6",
        "Plain deep nets got worse because gradients vanish.",
        "wrong",
        ("E20",),
        ("lab:degradation", "lab:gradient_norm"),
    ),
    Claim(
        73,
        "12.6",
        "y = F(x) + x: if the best thing a layer can do is nothing, it just learns F(x) ≈ 0.",
        "imprecise",
        ("E21",),
        ("lab:residual_identity",),
    ),
    Claim(
        74,
        "12.6",
        "The +x gives gradients a shortcut path, so they do not vanish through 100+ layers.",
        "right",
        (),
        ("lab:gradient_norm",),
    ),
    Claim(
        75,
        "12.6",
        "Skip connections make identity mappings trivial, so adding layers never hurts.",
        "wrong",
        ("E22",),
        ("card:skip_connections",),
    ),
    Claim(76, "12.6", "AlexNet was the first CNN to win ImageNet by a huge margin.", "right", (), ("card:alexnet",)),
    Claim(
        77,
        "12.6",
        "Inception runs 1×1, 3×3, 5×5 and pooling in parallel and concatenates; 1×1 convs reduce channels first.",
        "right",
        (),
        ("concept:inception", "spec:googlenet_2014"),
    ),
    Claim(78, "12.6", "VGG used only 3×3 filters.", "imprecise", ("E23",), ("card:vgg",)),
    Claim(
        79,
        "12.6",
        "When channel counts differ, a 1×1 projection on the skip path matches the dimensions.",
        "imprecise",
        ("E24",),
        ("concept:shortcuts", "card:residual_block"),
    ),
)
