"""Numbers that no argument can be: whatever the layer and the argument, the refusal says what to write instead."""

from __future__ import annotations

import pytest

from archlens.errors import LayerError
from archlens.layers import AvgPool, Conv, ConvTranspose, Dropout, Layer, Linear, MaxPool, layer_types
from archlens.report.explain_type import example_graph
from tests.layers.cases import BUILT_IN

OUTSIDE = (0, -1, -3, 0.5, 1.5, -0.5, 10**20, True, (), (0, 3), ((1, -1), (0, 0)), (1,) * 7)


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_refusal_of_a_number_has_a_cure(name: str) -> None:
    (node,) = example_graph(layer_types()[name]).nodes
    mute = []
    for field in node.layer.fields:
        for value in OUTSIDE:
            try:
                type(node.layer)(**{**node.layer.arguments, field.name: value}).output_shapes(*node.input_shapes)
            except LayerError as error:
                mute += [] if error.help else [error.message]
    assert mute == [], "and what instead?"


REFUSED: list[tuple[type[Layer], dict[str, object], str]] = [
    (Conv, {"stride": 0}, "leave it out for 1 (how far the window moves, per axis)"),
    (Conv, {"dilation": 0}, "leave it out for 1 (distance between the taps of the window)"),
    (Conv, {"groups": 0}, "leave it out for 1 (channels are split into this many groups that do not mix)"),
    (Conv, {"kernel_size": 0}, "write it as in `conv: 64 7x7 /2 padding=3` (the window, per axis)"),
    (Conv, {"padding": -1}, "leave it out for 0; a `pad` of negative amounts before the layer takes cells away"),
    (
        AvgPool,
        {"padding": ((0, -1), (0, 0))},
        "leave it out for 0; a `pad` of negative amounts before the layer takes cells away",
    ),
    (MaxPool, {"stride": (0, 2)}, "leave it out (how far the window moves, per axis; the kernel itself when left out)"),
    (ConvTranspose, {"padding": -1}, "leave it out for 0 (cells cut from both ends of the output, per axis)"),
    (Linear, {"out_features": -10}, "write it as in `linear: 10` (number of outputs)"),
    (Dropout, {"p": 1.5}, "leave it out for 0.5 (the chance of a value being zeroed)"),
    (Conv, {"out_channels": 10**20}, "most likely a digit or a factor too many"),
]


@pytest.mark.parametrize(("layer", "given", "help"), REFUSED)
def test_the_cure_is_what_the_argument_means(layer: type[Layer], given: dict[str, object], help: str) -> None:
    (node,) = example_graph(layer).nodes
    with pytest.raises(LayerError) as caught:
        layer(**{**node.layer.arguments, **given})
    assert (caught.value.help, caught.value.argument, caught.value.code) == (help, next(iter(given)), "ARC121")


def test_a_negative_pad_does_what_the_cure_says() -> None:
    pad = layer_types()["pad"](-1)
    assert pad.output_shapes((1, 3, 9, 9)) == ((1, 3, 7, 7),)
