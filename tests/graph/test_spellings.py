"""One network, two spellings: the sugar means what it stands for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.graph.spelling import analysis, graph, layers, network, operations, paths

SAME = {
    "shorthand is a mapping": (
        "- conv: 64 3x3 /2 same",
        "- conv: {out_channels: 64, kernel_size: [3, 3], stride: 2, padding: same}",
    ),
    "named values": (
        "- conv: 8 3 bias=false dilation=2x1",
        "- conv:\n    dilation: [2, 1]\n    kernel_size: 3\n    bias: false\n    out_channels: 8",
    ),
    "places go on after names": ("- conv: out_channels=8 3 2", "- conv: 8 3 2"),
    "names in between": ("- conv: 8 padding=1 3 2", "- conv: 8 3 2 1"),
    "words": ("- conv: 8 3 valid\n- max_pool: 2 ceil", "- conv: 8 3 padding=valid\n- max_pool: 2 ceil_mode=true"),
    "values with blanks need brackets": ("- conv: (2 * 4) [3, 1 + 2]", "- conv: 8 3x3"),
    "pairs": ("- conv: 8 3 padding=[[1,2],[0,1]]", "- conv: {out_channels: 8, kernel_size: 3, padding: [[1, 2], [0, 1]]}"),
    "quotes do not matter": ('- "conv": "8 3x3 /2"', "- conv: 8 3x3 /2"),
    "a bare layer": ("- relu\n- max_pool: 2\n- flatten", "- relu:\n- max_pool: {kernel_size: 2}\n- flatten: {}"),
    "flow style": (
        "[conv: 8 3x3 same, relu, {conv: 8 3x3, name: last}]",
        "- conv: 8 3x3 same\n- relu\n- conv: 8 3x3\n  name: last",
    ),
    "lines folded by YAML": ("- conv: 8\n    3x3\n    same", "- conv: 8 3x3 same"),
    "repeat": ("- conv: 8 3x3 same\n  repeat: 3", "- conv: 8 3x3 same\n- conv: 8 3x3 same\n- conv: 8 3x3 same"),
    "repeat no more": ("- conv: 8 3x3\n- relu:\n  repeat: 0\n- conv: 4 3x3", "- conv: 8 3x3\n- conv: 4 3x3"),
    "repeat from": (
        "- conv: 8 3x3 same\n  as: a\n- conv: 8 1x1\n- conv: 8 3x3 same\n  from: a\n  repeat: 2",
        "- conv: 8 3x3 same\n  as: a\n- conv: 8 1x1\n- conv: 8 3x3 same\n  from: a\n- conv: 8 3x3 same",
    ),
    "repeat of a whole number spelled as a fraction": ("- conv: 8 3x3 same\n  repeat: 6/2", "- conv: 8 3x3 same\n  repeat: 3"),
    "when": (
        "- conv: 8 3x3\n  when: channels == 3\n- conv: 16 3x3\n  when: channels == 3\n- relu:\n  when: not true",
        "- conv: 8 3x3",
    ),
    "when leaves out what `from` would not find": (
        "- for: {w: [2, 1]}\n  do: [{relu: , from: up$(index - 1), when: index > 1}, {conv: w 3x3, as: up$index}]",
        "- conv: 2 3x3\n- relu\n- conv: 1 3x3",
    ),
    "when asks for what arrives": (
        "- conv: 8 3x3 same\n  as: a\n- conv: 4 3x3 same\n- relu:\n  from: a\n  when: channels == 8",
        "- conv: 8 3x3 same\n  as: a\n- conv: 4 3x3 same\n- relu:\n  from: a",
    ),
    "channels": ("- conv: 2*channels 3x3\n- conv: channels//3 1x1", "- conv: 6 3x3\n- conv: 2 1x1"),
    "for": (
        "- for: {w: [8, 16], k: [3, 5]}\n  do:\n    - conv: w k same\n    - relu",
        "- conv: 8 3 same\n- relu\n- conv: 16 5 same\n- relu",
    ),
    "for over a range, with its index": (
        "- for: {i: 'range(2, 5)'}\n  do:\n    - conv: i*index 1x1",
        "- conv: 2 1x1\n- conv: 6 1x1\n- conv: 12 1x1",
    ),
    "for in for": (
        "- for: {w: [8, 16]}\n  do:\n    - for: {k: [1, 3]}\n      do:\n        - conv: w*index k same",
        "- conv: 8 1 same\n- conv: 16 3 same\n- conv: 16 1 same\n- conv: 32 3 same",
    ),
    "for over nothing": ("- relu\n- for: {w: []}\n  do:\n    - conv: w 1x1", "- relu"),
    "for, repeated": (
        "- for: {w: [8, 4]}\n  do:\n    - conv: w 1x1\n  repeat: 2",
        "- conv: 8 1x1\n- conv: 4 1x1\n- conv: 8 1x1\n- conv: 4 1x1",
    ),
    "fork and join": (
        "- conv: 8 1x1\n- add:\n    main: [conv: 8 3x3 same, relu]\n    skip: []",
        "- conv: 8 1x1\n  as: x\n- conv: 8 3x3 same\n- relu\n- add: [prev, x]",
    ),
    "an empty branch": ("- add:\n    main: [relu]\n    skip:", "- add: {main: [relu], skip: []}"),
    "a fork that starts elsewhere": (
        "- conv: 8 1x1\n  as: x\n- relu\n- add:\n    a: [relu]\n    b: []\n  from: x",
        "- conv: 8 1x1\n  as: x\n- relu\n- relu:\n  from: x\n- add: [prev, x]",
    ),
    "concat along another axis": (
        "- concat: {a: [relu], b: []}\n  dim: 2",
        "- relu:\n  from: input\n- concat: [prev, input]\n  dim: 2",
    ),
    "several inputs": ("- relu:\n  as: a\n- tanh\n- add:\n  from: [prev, a]", "- relu:\n  as: a\n- tanh\n- add: [prev, a]"),
    "repeat of a join": (
        "- relu:\n  as: a\n- add: [prev, a]\n  repeat: 2",
        "- relu:\n  as: a\n- add: [prev, a]\n- add: [prev, a]",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_two_spellings(name: str) -> None:
    one, two = SAME[name]
    assert operations(network(one)) == operations(network(two))


BLOCKS = """
blocks:
  ConvBn(out, kernel, stride=1, act=relu):
    - conv: out kernel /stride same bias=false
    - batch_norm
    - $act
  Residual(width=channels, out=channels):
    - add:
        main:
          - ConvBn: width 3x3
          - ConvBn: out 1x1 act=identity
        skip: []
  Wide(scale=2, out=8*scale):
    - conv: out 1x1
"""
INLINED = {
    "positions": ("- ConvBn: 8 3x3 /2", "- conv: 8 3x3 /2 same bias=false\n- batch_norm\n- relu"),
    "names": ("- ConvBn: {kernel: 5, out: 8, act: tanh}", "- conv: 8 5 /1 same bias=false\n- batch_norm\n- tanh"),
    "a block in a block, with what arrives": (
        "- Residual",
        (
            "- add:\n    main: [conv: 3 3x3 same bias=false, batch_norm, relu,"
            " conv: 3 1x1 same bias=false, batch_norm, identity]\n    skip: []"
        ),
    ),
    "defaults that use parameters": ("- Wide\n- Wide: 3\n- Wide: out=5", "- conv: 16 1x1\n- conv: 24 1x1\n- conv: 5 1x1"),
    "repeat": ("- ConvBn: 8 3x3\n  repeat: 2", "- ConvBn: 8 3x3\n- ConvBn: 8 3x3"),
    "a block by a parameter": ("- $block: 8 3x3\n- $(block): 4 1x1", "- ConvBn: 8 3x3\n- ConvBn: 4 1x1"),
    "a layer by a parameter": ("- $pool: 2x2\n- $pool: {kernel_size: 3, stride: 2}", "- avg_pool: 2x2\n- avg_pool: 3 /2"),
    "a join by a parameter": (
        "- relu:\n  as: a\n- tanh\n- $join:\n  from: [prev, a]",
        "- relu:\n  as: a\n- tanh\n- multiply: [prev, a]",
    ),
    "a word by a parameter": ("- upsample: 2 mode=$how", "- upsample: 2 mode=bilinear"),
}


@pytest.mark.parametrize("name", INLINED)
def test_blocks_are_what_they_hold(name: str) -> None:
    before = "input: 3x32x32\nparams: {block: ConvBn, pool: avg_pool, join: multiply, how: bilinear}" + BLOCKS
    one, two = (network(lines, before) for lines in INLINED[name])
    assert operations(one) == operations(two)


def test_parameters_in_any_order() -> None:
    text = layers(
        "- conv: a 1x1\n- conv: d[1] k", "input: [3, size, size]\nparams: {a: 2*b, b: c+1, c: 3, d: [a, c*c], k: 3x1, size: 4*a}"
    )
    assert [n.output_shapes[0] for n in graph(text).nodes] == [(1, 8, 32, 32), (1, 9, 30, 32)]


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(widths=st.lists(st.integers(1, 9), min_size=1, max_size=4), depth=st.integers(0, 3), kernel=st.sampled_from([1, 3, 5]))
def test_loops_and_repeats_unrolled(widths: list[int], depth: int, kernel: int) -> None:
    looped = network(f"- for: {{w: {widths}}}\n  do:\n    - conv: w {kernel} same\n    - relu:\n      repeat: {depth}\n- flatten")
    written = "".join(f"- conv: {w} {kernel} same\n" + "- relu\n" * depth for w in widths) + "- flatten"
    assert operations(looped) == operations(network(written))


def branch() -> st.SearchStrategy[list[object]]:
    """A body: layers that keep the shape, and forks of bodies."""
    layer = st.sampled_from(["relu", "conv: 3 3x3 same", "batch_norm"])
    return st.recursive(
        st.lists(layer, max_size=3),
        lambda inner: st.lists(st.one_of(layer, st.lists(inner, min_size=2, max_size=3)), max_size=3),  # type: ignore[arg-type]
        max_leaves=8,
    )


def forked(body: list[object], level: int) -> str:
    """The body with forks as mappings of branches."""
    lines = []
    for item in body:
        if isinstance(item, str):
            lines.append("  " * level + f"- {item}")
        else:
            lines.append("  " * level + "- add:")
            for i, inner in enumerate(item):  # type: ignore[arg-type]
                lines.append("  " * (level + 2) + f"b{i}:")
                lines.append(forked(inner, level + 3) if inner else "  " * (level + 3) + "[]")
    return "\n".join(lines)


def named(body: list[object], start: str, counter: list[int]) -> tuple[list[str], str]:
    """The body with every tensor named and joins as lists; and the name of what comes out."""
    lines: list[str] = []
    for item in body:
        counter[0] += 1
        name = f"t{counter[0]}"
        if isinstance(item, str):
            lines.append(f"- {{{item}{'' if ':' in item else ':'} , from: {start}, as: {name}}}")
        else:
            ends = []
            for inner in item:  # type: ignore[attr-defined]
                written, end = named(inner, start, counter)
                lines += written
                ends.append(end)
            lines.append(f"- {{add: [{', '.join(ends)}], as: {name}}}")
        start = name
    return lines, start


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(body=branch())
def test_forks_are_named_tensors(body: list[object]) -> None:
    body = ["relu", *body]
    one = network(forked(body, 0))
    two = network("\n".join(named(body, "input", [0])[0]))
    assert operations(one) == operations(two)
    assert len(set(paths(one))) == len(one.nodes)


def test_figures_follow() -> None:
    """A residual stage by the textbook's formulas, however it is spelled."""
    found = analysis(layers("- ConvBn: 16 3x3\n- Residual: 8\n  repeat: 2", "input: 3x32x32" + BLOCKS)).totals
    stem = 3 * 16 * 9 + 2 * 16
    residual = (16 * 8 * 9 + 2 * 8) + (8 * 16 + 2 * 16)
    assert found.params == stem + 2 * residual
    assert found.macs == 32 * 32 * (3 * 16 * 9 + 2 * (16 * 8 * 9 + 8 * 16))
    assert found.receptive_field == (7, 7)
