"""Rules about speed: what is moved, against the analysis and every other pair of widths of as much work."""

from __future__ import annotations

import pytest
import torch

import archlens
from archlens.layers.dtypes import DTYPES
from archlens.rules.speed import many_groups, unequal_width
from archlens.rules.speed.channel_multiple import multiple_of
from archlens.rules.subject import Subject


def test_no_pair_of_widths_of_as_much_work_moves_less() -> None:
    for places in (1, 49, 1024):
        for work in (36, 64, 720):
            pairs = [(before, work // before) for before in range(1, work + 1) if work % before == 0]
            moved = {pair: places * sum(pair) + work for pair in pairs}
            least = unequal_width.moved_at_least(places, *pairs[0])
            assert min(moved.values()) >= least * (1 - 1e-12)
            equal = [count for (before, after), count in moved.items() if before == after]
            assert equal == [pytest.approx(least)] * len(equal)


def test_what_is_moved_is_what_the_analysis_counts() -> None:
    for before, after, size in ((4, 40, 32), (64, 8, 16), (16, 16, 16), (128, 16, 2)):
        lines = f"[conv: {before} 1x1, relu, conv: {after} 1x1 bias=false, relu, conv: 3 1x1]"
        net = archlens.load_text(f"archlens: 1\ninput: 3x{size}x{size}\nlayers: {lines}")
        facts = net.analyze().layers[2]
        least = unequal_width.moved_at_least(size * size, before, after)
        found = [one for one in unequal_width.check(Subject(net.graph, net.analyze())) if one.node and one.node.path == "conv2"]
        assert bool(found) == (facts.moved > 1.25 * least)
        assert all(f"{facts.moved:,} values for {facts.macs:,}" in one.message for one in found)


def test_a_convolution_without_groups_of_the_same_work_moves_less() -> None:
    """The square root of 16 groups is whole, so the convolution that is told can be analysed."""
    net = archlens.load_text("archlens: 1\ninput: 64x16x16\nlayers: [conv: 64 3x3 same bias=false groups=16]")
    (found,) = many_groups.check(Subject(net.graph, net.analyze()))
    (grouped,) = net.analyze().layers
    assert f"move {grouped.moved:,} values for {grouped.macs:,}" in found.message
    other = archlens.load_text("archlens: 1\ninput: 16x16x16\nlayers: [conv: 16 3x3 same bias=false]")
    (dense,) = other.analyze().layers
    assert dense.macs == grouped.macs
    assert found.message.endswith(f"without groups 16 → 16 channels would move {dense.moved:,}")


def test_tiles_are_of_sixteen_bytes() -> None:
    for name in DTYPES:
        dtype = getattr(torch, name, torch.int8)  # `float8` is either of two, of one byte
        assert multiple_of(name) * torch.empty(0, dtype=dtype).element_size() == 16
    assert (multiple_of("tf32"), multiple_of(None), multiple_of("posit16")) == (4, 8, 8)
