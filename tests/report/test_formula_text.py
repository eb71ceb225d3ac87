"""Formulas in symbols and numbers: what is written, read again by other means, comes to the facts."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given

from archlens.errors import LayerError
from archlens.layers import layer_types
from archlens.report.formulas import in_symbols, meanings, worked
from archlens.report.symbols import meaning
from archlens.report.terms import FUNCTIONS, collapsed, parsed, value_of
from archlens.report.writing import chosen, number_text, written
from tests.layers import test_formulas
from tests.layers.cases import BUILT_IN, CASES, Case, examples, outcome

WITH_FORMULAS = [name for name in BUILT_IN if layer_types()[name].formulas]
SIGNS = {"×": "*", "·": "*", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "^": "**"}


def read(text):
    """The value of a text of numbers, by Python's own arithmetic on fractions."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", "".join(SIGNS.get(sign, sign) for sign in text))
    exact = re.sub(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?", lambda number: f"number('{number[0]}')", plain)
    names = {"number": Fraction, "floor": math.floor, "ceil": math.ceil, "min": min, "max": max, "abs": abs, "sqrt": math.sqrt}
    return eval(exact, {"__builtins__": {}}, names)


@pytest.mark.parametrize("type_name", WITH_FORMULAS)
def test_every_step_comes_to_the_fact(type_name):
    @examples(30)
    @given(CASES[type_name])
    def agree(case: Case):
        case = case._replace(shapes=tuple((1, *shape[1:]) for shape in case.shapes))
        found = outcome(case, type_name)
        if isinstance(found, LayerError):
            return
        layer, (output, *_) = found
        figures = worked(layer, case.shapes)
        sizes = {axis: figure.result for figure in figures for axis in figure.axes}
        assert {figure.fact for figure in figures} == {*layer.formulas} - ({"output_size"} if len(output) == 2 else set())
        assert sorted(sizes.values()) == sorted(output[2:] if sizes else ())
        for figure in figures:
            if figure.fact != "output_size":
                assert figure.result == getattr(layer, figure.fact)(*case.shapes)
            for step in figure.steps:
                assert float(read(step)) == pytest.approx(float(figure.result), rel=1e-12), (figure, step)

    agree()


@pytest.mark.parametrize("type_name", BUILT_IN)
def test_every_symbol_has_a_meaning(type_name):
    """A new one goes into SYMBOLS in archlens/report/symbols.py, or is a field of the layer."""
    layer = layer_types()[type_name]
    for one in meanings(layer):
        assert one.text
        assert not one.text.endswith(".")
        assert one.text[:1] == one.text[:1].lower() or one.text[:2].isupper()
    assert [*in_symbols(layer)] == [*layer.formulas]


def test_a_symbol_without_a_meaning_says_where_to_add_it():
    with pytest.raises(KeyError, match=r"conv: no meaning of `Q`; add it to SYMBOLS in archlens/report/symbols\.py"):
        meaning(layer_types()["conv"], "Q")


def test_no_entry_is_left_over():
    from archlens.report.symbols import SYMBOLS

    used = {(name, one.symbol) for name, layer in layer_types().items() for one in meanings(layer)}
    known = {symbol for _, symbol in used} | {f"{name}.{symbol}" for name, symbol in used}
    assert {*SYMBOLS} <= known


def test_the_engine_knows_what_formulas_may_call():
    assert {*test_formulas.FUNCTIONS} <= {*FUNCTIONS}


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("floor((W + P_low + P_high - D*(K - 1) - 1) / S) + 1", "⌊(W + P_low + P_high − D·(K − 1) − 1) / S⌋ + 1"),
        ("C_out * (C_in/G * prod(K) + B)", "C_out × (C_in/G × ∏K + B)"),
        ("2 * C * A", "2 × C × A"),
        ("a - (b + c)", "a − (b + c)"),
        ("a - b - c", "a − b − c"),
        ("a / (b * c)", "a / (b·c)"),
        ("a * b / c", "a × b/c"),
        ("(a + b)**2 * c", "(a + b)^2 × c"),
        ("-a + b", "−a + b"),
        ("a // b % c", "a // b % c"),
        ("min(a, b) if a > 2 else b", "min(a, b) if a > 2, else b"),
        ("(2 if t else 5) * C", "(2 if t, else 5) × C"),
    ],
)
def test_textbook_notation(text, symbols):
    assert written(parsed(text)) == symbols


def steps(text, rank=0, **values):
    reasons = {}
    term = chosen(parsed(text, values, rank), reasons)
    return [written(term), written(term, values=True), written(collapsed(term), values=True), value_of(term), *reasons]


def test_values_are_put_in_and_worked_out():
    size = "floor((W + P - D*(K - 1) - 1) / S) + 1"
    assert steps(size, W=224, P=6, D=1, K=7, S=2) == [
        "⌊(W + P − D·(K − 1) − 1) / S⌋ + 1",
        "⌊(224 + 6 − 1·(7 − 1) − 1) / 2⌋ + 1",
        "⌊223 / 2⌋ + 1",
        112,
    ]
    assert steps("C * prod(K)", 2, C=64, K=(3, 5)) == ["C × K_h·K_w", "64 × 3·5", "64 × 15", 960]
    assert steps("C * prod(K)", 3, C=2, K=(3, 5, 7))[0] == "C × K_d·K_h·K_w"
    assert steps("C * prod(K)", 1, C=2, K=(3,))[0] == "C × K"
    assert steps("C * prod(K)", 2, C=2, K=()) == ["C × 1", "2 × 1", "2 × 1", 2]
    assert steps("prod(X)", 2, X=(3, 4, 5))[0] == "X_1·X_2·X_3"
    assert steps("sum(X)", 2, X=(3, 4, 5)) == ["X_1 + X_2 + X_3", "3 + 4 + 5", "3 + 4 + 5", 12]
    assert steps("a / prod(K)", 2, a=60, K=(3, 5)) == ["a / (K_h·K_w)", "60 / (3·5)", "4", 4]
    assert steps("a - b", a=3, b=-4) == ["a − b", "3 − (−4)", "3 − (−4)", 7]
    assert steps("floor(W * f)", W=5, f=1.5) == ["⌊W × f⌋", "⌊5 × 1.5⌋", "⌊5 × 1.5⌋", 7]


def test_the_branch_that_holds_is_shown_and_why():
    assert steps("a if t else b", t=False, a=1, b=2) == ["b", "2", "2", 2, "t is false"]
    assert steps("(2*T - 1) * C if T > 1 else 0", T=1, C=3)[3:] == [0, "T > 1 does not hold"]
    assert steps("(2*T - 1) * C if T > 1 else 0", T=4, C=3)[3:] == [21, "T > 1"]


@pytest.mark.parametrize(
    "text", ["a.b", "a[0]", "open('x')", "lambda: 1", "None", "a @ b", "prod(a + b)", "[1, 2]", "__import__"]
)
def test_what_is_no_formula_is_refused(text):
    if text == "__import__":
        assert written(parsed(text)) == text, "a name is a name, and is never looked up"
        return
    with pytest.raises(ValueError, match=r"formula|name"):
        parsed(text)


def test_words_can_decide():
    assert steps("2 * C if mode == 'linear' else C", mode="linear", C=3) == ["2 × C", "2 × 3", "2 × 3", 6, "mode = linear"]
    assert steps("2 * C if mode == 'linear' else C", mode="cubic", C=3)[3:] == [3, "mode = linear does not hold"]


def test_numbers():
    texts = [number_text(value) for value in (12544, -3, Fraction(2, 3), Fraction(4, 2), 1.5, 2.0, True, None)]
    assert texts == ["12,544", "−3", "2/3", "2", "1.5", "2", "true", "none"]
