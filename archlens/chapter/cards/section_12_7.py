"""Questions on transfer learning and Vision Transformers."""

from __future__ import annotations

from math import prod

from archlens.analysis.facts import Analysis
from archlens.chapter.cards import Card
from archlens.chapter.cards.figures import attention_share, backward_macs, shipped, side
from archlens.chapter.evidence import Evidence
from archlens.chapter.small import field, params, share, statistics, within
from archlens.network import load
from archlens.report.numbers import bytes_text

__all__ = ["CARDS"]


def _adam(analysis: Analysis) -> str:
    return bytes_text(analysis.training.optimizer_bytes("adam"))


def _scope(analysis: Analysis, *scopes: str) -> int:
    return params(within(analysis, *scopes))


CARDS = (
    Card(
        "feature_extraction",
        "12.7",
        "What’s the difference between feature extraction and fine-tuning?",
        "Feature extraction freezes the pretrained backbone and trains only a new head: for ResNet-50 with ten classes (2,048 + "
        "1)·10 = {head} of {all} parameters, {share} %. It is fast and suits small datasets that resemble the original. "
        "Fine-tuning also trains upper layers, at a low learning rate; with the last stage that is {tuned} parameters. It suits "
        "more data, or data of another kind. Gradients and optimizer state are needed only for what is trained: Adam's state "
        "takes {adam_head} for the head, {adam_tuned} for head and last stage.",
        (
            Evidence(
                "head",
                "ResNet-50, 10 classes: parameters of the head",
                lambda: shipped("resnet50_features").totals.trainable_params,
            ),
            Evidence("all", "all its parameters", lambda: shipped("resnet50_features").totals.params),
            Evidence(
                "share",
                "% that learns",
                lambda: share(shipped("resnet50_features").totals.trainable_params, shipped("resnet50_features").totals.params),
            ),
            Evidence("tuned", "head and last stage", lambda: shipped("resnet50_finetune").totals.trainable_params),
            Evidence("adam_head", "Adam's state, head alone", lambda: _adam(shipped("resnet50_features"))),
            Evidence("adam_tuned", "Adam's state, head and last stage", lambda: _adam(shipped("resnet50_finetune"))),
        ),
        ("concept:freezing", "spec:resnet50_features", "spec:resnet50_finetune"),
    ),
    Card(
        "why_transfer",
        "12.7",
        "Why does transfer learning work at all?",
        "Because features go from general to specific with depth: edges and colours, textures, parts, objects. The early ones "
        "are useful for almost any image, and ImageNet taught them from far more images than you have (Yosinski et al. 2014 "
        "measured how well each layer transfers). The late layers, which need changing, are also where most parameters are: "
        "ResNet-50's first convolution has 7·7·3·64 = {first} weights, its last stage {last}, {share} % of the network. The "
        "further your images are from ImageNet's, the less the upper layers transfer, but as a starting point they usually still "
        "beat random weights.",
        (
            Evidence("first", "ResNet-50: weights of its first convolution", lambda: shipped("resnet50").layers[0].params),
            Evidence("last", "ResNet-50: parameters of its last stage", lambda: _scope(shipped("resnet50"), "stage4")),
            Evidence(
                "share", "% of all", lambda: share(_scope(shipped("resnet50"), "stage4"), shipped("resnet50").totals.params)
            ),
        ),
        ("concept:freezing", "spec:resnet50"),
    ),
    Card(
        "which_to_freeze",
        "12.7",
        "Which layers do you freeze, and why the early ones?",
        "The early ones: their features are general, while the late ones are about the old classes. In ResNet-50 stem and stages "
        "1 to 3 have {early} parameters, the last stage alone has {last}. Freezing from below also saves time, because the "
        "backward pass stops at the lowest trained layer: with only the last stage and a head of ten classes it takes {backward} "
        "multiply–accumulates instead of {whole} when everything is trained. Freeze less if the images themselves are of another "
        "kind (other sensors, other channels), because then edges and colours differ too.",
        (
            Evidence("early", "ResNet-50: parameters up to stage 3", lambda: _early(shipped("resnet50"))),
            Evidence("last", "of stage 4", lambda: _scope(shipped("resnet50"), "stage4")),
            Evidence("backward", "MACs backward, stage 4 and head learn", lambda: backward_macs(shipped("resnet50_finetune"))),
            Evidence("whole", "MACs backward, everything learns", lambda: backward_macs(_thawed())),
        ),
        ("concept:freezing", "concept:backward", "spec:resnet50_finetune"),
    ),
    Card(
        "beyond_classification",
        "12.7",
        "Beyond classification, what else do CNNs do?",
        "The backbone stays and the head changes. Detection finds boxes and classes: YOLO v1 gives 7·7·(2·5 + 20) = {yolo} "
        "numbers in one pass, two boxes and 20 class probabilities for each of 7×7 cells; Faster R-CNN first proposes boxes, "
        "which takes {proposals} of its {faster} parameters with VGG-16, then classifies each. Segmentation classifies every "
        "pixel: FCN turns the fully connected layers into convolutions and upsamples the scores by 32, 16 or 8; U-Net has a "
        "decoder as deep as its encoder and copies maps across. (The original U-Net is unpadded and turns {image} pixels into "
        "{small}; padded versions keep the full size.) Other tasks: pose, depth, tracking, video.",
        (
            Evidence("yolo", "YOLO: numbers put out", lambda: prod(next(iter(shipped("yolov1").outputs.values())))),
            Evidence(
                "proposals", "Faster R-CNN: parameters that propose boxes", lambda: _proposals(shipped("faster_rcnn_vgg16"))
            ),
            Evidence("faster", "Faster R-CNN with VGG-16: parameters", lambda: shipped("faster_rcnn_vgg16").totals.params),
            Evidence("small", "U-Net of the paper: pixels out", lambda: side(shipped("unet"))),
            Evidence("image", "U-Net of the paper: pixels in", lambda: next(iter(shipped("unet").inputs.values()))[-1]),
        ),
        ("spec:yolov1", "spec:faster_rcnn_vgg16", "spec:fcn8s", "spec:unet"),
    ),
    Card(
        "cnn_or_vit",
        "12.7",
        "How do CNNs compare to Vision Transformers (ViT)?",
        "A CNN has locality and weight sharing built in, so it learns well from modest data. A ViT cuts the image into patches "
        "(of 16×16 in 224×224 pixels 14·14 = {patches}, plus a class token), embeds each with what is a 16×16 convolution of "
        "stride 16 ({embedding} parameters), and lets every token attend to all others: from the first block a unit can see the "
        "whole image, where ResNet-50 sees {stage1} pixels after stage 1. Comparing all tokens costs T²: {small} % of ViT-B/16's "
        "multiply–accumulates at 224 pixels, {large} % at 384. With weaker biases it needs more data or a better recipe: "
        "ViT-B/16 reached {alone} % top-1 when trained on ImageNet alone and {more} % when pretrained on ImageNet-21k; DeiT-B, "
        "the same architecture, reached {deit} % with ImageNet alone.",
        (
            Evidence("patches", "patches of 16×16 in 224×224", lambda: _patches(shipped("vit_b16"))),
            Evidence("embedding", "ViT-B/16: parameters of the patch embedding", lambda: shipped("vit_b16").layers[0].params),
            Evidence(
                "stage1", "ResNet-50: receptive field after stage 1", lambda: field(within(shipped("resnet50"), "stage1")[-1])
            ),
            Evidence("small", "ViT-B/16 at 224: % of MACs in comparing tokens", lambda: attention_share("vit:vit_b16", 224)),
            Evidence("large", "at 384", lambda: attention_share("vit:vit_b16", 384)),
            Evidence("alone", "ViT-B/16, ImageNet, top-1 % at 384 pixels (Dosovitskiy et al. 2021, table 5)", lambda: "77.91"),
            Evidence("more", "pretrained on ImageNet-21k, the same table", lambda: "83.97"),
            Evidence("deit", "DeiT-B at 224 pixels, top-1 % (Touvron et al. 2021, arXiv:2012.12877, table 7)", lambda: "81.8"),
        ),
        ("concept:patches", "lab:attention_reach", "spec:vit_b16", "spec:deit_tiny"),
    ),
    Card(
        "fine_tuning_rate",
        "12.7",
        "Why fine-tune at a smaller learning rate than one trains from scratch with?",
        "Because the weights are already good, and large steps destroy within a few hundred updates what pretraining paid for. A "
        "rule of thumb is 10 to 100 times smaller. The new head starts from random weights and sends large, meaningless "
        "gradients down, so train it alone first, or warm up the rate, or give it a higher rate than the backbone; lower layers "
        "can get lower rates than upper ones. A layer whose rate would have to be tiny may as well be frozen.",
        (),
        ("concept:freezing",),
        added=True,
    ),
    Card(
        "frozen_batch_norm",
        "12.7",
        "Does freezing the weights freeze a network with batch norm?",
        "No. `requires_grad=False` stops parameters, but the running means and variances of batch norm are buffers: in training "
        "mode every batch moves them, and with them the features. ResNet-50 has {kept} of them in {norms} layers. To keep the "
        "features as they were, put these layers in evaluation mode (in PyTorch `eval()`, again after every `train()`).",
        (
            Evidence("kept", "ResNet-50: means and variances", lambda: statistics(shipped("resnet50").layers)),
            Evidence("norms", "ResNet-50: batch normalizations", lambda: _norms(shipped("resnet50"))),
        ),
        ("lab:frozen_batch_norm", "concept:batch_norm", "spec:resnet50_features"),
        added=True,
    ),
)


def _early(resnet: Analysis) -> int:
    return _scope(resnet, "stem", "stage1", "stage2", "stage3")


def _thawed() -> Analysis:
    return load("resnet50", params={"classes": 10}).analyze()


def _proposals(detector: Analysis) -> int:
    return _scope(detector, "proposals", "objects", "offsets")


def _patches(vit: Analysis) -> int:
    return prod(vit.layers[0].output_shapes[0][2:])


def _norms(analysis: Analysis) -> int:
    return sum([layer.type == "batch_norm" for layer in analysis.layers])
