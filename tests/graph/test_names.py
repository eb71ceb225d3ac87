"""Names: of layers (paths), of tensors (`as`, `from`), and what they reach."""

from __future__ import annotations

import pytest

from tests.graph.spelling import faults, graph, layers, network, operations, paths

BLOCKS = """
input: 3x32x32
blocks:
  ConvBn(out):
    - conv: out 3x3 same
    - batch_norm
  Deep(out):
    - ConvBn: out
    - ConvBn: out
      name: second
    - relu
  Skip(out):
    - conv: out 1x1
      as: wide
    - conv: out 3x3 same
    - add: [prev, wide]
"""

PATHS = {
    "a type on its own has no number": ("- conv: 8 3x3\n- relu\n- flatten", ["conv", "relu", "flatten"]),
    "several are numbered from 1": ("- relu\n- conv: 8 3x3\n- relu", ["relu1", "conv", "relu2"]),
    "a name stands for itself": ("- conv: 8 3x3\n  name: stem\n- conv: 8 3x3", ["stem", "conv"]),
    "a type that ends in a digit": ("- relu6\n- relu6", ["relu6_1", "relu6_2"]),
    "blocks are scopes": ("- ConvBn: 8", ["ConvBn/conv", "ConvBn/batch_norm"]),
    "blocks are numbered": (
        "- ConvBn: 8\n- ConvBn: 8",
        ["ConvBn1/conv", "ConvBn1/batch_norm", "ConvBn2/conv", "ConvBn2/batch_norm"],
    ),
    "blocks in blocks": (
        "- Deep: 8\n  name: d",
        ["d/ConvBn/conv", "d/ConvBn/batch_norm", "d/second/conv", "d/second/batch_norm", "d/relu"],
    ),
    "repeats are numbered": ("- relu:\n  repeat: 2", ["relu1", "relu2"]),
    "even a single one": ("- relu:\n  repeat: 1", ["relu1"]),
    "a repeated name is numbered": (
        "- relu:\n  name: act\n  repeat: 2\n- ConvBn: 8\n  name: c\n  repeat: 1",
        ["act1", "act2", "c/conv", "c/batch_norm"],
    ),
    "a repeated name that ends in a digit": ("- relu:\n  name: act1\n  repeat: 2", ["act1_1", "act1_2"]),
    "branches are scopes": (
        "- add:\n    main: [conv: 3 3x3 same, relu]\n    skip: [relu]",
        ["main/conv", "main/relu", "skip/relu", "add"],
    ),
    "branches of the next fork": (
        "- add: {main: [relu], skip: []}\n- add: {main: [relu], skip: []}",
        ["main/relu", "add1", "main2/relu", "add2"],
    ),
    "a for without a name adds no scope": ("- for: {w: [8, 16]}\n  do:\n    - conv: w 1x1", ["conv1", "conv2"]),
    "a for with a name does": (
        "- for: {w: [8, 16]}\n  name: stage$index\n  do:\n    - conv: w 1x1",
        ["stage1/conv", "stage2/conv"],
    ),
    "a plain name of a for is numbered": (
        "- for: {w: [8, 16]}\n  name: stage\n  do:\n    - conv: w 1x1",
        ["stage1/conv", "stage2/conv"],
    ),
    "names are templates": (
        "- for: {w: [8, 16], k: [1, 3]}\n  do:\n    - conv: w k same\n      name: c$(w)k$(k*1)_$index",
        ["c8k1_1", "c16k3_2"],
    ),
    "and may compute": ("- relu:\n  name: $(6/2)\n- relu:\n  name: x$(6/4)_$(1 > 2)", ["3", "x1.5_false"]),
    "a name may have a path of its own": ("- relu:\n  name: a/b\n- relu:\n  name: a/c", ["a/b", "a/c"]),
    "a template is named after what it is": ("- $block: 8\n- $act", ["ConvBn/conv", "ConvBn/batch_norm", "tanh"]),
    "numbers skip what is taken": ("- relu:\n  name: relu1\n- relu\n- relu", ["relu1", "relu2", "relu3"]),
    "the network's input has its name": ("- relu:\n  name: image", ["image"]),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths(name: str) -> None:
    lines, wanted = PATHS[name]
    assert paths(network(lines, BLOCKS + "params: {block: ConvBn, act: tanh}")) == wanted


def test_tensors_inside_a_block_belong_to_the_instance() -> None:
    one = network("- Skip: 8\n- Skip: 8", BLOCKS)
    two = network(
        "- conv: 8 1x1\n  as: a\n- conv: 8 3x3 same\n- add: [prev, a]\n"
        "- conv: 8 1x1\n  as: b\n- conv: 8 3x3 same\n- add: [prev, b]",
    )
    assert operations(one) == operations(two)


def test_a_block_sees_the_tensors_around_it_and_its_input() -> None:
    before = "input: 3x32x32\nblocks:\n  Join:\n    - relu\n    - add: [prev, input, skip]"
    one = network("- tanh:\n  as: skip\n- sigmoid\n- Join", before)
    two = network("- tanh:\n  as: skip\n- sigmoid:\n  as: x\n- relu\n- add: [prev, x, skip]")
    assert operations(one) == operations(two)


def test_a_block_hides_a_name_of_its_own() -> None:
    before = "input: 3x32x32\nblocks:\n  Inner:\n    - relu:\n      as: skip\n    - add: [prev, skip]"
    assert network("- tanh:\n  as: skip\n- Inner\n- add: [prev, skip]", before).nodes[-1].inputs[1] == 1


def test_values_in_a_block_are_its_own() -> None:
    """Neither loop variables nor the caller's parameters reach into a block."""
    before = (
        "input: 3x32x32\nparams: {w: 4}\nblocks:\n  A(x):\n    - conv: w 1x1\n    - B: 2*x\n  B(y, x=1):\n    - conv: y+x 1x1"
    )
    net = network("- for: {w: [8, 16]}\n  do:\n    - A: w", before)
    assert [n.output_shapes[0][1] for n in net.nodes] == [4, 17, 4, 33]


def test_names_given_in_a_for_or_a_branch_are_seen_to_the_end() -> None:
    lines = """
    - for: {w: [4, 8]}
      do:
        - conv: w 3x3 same
          as: c$index
    - concat:
        a: [relu: , {tanh: , as: inner}]
        b: []
    - concat: [c1, c2, inner, prev]
    """
    assert network(lines).nodes[-1].output_shapes[0] == (1, 4 + 8 + 8 + 16, 32, 32)


def test_several_names() -> None:
    net = network("- relu:\n  as: [a]\n- add: [prev, a]")
    assert net.tensors == {"input": 0, "a": 1}
    (fault,) = faults(layers("- relu:\n  as: [a, b]"))
    assert (fault.code, fault.message) == ("ARC121", "relu gives 1 tensor; nothing is left to call `b`")


def test_a_name_after_a_repeat_is_the_last_turn() -> None:
    net = network("- conv: 8 3x3 same\n  repeat: 3\n  as: x\n- add: [prev, x]")
    assert net.nodes[-1].inputs == (3, 3)


def test_a_line_that_does_not_run_names_nothing() -> None:
    (fault,) = faults(layers("- relu:\n  when: false\n  as: x\n- add: [prev, x]"))
    assert fault.code == "ARC133"
    assert "`when`" in fault.help
    assert fault.related[0].span.line == 6


def test_the_chain_of_calls_is_told() -> None:
    text = """
    input: 3x32x32
    blocks:
      Inner(k):
        - conv: 8 k
      Outer(k, n=2):
        - Inner: k
          repeat: n
    layers:
      - for: {size: [5, 99]}
        do:
          - Outer: size
    """
    (fault,) = faults(text)
    assert fault.notes == (
        "in Inner(k=99), called at line 7, repeat 1 of 2",
        "in Outer(k=99, n=2), called at line 12",
        "in the `for` of line 10, turn 2 of 2: size=99",
    )
    assert "99" in fault.message
    assert "24" in fault.message


def test_a_fault_in_a_block_is_told_once() -> None:
    before = "input: 3x32x32\nblocks:\n  Bad:\n    - add: {a: [conv: 8 1x1], b: []}"
    assert len(faults(layers("- add:\n    x: [Bad]\n    y: [Bad]\n    z: [Bad]", before))) == 1


def test_what_depends_on_a_fault_is_silent() -> None:
    lines = """
    - conv: 8 64x64
      as: x
      name: first
    - conv: channels 3x3
      when: channels > 3
      repeat: channels
    - linear: 10
    - add: [x, prev]
    - conv: 8 3x3
      weights: first
    - for: {i: range(channels)}
      do: [relu]
    - global_avg_pool
    """
    assert [d.code for d in faults(layers(lines) + "outputs: [x]\nfreeze: [nothing]\n")] == ["ARC201"]


def test_independent_faults_are_told_together() -> None:
    lines = """
    - concat:
        a: [conv: 8 3x3 groups=2]
        b: [conv: 8 3x3 gruops=3]
        c: [conv: wdth 3x3]
        d: [rleu]
    - relu
    - relu:
      from: nowhere
    """
    before = "input: 3x32x32\nparams: {width: 8, bad: 1/0}"
    assert [(d.code, d.span and d.span.line) for d in faults(layers(lines, before))] == [
        ("ARC131", 3),
        ("ARC201", 6),
        ("ARC112", 7),
        ("ARC121", 8),
        ("ARC101", 9),
        ("ARC133", 12),
    ]


def test_a_bare_word_is_text_where_no_value_has_the_name() -> None:
    before = "input: 3x32x32\nparams: {act: relu, join: same, relu: tanh}\nblocks:\n  A(f):\n    - $f"
    assert paths(network("- A: sigmoid\n- A: act\n- A: relu", before)) == ["A1/sigmoid", "A2/tanh", "A3/tanh"]
    assert graph(layers("- upsample: 2 mode=nearest", "input: 3x8x8\nparams: {nearest: 5}")).nodes[0].layer.mode == "nearest"
