"""Networks written down layer by layer, of layers that are nothing but their windows; also drawn at random."""

from __future__ import annotations

from random import Random

from archlens.graph.model import Graph, Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.windows import POINTWISE, Adaptive, AxisMap, Corners, Gate, Interpolated, Nearest, Whole, Window

Row = tuple[AxisMap, ...]
RESAMPLING = (Nearest, Interpolated, Corners, Adaptive)


class Reader(Layer):
    """Reads its inputs by `rows` and puts out a map of `sizes`; `local` where the local rows differ."""

    inputs = (1, None)

    def __init__(self, rows: tuple[Row, ...], sizes: tuple[int, ...], local: tuple[Row, ...] | None = None) -> None:
        # By its text as well: as tuples, axis maps of two types with the same sizes are equal.
        object.__setattr__(self, "_values", (rows, sizes, rows if local is None else local, repr(rows)))

    def output_shapes(self, *inputs: Shape) -> tuple[Shape, ...]:
        return ((1, 1, *self._values[1]),)

    def windows(self, *inputs: Shape) -> tuple[Row, ...]:
        return self._values[0]

    def local_windows(self, *inputs: Shape) -> tuple[Row, ...]:
        return self._values[2]


class Network:
    """A graph as it grows: each method adds a layer and returns the number of the tensor it puts out."""

    def __init__(self, *inputs: tuple[int, ...]) -> None:
        self.shapes: list[Shape] = [(1, 1, *sizes) for sizes in inputs]
        self.nodes: list[Node] = []
        self.inputs = {f"input{number}": number for number in range(len(inputs))}

    def graph(self) -> Graph:
        producers = (*(-1 for _ in self.inputs), *range(len(self.nodes)))
        outputs = {"output": len(self.shapes) - 1}
        return Graph("net", "", None, tuple(self.nodes), tuple(self.shapes), producers, self.inputs, outputs, {}, (), {}, ())

    def sizes(self, tensor: int) -> tuple[int, ...]:
        return self.shapes[tensor][2:]

    def layer(self, layer: Layer, *tensors: int) -> int:
        """Any layer of one output."""
        inputs = tuple(self.shapes[tensor] for tensor in tensors)
        (output,) = layer.output_shapes(*inputs)
        path = f"layer{len(self.nodes)}"
        self.nodes.append(Node(path, layer, tensors, (len(self.shapes),), inputs, (output,), path, True, None))
        self.shapes.append(output)
        return len(self.shapes) - 1

    def read(self, tensor: int, *row: AxisMap, sizes: tuple[int, ...]) -> int:
        """One input, read by `row`."""
        return self.layer(Reader((row,), sizes), tensor)

    def slide(self, tensor: int, kernel: int, stride: int = 1, low: int = 0, high: int | None = None, dilation: int = 1) -> int:
        """One window along every axis, padded by `low` and `high` (the same as `low` unless given)."""
        pads = low + (low if high is None else high)
        sizes = tuple((n + pads - dilation * (kernel - 1) - 1) // stride + 1 for n in self.sizes(tensor))
        return self.read(tensor, *(Window(kernel, stride, low, dilation),) * len(sizes), sizes=sizes)

    def crop(self, tensor: int, *units: int, sizes: tuple[int, ...]) -> int:
        """A piece of the map from `units` on."""
        return self.read(tensor, *(Window(1, 1, -unit) for unit in units), sizes=sizes)

    def resample(self, tensor: int, kind: type, *sizes: int) -> int:
        """To `sizes` units by `kind(n, size)`."""
        return self.read(tensor, *(kind(n, size) for n, size in zip(self.sizes(tensor), sizes, strict=True)), sizes=sizes)

    def pool(self, tensor: int, keep: bool = True) -> int:
        """The mean of the whole map; `keep` its axes with size 1."""
        whole = [Whole(n) for n in self.sizes(tensor)]
        return self.read(tensor, *whole, sizes=(1,) * len(whole) if keep else ())

    def spread(self, tensor: int, *sizes: int) -> int:
        """A vector as a map of `sizes` units that all read all of it, and what is left of its axes."""
        return self.read(tensor, *(Whole(n) for n in self.sizes(tensor)), sizes=sizes)

    def normalize(self, tensor: int) -> int:
        """By statistics over the map, which the local reading leaves out."""
        sizes = self.sizes(tensor)
        whole = tuple(Whole(n) for n in sizes)
        return self.layer(Reader((whole,), sizes, local=((POINTWISE,) * len(sizes),)), tensor)

    def join(self, *tensors: int) -> int:
        """Maps of one size, met unit by unit."""
        sizes = self.sizes(tensors[0])
        return self.layer(Reader(((POINTWISE,) * len(sizes),) * len(tensors), sizes), *tensors)

    def gate(self, tensor: int, by: int) -> int:
        """A map times one value for all of it."""
        sizes = self.sizes(tensor)
        return self.layer(Reader(((POINTWISE,) * len(sizes), (Gate(),) * len(sizes)), sizes), tensor, by)


def grow(random: Random, *, axes: int = 2, inputs: int = 1, steps: int = 10, holes: bool = True, spread: bool = True) -> Network:
    """A random network: chains, forks, joins, gates, resampling.

    holes: windows may be dilated or lie in the padding altogether. spread: axes may be lost and won.
    """
    net = Network(*(tuple(random.randint(6, 24) for _ in range(axes)) for _ in range(inputs)))
    moves = [_slide, _slide, _slide, _resample, _crop, _join, _join, _gate, _normalize] + [_spread] * spread
    for _ in range(steps):
        recent = [tensor for tensor in range(len(net.shapes))[-4:] if net.sizes(tensor)]
        random.choice(moves)(net, random, random.choice(recent), holes)
    return net


def _slide(net: Network, random: Random, tensor: int, holes: bool) -> None:
    kernel, stride = random.randint(1, 4), random.choice([1, 1, 2, 3])
    dilation = random.randint(1, 3) if holes else 1
    low, high = (random.randint(0, kernel + 1 if holes else kernel - 1) for _ in range(2))
    if min(net.sizes(tensor)) + low + high > dilation * (kernel - 1):
        net.slide(tensor, kernel, stride, low, high, dilation)


def _resample(net: Network, random: Random, tensor: int, holes: bool) -> None:
    net.resample(tensor, random.choice(RESAMPLING), *(random.randint(1, min(2 * n, 30)) for n in net.sizes(tensor)))


def _crop(net: Network, random: Random, tensor: int, holes: bool) -> None:
    sizes = net.sizes(tensor)
    kept = tuple(random.randint(1, n) for n in sizes)
    net.crop(tensor, *(random.randint(0, n - k) for n, k in zip(sizes, kept, strict=True)), sizes=kept)


def _join(net: Network, random: Random, tensor: int, holes: bool) -> None:
    """Up to three maps, cropped to the smallest of them."""
    rank = len(net.sizes(tensor))
    others = [other for other in range(len(net.shapes)) if len(net.sizes(other)) == rank]
    tensors = [tensor, *random.choices(others, k=random.randint(1, 2))]
    common = tuple(min(sizes) for sizes in zip(*(net.sizes(other) for other in tensors), strict=True))
    pieces = []
    for other in tensors:
        slack = [n - k for n, k in zip(net.sizes(other), common, strict=True)]
        pieces.append(net.crop(other, *(random.randint(0, s) for s in slack), sizes=common) if any(slack) else other)
    net.join(*pieces)


def _gate(net: Network, random: Random, tensor: int, holes: bool) -> None:
    net.gate(tensor, net.pool(random.choice([t for t in range(len(net.shapes)) if len(net.sizes(t)) == len(net.sizes(tensor))])))


def _normalize(net: Network, random: Random, tensor: int, holes: bool) -> None:
    net.normalize(tensor)


def _spread(net: Network, random: Random, tensor: int, holes: bool) -> None:
    """To a vector and back to a map, perhaps with another number of axes; or one axis lost at once."""
    sizes = net.sizes(tensor)
    if len(sizes) > 1 and random.random() < 0.5:
        net.read(tensor, *(Window(2) if n > 1 else POINTWISE for n in sizes), sizes=sizes[:1])
    else:
        vector = net.pool(tensor, keep=False)
        net.spread(vector, *(random.randint(1, 9) for _ in range(random.randint(1, 3))))
