"""Questions on the classifier from end to end, and on overfitting."""

from __future__ import annotations

from archlens.analysis.facts import Analysis
from archlens.chapter.cards import Card
from archlens.chapter.cards.figures import cells, head_share, linear, made, shipped
from archlens.chapter.evidence import Evidence
from archlens.chapter.small import macs, params, share, statistics

__all__ = ["CARDS"]

_BATCH = 32


def _norms(analysis: Analysis) -> int:
    return params([layer for layer in analysis.layers if layer.type == "batch_norm"])


CARDS = (
    Card(
        "end_to_end",
        "12.5",
        "What does a full CNN classifier look like end-to-end?",
        "Convolution and activation, repeated, with pooling or strides that shrink the map while the channels grow; then a head "
        "that turns the last map into a vector, by flattening or by global average pooling; then one to three fully connected "
        "layers and a softmax, which has no parameters. LeNet-5 goes from 32 over 28, 14, 10 and 5 to 1 pixel a side, then 120 → "
        "84 → 10, with {lenet} parameters; VGG-16 goes from 3×224×224 to 512×7×7. The two parts weigh differently: in VGG-16 the "
        "convolutions do {work} % of the work, while the three fully connected layers hold {head} % of the parameters. In "
        "training you hand the logits to the loss, which contains the softmax.",
        (
            Evidence("lenet", "LeNet-5: parameters", lambda: shipped("lenet5").totals.params),
            Evidence(
                "work",
                "VGG-16: % of MACs in convolutions",
                lambda: 100 - share(macs(linear(shipped("vgg16"))), shipped("vgg16").totals.macs),
            ),
            Evidence("head", "VGG-16: % of parameters in fully connected layers", lambda: head_share(shipped("vgg16"))),
        ),
        ("concept:head", "spec:lenet5", "spec:vgg16", "lab:softmax"),
    ),
    Card(
        "flatten",
        "12.5",
        "Why do we flatten before the fully-connected head?",
        "A fully connected layer takes a vector, with one weight for each channel at each position. VGG-16's last map of 512×7×7 "
        "has {values} values, so the first such layer has ({values} + 1)·4,096 = {first} parameters. It also fixes the input "
        "size: a 256×256 image gives 512×8×8 = {larger} values, and the layer no longer fits (torchvision hides this by pooling "
        "to 7×7 first). Global average pooling leaves {pooled} values for any image. Flattening is not even needed for the layer "
        "itself: written as a 7×7 convolution it has the same {same} parameters and slides over larger maps, which is the idea "
        "of FCN.",
        (
            Evidence("values", "512×7×7 flattened", lambda: made("512x7x7", "flatten").totals.activations),
            Evidence("first", "VGG-16: first fully connected layer", lambda: linear(shipped("vgg16"))[0].params),
            Evidence("larger", "512×8×8 flattened", lambda: made("512x8x8", "flatten").totals.activations),
            Evidence("pooled", "512×8×8 averaged", lambda: made("512x8x8", "global_avg_pool").totals.activations),
            Evidence("same", "4,096 filters of 7×7 on 512 channels", lambda: made("512x7x7", "conv: 4096 7x7").totals.params),
        ),
        ("concept:head", "concept:image_size", "spec:fcn32s"),
    ),
    Card(
        "overfitting",
        "12.5",
        "How do you fight overfitting in a CNN?",
        "More data first, real or augmented in ways that keep the label; then weight decay, dropout, early stopping and batch "
        "norm, which regularizes mildly. With few images start from a pretrained network. Look where the parameters are: VGG-16 "
        "has {vgg} % of them in fully connected layers and needs dropout there; ResNet-50 ends in global average pooling, has "
        "{resnet} % there, and does without. And make sure that it is overfitting: low training error with high validation "
        "error. If both are high, regularizing makes it worse.",
        (
            Evidence("vgg", "VGG-16: % of parameters in fully connected layers", lambda: head_share(shipped("vgg16"))),
            Evidence(
                "resnet", "ResNet-50: % of parameters in its fully connected layer", lambda: head_share(shipped("resnet50"))
            ),
        ),
        ("concept:head", "concept:freezing"),
    ),
    Card(
        "augmentation",
        "12.5",
        "What augmentations are safe to use?",
        "Those that keep the label true, which depends on the task, not on the operation. For photographs: crops, horizontal "
        "flips, small rotations, scaling, colour jitter; AlexNet used, by its own count, {crops} crops and mirror images of "
        "each picture. Digits and text do not survive flips: a 6 rotated by 180° is a 9, and a 6 flipped vertically is not a 9 "
        "but its mirror image, no digit at all. Colour jitter is wrong where colour decides, as for traffic lights; in "
        "microscope or satellite images any rotation is fine. In detection and segmentation, boxes and masks must move along; "
        "test images are left alone.",
        (
            Evidence(
                "crops",
                "AlexNet: crops of 224 of 256 pixels, and mirrored (Krizhevsky et al. 2012, section 4.1)",
                lambda: 2048,
            ),
        ),
        ("lab:vertical_flip",),
    ),
    Card(
        "batch_norm",
        "12.5",
        "Where does batch norm go in a CNN, and what’s normalized?",
        "After the convolution and before the activation: Conv → BN → ReLU. Per channel it takes mean and variance over the "
        "batch and all positions (on a 56×56 map with 32 images, 32·56·56 = {values} values), normalizes, and applies a learned "
        "scale and shift: for 64 channels {learned} parameters, plus {kept} running statistics that no gradient touches. "
        "Training uses the statistics of the batch, inference the running ones, which can then be folded into the convolution. "
        "Because the mean is subtracted, a bias in the convolution before it is useless: `bias=False`. In ResNet-50, {resnet} "
        "parameters are scales and shifts.",
        (
            Evidence("values", "values behind each mean", lambda: _BATCH * cells(made("64x56x56", "batch_norm"))),
            Evidence("learned", "64 channels: scales and shifts", lambda: made("64x56x56", "batch_norm").totals.params),
            Evidence("kept", "64 channels: means and variances", lambda: statistics(made("64x56x56", "batch_norm").layers)),
            Evidence("resnet", "ResNet-50: scales and shifts", lambda: _norms(shipped("resnet50"))),
        ),
        ("concept:batch_norm", "lab:batch_norm"),
    ),
)
