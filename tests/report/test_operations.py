"""The operation column is the spec's own shorthand: written back into a spec it gives the same layer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archlens
from archlens.errors import LayerError
from archlens.layers import layer_types
from archlens.report.numbers import bytes_text, each, short, size_text
from archlens.report.operations import operation_text
from tests.layers.cases import BUILT_IN, CASES, examples, outcome
from tests.report.table import bounds

SINGLE = [name for name in BUILT_IN if layer_types()[name].inputs == (1, 1)]


@pytest.mark.parametrize("type_name", SINGLE)
def test_the_text_makes_the_same_layer(type_name, tmp_path):
    path = tmp_path / "one.yaml"

    @examples(6 + 3 * len(layer_types()[type_name].fields))
    @given(CASES[type_name])
    def agree(case):
        found = outcome(case, type_name)
        if isinstance(found, LayerError):
            return
        layer, outputs = found
        output = outputs[0]
        shape = case.shapes[0][1:]
        text = operation_text(type_name, layer.arguments, len(output) - 2, times="x")
        path.write_text(f'archlens: 1\ninput: {list(shape)}\nlayers:\n  - {type_name}: "{text}"\n')
        again = archlens.load(str(path)).graph.nodes[0]
        assert again.output_shapes == tuple((1, *output[1:]) for output in outputs)
        assert again.layer.parameter_shapes((1, *shape)) == layer.parameter_shapes((1, *shape))
        assert operation_text(type_name, again.layer.arguments, len(output) - 2, times="x") == text

    agree()


@pytest.mark.parametrize(
    ("type_name", "arguments", "axes", "brief", "rest"),
    [
        ("conv", {"out_channels": 64, "kernel_size": (7, 7), "stride": 2, "padding": "same"}, 2, "64 7×7 /2", "same"),
        ("conv", {"out_channels": 8, "kernel_size": 3, "bias": False}, 2, "8 3×3", "bias=false"),
        ("conv", {"out_channels": 8, "kernel_size": 3}, 1, "8 3", ""),
        ("conv", {"out_channels": 8, "kernel_size": (1, 3, 3), "stride": (1, 2, 2)}, 3, "8 1×3×3 /1×2×2", ""),
        ("conv", {"out_channels": 8, "kernel_size": 3, "padding": (0, 1, 1)}, 3, "8 3×3×3", "padding=0×1×1"),
        ("conv", {"out_channels": 8, "kernel_size": 2, "padding": ((0, 1), (0, 1))}, 2, "8 2×2", "padding=[[0,1],[0,1]]"),
        ("max_pool", {"kernel_size": 2}, 2, "2×2 /2", ""),
        ("max_pool", {"kernel_size": 3, "stride": (2, 2), "ceil_mode": True}, 2, "3×3 /2", "ceil"),
        ("adaptive_avg_pool", {"output_size": 7}, 2, "7×7", ""),
        ("batch_norm", {}, 2, "", ""),
        ("linear", {"out_features": 1000, "bias": False}, 0, "1000", "bias=false"),
        ("dropout", {"p": 0.4}, 0, "", "p=0.4"),
        ("reshape", {"shape": (16, -1)}, 0, "[16,-1]", ""),
    ],
)
def test_the_text_people_read(type_name, arguments, axes, brief, rest):
    layer = layer_types()[type_name](**arguments)
    assert operation_text(type_name, layer.arguments, axes) == f"{brief} {rest}".strip()
    assert operation_text(type_name, layer.arguments, axes, brief=True) == brief


@examples(200)
@given(st.integers(0, 999_949 * 10**9))
def test_a_short_figure_is_the_rounded_one(value):
    low, high = bounds(short(value))
    assert low <= value <= high
    assert len(short(value)) <= 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "10.00k"),
        (99_994, "99.99k"),
        (99_996, "100.0k"),
        (999_949, "999.9k"),
        (999_951, "1.000M"),
    ],
)
def test_short_figures_at_the_edges(value, text):
    assert short(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (102_228_128, "102.2 MB"), (10**27, "1000.0 YB")]
)
def test_bytes_keep_their_unit(value, text):
    assert bytes_text(value) == text.replace(" ", "\u00a0")


def test_sizes():
    assert [each((7, 7)), each((7, 5))] == ["7", "7×5"]
    assert [size_text((1, 3, 224, 224)), size_text((1, 10)), size_text((1,))] == ["3×224×224", "10", "scalar"]
