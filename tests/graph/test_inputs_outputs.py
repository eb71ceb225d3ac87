"""Several inputs and outputs, and the sizes of inputs."""

from __future__ import annotations

import pytest

from archlens.graph.build import build
from tests.graph.spelling import faults, graph, layers, spec

TWO = """
inputs:
  image: 3x32x32
  mask: [1, size, size]
params: {size: 32}
layers:
  - conv: 8 3x3 same
    as: features
  - conv: 8 3x3 same
    from: mask
  - add: [prev, features]
  - global_avg_pool
  - linear: 10
"""


def test_the_first_input_flows_into_the_first_line() -> None:
    net = graph(TWO)
    assert net.inputs == {"image": 0, "mask": 1}
    assert [n.inputs for n in net.nodes][:3] == [(0,), (1,), (3, 2)]
    assert net.shapes[:2] == ((1, 3, 32, 32), (1, 1, 32, 32))


@pytest.mark.parametrize(
    ("outputs", "wanted"),
    [
        ("", {"output": 4}),
        ("outputs: a", {"a": 2}),
        ("outputs: [a, b]", {"a": 2, "b": 3}),
        ("outputs: {class: b, again: b, start: input, end: prev}", {"class": 3, "again": 3, "start": 0, "end": 4}),
    ],
)
def test_outputs(outputs: str, wanted: dict[str, int]) -> None:
    net = graph(layers("- conv: 8 1x1\n- relu:\n  as: a\n- tanh:\n  as: b\n- sigmoid") + outputs)
    assert net.outputs == wanted


def test_outputs_of_a_variant() -> None:
    text = """
    input: 3x32x32
    variants:
      plain: {training: false}
      training: {training: true, outputs: [main, helper]}
    layers:
      - conv: 8 3x3
        as: trunk
      - relu:
        as: main
      - conv: 4 1x1
        from: trunk
        when: training
        as: helper
    """
    assert list(graph(text).outputs) == ["output"]
    assert graph(text, "training").outputs == {"main": 2, "helper": 3}


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ("784", (784,)),
        ("3x224x224", (3, 224, 224)),
        ("[3, 2*size, size]", (3, 64, 32)),
        ("[3, 32.0, 8/2]", (3, 32, 4)),
        ("4x10", (4, 10)),
        ("1x2x3x4", (1, 2, 3, 4)),
        ("size", (32,)),
        ("shape", (3, 8, 8)),
    ],
)
def test_sizes(size: str, shape: tuple[int, ...]) -> None:
    net = build(spec(layers("- relu", f"input: {size}\nparams: {{size: 32, shape: 3x8x8}}")), batch=7)
    assert net.shapes[0] == (7, *shape)


@pytest.mark.parametrize(
    "size", ["0", "-1", "3x0", "[]", "[3, [4]]", "2.5", "true", "word", "[3, null]", "''", "1e30", "{a: 3}", "[3, channels]"]
)
def test_sizes_that_are_none(size: str) -> None:
    (fault,) = faults(layers("- relu", f"input: {size}"))
    assert fault.span is not None
    assert fault.span.line == 2
    assert fault.help


def test_names_of_inputs_are_taken() -> None:
    text = "inputs: {image: 3x8x8}\nlayers:\n  - relu:\n    name: image\n  - relu:\n    as: image\n"
    assert [(d.code, d.span and d.span.line) for d in faults(text)] == [("ARC135", 5), ("ARC135", 7)]
