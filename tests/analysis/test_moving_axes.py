"""Fields on axes taken apart and put together, against brute force: every unit of random networks, tap by tap.

The networks have two spatial axes and some channels; they slide, resample, join and gate, and go through tokens, windows,
attention over either, shuffled pixels and slices. The oracle holds for every unit of every tensor the set of input pixels it
depends on, found by definition: from the taps of each axis, or by moving numbered values as the digits say.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from math import prod
from random import Random

import numpy as np
import pytest

from archlens.analysis.receptive_field import receptive_fields, unit_axes
from archlens.analysis.unit_field import unit_coverage, unit_field
from archlens.graph.model import Graph, Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.windows import (
    POINTWISE,
    Along,
    Fixed,
    Gate,
    Interpolated,
    Nearest,
    Rearranged,
    Transposed,
    Whole,
    Window,
    rearranged,
    regrouped,
)
from tests.analysis.networks import Network

NETWORKS = int(os.environ.get("ARCHLENS_EXAMPLES", "7"))
UNITS = 40  # of each network


class Mixer(Layer):
    """Reads each input by a row of `Along` and puts out `shape`."""

    inputs = (1, None)

    def __init__(
        self, rows: tuple[tuple[Along, ...], ...], shape: Shape, local: tuple[tuple[Along, ...], ...] | None = None
    ) -> None:
        object.__setattr__(self, "_values", (rows, shape, local or rows, repr(rows)))

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        return (self._values[1],)

    def reads(self, *inputs: Shape, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return self._values[2 if local else 0]


class Mover(Layer):
    """Moves axes as `digits` say."""

    def __init__(self, digits: Rearranged) -> None:
        object.__setattr__(self, "_values", (digits,))

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        (digits,) = self._values
        return ((x[0], *(prod(digits.sizes[d] for d in group) for group in digits.after)),)

    def rearranges(self, x: Shape) -> Rearranged:
        return self._values[0]

    def reads(self, x: Shape, *, output: int = 0, local: bool = False) -> tuple[tuple[Along, ...], ...]:
        return (tuple(Along(None, Whole(n)) for n in x[1:]),)


# ---- random networks ----


def in_place(rank: int) -> list[Along]:
    return [Along(axis, POINTWISE) for axis in range(1, rank)]


class Growing:
    """A network as it grows; `maps` are the tensors with two spatial axes."""

    def __init__(self, random: Random, holes: bool) -> None:
        self.random, self.holes = random, holes
        self.net = Network((random.choice([4, 6, 8]), random.choice([4, 6, 8])))
        self.net.shapes[0] = (1, 4, *self.net.shapes[0][2:])
        self.maps = [0]

    def shape(self, tensor: int) -> Shape:
        return self.net.shapes[tensor]

    def mix(self, tensor: int, axes: dict[int, Along], shape: Shape) -> int:
        row = in_place(len(self.shape(tensor)))
        for axis, along in axes.items():
            row[axis - 1] = along
        return self.net.layer(Mixer((tuple(row),), shape), tensor)

    def step(self) -> None:
        moves = [self.slide, self.slide, self.transpose, self.resample, self.join, self.gate, self.tokens, self.tokens]
        moves += [self.windows, self.windows, self.shuffle, self.crop]
        self.random.choice(moves)(self.random.choice(self.maps[-3:]))

    def slide(self, tensor: int) -> None:
        _, channels, *sizes = self.shape(tensor)
        rows, out = {}, []
        for axis, n in enumerate(sizes, 2):
            kernel = self.random.randint(1, 3)
            stride = self.random.randint(1, 3 if self.holes else kernel)
            dilation = self.random.randint(1, 2) if self.holes else 1
            pad = self.random.randint(0, kernel - 1)
            if n + 2 * pad <= dilation * (kernel - 1):
                return
            rows[axis] = Along(axis, Window(kernel, stride, pad, dilation))
            out.append((n + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1)
        if self.random.random() < 0.5:
            rows[1] = Along(None, Whole(channels))
        self.maps.append(self.mix(tensor, rows, (1, channels, *out)))

    def transpose(self, tensor: int) -> None:
        _, channels, *sizes = self.shape(tensor)
        stride = self.random.randint(1, 2)
        kernel = self.random.randint(1 if self.holes else stride, 3)
        pad = self.random.randint(0, kernel - 1)
        out = [(n - 1) * stride - 2 * pad + kernel for n in sizes]
        if min(out) < 1 or max(out) > 14:
            return
        how = Transposed(kernel, stride, pad)
        self.maps.append(self.mix(tensor, {axis: Along(axis, how) for axis in (2, 3)}, (1, channels, *out)))

    def resample(self, tensor: int) -> None:
        _, channels, *sizes = self.shape(tensor)
        kind = self.random.choice([Nearest, Interpolated])
        out = [self.random.randint(1, 10) for _ in sizes]
        rows = {axis: Along(axis, kind(n, o)) for axis, (n, o) in enumerate(zip(sizes, out, strict=True), 2)}
        self.maps.append(self.mix(tensor, rows, (1, channels, *out)))

    def crop(self, tensor: int, wanted: Shape | None = None) -> int:
        _, channels, *sizes = self.shape(tensor)
        kept = wanted[2:] if wanted else [self.random.randint(1, n) for n in sizes]
        starts = [self.random.randint(0, n - k) for n, k in zip(sizes, kept, strict=True)]
        rows = {axis: Along(axis, Window(1, 1, -start)) for axis, start in enumerate(starts, 2)}
        made = self.mix(tensor, rows, (1, channels, *kept))
        self.maps.append(made)
        return made

    def join(self, tensor: int) -> None:
        other = self.random.choice(self.maps)
        a, b = self.shape(tensor), self.shape(other)
        if a[1] != b[1]:
            return
        common = (1, a[1], min(a[2], b[2]), min(a[3], b[3]))
        pair = [self.crop(one, common) if self.shape(one) != common else one for one in (tensor, other)]
        rows = (tuple(in_place(4)),) * 2
        self.maps.append(self.net.layer(Mixer(rows, common), *pair))

    def gate(self, tensor: int) -> None:
        shape = self.shape(tensor)
        whole = {axis: Along(axis, Whole(n)) for axis, n in enumerate(shape[2:], 2)}
        pooled = self.mix(tensor, whole, (1, shape[1], 1, 1))
        gate = (Along(1, POINTWISE), Along(2, Gate()), Along(3, Gate()))
        self.maps.append(self.net.layer(Mixer((tuple(in_place(4)), gate), shape), tensor, pooled))

    def tokens(self, tensor: int) -> None:
        """Tokens, perhaps with one put before them, perhaps with attention, and back to a map."""
        _, channels, high, wide = self.shape(tensor)
        count = high * wide
        made = self.net.layer(Mover(rearranged([[channels], [high], [wide]], [[1, 2], [0]])), tensor)
        if self.random.random() < 0.4:
            made = self.mix(made, {1: Along(1, Window(1, 1, 1))}, (1, count + 1, channels))
            if self.random.random() < 0.3:  # a window over neighbouring tokens
                made = self.mix(made, {1: Along(1, Window(3, 1, 1))}, (1, count + 1, channels))
            made = self.mix(made, {1: Along(1, Window(1, 1, -1))}, (1, count, channels))
        if self.random.random() < 0.5:
            made = self.mix(made, {2: Along(None, Whole(channels))}, (1, count, channels))
        if self.random.random() < 0.3:
            made = self.mix(made, {1: Along(1, Whole(count))}, (1, count, channels))
        self.maps.append(self.net.layer(Mover(rearranged([[high, wide], [channels]], [[2], [0], [1]])), made))

    def windows(self, tensor: int) -> None:
        """Windows of tokens, with attention in each window or across windows, and back."""
        _, channels, high, wide = self.shape(tensor)
        divisors = [w for w in (1, 2, 3, 4) if high % w == 0 and wide % w == 0]
        w = self.random.choice(divisors)
        apart = rearranged([[channels], [high // w, w], [wide // w, w]], [[1, 3], [2, 4], [0]])
        made = self.net.layer(Mover(apart), tensor)
        across = self.random.choice([1, 2, 2, 2])
        shape = self.shape(made)
        keys = in_place(4)
        keys[across - 1] = Along(across, Whole(shape[across]))
        if self.random.random() < 0.5:  # a query at its own place, keys read everywhere
            made = self.net.layer(Mixer((tuple(in_place(4)), tuple(keys)), shape), made, made)
        else:
            made = self.net.layer(Mixer((tuple(keys),), shape), made)
        back = rearranged([[high // w, wide // w], [w, w], [channels]], [[4], [0, 2], [1, 3]])
        made = self.net.layer(Mover(back), made)
        if self.random.random() < 0.5:
            made = self.net.layer(Mixer((tuple(in_place(4)),) * 2, self.shape(tensor)), tensor, made)
        self.maps.append(made)

    def shuffle(self, tensor: int) -> None:
        """Pixels into channels or channels into pixels."""
        _, channels, high, wide = self.shape(tensor)
        if channels % 4 == 0 and high * wide <= 36:
            digits = rearranged([[channels // 4, 2, 2], [high], [wide]], [[0], [3, 1], [4, 2]])
        elif high % 2 == wide % 2 == 0:
            digits = rearranged([[channels], [high // 2, 2], [wide // 2, 2]], [[0, 2, 4], [1], [3]])
        else:
            regroup = regrouped([channels, high, wide], [channels, high * wide])
            digits = regroup or rearranged([[channels], [high], [wide]], [[0], [1], [2]])
            self.net.layer(Mover(digits), tensor)
            return
        self.maps.append(self.net.layer(Mover(digits), tensor))


def grown(seed: int, holes: bool) -> Graph:
    growing = Growing(Random(seed), holes)
    for _ in range(9):
        growing.step()
    return growing.net.graph()


# ---- the oracle ----


def taps(how, n: int, unit: int) -> list[int]:
    """The real units that one unit reads, from the definition of the operation."""
    match how:
        case Window(kernel, stride, padding, dilation):
            return [t for t in (unit * stride - padding + dilation * k for k in range(kernel)) if 0 <= t < n]
        case Transposed(kernel, stride, padding, dilation):
            return [t for t in range(n) if any(t * stride - padding + dilation * k == unit for k in range(kernel))]
        case Whole():
            return list(range(n))
        case Fixed(at):
            return [at]
        case Gate():
            return [0]
        case Nearest(size, output):
            return [unit * size // output]
        case Interpolated(size, output):
            at = max((unit + 0.5) * size / output - 0.5, 0.0)
            return [t for t in range(n) if abs(t - at) < 1 - 1e-9] if at < n - 1 else [n - 1]
    raise AssertionError(how)


def dependencies(graph: Graph) -> list[np.ndarray]:
    """For every tensor an array (its axes, input axes) of booleans: which units depend on which input pixels."""
    shape = graph.shapes[0][1:]
    found = [np.eye(prod(shape), dtype=bool).reshape(*shape, *shape)]
    for node in graph.nodes:
        out = node.output_shapes[0][1:]
        reached = np.zeros((*out, *shape), dtype=bool)
        if isinstance(node.layer, Mover):
            digits = node.layer.rearranges(node.input_shapes[0])
            order = [d for group in digits.after for d in group]
            before = found[node.inputs[0]].reshape(*digits.sizes, -1)
            reached = before.transpose(*order, len(order)).reshape(*out, *shape)
        else:
            for row, tensor in zip(node.layer.reads(*node.input_shapes), node.inputs, strict=True):
                before = found[tensor]
                for unit in product(*map(range, out)):
                    asked = [0 if axis is None or how.step == 0 else unit[axis - 1] for axis, how in row]
                    read = [taps(how, n, at) for (_, how), n, at in zip(row, before.shape, asked, strict=False)]
                    if all(read):
                        reached[unit] |= before[np.ix_(*read)].any(axis=tuple(range(len(read))))
        found.append(reached)
    return found


def seen(depends: np.ndarray) -> list[set[int]]:
    """Along each spatial axis the pixels that one unit sees."""
    pixels = depends.any(axis=0)
    return [set(np.flatnonzero(pixels.any(axis=1))), set(np.flatnonzero(pixels.any(axis=0)))]


def places(graph: Graph) -> Iterator[tuple[Node, np.ndarray, tuple[int, ...]]]:
    """Units to look at: the layer, what each of its units depends on, and the unit; some of each layer."""
    random = Random(0)
    for node, depends in zip(graph.nodes, dependencies(graph)[1:], strict=True):
        units = list(product(*map(range, depends.shape[:-3])))
        for unit in random.sample(units, min(UNITS, len(units))):
            yield node, depends[unit], unit


@pytest.mark.parametrize("holes", [False, True])
def test_every_unit_against_brute_force(holes: bool) -> None:
    """Sets of taps are exact along each axis; intervals are never too small, and mostly exact even so."""
    units = exact = exact_sets = 0
    for seed in range(NETWORKS):
        graph = grown(seed, holes)
        for node, depends, unit in places(graph):
            truth = seen(depends)
            if not all(truth):
                continue
            place = f"seed {seed}, {node.path}, unit {unit}"
            box = unit_field(graph, node, unit, strict=True, clip=True)["input0"]
            hull = [(min(along), max(along)) for along in truth]
            assert all(lo <= a and b <= hi for (a, b), (lo, hi) in zip(hull, box, strict=True)), place
            sets = unit_coverage(graph, node, unit, strict=True)["input0"]
            assert all(a <= b for a, b in zip(truth, sets, strict=True)), place
            assert all(lo <= min(along) and max(along) <= hi for along, (lo, hi) in zip(sets, box, strict=True)), place
            units += 1
            exact += list(box) == hull
            exact_sets += list(map(set, sets)) == truth
    assert units >= 20_000 * NETWORKS // 60
    assert exact >= 0.85 * units
    # A window over tokens after another one may see rows and columns together that it reads apart.
    assert exact_sets >= 0.9999 * units


@pytest.mark.parametrize("holes", [False, True])
def test_the_centre_of_every_layer_sees_no_more_than_is_told(holes: bool) -> None:
    for seed in range(4 * NETWORKS):
        graph = grown(seed, holes)
        strict = receptive_fields(graph).strict
        for node, field, depends in zip(graph.nodes, strict, dependencies(graph)[1:], strict=True):
            centre = tuple(n // 2 for n in node.output_shapes[0][1:])
            truth = seen(depends[centre])
            assert field is not None
            if all(truth):
                sizes = [max(along) - min(along) + 1 for along in truth]
                assert all(a <= b for a, b in zip(sizes, field.size, strict=True)), f"seed {seed}, {node.path}"


class TestTokens:
    """A convolution with stride 4 on a 16×24 image, then tokens: 4×6 of them."""

    def net(self) -> tuple[Growing, int]:
        growing = Growing(Random(0), holes=False)
        growing.net.shapes[0] = (1, 4, 16, 24)
        patches = growing.mix(0, {axis: Along(axis, Window(4, 4)) for axis in (2, 3)}, (1, 4, 4, 6))
        return growing, growing.net.layer(Mover(rearranged([[4], [4], [6]], [[1, 2], [0]])), patches)

    def test_each_token_sees_its_patch(self) -> None:
        growing, _ = self.net()
        graph = growing.net.graph()
        field = receptive_fields(graph).local[-1]
        assert field is not None
        assert (field.size, field.jump, field.start, field.whole) == ((4, 4), (4, 4), (0, 0), (False, False))
        assert unit_axes(graph, graph.nodes[-1]) == (1,)
        for token in range(24):
            row, column = divmod(token, 6)
            expected = (4 * row, 4 * row + 3), (4 * column, 4 * column + 3)
            assert unit_field(graph, graph.nodes[-1], (token, None)) == {"input0": expected}

    def test_attention_sees_all_and_tokens_keep_their_places_until_then(self) -> None:
        growing, tokens = self.net()
        shifted = growing.mix(tokens, {1: Along(1, Window(1, 1, 1))}, (1, 25, 4))
        growing.mix(shifted, {1: Along(1, Whole(25))}, (1, 25, 4))
        before, after = receptive_fields(growing.net.graph()).local[-2:]
        assert before is not None
        assert after is not None
        assert (before.size, before.whole) == ((4, 4), (False, False))
        assert (after.size, after.whole) == ((16, 24), (True, True))

    def test_attention_in_windows_sees_the_window(self) -> None:
        growing = Growing(Random(0), holes=False)
        growing.net.shapes[0] = (1, 4, 8, 12)
        parts = growing.net.layer(Mover(rearranged([[4], [2, 4], [3, 4]], [[1, 3], [2, 4], [0]])), 0)
        mixed = growing.mix(parts, {2: Along(2, Whole(16))}, growing.shape(parts))
        back = growing.net.layer(Mover(rearranged([[2, 3], [4, 4], [4]], [[4], [0, 2], [1, 3]])), mixed)
        graph = growing.net.graph()
        field = receptive_fields(graph).local[-1]
        assert field is not None
        assert (field.size, field.whole) == ((4, 4), (False, False))
        assert unit_axes(graph, graph.nodes[back - 1]) == (2, 3)
        for unit in product(range(8), range(12)):
            expected = tuple((u // 4 * 4, u // 4 * 4 + 3) for u in unit)
            assert unit_field(graph, graph.nodes[-1], unit) == {"input0": expected}
