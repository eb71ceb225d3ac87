"""Blocks that people know, written in the language: parameters and MACs are those of torch's and torchvision's modules."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from tests.layers.vision import torchvision


def params_of(*modules: nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters())


def macs_of(function: Any, *inputs: torch.Tensor) -> int:
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        function(*inputs)
    return counter.get_total_flops() // 2


def figures(network: Any) -> tuple[int, int]:
    totals = network.analyze().totals
    return totals.params, totals.macs


ENCODER = """
- add:
    attention: [layer_norm, multihead_attention: 4]
    skip: []
- add:
    mlp:
      - layer_norm
      - linear: features*4
      - gelu
      - linear: features/4
    skip: []
"""


def test_an_encoder_block(net: Any) -> None:
    """As in ViT: norms before attention and before the two linear layers."""
    block = nn.TransformerEncoderLayer(64, 4, 256, 0.0, "gelu", batch_first=True, norm_first=True)
    x = torch.zeros(1, 50, 64)
    assert figures(net(ENCODER, input="50x64")) == (params_of(block), macs_of(block, x))


VIT = """
- conv: 64 8x8 /8
- tokens
- class_token:
  as: tokens
- parameter: 17x64
  as: places
- add: [tokens, places]
- Encoder:
  repeat: 2
- layer_norm
- select: 0
- linear: 10
"""


def test_a_vision_transformer(net: Any) -> None:
    """torchvision's, on a small image."""
    package = torchvision()
    if package is None:
        pytest.skip("torchvision is not installed")
    model = package.models.VisionTransformer(32, 8, 2, 4, 64, 256, num_classes=10)
    network = net(VIT, input="3x32x32", blocks="Encoder:\n" + ENCODER)
    assert figures(network) == (params_of(model), macs_of(model, torch.zeros(1, 3, 32, 32)))


DECODER = """
- add:
    attention: [multihead_attention: 4 is_causal=true]
    skip: []
- layer_norm:
  as: asked
- multihead_attention: 4
  from: [asked, memory]
- add: [prev, asked]
- layer_norm
- add:
    mlp: [linear: 256, relu, linear: 64]
    skip: []
- layer_norm
"""


def test_a_decoder_block(net: Any) -> None:
    block = nn.TransformerDecoderLayer(64, 4, 256, 0.0, batch_first=True)
    asked, memory = torch.zeros(1, 20, 64), torch.zeros(1, 50, 64)
    assert figures(net(DECODER, input="{asking: 20x64, memory: 50x64}")) == (params_of(block), macs_of(block, asked, memory))


GROUPED = """
- linear: 64 bias=false
  as: query
- linear: 16 bias=false
  from: input
  as: key
- linear: 16 bias=false
  from: input
  as: value
- scaled_dot_product_attention: 8 is_causal=true enable_gqa=true
  from: [query, key, value]
- linear: 64 bias=false
"""


def test_attention_with_grouped_queries(net: Any) -> None:
    """Eight heads of queries, two of keys and values: Ainslie et al., GQA, 2023."""
    layers = [nn.Linear(64, width, bias=False) for width in (64, 16, 16, 64)]

    def attend(x: torch.Tensor) -> None:
        query, key, value = (layer(x).unflatten(-1, (-1, 8)).transpose(1, 2) for layer in layers[:3])
        found = functional.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
        layers[3](found.transpose(1, 2).flatten(2))

    network = net(GROUPED, input="30x64")
    assert figures(network) == (params_of(*layers), macs_of(attend, torch.zeros(1, 30, 64)))
    assert network.analyze().outputs == {"output": (1, 30, 64)}


WINDOWS = """
- window_partition: 7x7
- linear: {out_features: features*3, in_features: features}
- chunk: 3 dim=-1
  as: [query, key, value]
- relative_position_bias: 3 7x7
  as: bias
- scaled_dot_product_attention: 3
  from: [query, key, value, bias]
- linear: {out_features: features, in_features: features}
- window_reverse: 7x7 14x14
"""


def test_attention_in_windows(net: Any) -> None:
    """Four windows of 7×7 on a map of 14×14, with a bias for every pair of cells: Swin's."""
    package = torchvision()
    if package is None:
        pytest.skip("torchvision is not installed")
    block = package.models.swin_transformer.ShiftedWindowAttention(96, [7, 7], [0, 0], 3)
    network = net(WINDOWS, input="96x14x14")
    analysis = network.analyze()
    assert figures(network) == (params_of(block), macs_of(block, torch.zeros(1, 14, 14, 96)))
    assert analysis.totals.buffers == sum(b.numel() for b in block.buffers())
    assert analysis.outputs == {"output": (1, 96, 14, 14)}
    assert analysis.layers[-1].receptive_field.size == (7, 7)


CLASSIFIER = """
- lstm: 32 2 bidirectional=true
  as: [sequence, last, cell]
- linear: 5
  from: last
"""


def test_a_classifier_of_sequences(net: Any) -> None:
    lstm, head = nn.LSTM(16, 32, 2, bidirectional=True), nn.Linear(64, 5)
    network = net(CLASSIFIER, input="40x16")
    # Both directions at every token: the first layer reads 16 features, the second the 64 of both.
    macs = 40 * 2 * 4 * 32 * ((16 + 32) + (64 + 32)) + 64 * 5
    assert figures(network) == (params_of(lstm, head), macs)
    assert network.analyze().outputs == {"output": (1, 5)}


SEQUENCES = """
- gru: 32
  as: [memory, state]
- gru: 32
  from: target
  as: [decoded, end]
- multihead_attention: 1
  from: [decoded, memory]
- concat: [prev, decoded]
  dim: 2
- linear: 1000
"""


def test_a_sequence_to_a_sequence(net: Any) -> None:
    encoder, decoder, head = nn.GRU(24, 32, batch_first=True), nn.GRU(20, 32, batch_first=True), nn.Linear(64, 1000)
    attention = nn.MultiheadAttention(32, 1, batch_first=True)

    def run(source: torch.Tensor, target: torch.Tensor) -> None:
        memory, _ = encoder(source)
        decoded, _ = decoder(target)
        found, _ = attention(decoded, memory, memory)
        head(torch.cat([found, decoded], -1))

    network = net(SEQUENCES, input="{source: 12x24, target: 9x20}")
    macs = macs_of(run, torch.zeros(1, 12, 24), torch.zeros(1, 9, 20))
    assert figures(network) == (params_of(encoder, decoder, head, attention), macs)


BOXES = """
- roi_align: 7 spatial_scale=1/16 sampling_ratio=2
  from: [map, boxes]
- flatten: start_dim=2
- linear: 128
- relu
- linear: 128
- relu:
  as: vectors
- linear: 21
  as: classes
- linear: 21*4
  from: vectors
  as: corners
"""


def test_a_head_over_boxes(net: Any) -> None:
    """The box head of Faster R-CNN: two linear layers over every box, then classes and corners."""
    package = torchvision()
    if package is None:
        pytest.skip("torchvision is not installed")
    parts = package.models.detection.faster_rcnn
    head, predictor = parts.TwoMLPHead(32 * 49, 128), parts.FastRCNNPredictor(128, 21)
    network = net(BOXES, input="{map: 32x20x30, boxes: 100x4}", outputs="[classes, corners]")
    macs = macs_of(lambda x: predictor(head(x)), torch.zeros(100, 32, 7, 7))
    assert figures(network) == (params_of(head, predictor), macs)
    assert network.analyze().outputs == {"classes": (1, 100, 21), "corners": (1, 100, 84)}
