"""The example that every layer type gives of itself compiles, and shows something for every formula."""

from __future__ import annotations

import pytest

from archlens.layers import Layer, layer_types
from archlens.report.explain_type import example_graph
from archlens.report.formulas import worked
from tests.layers.cases import BUILT_IN

TYPES = [pytest.param(layer_types()[name], id=name) for name in BUILT_IN]


@pytest.mark.parametrize("layer", TYPES)
def test_the_example_compiles_and_no_formula_of_it_is_zero(layer: type[Layer]) -> None:
    assert layer.example[0] or layer.inputs == (0, 0), "state `example`: input sizes, and arguments in shorthand"
    (node,) = example_graph(layer).nodes
    assert type(node.layer) is layer
    figures = worked(node.layer, node.input_shapes)
    assert {figure.fact for figure in figures} == set(layer.formulas)
    for figure in figures:
        assert figure.result, f"{layer.type_name}: {figure.fact} of the example is 0; choose one that shows it"


@pytest.mark.parametrize("layer", TYPES)
def test_the_example_is_small_enough_to_follow(layer: type[Layer]) -> None:
    (node,) = example_graph(layer).nodes
    assert len(layer.example[1]) <= 60
    assert all(size <= 1_000_000 for shape in node.input_shapes for size in shape)
