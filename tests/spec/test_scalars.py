"""What a scalar says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlens.spec.scalars import figure, plain_value, size_or_none

VALUES = {
    "12": 12,
    "-3": -3,
    "1_000": 1000,
    "0x1F": 31,
    "0x10": (0, 10),  # a size, as 3x3 is
    "0o17": 15,
    "017": 17,  # YAML 1.2: no octal by a leading zero
    "1.5": 1.5,
    ".5": 0.5,
    "1e3": 1000.0,
    "true": True,
    "null": None,
    "~": None,
    "": None,
    "yes": "yes",  # not a boolean since YAML 1.2
    "on": "on",
    "3x224x224": (3, 224, 224),
    "3x": "3x",
    "x3": "x3",
    "12:30": "12:30",  # not sixty-based
    "2024-01-01": "2024-01-01",
}


@pytest.mark.parametrize("text", VALUES)
def test_values_are_those_of_yaml_1_2(text):
    assert plain_value(text) == VALUES[text]
    assert type(plain_value(text)) is type(VALUES[text])


def test_not_a_number_is_read_as_one():
    assert math.isnan(plain_value(".nan"))
    assert plain_value("-.inf") == -math.inf


FIGURES = {
    "25_557_032": (25_557_032, 25_557_032),
    "4.1G": (4_050_000_000, 4_149_999_999),
    "4.09G": (4_085_000_000, 4_094_999_999),
    "4G": (3_500_000_000, 4_499_999_999),
    "30M": (29_500_000, 30_499_999),
    "60k": (59_500, 60_499),
    "1.0k": (950, 1_049),
    "102.2MB": (102_150_000, 102_249_999),
    "1KiB": (512, 1_535),
}


@pytest.mark.parametrize("text", FIGURES)
def test_figures_stand_for_what_rounds_to_them(text):
    assert figure(text)[1:] == FIGURES[text]


@given(st.integers(0, 10**13), st.integers(0, 3), st.sampled_from(["k", "M", "G"]))
def test_a_figure_holds_exactly_what_rounds_to_it(value, digits, unit):
    from decimal import ROUND_HALF_UP, Decimal

    scale = {"k": 10**3, "M": 10**6, "G": 10**9}[unit]
    text = str((Decimal(value) / scale).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    _, low, high = figure(text + unit)
    assert low <= value <= high


@pytest.mark.parametrize("text", ["", "G", "4.1 x", "-3", "1e9", "4,1G", "4.1g", "9" * 60])
def test_what_is_no_figure(text):
    assert figure(text) is None


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=5))
def test_sizes_are_read_back(sizes):
    assert size_or_none("x".join(map(str, sizes))) == tuple(sizes)
