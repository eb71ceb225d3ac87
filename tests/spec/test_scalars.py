"""Numbers, sizes and figures."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlens.spec.scalars import UNITS, Figure, figure, plain_value

VALUES = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "true": True,
    "False": False,
    "TRUE": True,
    "yes": "yes",  # YAML 1.1's other words are text
    "on": "on",
    "1": 1,
    "-17": -17,
    "+3": 3,
    "007": 7,
    "25_557_032": 25557032,
    "1e3": 1000.0,
    "1.5": 1.5,
    ".5": 0.5,
    "2.": 2.0,
    "-1e-5": -1e-5,
    "0o17": 15,
    "0x1F": 31,
    "0x3": (0, 3),
    "3x224x224": (3, 224, 224),
    "1x1": (1, 1),
    "3x": "3x",
    "x3": "x3",
    "1:30": "1:30",  # nor are there sexagesimals
    "2015-12-10": "2015-12-10",
    "1 000": "1 000",
    "9" * 41: "9" * 41,
    "word": "word",
}


@pytest.mark.parametrize("text", VALUES)
def test_plain_values(text: str) -> None:
    value = plain_value(text)
    assert value == VALUES[text]
    assert type(value) is type(VALUES[text])


def test_what_is_not_finite() -> None:
    assert plain_value(".inf") == math.inf
    assert plain_value("-.Inf") == -math.inf
    assert math.isnan(plain_value(".NaN"))


FIGURES = {
    "25_557_032": Figure(25557032, 25557032, 25557032),
    "0": Figure(0, 0, 0),
    "4.1G": Figure(4_100_000_000, 4_050_000_000, 4_149_999_999),
    "30M": Figure(30_000_000, 29_500_000, 30_499_999),
    "138.36M": Figure(138_360_000, 138_355_000, 138_364_999),
    "0k": Figure(0, 0, 499),
    "25.557032M": Figure(25557032, 25557032, 25557032),
    "97.5MiB": Figure(102236160, 102183732, 102288588),
    "102.2MB": Figure(102_200_000, 102_150_000, 102_249_999),
    "1KiB": Figure(1024, 512, 1535),
    "512B": Figure(512, 512, 512),
    "4.1 G": Figure(4_100_000_000, 4_050_000_000, 4_149_999_999),
    "2T": Figure(2 * 10**12, 15 * 10**11, 25 * 10**11 - 1),
    "9" * 38: Figure(int("9" * 38), int("9" * 38), int("9" * 38)),
}


@pytest.mark.parametrize("text", FIGURES)
def test_figures(text: str) -> None:
    assert figure(text) == FIGURES[text]


@pytest.mark.parametrize(
    "text", ["", "many", "4.1", "-3", "+3", "1e6", "4,100", "4.1GG", "25.5570321M", "3iB", "0x10", "G", "1.M", "9" * 41]
)
def test_no_figures(text: str) -> None:
    assert figure(text) is None


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(
    number=st.integers(0, 10**13),
    decimals=st.integers(0, 6),
    unit=st.sampled_from([u for u in UNITS if u]),
    off=st.integers(-2, 2),
)
def test_a_figure_accepts_exactly_what_rounds_to_it(number: int, decimals: int, unit: str, off: int) -> None:
    """4.1G is every integer that is written 4.1G when it is rounded to one digit."""
    places = Decimal(1).scaleb(-decimals)
    written = (Decimal(number) / UNITS[unit]).quantize(places, ROUND_HALF_UP)
    read = figure(f"{written}{unit}")
    if read is None:  # more digits than integers have: nothing but the number itself could be written so
        assert places * UNITS[unit] < 1
        return
    assert read.low <= number <= read.high
    for near in (number, read.low + off, read.high + off):
        if near >= 0:
            rounds = (Decimal(near) / UNITS[unit]).quantize(places, ROUND_HALF_UP) == written
            assert rounds == (read.low <= near <= read.high), near
