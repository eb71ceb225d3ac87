"""Errata of sections 12.6 and 12.7: the classic architectures, transfer learning."""

from __future__ import annotations

from archlens.analysis.facts import LayerFacts
from archlens.chapter.cards.figures import convolutions, paper_error, projections, shipped, side
from archlens.chapter.errata.erratum import Erratum
from archlens.chapter.evidence import Evidence
from archlens.chapter.small import params, statistics

__all__ = ["ERRATA"]

_HE = "He, Zhang, Ren & Sun 2016, arXiv:1512.03385"
_VGG = "Simonyan & Zisserman 2015, arXiv:1409.1556"

ERRATA = (
    Erratum(
        "E15",
        "LeNet-5 has 60,000 parameters, or 61,706",
        "low",
        "12.6",
        "~60K params",
        "Exactly {original} in the network of 1998, where most maps of C3 see only some of the six before and pooling learns; "
        "{modern} as LeNet-5 is written today.",
        (
            Evidence("original", "LeNet-5 of 1998: parameters", lambda: shipped("lenet5_1998").totals.params),
            Evidence("modern", "LeNet-5 today: parameters", lambda: shipped("lenet5").totals.params),
        ),
        "LeCun, Bottou, Bengio & Haffner 1998, Proc. IEEE 86(11), section II-B",
        ("concept:same_name", "spec:lenet5_1998", "spec:lenet5"),
    ),
    Erratum(
        "E16",
        "LeNet-5 has 7 layers, or 5",
        "low",
        "12.6",
        "~7 layers",
        "The paper's 7 counts two pooling layers, which then had weights; the other rows of the table count layers with weights "
        "on the longest path. By that rule LeNet-5 has {lenet}, AlexNet {alexnet}, VGG-16 {vgg}, GoogLeNet {google} (of {all} in "
        "all) and ResNet-50 {resnet}.",
        (
            Evidence("lenet", "LeNet-5: layers with weights on the longest path", lambda: shipped("lenet5").totals.depth),
            Evidence("alexnet", "AlexNet", lambda: shipped("alexnet_2012").totals.depth),
            Evidence("vgg", "VGG-16", lambda: shipped("vgg16").totals.depth),
            Evidence("google", "GoogLeNet", lambda: shipped("googlenet_2014").totals.depth),
            Evidence("all", "GoogLeNet: all layers with weights", lambda: shipped("googlenet_2014").totals.weight_layers),
            Evidence("resnet", "ResNet-50", lambda: shipped("resnet50").totals.depth),
        ),
        "LeCun, Bottou, Bengio & Haffner 1998, Proc. IEEE 86(11), section II-B",
        ("concept:depth", "card:depth"),
    ),
    Erratum(
        "E17",
        "VGG and ResNet begin lower",
        "low",
        "12.6",
        "16–19 layers",
        "Both families begin lower: VGG with {vgg11} and {vgg13} layers (configurations A and B), ResNet with {res18} and "
        "{res34}. At the upper end the paper also trains 1,202 layers, on CIFAR-10.",
        (
            Evidence("vgg11", "VGG-11: depth", lambda: shipped("vgg11").totals.depth),
            Evidence("vgg13", "VGG-13: depth", lambda: shipped("vgg13").totals.depth),
            Evidence("res18", "ResNet-18: depth", lambda: shipped("resnet18").totals.depth),
            Evidence("res34", "ResNet-34: depth", lambda: shipped("resnet34").totals.depth),
        ),
        f"{_VGG}, table 1; {_HE}, tables 1 and 6",
        ("concept:depth", "spec:vgg11", "spec:resnet18"),
    ),
    Erratum(
        "E18",
        "LeNet-5 was not the first",
        "low",
        "12.6",
        "First working CNN",
        "Nine years before, in 1989, a convolutional network trained by backpropagation read handwritten zip codes, and the "
        "Neocognitron of 1980 had local, shared filters without backpropagation. LeNet-5, of {year}, is the best known of that "
        "line.",
        (Evidence("year", "LeNet-5: year", lambda: str(shipped("lenet5_1998").meta["year"])),),
        "LeCun et al. 1989, Neural Computation 1(4); Fukushima 1980, Biological Cybernetics 36",
        ("card:who_won", "spec:lenet5_1998"),
    ),
    Erratum(
        "E19",
        "Not all of the lineage won ImageNet",
        "middle",
        "12",
        "walks the lineage of architectures that won ImageNet",
        "Of the five AlexNet, GoogLeNet and ResNet won its classification. VGG came second in 2014 with {vgg} % top-5 error, "
        "behind GoogLeNet with {google} %, and won localization; both entered the same contest, so the arrow from VGG to "
        "GoogLeNet is no order in time. LeNet-5 is older than ImageNet.",
        (
            Evidence("vgg", "VGG, top-5 error in ILSVRC 2014, %", lambda: "7.3"),
            Evidence("google", "GoogLeNet, %", lambda: "6.67"),
        ),
        f"{_VGG}, section 4.5; Szegedy et al. 2015, arXiv:1409.4842, table 2",
        ("card:who_won",),
    ),
    Erratum(
        "E20",
        "Vanishing gradients were not found to be the cause",
        "high",
        "12.6",
        "because gradients vanish and the optimizer can’t even drive training error down",
        "The training error does rise, but the authors argue that vanishing gradients are an unlikely cause: their plain nets "
        "have batch norm, and the gradients were verified to be of healthy size. With {plain34} % (34 layers) against {plain18} "
        "% (18) the deeper plain net still does worse; they suspect very slow convergence and leave the cause open.",
        (
            Evidence("plain34", "34 plain layers, top-1 error on ImageNet, %", lambda: paper_error("plain34")),
            Evidence("plain18", "18 plain layers", lambda: paper_error("plain18")),
        ),
        f"{_HE}, section 4.1 and table 2",
        ("lab:degradation", "lab:gradient_norm", "card:skip_connections", "spec:plain34"),
    ),
    Erratum(
        "E21",
        "F = 0 is the identity where x ≥ 0",
        "low",
        "12.6",
        "If the best thing a layer can do is nothing, it just learns F(x) ≈ 0 — easy.",
        "In ResNet a ReLU follows the sum: y = max(F(x) + x, 0). With F = 0 this is the identity for x ≥ 0, which the ReLU of "
        "the block before ensures, and for no other x. Pre-activation, where nothing follows the sum, makes it the identity for "
        "every x.",
        (),
        f"{_HE}, sections 3.1 and 3.2; He et al. 2016, Identity mappings in deep residual networks, arXiv:1603.05027, section 2",
        ("lab:residual_identity",),
    ),
    Erratum(
        "E22",
        "More layers can hurt",
        "high",
        "12.6",
        "so adding layers never hurts",
        "It can: on CIFAR-10 ResNet-1202 had {deepest} % test error and ResNet-110 {deep} %, with similar training error; the "
        "authors put it down to overfitting.",
        (
            Evidence("deepest", "ResNet-1202, error on CIFAR-10, %", lambda: "7.93"),
            Evidence("deep", "ResNet-110, %", lambda: f"{100 - shipped('resnet110').meta['top1']:.2f}"),
        ),
        f"{_HE}, section 4.2 and table 6",
        ("card:skip_connections", "spec:resnet110"),
    ),
    Erratum(
        "E23",
        "VGG has 1×1 layers in one configuration",
        "low",
        "12.6",
        "Why did VGG use only 3×3 filters?",
        "Configuration C, one of five, has three 1×1 layers. The two in use, VGG-16 (D) and VGG-19 (E), do have nothing but 3×3: "
        "{sixteen} and {nineteen} of them.",
        (
            Evidence("sixteen", "VGG-16: convolutions of 3×3", lambda: _count("vgg16", 3)),
            Evidence("nineteen", "VGG-19: convolutions of 3×3", lambda: _count("vgg19", 3)),
        ),
        f"{_VGG}, table 1",
        ("card:vgg", "spec:vgg16", "spec:vgg19"),
    ),
    Erratum(
        "E24",
        "A projection is needed for a stride too",
        "low",
        "12.6",
        "When input and output channel counts differ, a 1×1 conv projection on the skip path matches the dimensions.",
        "And when the stride changes the size. ResNet-50 has {count} projections, {strided} of them with stride 2, {weights} "
        "weights in all. The paper's option A does without: it takes every other pixel and fills up the channels with zeros.",
        (
            Evidence("count", "ResNet-50: projections", lambda: len(projections(shipped("resnet50")))),
            Evidence(
                "strided",
                "with stride 2",
                lambda: len([layer for layer in projections(shipped("resnet50")) if layer.arguments["stride"] == 2]),
            ),
            Evidence("weights", "their weights", lambda: params(projections(shipped("resnet50")))),
        ),
        f"{_HE}, sections 3.3 and 4.1",
        ("concept:shortcuts", "card:residual_block", "spec:resnet110"),
    ),
    Erratum(
        "E25",
        "ResNet-18 and 34 have no bottlenecks",
        "low",
        "12.3",
        "a key trick in Inception and ResNet",
        "Only in ResNet-50 and deeper. The blocks of ResNet-18 and 34 are two 3×3; apart from the projections ResNet-34 has "
        "{basic} convolutions of 1×1, ResNet-50 has {bottleneck}.",
        (
            Evidence("basic", "ResNet-34: 1×1 in its blocks", lambda: _count("resnet34", 1)),
            Evidence("bottleneck", "ResNet-50: 1×1 in its blocks", lambda: _count("resnet50", 1)),
        ),
        f"{_HE}, table 1 and figure 5",
        ("concept:bottleneck", "spec:resnet34", "spec:resnet50"),
    ),
    Erratum(
        "E26",
        "Freezing does not stop the statistics of batch norm",
        "low",
        "12.7",
        "Feature extraction freezes all pretrained conv layers and trains only a new head",
        "In PyTorch freezing weights does not freeze batch norm's running statistics: in training mode every batch moves them, "
        "in ResNet-50 {kept} values. To keep the features, put the backbone in evaluation mode too. (In Keras a batch "
        "normalization that is not trainable keeps its statistics as well.)",
        (Evidence("kept", "ResNet-50: means and variances", lambda: statistics(shipped("resnet50").layers)),),
        "torch.nn.BatchNorm2d; Keras guide, Transfer learning & fine-tuning",
        ("lab:frozen_batch_norm", "card:frozen_batch_norm", "spec:resnet50_features"),
    ),
    Erratum(
        "E27",
        "U-Net pads nothing, and FCN hardly decodes",
        "low",
        "12.7",
        "using an encoder-decoder that upsamples feature maps back to full resolution",
        "The original U-Net pads nothing: {image} pixels give a mask of {mask}, and the maps that it copies across are cropped; "
        "padded versions keep the size. FCN's decoder is little more than an enlargement of the scores: {one} transposed "
        "convolution in FCN-32s, {three} in FCN-8s.",
        (
            Evidence("image", "U-Net of the paper: pixels in", lambda: next(iter(shipped("unet").inputs.values()))[-1]),
            Evidence("mask", "U-Net of the paper: pixels out", lambda: side(shipped("unet"))),
            Evidence("one", "FCN-32s: transposed convolutions", lambda: _enlarging("fcn32s")),
            Evidence("three", "FCN-8s: transposed convolutions", lambda: _enlarging("fcn8s")),
        ),
        "Ronneberger, Fischer & Brox 2015, arXiv:1505.04597, figure 1; Long, Shelhamer & Darrell 2015, arXiv:1411.4038, section "
        "4",
        ("spec:unet", "spec:fcn32s", "spec:fcn8s"),
    ),
)


def _count(name: str, kernel: int) -> int:
    """Convolutions of kernel × kernel, those on shortcuts left out."""
    analysis = shipped(name)
    aside = {layer.path for layer in projections(analysis)}
    return len([x for x in convolutions(analysis) if _kernel(x) == (kernel, kernel) and x.path not in aside])


def _kernel(layer: LayerFacts) -> tuple[int, ...]:
    return tuple(layer.parameter_shapes["weight"][2:])


def _enlarging(name: str) -> int:
    return len([layer for layer in shipped(name).layers if layer.type == "conv_transpose"])
