"""Claims on transfer learning and Vision Transformers, and of the key takeaways."""

from __future__ import annotations

from archlens.chapter.claims.claim import Claim

__all__ = ["CLAIMS"]

CLAIMS = (
    Claim(
        81,
        "12.7",
        "Feature extraction freezes the backbone and trains only a new classifier head.",
        "imprecise",
        ("E26",),
        ("lab:frozen_batch_norm", "spec:resnet50_features", "concept:freezing"),
    ),
    Claim(
        82, "12.7", "Fine-tuning unfreezes some of the top layers.", "right", (), ("spec:resnet50_finetune", "concept:freezing")
    ),
    Claim(83, "12.7", "Fine-tune at a learning rate 10–100× smaller than from scratch.", "right", (), ("card:fine_tuning_rate",)),
    Claim(
        84,
        "12.7",
        "Early features are generic, only the later, task-specific layers need to change.",
        "right",
        (),
        ("card:why_transfer",),
    ),
    Claim(
        85,
        "12.7",
        "The same backbone powers object detection: R-CNN family, YOLO.",
        "right",
        (),
        ("spec:faster_rcnn_vgg16", "spec:yolov1", "spec:ssd300"),
    ),
    Claim(
        86,
        "12.7",
        "U-Net and FCN: an encoder-decoder that upsamples feature maps back to full resolution.",
        "imprecise",
        ("E27",),
        ("spec:unet", "spec:fcn32s", "spec:fcn8s"),
    ),
    Claim(
        87,
        "12.7",
        "ViTs split an image into patches and treat them as a token sequence.",
        "right",
        (),
        ("concept:patches", "spec:vit_b16"),
    ),
    Claim(
        88, "12.7", "ViTs capture global relationships from layer one.", "right", (), ("lab:attention_reach", "concept:patches")
    ),
    Claim(
        89,
        "12.7",
        "ViTs have weaker built-in biases, so they need more data or pretraining.",
        "right",
        (),
        ("card:cnn_or_vit", "spec:deit_tiny"),
    ),
    Claim(
        90,
        "12.x",
        "The key takeaways, which repeat the above.",
        "imprecise",
        ("E5", "E7"),
        (
            "concept:output_size",
            "concept:channels_and_maps",
            "lab:max_pool_gradient",
            "lab:degradation",
            "spec:resnet50_features",
        ),
    ),
)
