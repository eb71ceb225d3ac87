"""The same rules over plain numbers, NumPy arrays and SymPy symbols give the same facts.

EXAMPLES holds layers whose arguments and input sizes are named; `VALUES` gives each name a row of numbers. A rule runs once
a column on plain numbers, once on the rows as arrays, and once on symbols that the numbers then replace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

from archlens.errors import LayerError
from archlens.layers import Layer
from archlens.layers.dims import collecting
from tests.layers.drawing import BUILT_IN
from tests.layers.families import FAMILIES
from tests.layers.sized import COLUMNS, MAP, SEQUENCE, VALUES, VECTOR, VOLUME, Example, on

EVERYWHERE = [on(shape) for shape in (VECTOR, SEQUENCE, MAP, VOLUME)]

EXAMPLES: dict[str, list[Example]] = dict.fromkeys(
    [
        *("relu", "relu6", "leaky_relu", "rrelu", "hardtanh", "hardsigmoid", "hardswish", "hardshrink", "softshrink"),
        *("elu", "celu", "selu", "gelu", "silu", "mish", "sigmoid", "logsigmoid", "tanh", "tanhshrink", "softplus", "softsign"),
        *("identity", "dropout", "softmax", "log_softmax", "softmin", "batch_norm"),
    ],
    EVERYWHERE,
)
EXAMPLES |= {
    "threshold": [on(MAP, threshold=0, value=1)],
    "prelu": [on(MAP), on(MAP, num_parameters="c")],
    "glu": [on(VECTOR), on(MAP, dim=1)],
    "local_response_norm": [on(MAP, size=5), on(VOLUME, size="b")],
    "conv": [
        on(MAP, out_channels="a", kernel_size=3, stride=2, padding=1),
        on(MAP, out_channels="a", kernel_size=("b", 3), stride="b", padding=(("b", 0), 1), groups=2, bias=False),
        on(SEQUENCE, out_channels="a", kernel_size=3, dilation=2, padding="same"),
        on(VOLUME, out_channels="c", kernel_size=3, groups="c"),
        on(MAP, out_channels="a", kernel_size=3, padding=((1, 0), 1), padding_mode="reflect"),
    ],
    "depthwise_conv": [
        on(MAP, kernel_size=3, stride="b", padding="same", multiplier="b"),
        on(SEQUENCE, kernel_size="b"),
        on(MAP, kernel_size=3, padding="b", padding_mode="circular"),
    ],
    "max_pool": [
        on(MAP, kernel_size=3, stride=2, padding=1),
        on(MAP, kernel_size="b", ceil_mode=True),
        on(VOLUME, kernel_size=3, stride="b", dilation=2, padding=1, ceil_mode=True),
    ],
    "avg_pool": [on(MAP, kernel_size="b"), on(VOLUME, kernel_size=(2, 3, 4), stride=3, ceil_mode=True)],
    "adaptive_avg_pool": [on(MAP, output_size=6), on(VOLUME, output_size=("b", "a", 1))],
    "adaptive_max_pool": [on(SEQUENCE, output_size="b"), on(MAP, output_size=("a", 7))],
    "global_avg_pool": [on(SEQUENCE), on(MAP), on(VOLUME, keepdim=True)],
    "global_max_pool": [on(SEQUENCE), on(MAP), on(VOLUME, keepdim=True)],
    "linear": [
        on(VECTOR, out_features="a"),
        on(SEQUENCE, out_features=10, bias=False),
        on(VECTOR, out_features=3, in_features="c"),
    ],
    "flatten": [on(MAP), on(VOLUME, start_dim=2), on(VOLUME, start_dim=-3, end_dim=-2)],
    "reshape": [on(MAP, shape=(-1,)), on(MAP, shape=("h", 2, -1)), on(VECTOR, shape=("c", 1, 1))],
    "pad": [
        on(MAP, padding="b"),
        on(MAP, padding=(("b", -2), -1)),
        on(SEQUENCE, padding=(("b", 0),)),
        on(MAP, padding=(("b", 0), 1, -1)),
        on(MAP, padding=4, mode="reflect"),
    ],
    "crop": [on(MAP, size=5), on(SEQUENCE, size="b")],
    "upsample": [
        on(MAP, scale_factor=2),
        on(MAP, scale_factor=1.5, mode="bilinear"),
        on(SEQUENCE, scale_factor=0.5),
        on(MAP, size=("a", "b"), mode="bicubic"),
        on(VOLUME, size="a", mode="trilinear"),
    ],
    "add": [on(MAP, MAP), on(MAP, ("n", "c", 1, 1)), on(("n", 1, "h", "w"), ("n", "c", 1, "w"), MAP)],
    "multiply": [on(MAP, ("n", "c", 1, 1)), on(("n", 1, "w"), SEQUENCE)],
    "concat": [
        on(VECTOR),
        on(MAP, ("n", "a", "h", "w")),
        on(MAP, ("n", "c", "d", "w"), dim=2),
        on(MAP, ("n", "c", "h", 3), dim=-1),
    ],
}
for family in FAMILIES:
    EXAMPLES |= family.SIZED

ILLEGAL_SOMEWHERE: dict[str, list[Example]] = {
    "conv": [
        on(MAP, out_channels="a", kernel_size=8),
        on(MAP, out_channels="a", kernel_size=1, groups="b"),
        on(MAP, out_channels="a", kernel_size=3, padding=5, padding_mode="reflect"),
    ],
    "depthwise_conv": [on(MAP, kernel_size="b", padding="same"), on(SEQUENCE, kernel_size=3, dilation="a")],
    "max_pool": [on(MAP, kernel_size=3, padding="b"), on(MAP, kernel_size=12, stride=5, ceil_mode=True)],
    "avg_pool": [
        on(VOLUME, kernel_size=6, padding=3),
        on(MAP, kernel_size=4, padding=((1, 1), ("b", 2)), count_include_pad=False),
    ],
    "glu": [on(SEQUENCE)],
    "linear": [on(VECTOR, out_features=3, in_features=4)],
    "prelu": [on(MAP, num_parameters="b")],
    "reshape": [on(SEQUENCE, shape=("c", 8)), on(SEQUENCE, shape=(16, -1))],
    "crop": [on(MAP, size=8)],
    "pad": [on(MAP, padding=-4), on(MAP, padding=6, mode="circular"), on(MAP, padding=((6, -2), 1), mode="circular")],
    "add": [on(MAP, ("n", 4, "h", "w")), on(MAP, ("n", "b", "h", 1))],
    "concat": [on(MAP, ("n", "c", 9, "w"))],
}
for family in FAMILIES:
    ILLEGAL_SOMEWHERE |= family.ILLEGAL

SYMBOLS = {name: sympy.Symbol(name, integer=True, positive=True) for name in VALUES}
ROWS = {name: np.array(row) for name, row in VALUES.items()}


def column(index: int) -> dict[str, int]:
    return {name: row[index] for name, row in VALUES.items()}


def facts(layer: Layer, shapes: tuple[Any, ...]) -> dict[str, Any]:
    """What the rules say, as one flat mapping."""
    found = {f"output {i}": shape for i, shape in enumerate(layer.output_shapes(*shapes))}
    found |= layer.parameter_shapes(*shapes)
    found |= layer.buffer_shapes(*shapes)
    found["work"] = (layer.macs(*shapes), layer.elementwise_ops(*shapes))
    return found


def evaluated(found: dict[str, Any], number: Callable[[Any], int]) -> dict[str, Any]:
    return {name: tuple(number(size) for size in shape) for name, shape in found.items()}


def from_array(value: Any, index: int) -> int:
    return int(value[index]) if isinstance(value, np.ndarray) else int(value)


def from_symbols(value: Any, index: int) -> Any:
    return sympy.sympify(value).subs({SYMBOLS[name]: number for name, number in column(index).items()})


def pairs(table: dict[str, list[Example]]) -> list[Any]:
    return [pytest.param(name, example, id=f"{name}{i}") for name in sorted(table) for i, example in enumerate(table[name])]


def test_every_type_has_examples() -> None:
    assert sorted(EXAMPLES) == BUILT_IN


@pytest.mark.parametrize(("type_name", "example"), pairs(EXAMPLES))
def test_arrays_and_symbols_agree_with_numbers(type_name: str, example: Example) -> None:
    arrays = facts(*example.with_values(type_name, ROWS))
    symbols = facts(*example.with_values(type_name, SYMBOLS))
    for index in COLUMNS:
        plain = facts(*example.with_values(type_name, column(index)))
        assert evaluated(arrays, lambda value, i=index: from_array(value, i)) == plain
        assert evaluated(symbols, lambda value, i=index: int(from_symbols(value, i))) == plain


@pytest.mark.parametrize(("type_name", "example"), pairs(ILLEGAL_SOMEWHERE))
def test_masks_and_conditions_say_where_a_design_is_legal(type_name: str, example: Example) -> None:
    def accepts(values: dict[str, Any]) -> bool:
        try:
            facts(*example.with_values(type_name, values))
        except LayerError:
            return False
        return True

    legal = [accepts(column(index)) for index in COLUMNS]
    assert len({*legal}) == 2, "the example should be legal in some columns only"
    with collecting() as over_arrays:
        facts(*example.with_values(type_name, ROWS))
    assert list(over_arrays.mask) == legal
    with collecting() as over_symbols:
        facts(*example.with_values(type_name, SYMBOLS))
    assert [all(from_symbols(c, index) for c in over_symbols.conditions) for index in COLUMNS] == legal


def test_an_array_with_an_illegal_design_is_refused_without_a_collector() -> None:
    with pytest.raises(LayerError, match="window of 8"):
        facts(*ILLEGAL_SOMEWHERE["conv"][0].with_values("conv", ROWS))


def test_a_closed_formula() -> None:
    """The parameters of a 3x3 convolution between symbolic widths."""
    layer, shapes = on(MAP, out_channels="a", kernel_size=3).with_values("conv", SYMBOLS)
    assert sympy.expand(layer.params(*shapes)) == 9 * SYMBOLS["a"] * SYMBOLS["c"] + SYMBOLS["a"]
