"""Questions on the classic architectures, LeNet to ResNet."""

from __future__ import annotations

from archlens.analysis.facts import Analysis
from archlens.chapter.cards import Card
from archlens.chapter.cards.figures import convolutions, field, head_share, made, paper_error, projections, shipped, weights
from archlens.chapter.evidence import Evidence
from archlens.chapter.small import output, params, share, within

__all__ = ["CARDS"]

_ONE_A_STAGE = ((5, 64), (5, 128), (7, 256), (7, 512), (7, 512))  # kernels that see as far as VGG-16's two or three 3×3


def _large_filters() -> Analysis:
    lines = [line for kernel, width in _ONE_A_STAGE for line in (f"conv: {width} {kernel} same", "relu", "max_pool: 2x2")]
    return made("3x224x224", *lines)


def _naive(*lines: str) -> Analysis:
    return made("192x28x28", f"concat: {{{', '.join(lines)}}}")


_BRANCHES = (
    *("one: [conv: 64 1x1 bias=false]", "three: [conv: 128 3x3 same bias=false]", "five: [conv: 32 5x5 same bias=false]"),
    "pool: [max_pool: 3x3 /1 padding=1]",
)


def _module_weights() -> int:
    return sum([weights(layer) for layer in within(shipped("googlenet_2014"), "3a") if layer.params])


CARDS = (
    Card(
        "skip_connections",
        "12.6",
        "What problem did ResNet’s skip connections solve — vanishing gradients or overfitting?",
        "Primarily degradation, not overfitting: deeper plain networks had a higher error already in training. On ImageNet the "
        "plain network with 34 layers had {plain34} % top-1 validation error and the one with 18 layers {plain18} %; with "
        "shortcuts it was {res34} against {res18} %. The authors think vanishing gradients an unlikely cause, because these "
        "networks had batch norm and gradients of healthy size (section 4.1); they leave the cause open. A shortcut makes doing "
        "nothing easy (F = 0) and gives gradients a direct path, dy/dx = F′ + 1. More layers can still hurt: on CIFAR-10 1,202 "
        "layers had {deepest} % test error and 110 layers {deep} %, at similar training error.",
        (
            Evidence(
                "plain34", "34 plain layers, top-1 error on ImageNet, % (He et al. 2016, table 2)", lambda: paper_error("plain34")
            ),
            Evidence("plain18", "18 plain layers", lambda: paper_error("plain18")),
            Evidence("res34", "ResNet-34", lambda: paper_error("resnet34")),
            Evidence("res18", "ResNet-18", lambda: paper_error("resnet18")),
            Evidence("deepest", "1,202 layers, error on CIFAR-10, % (He et al. 2016, table 6)", lambda: "7.93"),
            Evidence("deep", "ResNet-110", lambda: f"{100 - shipped('resnet110').meta['top1']:.2f}"),
        ),
        ("lab:degradation", "lab:gradient_norm", "spec:plain34", "spec:resnet34"),
    ),
    Card(
        "alexnet",
        "12.6",
        "Why did AlexNet matter so much in 2012?",
        "It won ImageNet 2012 with {error} % top-5 error; the second-best entry, built on hand-made features, had {second} %. "
        "That moved computer vision to learned features. The recipe: ReLU (trains several times faster than tanh), dropout in "
        "the fully connected layers, data augmentation, and 1.2 million images on two GPUs. It has {params} parameters, {head} % "
        "of them in fully connected layers. The two GPUs are part of the architecture: three convolutions see only the maps on "
        "their own GPU (two groups), so it takes {grouped} multiply–accumulates where one tower would take {whole}. It was not "
        "the first CNN that worked; LeNet read digits long before.",
        (
            Evidence("error", "AlexNet, top-5 error in ILSVRC 2012, % (Krizhevsky et al. 2012, section 6)", lambda: "15.3"),
            Evidence("second", "the second-best entry, %", lambda: "26.2"),
            Evidence("params", "AlexNet: parameters", lambda: shipped("alexnet_2012").totals.params),
            Evidence("head", "% of them in fully connected layers", lambda: head_share(shipped("alexnet_2012"))),
            Evidence("grouped", "AlexNet: MACs", lambda: shipped("alexnet_2012").totals.macs),
            Evidence("whole", "in one tower: MACs", lambda: shipped("alexnet_2012:one_tower").totals.macs),
        ),
        ("concept:same_name", "spec:alexnet_2012"),
    ),
    Card(
        "inception",
        "12.6",
        "What’s the core idea of an Inception module?",
        "Look at several scales at once, because the right one is not known in advance: 1×1, 3×3, 5×5 and a 3×3 pooling read the "
        "same map, and their outputs are concatenated, in module 3a 64 + 128 + 32 + 32 = {maps} maps. 1×1 convolutions before "
        "the 3×3 and 5×5 reduce the channels these have to read; in the pooling branch the 1×1 comes after the pooling, which "
        "would otherwise pass all its channels on. Module 3a has {module} weights (without biases); without the 1×1 in these "
        "three branches it would have {naive} and put out {naive_maps} maps, so the next modules would get bigger and bigger.",
        (
            Evidence("maps", "GoogLeNet, 3a: maps", lambda: within(shipped("googlenet_2014"), "3a")[-1].output_shapes[0][1]),
            Evidence("module", "3a: weights", _module_weights),
            Evidence("naive", "3a without 1×1 reductions: weights", lambda: _naive(*_BRANCHES).totals.params),
            Evidence("naive_maps", "3a without 1×1 reductions: maps", lambda: output(_naive(*_BRANCHES))[0]),
        ),
        ("concept:inception", "spec:googlenet_2014"),
    ),
    Card(
        "vgg",
        "12.6",
        "Why did VGG use only 3×3 filters?",
        "Two 3×3 layers see 5×5 pixels and three see 7×7, like one large filter, but with fewer weights and more ReLUs in "
        "between. VGG-16's thirteen convolutions have {convs} parameters and see {field} pixels; a single 5×5 or 7×7 per stage "
        "sees the same {same} pixels with {large} parameters and only five ReLUs instead of thirteen. (“Only” is not quite "
        "right: configuration C has three 1×1 layers.) The simple, uniform design made VGG a popular backbone, but not a cheap "
        "one: {macs} multiply–accumulates, and {whole} parameters with its fully connected layers.",
        (
            Evidence("convs", "VGG-16: parameters of its convolutions", lambda: params(convolutions(shipped("vgg16")))),
            Evidence("field", "VGG-16: receptive field", lambda: field(shipped("vgg16"))),
            Evidence("same", "one large filter a stage: receptive field", lambda: field(_large_filters())),
            Evidence("large", "one large filter a stage: parameters", lambda: _large_filters().totals.params),
            Evidence("macs", "VGG-16: MACs", lambda: shipped("vgg16").totals.macs),
            Evidence("whole", "VGG-16: parameters", lambda: shipped("vgg16").totals.params),
        ),
        ("concept:stacks", "spec:vgg16"),
    ),
    Card(
        "residual_block",
        "12.6",
        "In a residual block, what exactly is being added back?",
        "The input of the block itself, element by element: y = F(x) + x, followed by a ReLU in the original. So F only has to "
        "learn the change. A sum needs equal shapes: where channels or stride change, a 1×1 convolution with that stride "
        "projects x. In ResNet-50 this happens {count} times, with {weights} weights, {share} % of the network; all other "
        "shortcuts have no parameters, and the paper's option A (subsample and pad with zeros) has none anywhere. With F = 0 the "
        "block is the identity for x ≥ 0, which the preceding ReLU ensures; without the last ReLU (pre-activation) for any x. It "
        "is a sum, whereas DenseNet and U-Net concatenate.",
        (
            Evidence("count", "ResNet-50: projections", lambda: len(projections(shipped("resnet50")))),
            Evidence("weights", "their weights", lambda: params(projections(shipped("resnet50")))),
            Evidence(
                "share",
                "% of its parameters",
                lambda: share(params(projections(shipped("resnet50"))), shipped("resnet50").totals.params),
            ),
        ),
        ("concept:shortcuts", "lab:residual_identity", "spec:resnet50"),
    ),
    Card(
        "depth",
        "12.6",
        "How is the depth of a network counted?",
        "Count the layers with weights along the longest path from input to output: AlexNet {alexnet}, VGG-16 {vgg}, GoogLeNet "
        "{google}, ResNet-50 {resnet}. Parallel branches count once and projections on shortcuts not at all; in all GoogLeNet "
        "has {all} layers with weights. By this rule LeNet-5 has {lenet}; the usual 7 includes its two pooling layers, which had "
        "weights in 1998. So state the rule with the number.",
        (
            Evidence("alexnet", "AlexNet", lambda: shipped("alexnet_2012").totals.depth),
            Evidence("vgg", "VGG-16", lambda: shipped("vgg16").totals.depth),
            Evidence("google", "GoogLeNet", lambda: shipped("googlenet_2014").totals.depth),
            Evidence("resnet", "ResNet-50", lambda: shipped("resnet50").totals.depth),
            Evidence("all", "GoogLeNet, all layers with weights", lambda: shipped("googlenet_2014").totals.weight_layers),
            Evidence("lenet", "LeNet-5", lambda: shipped("lenet5").totals.depth),
        ),
        ("concept:depth",),
        added=True,
    ),
    Card(
        "who_won",
        "12.6",
        "Which of the classic architectures won ImageNet?",
        "AlexNet in 2012, GoogLeNet in 2014 and ResNet in 2015, with {alexnet}, {google} and {resnet} % top-5 error in "
        "classification, each with several networks combined. VGG came second in the same 2014 contest as GoogLeNet, with {vgg} "
        "%, and won localization; VGG-16 has {vgg_params} parameters against GoogLeNet's {google_params}. LeNet is older than "
        "ImageNet; and LeNet-5 of 1998 was not the first CNN that worked: one read handwritten zip codes in 1989 (LeCun et al.).",
        (
            Evidence("alexnet", "AlexNet, top-5 error, % (Krizhevsky et al. 2012, section 6)", lambda: "15.3"),
            Evidence("google", "GoogLeNet, % (Szegedy et al. 2015, table 2)", lambda: "6.67"),
            Evidence("resnet", "ResNet, six networks together, % (He et al. 2016, table 5)", lambda: "3.57"),
            Evidence("vgg", "VGG, % (Simonyan & Zisserman 2015, section 4.5)", lambda: "7.3"),
            Evidence("vgg_params", "VGG-16: parameters", lambda: shipped("vgg16").totals.params),
            Evidence("google_params", "GoogLeNet: parameters", lambda: shipped("googlenet_2014").totals.params),
        ),
        ("spec:alexnet_2012", "spec:googlenet_2014", "spec:vgg16", "spec:resnet152"),
        added=True,
    ),
)
