"""The forward pass against the backward one, both against brute force, and figures from papers."""

from __future__ import annotations

import os
from fractions import Fraction
from itertools import permutations
from random import Random

import numpy as np
import pytest

from archlens.analysis import staircase
from archlens.analysis.receptive_field import Misalignment, receptive_fields
from archlens.analysis.unit_field import unit_field
from archlens.graph.model import Graph, Node
from archlens.layers.windows import POINTWISE, Adaptive, Corners, Gate, Interpolated, Nearest, Whole, Window
from tests.analysis.networks import Network, Reader, grow

NETWORKS = int(os.environ.get("ARCHLENS_EXAMPLES", "40"))


@pytest.fixture
def boundless(monkeypatch):
    """However odd the network, nothing is replaced by a bound."""
    monkeypatch.setattr(staircase, "_LONGEST", 10**9)
    monkeypatch.setattr(staircase, "_MOST", 10**9)


def probed(net: Network, random: Random) -> list[tuple[Node, tuple[int, ...], int]]:
    """Crops single units out of `net`: layer, unit, and the number of the layer that holds this unit alone.

    So the size and the start of the last, which are public, tell the whole interval of the unit.
    """
    probes = []
    for node in tuple(net.nodes):
        sizes = node.output_shapes[0][2:]
        for _ in range(3):
            unit = tuple(random.randrange(n) for n in sizes)
            if sizes:
                net.crop(node.outputs[0], *unit, sizes=(1,) * len(sizes))
            probes.append((node, unit, len(net.nodes) - 1 if sizes else net.nodes.index(node)))
    return probes


def intervals(field) -> tuple[tuple[int, int], ...]:
    return tuple((start, start + size - 1) for start, size in zip(field.start, field.size, strict=True))


class TestForwardAndBackward:
    """`receptive_fields` and `unit_field` answer the same question from either side."""

    @pytest.mark.parametrize(("axes", "inputs"), [(1, 1), (2, 1), (1, 3), (3, 1)])
    def test_they_agree_on_every_unit(self, axes, inputs, boundless):
        for seed in range(NETWORKS):
            random = Random(seed)
            net = grow(random, axes=axes, inputs=inputs, steps=8)
            probes = probed(net, random)
            graph = net.graph()
            found = receptive_fields(graph)
            for node, unit, probe in probes:
                for strict, field in ((False, found.local[probe]), (True, found.strict[probe])):
                    expected = unit_field(graph, node, unit, strict=strict)
                    place = f"seed {seed}, {node.path}, unit {unit}, strict {strict}"
                    assert (field is None) == (not expected), place
                    if field is not None:
                        assert field.input == next(iter(expected)), place
                        assert intervals(field) == expected[field.input], place

    @pytest.mark.parametrize(("longest", "most"), [(1, 1), (1, 9), (3, 2), (9**9, 1)])
    def test_bounds_are_never_too_small(self, longest, most, monkeypatch):
        monkeypatch.setattr(staircase, "_LONGEST", longest)
        monkeypatch.setattr(staircase, "_MOST", most)
        for seed in range(NETWORKS):
            random = Random(seed)
            net = grow(random, axes=1, steps=10)
            probes = probed(net, random)
            graph = net.graph()
            found = receptive_fields(graph)
            for node, unit, probe in probes:
                for strict, field in ((False, found.local[probe]), (True, found.strict[probe])):
                    for lo, hi in unit_field(graph, node, unit, strict=strict, clip=True).get("input0", ()):
                        ((low, high),) = intervals(field)
                        assert low <= lo <= hi <= high, f"seed {seed}, {node.path}, unit {unit}, strict {strict}"

    def test_figures_are_those_of_the_centre_and_the_first_unit(self, boundless):
        for seed in range(NETWORKS):
            graph = grow(Random(seed)).graph()
            for node, field in zip(graph.nodes, receptive_fields(graph).local, strict=True):
                sizes = node.output_shapes[0][2:]
                centre = unit_field(graph, node, tuple(n // 2 for n in sizes))["input0"]
                assert field.size == tuple(hi - lo + 1 for lo, hi in centre)
                assert field.start == tuple(lo for lo, _ in unit_field(graph, node, (0,) * len(sizes))["input0"])
                assert field.padding == tuple(-start for start in field.start)


def taps(axis, n: int, unit: int) -> list[int]:
    """The real units that one unit reads, from the definition of the operation."""
    match axis:
        case Window(kernel, stride, padding, dilation):
            return [t for t in (unit * stride - padding + dilation * k for k in range(kernel)) if 0 <= t < n]
        case Whole():
            return list(range(n))
        case Gate():
            return [0]
        case Nearest(size, output):
            return [int(Fraction(unit * size, output))]
        case Adaptive(size, output):
            return [t for t in range(n) if t + 1 > Fraction(unit * size, output) and t < Fraction((unit + 1) * size, output)]
        case Interpolated(size, output):
            at = max(Fraction(2 * unit + 1, 2) * Fraction(size, output) - Fraction(1, 2), Fraction(0))
        case Corners(size, output):
            at = Fraction(unit * (size - 1), output - 1) if output > 1 else Fraction(0)
    return [t for t in range(n) if abs(t - at) < 1] if at < n - 1 else [n - 1]


def dependencies(graph: Graph) -> list[np.ndarray]:
    """For every tensor of a network of one axis, which units (rows) depend on which input units (columns)."""
    (n,) = graph.shapes[0][2:]
    found = [np.eye(n, dtype=bool)]
    for node in graph.nodes:
        (size,) = node.output_shapes[0][2:]
        reached = np.zeros((size, n), dtype=bool)
        for (axis,), tensor in zip(node.layer.windows(*node.input_shapes), node.inputs, strict=True):
            for unit in range(size):
                reached[unit] |= found[tensor][taps(axis, len(found[tensor]), unit)].any(axis=0)
        found.append(reached)
    return found


class TestBruteForce:
    """Against the set of input units that each unit depends on, followed tap by tap."""

    @pytest.mark.parametrize("holes", [False, True])
    def test_unit_field(self, holes):
        inexact = 0
        for seed in range(2 * NETWORKS):
            graph = grow(Random(seed), axes=1, holes=holes, spread=False).graph()
            for node, depends in zip(graph.nodes, dependencies(graph)[1:], strict=True):
                for unit, row in enumerate(depends):
                    if row.any():
                        first, *_, last = 2 * tuple(np.flatnonzero(row))
                        ((lo, hi),) = unit_field(graph, node, (unit,), strict=True, clip=True)["input0"]
                        assert lo <= first <= last <= hi, f"seed {seed}, {node.path}, unit {unit}"
                        inexact += (lo, hi) != (first, last)
        assert bool(inexact) == holes


# kernel, stride, padding of one layer after another
VGG16 = [*[(3, 1, 1)] * 2, (2, 2, 0)] * 2 + [*[(3, 1, 1)] * 3, (2, 2, 0)] * 3
ALEXNET = [(11, 4, 2), (3, 2, 0), (5, 1, 2), (3, 2, 0), *[(3, 1, 1)] * 3, (3, 2, 0)]


def chain(rows, size: int = 224) -> Network:
    net, tensor = Network((size, size)), 0
    for row in rows:
        tensor = net.slide(tensor, *row)
    return net


def resnet50(stride_on: int) -> Network:
    """The stride of a stage sits on window `stride_on` (0: the 1x1 of the paper, 1: the 3x3) of its first block."""
    net = chain([(7, 2, 3), (3, 2, 1)])
    block = len(net.shapes) - 1
    for stage, depth in enumerate([3, 4, 6, 3]):
        for number in range(depth):
            stride = 2 if stage and not number else 1
            branch = block
            for place, kernel in enumerate([1, 3, 1]):
                branch = net.slide(branch, kernel, stride if place == stride_on else 1, kernel // 2)
            shortcut = block if number else net.slide(block, 1, stride)
            block = net.join(branch, shortcut)
    return net


def last(net: Network):
    return receptive_fields(net.graph()).local[-1]


class TestKnownFigures:
    """Figures that papers and other tools print."""

    @pytest.mark.parametrize(
        ("net", "size", "jump", "start"),
        [
            (chain([(3, 1, 1)] * 2), 5, 1, -2),
            (chain([(3, 1, 1)] * 3), 7, 1, -3),
            (chain([(3, 1, 1, None, d) for d in (1, 2, 4)]), 15, 1, -1 - 1 - 1),
            (chain([(2, 2, 1, 0)] * 3), 8, 8, -1 - 2 - 4),
            (chain(ALEXNET), 195, 32, -66),
            (chain(VGG16), 212, 32, -90),
            (resnet50(stride_on=1), 427, 32, -213),
            (resnet50(stride_on=0), 483, 32, -241),
        ],
    )
    def test_size_jump_start(self, net, size, jump, start):
        field = last(net)
        assert (field.size, field.jump, field.start) == ((size, size), (jump, jump), (start, start))
        assert not any(field.whole)
        assert receptive_fields(net.graph()).misalignments == ()

    def test_axes_are_independent(self):
        net = Network((9, 30))
        net.read(net.read(0, Window(1), Window(7, 2, 3), sizes=(9, 15)), Window(5, 1, 2), Window(1, 1, -4), sizes=(9, 11))
        field = last(net)
        assert (field.size, field.jump, field.start) == ((5, 7), (1, 2), (-2, 5))
        assert field.padding == (2, -5)


class TestResampling:
    def test_jump_is_a_fraction_after_upsampling(self):
        net = Network((10,))
        net.resample(0, Interpolated, 25)
        assert last(net) == ((2,), (Fraction(2, 5),), (-1,), (False,), "input0", True)

    def test_down_and_up_again(self):
        net = Network((16,))
        up = net.resample(net.slide(0, 2, 2), Nearest, 16)
        assert last(net).jump == (1,)
        net.slide(up, 1, 2)
        assert last(net) == ((2,), (2,), (0,), (False,), "input0", True)

    def test_a_long_period_costs_a_pixel_at_most(self):
        net = Network((160_001,))
        tensor = net.resample(0, Nearest, 53_333)
        for _ in range(3):
            tensor = net.slide(tensor, 3, 1, 1)
        graph = net.graph()
        ((lo, hi),) = unit_field(graph, graph.nodes[-1], (53_333 // 2,))["input0"]
        assert last(net).size == (hi - lo + 1,)
        assert last(net).jump == (Fraction(160_001, 53_333),)

    def test_new_slopes_without_end_stay_few(self):
        net, tensor = Network((20,)), 0
        for _ in range(60):
            tensor = net.join(tensor, net.crop(net.resample(tensor, Interpolated, 30), 5, sizes=(20,)))
        graph = net.graph()
        field = receptive_fields(graph).local[-1]
        ((lo, hi),) = unit_field(graph, graph.nodes[-1], (10,), clip=True)["input0"]
        assert hi - lo + 1 <= field.size[0] <= hi - lo + 8


class TestWholeAndGates:
    def test_a_global_layer_sees_all_from_everywhere(self):
        net = chain([(3, 2, 1)], size=8)
        net.read(net.pool(1, keep=False), sizes=())
        for field in receptive_fields(net.graph()).local[1:]:
            assert field == ((9, 9), (0, 0), (-1, -1), (True, True), "input0", True)

    def test_only_the_strict_field_follows_a_gate(self):
        net = Network((32,))
        trunk = net.slide(0, 3, 1, 1)
        net.slide(net.gate(trunk, net.slide(net.pool(trunk), 1)), 3, 1, 1)
        found = receptive_fields(net.graph())
        assert found.local[-1] == ((5,), (1,), (-2,), (False,), "input0", True)
        assert found.strict[-1] == ((34,), (1,), (-2,), (True,), "input0", True)
        assert found.misalignments == ()

    def test_where_all_are_gates_they_are_followed(self):
        net = Network((8, 1), (1, 8))
        net.layer(Reader(((POINTWISE, Gate()), (Gate(), POINTWISE)), (8, 8)), 0, 1)
        assert last(net) == ((1, 1), (1, 0), (0, 0), (False, True), "input0", True)

    def test_only_the_strict_field_counts_statistics(self):
        net = Network((32,))
        net.normalize(net.slide(0, 3, 1, 1))
        found = receptive_fields(net.graph())
        assert (found.local[-1].size, found.strict[-1].size) == ((3,), (34,))

    def test_without_gates_there_is_one_field(self):
        found = receptive_fields(chain(VGG16).graph())
        assert found.strict is found.local


class TestSeveralInputs:
    def test_a_field_lies_on_the_first_input_it_depends_on(self):
        net = Network((8, 8), (16,), ())
        wide = net.slide(1, 5, 2, 2)
        vector = net.layer(Reader(((), ()), ()), net.pool(wide, keep=False), 2)
        net.read(2, sizes=())
        net.layer(Reader(((), ()), ()), net.pool(net.slide(0, 3), keep=False), vector)
        fields = receptive_fields(net.graph()).local
        assert [field and field.input for field in fields] == ["input1", "input1", "input1", None, "input0", "input0", "input0"]
        assert fields[0].size == (5,)
        assert fields[-1].size == (8, 8)


class TestMisalignments:
    def found(self, net: Network) -> tuple[Misalignment, ...]:
        return receptive_fields(net.graph()).misalignments

    def test_centres_apart(self):
        net = Network((16, 16))
        net.join(net.slide(0, 3, 2, 1), net.slide(0, 2, 2))
        assert self.found(net) == tuple(
            Misalignment("layer2", axis, ("layer0", "layer1"), "centre", (0, Fraction(1, 2))) for axis in (0, 1)
        )

    def test_jumps_apart(self):
        net = Network((16,))
        net.join(net.crop(0, 4, sizes=(8,)), net.slide(0, 2, 2))
        assert self.found(net) == (Misalignment("layer2", 0, ("layer0", "layer1"), "jump", (1, 2)),)

    def test_the_network_input_has_a_name_too(self):
        net = Network((16,))
        net.join(0, net.slide(0, 2, 1, 1, 0))
        assert self.found(net) == (Misalignment("layer1", 0, ("input0", "layer0"), "centre", (0, Fraction(-1, 2))),)

    def test_only_the_join_that_misaligns_is_named(self):
        net = Network((16,))
        joined = net.join(net.slide(0, 3, 2, 1), net.slide(0, 2, 2))
        net.join(joined, net.slide(joined, 3, 1, 1))
        assert [one.path for one in self.found(net)] == ["layer2"]

    @pytest.mark.parametrize("kind", [Nearest, Interpolated])
    def test_even_windows_and_upsampling_align(self, kind):
        net = Network((16,))
        net.join(net.slide(0, 3, 1, 1), net.resample(net.slide(0, 2, 2), kind, 16))
        assert self.found(net) == ()

    def test_odd_windows_and_upsampling_are_half_a_step_apart(self):
        net = Network((16,))
        net.join(0, net.resample(net.slide(0, 3, 2, 1), Nearest, 16))
        assert self.found(net) == (Misalignment("layer2", 0, ("input0", "layer1"), "centre", (0, Fraction(-1, 2))),)

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_what_does_not_move_fits_anywhere(self, order):
        net = Network((16,))
        pooled = net.pool(0)
        paths = net.slide(0, 3, 1, 1), net.resample(pooled, Nearest, 16), net.spread(pooled, 16)
        net.join(*(paths[number] for number in order))
        assert self.found(net) == ()

    def test_paths_from_other_inputs_are_not_compared(self):
        net = Network((16,), (16,))
        net.join(0, net.slide(1, 2, 1, 1, 0))
        assert self.found(net) == ()
