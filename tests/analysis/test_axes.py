"""Layers that move, take apart and join axes, and learned tensors, in whole networks: fields, memory, names, expansion."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import archlens
from archlens.analysis.memory import activation_memory
from archlens.errors import SpecError
from archlens.report.expand import expand
from archlens.report.json import analysis_json, render_json

SWIN = """
- conv: 4 4x4 /4
- roll: shifts=[-1,-1] dims=[2,3]
- window_partition: 2x2
- window_reverse: 2x2 8x8
- roll: shifts=[1,1] dims=[2,3]
"""
VIT = """
- conv: 6 4x4 /4
- multiply: {x: [], scale: [parameter: [channels, 1, 1]]}
- tokens
- class_token
- add: {x: [], position: [parameter: [65, features]]}
  as: embedded
- slice: 1 1
- untokens: 8x8
"""


def fields(network):
    return {layer.path: layer.receptive_field for layer in network.analyze().layers}


def test_windows_and_tokens_keep_the_field(net):
    """Nothing but the patches is mixed: what a unit sees stays one patch, in its place."""
    for layers in (SWIN, VIT):
        network = net(layers)
        last = network.analyze().layers[-1].receptive_field
        assert (last.size, last.jump, last.start) == ((4, 4), (4, 4), (0, 0))


def test_attention_in_windows_sees_the_window(net):
    """A layer that reads all tokens of a window of 2×2 patches sees 8×8 cells; shifted back, in another place."""
    mixed = SWIN.replace("- window_reverse", "- softmax: 2\n- window_reverse")
    layers = net(mixed).analyze().layers
    assert layers[-1].receptive_field.size == (8, 8)
    assert all(layers[-1].strict_field.whole)  # across the seam, which a mask hides
    unshifted = net("- conv: 4 4x4 /4\n- window_partition: 2x2\n- softmax: 2").analyze().layers
    assert unshifted[-1].strict_field.size == (8, 8)


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        ("- permute: [0, 2, 1, 3]\n- conv: 8 1x3 padding=[0,1]", (8, 3)),  # all rows, which are channels now
        ("- reshape: [2, 2, 8, 8]\n- permute: [0, 3, 1, 2, 4]\n- reshape: [8, 4, 8]", (1, 1)),
    ],
)
def test_moved_axes_are_followed(net, layers, size):
    """Reshapes and permutations alone never widen a field; what is read along a moved axis is."""
    assert net(layers, input="4x8x8").analyze().layers[-1].receptive_field.size == size


def test_pieces_read_their_own_stretch(net):
    """Rows 0-3, 4-7 of a map cut along its height; the second piece begins at row 4."""
    layers = "- split: 4 dim=2\n  as: [top, bottom]\n- relu:\n  from: bottom\n- slice: 3 2 8 2"
    found = fields(net(layers, input="3x8x8"))
    assert (found["split"].start, found["relu"].start, found["slice"].start) == ((0, 0), (4, 0), (4, 2))
    assert found["slice"].jump == (1, 2)


def gradients(network: nn.Module, x: torch.Tensor, unit: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """The first and the last row and column whose gradient is not zero."""
    x = x.clone().requires_grad_()
    network(x)[(0, ..., *unit)].sum().backward()
    seen = (x.grad[0] != 0).any(0).nonzero()
    return tuple((int(column.min()), int(column.max())) for column in seen.T)


@pytest.mark.parametrize("unit", [(0, 0), (5, 6), (6, 5), (11, 3)])
def test_pixel_shuffles_read_what_torch_reads(net, unit):
    """3×3 on a map folded by 2 and unfolded again: every unit's field, clipped to the map, is where its gradient is."""
    layers = "- pixel_unshuffle: 2\n- conv: 8 3x3 same\n- channel_shuffle: 2\n- pixel_shuffle: 2"
    probe = "".join(f"\n- slice: {axis} {at} {at + 1}" for axis, at in enumerate(unit, 2))
    field = net(layers + probe, input="2x12x12").analyze().layers[-1].receptive_field
    torch.manual_seed(0)
    model = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(8, 8, 3, padding=1), nn.ChannelShuffle(2), nn.PixelShuffle(2))
    said = zip(field.start, field.size, strict=True)
    clipped = tuple((max(start, 0), min(start + size, 12) - 1) for start, size in said)
    assert clipped == gradients(model, torch.randn(1, 2, 12, 12), unit)


@pytest.mark.parametrize("batch", [1, 8])
def test_learned_tensors_at_any_batch(net, batch):
    """Parameters of 6 + 6 + 65·6 beside the convolution's; the work of each join is that of its map, once an example."""
    text = net(VIT).graph
    network = archlens.load(text.spec, batch=batch)
    analysis = network.analyze()
    assert analysis.totals.params == 6 * (3 * 16 + 1) + 6 + 6 + 65 * 6
    assert analysis.totals.depth == 1
    flops = {layer.path: layer.flops for layer in analysis.layers}
    assert (flops["multiply"], flops["add"]) == (batch * 6 * 64, batch * 6 * 65)
    assert analysis.layers[-1].output_shapes == ((batch, 6, 8, 8),)
    shapes = {layer.path: layer.output_shapes for layer in analysis.layers}
    assert shapes["position/parameter"] == ((1, 65, 6),)


def test_a_parameter_takes_no_memory_beside_the_weights(net):
    """The map is held while the join makes another of its size, and nothing more."""
    layers = "- add: {x: [], position: [parameter: 197x768]}\n- parameter: 5000"
    assert activation_memory(net(layers, input="197x768").graph, 1).peak.bytes == 2 * 197 * 768


def test_views_of_a_piece_keep_the_whole(net):
    """Both halves are views of 64 values: 64 + 32 for the product of the two."""
    layers = "- split: [32, 32]\n  as: [a, b]\n- multiply: [a, b]"
    assert activation_memory(net(layers, input="64").graph, 1).peak.bytes == 96


def test_outputs_that_nobody_names(net):
    layers = "- chunk: 4\n  as: [a, b]\n- subtract: [b, a]"
    network = net(layers, input="8x4", outputs="{difference: prev, first: a}")
    assert len(network.graph.nodes[0].outputs) == 4
    assert network.analyze().outputs == {"difference": (1, 2, 4), "first": (1, 2, 4)}
    assert '"output_shapes": [[1, 2, 4], [1, 2, 4], [1, 2, 4], [1, 2, 4]]' in render_json(
        [analysis_json(network.analyze())], several=False
    )


NETWORKS = {
    "swin": (SWIN, "3x32x32"),
    "vit": (VIT, "3x32x32"),
    "pieces": ("- split: [1, 2, 1]\n  as: [a, b]\n- chunk: 2 dim=2\n- slice: 2 1 -1\n- select: 1 dim=-1", "4x8x8"),
    "ports": (
        "- split: 1\n  as: [q, k, v]\n- stack: [v, q]\n  dim: 2\n- mean: [1, 2]\n  from: v\n- max: -1 keepdim=true",
        "3x8x8",
    ),
    "joins": ("- matmul: {a: [], b: [permute: [0, 1, 3, 2]]}\n- divide: {a: [], b: [parameter: [1, 1, features]]}", "2x5x6"),
    "first": ("- parameter: 4x4\n  as: table\n- matmul: [prev, table]\n- add: [prev, input]", "4x4"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_expansion_is_the_same_network(net, tmp_path, name):
    layers, input = NETWORKS[name]
    network = net(layers, input=input)
    text = expand(network.graph)
    path = tmp_path / "expanded.yaml"
    path.write_text(text, encoding="utf-8")
    again = archlens.load(str(path))
    assert expand(again.graph) == text
    assert [n._replace(span=None) for n in again.graph.nodes] == [n._replace(span=None) for n in network.graph.nodes]
    assert again.analyze().totals == network.analyze().totals


@pytest.mark.parametrize("form", ["- subtract: [a, prev]", "- subtract:\n  from: [a, prev]", "- subtract: {x: [], y: [relu]}"])
def test_joins_of_two_are_written_as_any_join(net, form):
    graph = net(f"- relu:\n  as: a\n- sigmoid\n{form}", input="4x4").graph
    assert (graph.nodes[-1].layer.type_name, len(graph.nodes[-1].inputs)) == ("subtract", 2)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("- divide: [prev, input, prev]", "divide needs 2 inputs, got 3"),
        ("- parameter: 4\n  from: [prev, input]", "parameter needs no inputs, got 2"),
        ("- parameter: [chanels, 1]", "not the word `chanels`"),
        ("- parameter: 0", "parameter: shape must be at least 1, not 0"),
        ("- permute: 0", "permute: [0] is no order of the axes of 4×4"),
    ],
)
def test_faults(net, line, message):
    with pytest.raises(SpecError) as caught:
        _ = net(line, input="4x4").graph
    assert message in str(caught.value)


def test_a_refused_expression_of_channels_is_one_fault(net):
    with pytest.raises(SpecError) as caught:
        _ = net("- slice: 1 channels", input="4x4").graph
    assert [fault.code for fault in caught.value.diagnostics] == ["ARC201"]


def test_a_parameter_takes_its_sizes_from_where_it_stands(net):
    """`from:` lends a parameter the sizes of another tensor."""
    network = net("- conv: 8 1x1\n- parameter: [channels, 1]\n  from: input", input="3x4x4")
    assert network.graph.nodes[-1].output_shapes == ((1, 3, 1),)
