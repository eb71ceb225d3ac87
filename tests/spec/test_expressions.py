"""Expressions: as Python computes them, and nothing that could do harm."""

from __future__ import annotations

import ast
import math
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlens.spec.arithmetic import FAULTY, Unknowable
from archlens.spec.expressions import ExpressionError, parse_expression, parse_template
from archlens.spec.functions import FUNCTIONS

ENV = {"width": 64, "alpha": 0.5, "deep": True, "depths": (3, 4, 6, 3), "block": "Basic", "n": 3, "none": None}


def value(text: str) -> Any:
    return parse_expression(text).evaluate(ENV)


VALUES = {
    "64": 64,
    "3x3": (3, 3),
    "[3, 2*n]": (3, 6),
    "[[1, 2], n]": ((1, 2), 3),
    "(1,)": (1,),
    "4*width": 256,
    "width/2": 32.0,
    "width//5": 12,
    "-width % 5": 1,
    "2**n**2": 512,
    "-n**2": -9,
    "depths[0]": 3,
    "depths[-1]": 3,
    "len(depths)": 4,
    "sum(depths)": 16,
    "prod(depths)": 216,
    "max(depths)": 6,
    "max(n, width, alpha)": 64,
    "min([4, 2])": 2,
    "range(3)": (0, 1, 2),
    "range(2, 8, 2)": (2, 4, 6),
    "int(alpha*65)": 32,
    "round(2.5)": 2,
    "ceil(width/5)": 13,
    "floor(-0.5)": -1,
    "sqrt(width)": 8.0,
    "log2(width)": 6.0,
    "abs(-n)": 3,
    "divisible(alpha*24, 8)": 16,
    "divisible(60)": 64,
    "divisible(3)": 8,
    "divisible(67*alpha, 8)": 32,
    "n if deep else width": 3,
    "n > 2 and width != 64": False,
    "n > 5 or alpha": 0.5,
    "0 or n": 3,
    "n and 0": 0,
    "not deep": False,
    "1 < n < 4": True,
    "1 < n > 4": False,
    "n in depths": True,
    "5 not in [1, n]": True,
    "block == 'Basic'": True,
    'block != "Basic"': False,
    "true and not false": True,
    "none == null": True,
    "width": 64,
    "unknown": "unknown",
    "True": True,
    " width + 1 ": 65,
    "1_000 + 1": 1001,
    "": None,
}


@pytest.mark.parametrize("text", VALUES)
def test_values(text: str) -> None:
    found = value(text)
    assert found == VALUES[text]
    assert type(found) is type(VALUES[text])


REFUSED = {
    "width.real": "attributes",
    "__import__('os')": "no function is called `__import__`",
    "open('x')": "no function is called `open`",
    "eval('1')": "no function is called `eval`",
    "().__class__": "attributes",
    "depths.__len__()": "attributes",
    "max.__self__": "attributes",
    "max(*depths)": "stars are",
    "max(key=1)": "does not take these values",
    "[x for x in depths]": "comprehensions",
    "(x for x in depths)": "comprehensions",
    "{1: 2}": "`{` has no place",
    "{1}": "`{` has no place",
    "f'{n}'": "`{` has no place",
    "f'n'": "f-strings",
    "b'n'": "`Constant` is",
    "...": "`Constant` is",
    "1j": "is not an expression",
    "lambda: 1": "`:` has no place",
    "(n := 3)": "`:` has no place",
    "n = 3": "is not an expression",
    "depths[0:2]": "`:` has no place",
    "n; n": "`;` has no place",
    "n\nn": "has no place",
    "n # comment": "`#` has no place",
    "'\\x41'": "`\\` has no place",
    "n is 3": "`is`",
    "n & 1": "`&` has no place",
    "n @ n": "`@` has no place",
    "~n": "`~` has no place",
    "1 << 70": "`LShift` is",
    "await n": "`Await` is",
    "(yield)": "`Yield` is",
    "3xn": "is not an expression",
    "1if n else 2": "is not an expression",
    "ｗidth": "has no place",
    "10**10**10": "an exponent of 10,000,000,000",
    "2**64": "larger than 2^63",
    "2**63 * 2": "larger than 2^63",
    "0.5**-5000": "an exponent",
    "1e308*10": "not a finite number",
    "(-8)**0.5": "not a finite number",
    "99999999999999999999 + 1": "larger than 2^63",
    "1e999": "not a finite number",
    ".nan": "not a finite number",
    "range(10**9)": "a range of 1,000,000,000 values",
    "prod(range(1, 999))": "larger than 2^63",
    "'a'*10**9": "`'a'` must be a number",
    "depths*2": "`depths` must be a number",
    "deep+1": "`deep` must be a number",
    "block < 3": "cannot be compared",
    "n in n": "cannot be compared",
    "n/0": "division by zero",
    "n % 0": "division by zero",
    "0**-1": "division by zero",
    "depths[9]": "no item 9",
    "depths[alpha]": "no whole number",
    "n[0]": "3 is no list",
    "sqrt(-1)": "-1 has no square root",
    "log2(0)": "0 has no logarithm",
    "max([])": "the list is empty",
    "max(3)": "3 is no list",
    "sum(block)": "the word `Basic` is no list",
    "len(none)": "null is no list",
    "int('3')": "the word `3` is no number",
    "round(2.5, 1)": "does not take these values",
    "divisible(3, 0)": "division by zero",
    "divisible(3, 0.5)": "0.5 is no whole number",
    "nothing + 1": "no value is called `nothing`",
    "max": None,  # a word where no call is
    "max + 1": "no value is called `max`",
    "-" * 100 + "1": "nested too deeply",
    "(" * 100 + "1": "is not an expression",
    "1 " * 150: "an expression of 300 characters",
}


@pytest.mark.parametrize("text", [text for text, message in REFUSED.items() if message])
@pytest.mark.filterwarnings("error")
def test_refused(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert REFUSED[text] in caught.value.message
    assert 0 <= caught.value.start <= len(text)
    assert caught.value.start + caught.value.length <= len(text) + 1
    assert time.perf_counter() - start < 0.5


def test_a_faulty_value_stays_silent() -> None:
    for text in ("bad", "2*bad", "[1, bad]", "$bad", "x$bad", "max(bad, 1)"):
        with pytest.raises(Unknowable):
            parse_expression(text).evaluate({"bad": FAULTY})
    assert parse_expression("1 if true else bad").evaluate({"bad": FAULTY}) == 1


# ---- against Python itself ----

PYTHON = {
    "max": max,
    "min": min,
    "abs": abs,
    "int": int,
    "floor": math.floor,
    "ceil": math.ceil,
    "sum": sum,
    "len": len,
    "round": round,
}
NAMES = {"a": 7, "b": 2, "c": 0.5, "d": (3, 1, 2), "t": True, "f": False}


def numbers() -> st.SearchStrategy[str]:
    """Expressions that are numbers, if they compute."""
    leaf = st.sampled_from(["a", "b", "c", "d[0]", "d[b]", "1", "2", "10", "0.25", "3.0"])
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
            st.tuples(inner, st.sampled_from(["0", "1", "2"])).map("{0[0]}**{0[1]}".format),
            inner.map("-{}".format),
            st.tuples(st.sampled_from(["max", "min"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
            st.tuples(st.sampled_from(["abs", "int", "floor", "ceil", "round"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
            inner.map("sum([{}, 1])".format),
            st.tuples(inner, truths(inner), inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        ),
        max_leaves=8,
    )


def truths(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Comparisons and what joins them."""
    compared = st.tuples(inner, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), inner).map(" ".join)
    return st.one_of(
        st.sampled_from(["t", "f", "True", "a in d", "a not in d", "len(d) == 3"]),
        compared,
        st.tuples(compared, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        compared.map("not ({})".format),
    )


@settings(max_examples=800, deadline=None, derandomize=True, database=None)
@given(text=st.one_of(numbers(), truths(numbers())))
def test_as_python_computes(text: str) -> None:
    if len(text) > 200:
        return
    try:
        wanted: Any = eval(compile(ast.parse(text, mode="eval"), "", "eval"), {"__builtins__": {}}, PYTHON | NAMES)
    except (ArithmeticError, ValueError) as error:
        wanted = error
    if isinstance(wanted, complex) or (isinstance(wanted, float) and not math.isfinite(wanted)):
        wanted = OverflowError()
    try:
        found: Any = parse_expression(text).evaluate(NAMES)
    except ExpressionError as error:
        found = error.message
    if isinstance(wanted, Exception) or (isinstance(found, str) and ("larger than" in found or "must be a number" in found)):
        assert isinstance(found, str)
        return
    assert found == wanted
    assert type(found) is type(wanted)


# ---- templates ----

TEMPLATES = {
    "stage$n": "stage3",
    "$block": "Basic",
    "$n": 3,
    "$(n + 1)": 4,
    "$(2*n)x$alpha": "6x0.5",
    "$depths": (3, 4, 6, 3),
    "d$depths": "d3x4x6x3",
    "a$(width/2)b": "a32b",
    "$deep-$none": "true-null",
    "$(max(n, (2)))!": "3!",
    "plain": "plain",
    "3": "3",
}


@pytest.mark.parametrize("text", TEMPLATES)
def test_templates(text: str) -> None:
    assert parse_template(text).evaluate(ENV) == TEMPLATES[text]


@pytest.mark.parametrize(
    ("text", "start", "length", "words"),
    [
        ("stage$", 5, 1, "a `$` needs a name"),
        ("a$(n", 1, 1, "a `$` needs a name"),
        ("a$$n", 1, 1, "a `$` needs a name"),
        ("a$m", 2, 1, "no value is called `m`"),
        ("ab$(2*m)", 6, 1, "no value is called `m`"),
        ("ab$(n/0)c", 4, 3, "division by zero"),
        ("ab$(n +)c", 4, 1, "is not an expression"),
        ("$($n)", 2, 2, "no `$` is needed"),
        ("x$( m )", 4, 1, "no value is called `m`"),
    ],
)
def test_faults_in_templates_stand_at_their_place(text: str, start: int, length: int, words: str) -> None:
    with pytest.raises(ExpressionError, match=re.escape(words)) as caught:
        parse_template(text).evaluate(ENV)
    assert (caught.value.start, caught.value.length) == (start, length)


def test_every_function_is_tried() -> None:
    tried = " ".join(VALUES)
    assert [name for name in FUNCTIONS if f"{name}(" not in tried] == []
