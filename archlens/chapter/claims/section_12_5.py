"""Claims on the classifier from end to end, and overfitting."""

from __future__ import annotations

from archlens.chapter.claims.claim import Claim

__all__ = ["CLAIMS"]

CLAIMS = (
    Claim(
        53,
        "12.5",
        "A CNN classifier: conv → activation → pool, repeated, then flatten → FC → softmax.",
        "right",
        (),
        ("spec:lenet5", "spec:vgg16", "card:end_to_end"),
    ),
    Claim(54, "12.5", "CNNs have millions of parameters.", "right", (), ("concept:head", "concept:same_name")),
    Claim(55, "12.5", "Softmax turns logits into class probabilities.", "right", (), ("lab:softmax",)),
    Claim(
        56,
        "12.5",
        "Flattening bakes in a fixed input size and adds many weights.",
        "right",
        (),
        ("concept:image_size", "concept:head", "card:flatten"),
    ),
    Claim(
        57,
        "12.5",
        "Data augmentation is the big lever against overfitting; choose what preserves the label.",
        "right",
        (),
        ("card:augmentation", "card:overfitting"),
    ),
    Claim(58, "12.5", "A vertical flip turns a 6 into a 9.", "wrong", ("E14",), ("lab:vertical_flip",)),
    Claim(59, "12.5", "A horizontal flip mirrors text.", "right", (), ("lab:vertical_flip",)),
    Claim(
        60,
        "12.5",
        "Batch norm is per channel: mean and variance over the batch and all positions, one shared scale and shift.",
        "right",
        (),
        ("lab:batch_norm", "concept:batch_norm"),
    ),
    Claim(
        61,
        "12.5",
        "It typically stands after the conv and before the activation: Conv → BN → ReLU.",
        "right",
        (),
        ("spec:resnet50", "concept:batch_norm"),
    ),
)
