"""Every feature of the language against the same network written out without it."""

import pytest

CONV_BN = "ConvBn(out, kernel=3, stride=1):\n  - conv: out kernel /stride same bias=false\n  - batch_norm"

PAIRS = {
    "shorthand and mapping": (
        "- conv: 8 3x5 /2 padding=1x2 dilation=1 bias=false",
        "- conv: {out_channels: 8, kernel_size: [3, 5], stride: 2, padding: [1, 2], bias: false}",
    ),
    "words": ("- max_pool: 3x3 /2 ceil", "- max_pool: {kernel_size: 3, stride: 2, ceil_mode: true}"),
    "same is D(K-1)/2": ("- conv: 8 5x3 dilation=2 same", "- conv: 8 5x3 dilation=2 padding=4x2"),
    "names may come first": ("- conv: kernel_size=3x3 8 same", "- conv: 8 3x3 same"),
    "uneven padding": ("- conv: 8 2x2 padding=[[0,1],[0,1]]", "- pad: {padding: [[0, 1], [0, 1]]}\n- conv: 8 2x2"),
    "a bare name": ("- relu", "- relu:"),
    "repeat": ("- conv: 8 3x3 same\n  repeat: 3", "- conv: 8 3x3 same\n- conv: 8 3x3 same\n- conv: 8 3x3 same"),
    "repeat 0": ("- conv: 8 3x3\n- relu:\n  repeat: 0", "- conv: 8 3x3"),
    "when": ("- conv: 8 3x3\n  when: channels == 3\n- conv: 8 3x3\n  when: channels == 3", "- conv: 8 3x3"),
    "expression": ("- conv: 2*channels+2 3x3 padding=(3-1)//2", "- conv: 8 3x3 same"),
    "block": ("- ConvBn: 8 3x3 /2", "- conv: 8 3x3 /2 same bias=false\n- batch_norm"),
    "block by name": ("- ConvBn: {out: 8, stride: 2}", "- conv: 8 3x3 /2 same bias=false\n- batch_norm"),
    "block with defaults": ("- ConvBn: 8", "- conv: 8 3x3 same bias=false\n- batch_norm"),
    "a template in the place of a name": (
        "- for: {kind: [ConvBn, conv]}\n  do:\n    - $kind: 8 3",
        "- ConvBn: 8\n- conv: 8 3",
    ),
    "for": (
        "- for: {w: [8, 16], s: [1, 2]}\n  do:\n    - conv: w 3x3 /s same\n    - relu",
        "- conv: 8 3x3 same\n- relu\n- conv: 16 3x3 /2 same\n- relu",
    ),
    "for with index and range": (
        "- for: {i: range(3)}\n  do: [conv: 4*index+i 1x1]",
        "- conv: 4 1x1\n- conv: 9 1x1\n- conv: 14 1x1",
    ),
    "fork and named join": (
        "- conv: 8 1x1\n- add:\n    a: [conv: 8 3x3 same]\n    b: []",
        "- conv: 8 1x1\n  as: x\n- conv: 8 3x3 same\n- add: [prev, x]",
    ),
    "concat": (
        "- concat:\n    a: [conv: 8 1x1]\n    b: [conv: 4 3x3 same]",
        "- conv: 8 1x1\n  as: a\n- conv: 4 3x3 same\n  from: input\n- concat: [a, prev]",
    ),
    "from gives several inputs": ("- conv: 3 1x1\n  as: y\n- add:\n  from: [y, input]", "- conv: 3 1x1\n- add: [prev, input]"),
    "a block's input": ("- Back: 8", "- conv: 8 1x1\n- conv: 3 1x1\n- add: [prev, input]"),
    "numbers of YAML 1.2": ("- conv: 0x1f 1x1\n- dropout: .5", "- conv: 3_1 1x1\n- dropout: 5e-1"),
}
BLOCKS = CONV_BN + "\nBack(w):\n  - conv: w 1x1\n  - conv: 3 1x1\n  - add: [prev, input]"


@pytest.mark.parametrize("name", PAIRS)
def test_both_spellings_have_the_same_figures(net, name):
    one, two = (net(layers, blocks=BLOCKS).analyze() for layers in PAIRS[name])
    ours, theirs = one.totals, two.totals
    if name == "uneven padding":  # a `pad` layer puts out values of its own
        theirs = theirs._replace(activations=ours.activations, peak_activation_bytes=ours.peak_activation_bytes)
    assert ours == theirs
    assert list(one.outputs.values()) == list(two.outputs.values())


@pytest.mark.parametrize("name", [name for name in PAIRS if name != "uneven padding"])
def test_both_spellings_have_the_same_layers(net, name):
    one, two = (net(layers, blocks=BLOCKS).graph for layers in PAIRS[name])
    kinds = [sorted((n.layer.type_name, n.input_shapes, n.output_shapes) for n in graph.nodes) for graph in (one, two)]
    assert kinds[0] == kinds[1]


def test_every_parameter_may_refer_to_every_other(net):
    network = net("- conv: wide 1x1", params="{wide: 2*narrow, narrow: base+1, base: 3}")
    assert network.graph.shapes[-1][1] == 8
