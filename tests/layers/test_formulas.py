"""Every formula's text, evaluated, gives what the code gives: on random arguments, for a batch of one."""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given

from archlens.errors import LayerError
from archlens.layers import AdaptiveAvgPool, layer_types
from archlens.layers.windows import Adaptive
from tests.layers.cases import BUILT_IN, CASES, Case, examples, examples_for, outcome

WITH_FORMULAS = [name for name in BUILT_IN if layer_types()[name].formulas]
FUNCTIONS = {"floor": math.floor, "ceil": math.ceil, "prod": math.prod, "min": min, "max": max}
FACTS = ("output_size", "params", "macs", "elementwise_ops")


def evaluate(text: str, variables: dict[str, Any]) -> Any:
    """The value of a formula; whole numbers become fractions, so that `/` is exact."""
    return eval(text, {"__builtins__": {}}, {**FUNCTIONS, **{name: _exact(value) for name, value in variables.items()}})


def _exact(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_exact, value))
    return Fraction(value) if isinstance(value, int) and not isinstance(value, bool) else value


def along(variables: dict[str, Any], axis: int) -> dict[str, Any]:
    """The variables as one spatial axis sees them."""
    return {name: value[axis] if isinstance(value, tuple) else value for name, value in variables.items()}


@pytest.mark.parametrize("type_name", WITH_FORMULAS)
def test_the_text_gives_what_the_code_gives(type_name: str) -> None:
    @examples_for(type_name, at_most=30)
    @given(CASES[type_name])
    def agree(case: Case) -> None:
        case = case._replace(shapes=tuple((1, *shape[1:]) for shape in case.shapes))
        found = outcome(case, type_name)
        if isinstance(found, LayerError):
            return
        layer, (output, *_) = found
        variables = layer.variables(*case.shapes)
        for fact, text in layer.formulas.items():
            if fact == "output_size":
                assert [evaluate(text, along(variables, axis)) for axis in range(len(output) - 2)] == list(output[2:])
            else:
                assert evaluate(text, variables) == getattr(layer, fact)(*case.shapes)

    agree()


def test_the_spans_of_adaptive_pooling_add_up() -> None:
    """R = W + O - gcd(W, O), the number of values that the cells along an axis span, is the sum it claims to be."""
    for size, cells in product(range(1, 30), repeat=2):
        axis = Adaptive(size, cells)
        reaches = [axis.reach(u, u) for u in range(cells)]
        assert sum(hi - lo + 1 for lo, hi in reaches) == AdaptiveAvgPool(cells).variables((1, 1, size))["R"][0]


@pytest.mark.parametrize("type_name", WITH_FORMULAS)
def test_formulas_are_plain_arithmetic(type_name: str) -> None:
    """No attribute, no index, no call but of the few functions: anyone can read them, and `explain` can fill them in."""
    allowed = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Name, ast.Load, ast.Constant)
    allowed += (ast.Call, ast.IfExp, ast.Compare, ast.cmpop)
    for fact, text in layer_types()[type_name].formulas.items():
        assert fact in FACTS
        for node in ast.walk(ast.parse(text, mode="eval")):
            assert isinstance(node, allowed), ast.dump(node)
            assert not isinstance(node, ast.Call) or node.func.id in FUNCTIONS


@pytest.mark.parametrize("type_name", BUILT_IN)
def test_what_costs_something_has_a_formula(type_name: str) -> None:
    """A fact that is not zero can be explained."""

    @examples(10)
    @given(CASES[type_name])
    def agree(case: Case) -> None:
        found = outcome(case, type_name)
        if not isinstance(found, LayerError):
            costs = [fact for fact in ("params", "macs", "elementwise_ops") if getattr(found[0], fact)(*case.shapes)]
            assert {*costs} <= {*found[0].formulas}

    agree()
