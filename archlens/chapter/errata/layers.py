"""Errata of sections 12.1 to 12.5: convolution, pooling, classifiers."""

from __future__ import annotations

from archlens.analysis.facts import Totals
from archlens.chapter.cards.figures import cells, convolutions, full_mobilenet, jump, linear, made, shipped, side
from archlens.chapter.errata.erratum import Erratum
from archlens.chapter.evidence import Evidence
from archlens.chapter.small import output, params, share, within

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        "E1",
        "Equivariance is not invariance",
        "middle",
        "12.1",
        "Translation invariance — because the filter slides everywhere, a cat detected top-left fires the same way bottom-right.",
        "This is equivariance: the response moves along with the cat, as the chapter's own answer says further down. Invariance "
        "means that the output does not change, and takes an aggregation over all positions such as global average pooling.",
        (),
        "Goodfellow, Bengio & Courville 2016, Deep Learning, sections 9.2 and 9.3",
        ("lab:invariance", "lab:equivariance"),
    ),
    Erratum(
        "E2",
        "A network’s parameters can depend on the image",
        "low",
        "12.1",
        "Small shared filter — independent of image size",
        "True of convolutions, not of a network that flattens its last map. VGG-16's convolutions have {convs} parameters at any "
        "size, but its first fully connected layer has {small} for images of 224 pixels and would have {large} for 448.",
        (
            Evidence("convs", "VGG-16: parameters of its convolutions", lambda: params(convolutions(shipped("vgg16")))),
            Evidence("small", "VGG-16: first fully connected layer", lambda: linear(shipped("vgg16"))[0].params),
            Evidence("large", "the same after 512×14×14", lambda: made("512x14x14", "flatten", "linear: 4096").totals.params),
        ),
        "",
        ("concept:image_size", "card:image_size"),
    ),
    Erratum(
        "E3",
        "Strictly equivariant only at stride 1 and away from the border",
        "middle",
        "12.1",
        "A convolution is strictly equivariant: shift the input, and the feature map shifts the same way.",
        "Exactly so only at stride 1 and where no window reaches over the border. Zero padding changes the cells near the "
        "border, {border} of {cells} for a padded 3×3 filter on 32×32; with stride s the map follows only shifts by multiples of "
        "s, for ResNet-50 as a whole multiples of {jump} pixels.",
        (
            Evidence(
                "border",
                "3×3 on 32×32: outputs that read padding",
                lambda: cells(made("1x32x32", "conv: 1 3x3 same")) - cells(made("1x32x32", "conv: 1 3x3")),
            ),
            Evidence("cells", "3×3 on 32×32: outputs", lambda: cells(made("1x32x32", "conv: 1 3x3 same"))),
            Evidence("jump", "ResNet-50: all strides together", lambda: jump(shipped("resnet50"))),
        ),
        "Zhang 2019, Making convolutional networks shift-invariant again, arXiv:1904.11486; Azulay & Weiss 2019, JMLR 20(184)",
        ("lab:equivariance", "card:equivariance"),
    ),
    Erratum(
        "E4",
        "Stride 2 halves up to rounding",
        "low",
        "12.2",
        "stride 2 halves the output",
        "Up to rounding: 3×3 with padding 1 turns 8 into {eight} and 7 into {seven} too. And “same” keeps the size, and “valid” "
        "takes K − 1 off, at stride 1 only: at stride 2 a padded 3×3 turns 32 into {same} and an unpadded one into {valid}.",
        (
            Evidence("eight", "8, 3×3 /2, padding 1", lambda: side(made("1x8x8", "conv: 1 3x3 /2 same"))),
            Evidence("seven", "7, 3×3 /2, padding 1", lambda: side(made("1x7x7", "conv: 1 3x3 /2 same"))),
            Evidence("same", "32, 3×3 /2, padding 1", lambda: side(made("1x32x32", "conv: 1 3x3 /2 same"))),
            Evidence("valid", "32, 3×3 /2, no padding", lambda: side(made("1x32x32", "conv: 1 3x3 /2"))),
        ),
        "",
        ("concept:output_size", "concept:same_padding", "lab:output_sizes"),
    ),
    Erratum(
        "E5",
        "Dilation is missing from the formula",
        "middle",
        "12.2",
        "O = ⌊(W − K + 2P)/S⌋ + 1",
        "Dilation D is missing, though 12.3 teaches it: the kernel spans D·(K − 1) + 1 cells, so O = ⌊(W + 2P − D·(K − 1) − "
        "1)/S⌋ + 1. On 32 an unpadded 3×3 gives {plain}, with dilation 2 {dilated}. So “same” needs P = D·(K − 1)/2: with "
        "dilation 2, P = 1 gives {short} and P = 2 gives {kept}. And pooling may round up (`ceil_mode`): 3×3 with stride 2 turns "
        "112 into {floor} or {ceil}.",
        (
            Evidence("plain", "32, 3×3", lambda: side(made("1x32x32", "conv: 1 3x3"))),
            Evidence("dilated", "32, 3×3, dilation 2", lambda: side(made("1x32x32", "conv: 1 3x3 dilation=2"))),
            Evidence("short", "32, 3×3, dilation 2, P = 1", lambda: side(made("1x32x32", "conv: 1 3x3 padding=1 dilation=2"))),
            Evidence("kept", "32, 3×3, dilation 2, P = 2", lambda: side(made("1x32x32", "conv: 1 3x3 padding=2 dilation=2"))),
            Evidence("floor", "112, pooled 3×3 /2", lambda: side(made("64x112x112", "max_pool: 3x3 /2"))),
            Evidence("ceil", "the same, rounded up", lambda: side(made("64x112x112", "max_pool: 3x3 /2 ceil"))),
        ),
        "Dumoulin & Visin 2016, arXiv:1603.07285, section 5.1",
        ("lab:output_sizes", "concept:output_size", "concept:dilation"),
    ),
    Erratum(
        "E6",
        "The code takes square kernels and one channel",
        "middle",
        "12.2",
        "K = kernel.shape[0]",
        "One K for both axes. A kernel of shape (3, 1) on a 5×5 image should give {rows}×{columns} outputs; the function cuts "
        "3×3 patches and NumPy stretches the column over them without an error, so the answer is 3×3 and wrong. It also knows a "
        "single channel only, while a 3×3 filter on RGB has {rgb} weights.",
        (
            Evidence("rows", "5×5, kernel (3, 1): rows", lambda: output(made("1x5x5", "conv: 1 3x1"))[1]),
            Evidence("columns", "5×5, kernel (3, 1): columns", lambda: output(made("1x5x5", "conv: 1 3x1"))[2]),
            Evidence("rgb", "weights of a 3×3 filter on RGB", lambda: made("3x5x5", "conv: 1 3x3 bias=false").totals.params),
        ),
        "NumPy manual, Broadcasting",
        ("lab:chapter_code",),
    ),
    Erratum(
        "E7",
        "Groups and biases change the count of parameters",
        "low",
        "12.2",
        "params = (K × K × C_in + 1) × C_out",
        "In G groups a filter sees C_in/G channels: (K²·C_in/G + 1)·C_out. 3×3 from 64 to 128 channels has {one} parameters in "
        "one group and {two} in two. And before batch norm, which subtracts the mean, the bias is left out: {bare}.",
        (
            Evidence("one", "3×3, 64 to 128 channels", lambda: made("64x8x8", "conv: 128 3x3").totals.params),
            Evidence("two", "in two groups", lambda: made("64x8x8", "conv: 128 3x3 groups=2").totals.params),
            Evidence("bare", "without biases", lambda: made("64x8x8", "conv: 128 3x3 bias=false").totals.params),
        ),
        "Ioffe & Szegedy 2015, arXiv:1502.03167, section 3.2, on the bias",
        ("concept:channels_and_maps", "concept:batch_norm", "concept:same_name"),
    ),
    Erratum(
        "E8",
        "Which convolution the backward pass is",
        "middle",
        "12.2",
        "The gradient w.r.t. the input is a full convolution of the upstream gradient with the flipped kernel.",
        "With the libraries' convolution, which does not flip, dX is the full cross-correlation of the gradient g with the "
        "flipped kernel, in other words the full true convolution with the kernel as it is; a convolution with the flipped "
        "kernel, taken literally, flips twice. Input and output channels are swapped. dW is the valid cross-correlation of the "
        "padded input with g. For a 5×5 input and a 3×3 kernel g is {g}×{g}, padded by 2 on each side it gives dX of {dx}×{dx}, "
        "and slid over the input dW of {dw}×{dw}. With stride S, S − 1 zeros go between the values of g first.",
        (
            Evidence("g", "5×5, 3×3", lambda: side(made("1x5x5", "conv: 1 3x3"))),
            Evidence("dx", "3×3, padded by 2, 3×3", lambda: side(made("1x3x3", "conv: 1 3x3 padding=2"))),
            Evidence("dw", "5×5 with g as the kernel", lambda: side(made("1x5x5", "conv: 1 3x3"))),
        ),
        "Goodfellow, Bengio & Courville 2016, Deep Learning, section 9.5; Dumoulin & Visin 2016, arXiv:1603.07285, section 4",
        ("lab:conv_gradients", "concept:backward"),
    ),
    Erratum(
        "E9",
        "Separable convolutions save work, not as much time",
        "low",
        "12.3",
        "This cuts cost from K² C_in C_out to roughly K² C_in + C_in C_out",
        "Those are weights, exact without biases, and multiply–accumulates per output position; the work is H·W times as much. "
        "Nor is it time: MobileNet takes {times} times fewer multiply–accumulates than with full convolutions, but puts out "
        "{values} times as many values, which have to be written and read again.",
        (
            Evidence(
                "times",
                "MobileNet with full convolutions: times the MACs",
                lambda: full_mobilenet().totals.macs / shipped("mobilenet_v1").totals.macs,
            ),
            Evidence(
                "values",
                "MobileNet: values put out, times those with full",
                lambda: shipped("mobilenet_v1").totals.activations / full_mobilenet().totals.activations,
            ),
        ),
        "Howard et al. 2017, arXiv:1704.04861, section 3.1 and table 4",
        ("concept:separable", "card:separable", "spec:mobilenet_v1"),
    ),
    Erratum(
        "E10",
        "Pooling does not absorb every small shift",
        "high",
        "12.4",
        "If a detected feature shifts by a pixel or two, max pooling over a window still returns the same maximum, so the pooled "
        "output is unchanged.",
        "Only where the maximum stays in its window. With cells c wide and a shift d < c a lone peak stays in its cell at (c − "
        "d)/c of its positions, {one} % for one 2×2 pooling and one pixel, {five} % for five on top of each other ({cell} pixels "
        "a cell); a cell of a random map keeps its maximum with probability (c − d)/(c + d), one third. A shift of two moves "
        "everything to the next 2×2 cell.",
        (
            Evidence("one", "one 2×2 pooling, shift 1: % of positions", lambda: _staying(1)),
            Evidence("five", "five, shift 1: % of positions", lambda: _staying(5)),
            Evidence("cell", "five: pixels a cell", lambda: _cell(5)),
        ),
        "Zhang 2019, arXiv:1904.11486, section 3.2; Azulay & Weiss 2019, JMLR 20(184)",
        ("lab:pooling_shifts", "card:pooling_invariance"),
    ),
    Erratum(
        "E11",
        "Two 3×3 put out a map more",
        "low",
        "12.4",
        "but use fewer parameters — for C channels in and out, 2(9C²) weights vs 25C²",
        "And as much less work, {saved} % of both. But there is a map more to put out and, in training, to keep: on 64×56×56 two "
        "3×3 put out {two} values, one 5×5 puts out {one}.",
        (
            Evidence(
                "saved",
                "two 3×3 for one 5×5: % of weights saved",
                lambda: share(_stack(5).params - _stack(3, 3).params, _stack(5).params),
            ),
            Evidence("two", "two 3×3: values put out", lambda: _stack(3, 3).activations),
            Evidence("one", "one 5×5: values put out", lambda: _stack(5).activations),
        ),
        "Simonyan & Zisserman 2015, arXiv:1409.1556, section 2.3",
        ("concept:stacks", "card:small_filters"),
    ),
    Erratum(
        "E12",
        "Pooling once had weights",
        "low",
        "12.4",
        "No — max and average pooling are fixed operations with zero weights.",
        "As they are today. The pooling of the LeNet-5 that 12.6 lists, the network of 1998, had a trainable factor and bias for "
        "each map: {s2} and {s4} parameters.",
        (
            Evidence("s2", "LeNet-5 of 1998, S2", lambda: params(within(shipped("lenet5_1998"), "S2"))),
            Evidence("s4", "LeNet-5 of 1998, S4", lambda: params(within(shipped("lenet5_1998"), "S4"))),
        ),
        "LeCun, Bottou, Bengio & Haffner 1998, Proc. IEEE 86(11), section II-B",
        ("concept:pooling", "spec:lenet5_1998"),
    ),
    Erratum(
        "E13",
        "Max pooling has ties and overlaps",
        "low",
        "12.4",
        "The gradient routes only to the position that won the max in each window; every other cell in that window gets zero.",
        "Two cases are left out. Where cells tie, as zeros after a ReLU do, PyTorch picks the first. Where windows overlap, as "
        "3×3 with stride 2, a cell may win several and gets the sum.",
        (),
        "torch.nn.MaxPool2d (return_indices)",
        ("lab:max_pool_gradient",),
    ),
    Erratum(
        "E14",
        "A flipped 6 is no 9",
        "high",
        "12.5",
        "a vertical flip turns a 6 into a 9",
        "A rotation by 180° does, which is a vertical and a horizontal flip together. A vertical flip of a 6 is the mirror image "
        "of a 9, no digit at all. The advice to keep flips away from digits stands.",
        (),
        "",
        ("lab:vertical_flip",),
    ),
)


def _cell(poolings: int) -> int:
    return jump(made("1x64x64", *["max_pool: 2x2"] * poolings))


def _staying(poolings: int) -> float:
    return share(_cell(poolings) - 1, _cell(poolings))


def _stack(*kernels: int) -> Totals:
    return made("64x56x56", *[f"conv: 64 {kernel}x{kernel} same bias=false" for kernel in kernels]).totals
