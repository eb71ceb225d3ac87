"""Readings through a border made of the map, local readings of norms, and figures from the chapter."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from archlens.layers import (
    Conv,
    ConvTranspose,
    Embedding,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocallyConnected,
    Pad,
    layer_types,
)
from archlens.layers.windows import POINTWISE, Along, Whole, Window, each_axis

NUMPY = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
MAP = (1, 8, 5, 6)
TOKENS = (1, 12, 16)


@pytest.mark.parametrize("mode", NUMPY)
def test_the_strict_reading_holds_all_a_border_repeats(mode):
    """Against the cells that NumPy's padding puts under each tap: all of them, and no more where it is a window."""
    for size, kernel, stride, dilation in product((4, 5, 8), (1, 2, 3, 5), (1, 2), (1, 2)):
        for low, high in product(range(4), repeat=2):
            span = dilation * (kernel - 1)
            if span + 1 > size + low + high:
                continue
            cells = np.pad(np.arange(size), (low, high), mode=NUMPY[mode])
            layer = Conv(1, kernel, stride, ((low, high),), dilation, padding_mode=mode)
            ((strict,),) = layer.windows((1, 1, size))
            ((local,),) = layer.local_windows((1, 1, size))
            assert local == Window(kernel, stride, low, dilation)
            (out,) = layer.output_shapes((1, 1, size))[0][2:]
            for unit in range(out):
                read = cells[unit * stride : unit * stride + span + 1 : dilation]
                lo, hi = strict.reach(unit, unit)
                assert max(lo, 0) <= read.min()
                assert read.max() <= min(hi, size - 1)
                if isinstance(strict, Window) and dilation == 1:
                    assert (max(lo, 0), min(hi, size - 1)) == (read.min(), read.max())


def test_a_narrow_border_is_told_as_a_window():
    shape = (1, 1, 9, 9)
    assert Conv(1, 3, padding="same", padding_mode="reflect").windows(shape) == ((Window(3, 1, 1),) * 2,)
    assert Conv(1, 3, padding=(0, 1), padding_mode="circular").windows(shape) == ((Window(3), Whole(9)),)
    assert Conv(1, 3, padding=2, dilation=2, padding_mode="replicate").windows(shape) == ((Whole(9),) * 2,)


def test_a_pad_tells_a_constant_from_cells():
    assert Pad(1).windows(MAP) == ((Window(1, 1, 1),) * 2,)
    assert Pad(((1, 0), (-1, 0)), "reflect").windows(MAP) == ((Whole(5), Window(1, 1, -1)),)
    assert Pad(1, "reflect").local_windows(MAP) == ((Window(1, 1, 1),) * 2,)


def test_a_pad_may_begin_with_the_channels():
    shape = (1, 16, 5, 9)
    assert Pad(((8, 8), (1, 0), 2)).output_shapes(shape) == ((1, 32, 6, 13),)
    assert Pad(((8, 8), (1, 0), 2)).windows(shape) == ((Window(1, 1, 1), Window(1, 1, 2)),)
    assert Pad((-4, 0, 0)).output_shapes(shape) == ((1, 8, 5, 9),)


def test_local_readings_leave_out_statistics_over_the_map():
    apart = (each_axis(4),)
    for layer in (GroupNorm(2), GroupNorm(8), InstanceNorm(), LayerNorm(3), LayerNorm(2)):
        assert layer.reads(MAP, local=True) == apart
        assert layer.reads(MAP) != apart
    assert GroupNorm(8).reads(MAP) == InstanceNorm().reads(MAP)
    assert GroupNorm(2).reads(MAP) == LayerNorm(3).reads(MAP)


def test_features_and_channels_are_no_map():
    features = ((Along(1, POINTWISE), Along(2, Whole(16))),)
    channels = (each_axis(4, {1: Whole(8)}),)
    for local in (False, True):
        assert LayerNorm().reads(TOKENS, local=local) == features
        assert LayerNorm(channels_first=True).reads(MAP, local=local) == channels


def test_the_locally_connected_layer_of_the_chapter():
    """12.1: a 3×3 window on 200×200×3 with 64 filters a position, 71,680,000 parameters; the convolution has 1,792."""
    shape = (1, 3, 200, 200)
    assert LocallyConnected(64, 3, padding=1).params(shape) == 71_680_000
    assert Conv(64, 3, padding=1).params(shape) == 1_792
    assert LocallyConnected(64, 3, padding=1).macs(shape) == Conv(64, 3, padding=1).macs(shape)


def test_a_transposed_convolution_works_as_much_as_the_convolution_back():
    """Each pair of an input and an output value that share a tap is one product, whichever way it goes."""
    there, back = ConvTranspose(6, 4, 2, 1), Conv(4, 4, 2, 1)
    ((_, *out),) = there.output_shapes((1, 4, 7, 9))
    assert back.output_shapes((1, *out)) == ((1, 4, 7, 9),)
    assert there.macs((1, 4, 7, 9)) == back.macs((1, *out))
    assert there.params((1, 4, 7, 9)) - 6 == back.params((1, *out)) - 4


def test_only_look_ups_take_whole_numbers_among_these():
    """Other types that do so state it; nothing else reads indices."""
    assert Embedding.integer_inputs == (0,)
    assert layer_types()["conv"].integer_inputs == ()
