"""The Python face: what `load` takes, what it refuses, and that figures are computed once."""

import pytest

import archlens
from archlens.errors import UsageError

SPEC = """archlens: 1
name: Face
input: 3x8x8
params: {flag: false, depths: [1, 2], kind: relu, maybe: null, scale: 1.0}
variants: {one: {}, two: {depths: [3]}}
layers:
  - for: {d: depths}
    do: [{conv: int(d*scale) 1x1}]
  - $kind
  - {elu: , when: flag}
  - {tanh: , when: maybe == null}
"""


@pytest.fixture
def load(tmp_path):
    path = tmp_path / "face.yaml"
    path.write_text(SPEC)
    return lambda variant="", **options: archlens.load(f"{path}{variant}", **options)


@pytest.mark.parametrize(
    ("params", "types"),
    [
        ({}, ["conv", "conv", "relu", "tanh"]),
        ({"flag": True}, ["conv", "conv", "relu", "elu", "tanh"]),
        ({"depths": (4,), "kind": "sigmoid"}, ["conv", "sigmoid", "tanh"]),
        ({"depths": [1, 2, 3], "scale": 2.0}, ["conv", "conv", "conv", "relu", "tanh"]),
        ({"maybe": None}, ["conv", "conv", "relu", "tanh"]),
        ({"maybe": 0}, ["conv", "conv", "relu"]),
    ],
)
def test_parameters_are_python_values(params, types, load):
    assert [layer.type for layer in load(params=params).analyze().layers] == types


@pytest.mark.parametrize("size", ["1x9x7", (1, 9, 7), [1, 9, 7], {"input": "1x9x7"}, {"input": (1, 9, 7)}])
def test_an_input_size_in_any_form(size, load):
    assert load(input=size).analyze().inputs == {"input": (1, 1, 9, 7)}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch": 0}, "batch must be a whole number of at least 1, not 0"),
        ({"batch": 2.5}, "not 2.5"),
        ({"batch": True}, "not True"),
        ({"params": {"flug": True}}, "did you mean `flag`?"),
        ({"input": {"inptu": "3x9x9"}}, "has no input `inptu`"),
    ],
)
def test_what_cannot_be_met(options, message, load):
    with pytest.raises(UsageError, match=message.replace("?", "\\?")):
        load(**options).analyze()


def test_variants(load):
    assert repr(load(":two")).startswith("<Network Face from ")
    assert repr(load(":two")).endswith("face.yaml:two>")
    assert [len(load(f":{name}").analyze().layers) for name in ("one", "two")] == [4, 3]


def test_the_analysis_is_made_once(load):
    network = load()
    assert network.analyze() is network.analyze()
    assert network.graph is network.graph
    assert network.expand().startswith("archlens: 1\nname: ")
