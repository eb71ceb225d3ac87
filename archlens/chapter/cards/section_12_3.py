"""Questions on feature maps and channels."""

from __future__ import annotations

from archlens.analysis.facts import Analysis
from archlens.chapter.cards import Card
from archlens.chapter.cards.figures import field, full_mobilenet, made, row_read, shipped, side, weights
from archlens.chapter.evidence import Evidence
from archlens.chapter.small import macs, share, within

__all__ = ["CARDS"]


def _bottleneck(width: int) -> Analysis:
    return made("256x14x14", f"conv: {width} 1x1 bias=false", f"conv: {width} 3x3 same bias=false", "conv: 256 1x1 bias=false")


def _values(analysis: Analysis) -> int:
    return analysis.layers[-1].activations


def _dilated(*dilations: int) -> tuple[str, ...]:
    return tuple([f"conv: 1 3x3 same dilation={d} bias=false" for d in dilations])


CARDS = (
    Card(
        "channel_or_map",
        "12.3",
        "What’s the difference between a channel and a feature map?",
        "They are the same thing seen from two sides: a layer puts out one feature map per filter, and for the next layer these "
        "are its input channels. VGG-16's first layer makes {maps} maps of 224×224, so each filter of the second layer has "
        "3·3·64 = {filter} weights. Only the channels of the image have a meaning given in advance (red, green, blue); after "
        "that a channel means whatever its filter has learned to respond to.",
        (
            Evidence("maps", "VGG-16: maps of its first layer", lambda: shipped("vgg16").layers[0].output_shapes[0][1]),
            Evidence("filter", "VGG-16: weights of a filter of its second", lambda: weights(shipped("vgg16").layers[2], 1)),
        ),
        ("concept:channels_and_maps", "spec:vgg16"),
    ),
    Card(
        "filter_depth",
        "12.3",
        "How does a filter handle multiple input channels?",
        "It is as deep as its input: one K×K grid of weights per channel. Each grid is correlated with its own channel, the C_in "
        "results are summed, the bias is added once, and that is one map. On RGB a 3×3 filter has 3·3·3 = {rgb} weights, on 256 "
        "channels 3·3·256 = {deep}; 64 such filters give 64 maps. The filter slides along height and width only, never across "
        "channels, which is what distinguishes it from a 3-D convolution.",
        (
            Evidence("rgb", "weights of a 3×3 filter on 3 channels", lambda: weights(made("3x8x8", "conv: 1 3x3").layers[0])),
            Evidence("deep", "on 256 channels", lambda: weights(made("256x8x8", "conv: 1 3x3").layers[0])),
        ),
        ("concept:channels_and_maps", "lab:pointwise"),
    ),
    Card(
        "pointwise",
        "12.3",
        "What is a 1×1 convolution good for, if it doesn’t look at neighbors?",
        "It looks at all channels of one pixel: a fully connected layer from C_in to C_out, the same at every pixel. Uses: "
        "change the number of channels cheaply, mix channels after a depthwise layer, match shapes on a shortcut, classify each "
        "pixel. The bottleneck of ResNet-50 (ResNet-18 and 34 have none), 256 → 64 → 64 → 256, has 256·64 + 9·64·64 + 64·256 = "
        "{bottleneck} weights, where a single 3×3 at full width has 9·256·256 = {wide}. In Inception 3a it cuts the 5×5 branch "
        "from 25·192·32 = {naive} weights to 192·16 + 25·16·32 = {reduced}.",
        (
            Evidence("bottleneck", "256 → 64 → 64 → 256: weights", lambda: _bottleneck(64).totals.params),
            Evidence(
                "wide", "3×3 on 256 channels: weights", lambda: made("256x14x14", "conv: 256 3x3 same bias=false").totals.params
            ),
            Evidence(
                "naive", "5×5 from 192 to 32: weights", lambda: made("192x28x28", "conv: 32 5x5 same bias=false").totals.params
            ),
            Evidence(
                "reduced",
                "through 16 channels: weights",
                lambda: sum([weights(x) for x in within(shipped("googlenet_2014"), "3a/5x5") if x.params]),
            ),
        ),
        ("concept:bottleneck", "concept:inception", "lab:pointwise"),
    ),
    Card(
        "separable",
        "12.3",
        "What is a depthwise-separable convolution?",
        "A depthwise convolution (one K×K filter per channel, no mixing) followed by a 1×1 that mixes the channels. "
        "K²·C_in·C_out weights, and as many multiply–accumulates per position, become K²·C_in + C_in·C_out, a fraction 1/C_out + "
        "1/K²: for 3×3 from 64 to 128 channels {full} becomes {split}. MobileNet takes {macs} multiply–accumulates and {params} "
        "parameters; with full convolutions it would take {full_macs} and {full_params}. Of the work that remains, {mixing} % is "
        "in the 1×1 layers. Eight times less arithmetic is not eight times faster: depthwise layers move many bytes for little "
        "work, and there are twice as many maps to read and write.",
        (
            Evidence("full", "3×3, 64 to 128: weights", lambda: weights(made("64x8x8", "conv: 128 3x3").layers[0])),
            Evidence(
                "split",
                "separable: weights",
                lambda: made("64x8x8", "depthwise_conv: 3x3 bias=false", "conv: 128 1x1 bias=false").totals.params,
            ),
            Evidence("macs", "MobileNet: MACs", lambda: shipped("mobilenet_v1").totals.macs),
            Evidence("params", "MobileNet: parameters", lambda: shipped("mobilenet_v1").totals.params),
            Evidence("full_macs", "with full convolutions: MACs", lambda: full_mobilenet().totals.macs),
            Evidence(
                "full_params",
                "with full convolutions: parameters",
                lambda: full_mobilenet().totals.params,
            ),
            Evidence("mixing", "MobileNet: % of its MACs in 1×1 convolutions", lambda: _pointwise_share(shipped("mobilenet_v1"))),
        ),
        ("concept:separable", "spec:mobilenet_v1"),
    ),
    Card(
        "dilated",
        "12.3",
        "What is a dilated (atrous) convolution?",
        "Its taps stand D cells apart, so the kernel spans D·(K − 1) + 1 cells with the same weights and the same work: 3×3 with "
        "dilation 2 spans {span}×{span} cells and reads {read} of them. The receptive field grows without pooling, and the map "
        "keeps its size if the padding grows too, P = D·(K − 1)/2; without padding 32 becomes {valid}. Equal dilations in a row "
        "leave holes (gridding): three layers with dilation 2 span 13×13 pixels but read only {holes} of the 169, while 1, 2, 4 "
        "span {wide}×{wide} and read all {all}. It is used where a full-size output needs wide context, in segmentation "
        "(DeepLab) and sound (WaveNet).",
        (
            Evidence("span", "3×3, dilation 2: cells along an axis", lambda: field(made("1x32x32", *_dilated(2)))),
            Evidence("read", "of their square read", lambda: len(row_read("1x32x32", *_dilated(2)).read) ** 2),
            Evidence("valid", "32, 3×3, dilation 2, no padding", lambda: side(made("1x32x32", "conv: 1 3x3 dilation=2"))),
            Evidence("holes", "dilations 2, 2, 2: pixels read", lambda: len(row_read("1x64x64", *_dilated(2, 2, 2)).read) ** 2),
            Evidence("wide", "dilations 1, 2, 4: pixels along an axis", lambda: field(made("1x64x64", *_dilated(1, 2, 4)))),
            Evidence("all", "of their square read", lambda: len(row_read("1x64x64", *_dilated(1, 2, 4)).read) ** 2),
        ),
        ("concept:dilation", "lab:receptive_field"),
    ),
    Card(
        "smaller_and_deeper",
        "12.3",
        "Why do channels grow where the map shrinks?",
        "To keep the work per layer level while features become more abstract and more numerous. Halving both sides leaves a "
        "quarter of the positions; doubling the channels in and out makes each position four times as expensive: a 3×3 layer on "
        "64×56×56 and one on 512×7×7 both take {macs} multiply–accumulates. A map shrinks from {early} to {late} values, so most "
        "activation memory is in the early layers; the weights grow from 9·64² = {few} to 9·512² = {many}, so most parameters "
        "are in the late ones.",
        (
            Evidence("macs", "3×3 on 512×7×7: MACs", lambda: made("512x7x7", "conv: 512 3x3 same bias=false").totals.macs),
            Evidence("early", "values of 64×56×56", lambda: _values(made("64x56x56", "conv: 64 3x3 same bias=false"))),
            Evidence("late", "values of 512×7×7", lambda: _values(made("512x7x7", "conv: 512 3x3 same bias=false"))),
            Evidence(
                "few", "3×3 on 64 channels: weights", lambda: made("64x56x56", "conv: 64 3x3 same bias=false").totals.params
            ),
            Evidence(
                "many", "3×3 on 512 channels: weights", lambda: made("512x7x7", "conv: 512 3x3 same bias=false").totals.params
            ),
        ),
        ("concept:channels_and_maps", "spec:resnet34"),
        added=True,
    ),
)


def _pointwise_share(analysis: Analysis) -> float:
    mixing = [x for x in analysis.layers if x.type == "conv" and x.parameter_shapes["weight"][2:] == (1, 1)]
    return share(macs(mixing), analysis.totals.macs)
