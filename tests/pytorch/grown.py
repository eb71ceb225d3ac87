"""Random networks of real layers on maps, for what PyTorch can be asked about them: chains, forks, joins, gates, resampling."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from archlens.errors import LayerError
from archlens.graph.model import Graph
from archlens.layers import (
    AdaptiveAvgPool,
    Add,
    AvgPool,
    BatchNorm,
    Concat,
    Conv,
    ConvTranspose,
    Crop,
    GlobalAvgPool,
    MaxPool,
    Multiply,
    Pad,
    PixelShuffle,
    ReLU,
    Slice,
    Softmax,
    Upsample,
)
from archlens.layers.base import Layer
from tests.analysis.networks import Network

__all__ = ["grow_layers"]

LARGEST = 60  # units along an axis


def grow_layers(random: Random, *, axes: int = 2, inputs: int = 1, steps: int = 10, holes: bool = True) -> Graph:
    """A network of at most `steps` layers and the crops that joins need.

    holes: whether windows may be dilated, strides of transposed windows exceed the kernel, and taps of interpolation weigh 0.
    """
    sizes = tuple(random.randint(6, 24) for _ in range(axes))
    net = Network(*((*sizes,) for _ in range(inputs)))
    for _ in range(steps):
        recent = [tensor for tensor in range(len(net.shapes))[-4:] if max(net.sizes(tensor)) <= LARGEST]
        if recent:
            random.choice(MOVES)(net, random, random.choice(recent), holes)
    return net.graph()


def _put(net: Network, layer: Layer, *tensors: int) -> int | None:
    """The layer, if it goes on these maps."""
    try:
        return net.layer(layer, *tensors)
    except LayerError:
        return None


def _each(random: Random, axes: int, least: int, most: int) -> tuple[int, ...]:
    return tuple(random.randint(least, most) for _ in range(axes))


def _convolve(net: Network, random: Random, tensor: int, holes: bool) -> None:
    axes = len(net.sizes(tensor))
    kernel = _each(random, axes, 1, 4)
    padding = tuple((random.randint(0, k - 1), random.randint(0, k - 1)) for k in kernel)
    dilation = _each(random, axes, 1, 3 if holes else 1)
    _put(net, Conv(random.choice([1, 4]), kernel, _each(random, axes, 1, 3), padding, dilation), tensor)


def _pool(net: Network, random: Random, tensor: int, holes: bool) -> None:
    axes = len(net.sizes(tensor))
    kernel = _each(random, axes, 1, 4)
    padding = tuple(random.randint(0, k // 2) for k in kernel)
    pool = random.choice([MaxPool, AvgPool])
    more = {"dilation": random.randint(1, 2)} if pool is MaxPool and holes else {}
    _put(net, pool(kernel, _each(random, axes, 1, 3), padding, ceil_mode=random.random() < 0.5, **more), tensor)


def _spread(net: Network, random: Random, tensor: int, holes: bool) -> None:
    axes = len(net.sizes(tensor))
    stride = _each(random, axes, 1, 3)
    kernel = _each(random, axes, 1, 4) if holes else tuple(random.randint(s, 4) for s in stride)
    dilation = random.randint(1, 2) if holes else 1
    padding = tuple(random.randint(0, k - 1) for k in kernel)
    extra = tuple(random.randint(0, s - 1) for s in stride)
    _put(net, ConvTranspose(4, kernel, stride, padding, extra, dilation=dilation), tensor)


def _resample(net: Network, random: Random, tensor: int, holes: bool) -> None:
    """By a scale: to a size, PyTorch's own rounding on the longer map of the twin would be measured."""
    axes = len(net.sizes(tensor))
    modes = ["nearest", ("linear", "bilinear", "trilinear")[axes - 1]] + ["bicubic"] * (axes == 2 and holes)
    _put(net, Upsample(scale_factor=random.choice([2, 3, 0.5, 1.5]), mode=random.choice(modes)), tensor)


def _adapt(net: Network, random: Random, tensor: int, holes: bool) -> None:
    _put(net, AdaptiveAvgPool(_each(random, len(net.sizes(tensor)), 1, 9)), tensor)


def _frame(net: Network, random: Random, tensor: int, holes: bool) -> None:
    pairs = tuple((random.randint(-2, 2), random.randint(-2, 2)) for _ in net.sizes(tensor))
    axis = random.randint(2, 1 + len(net.sizes(tensor)))
    _put(net, random.choice([Pad(pairs), Slice(axis, random.randint(0, 3), None, random.randint(1, 2))]), tensor)


def _plain(net: Network, random: Random, tensor: int, holes: bool) -> None:
    _put(net, random.choice([ReLU(), BatchNorm(), Softmax(random.randint(1, 1 + len(net.sizes(tensor))))]), tensor)


def _shuffle(net: Network, random: Random, tensor: int, holes: bool) -> None:
    _put(net, PixelShuffle(2), tensor)


def _join(net: Network, random: Random, tensor: int, holes: bool) -> None:
    """Up to three maps, cropped to the smallest of them."""
    axes = len(net.sizes(tensor))
    tensors = [tensor, *random.choices(range(len(net.shapes)), k=random.randint(1, 2))]
    common = tuple(min(net.sizes(other)[axis] for other in tensors) for axis in range(axes))
    cropped = [other if net.sizes(other) == common else net.layer(Crop(common), other) for other in tensors]
    _put(net, random.choice([Add(), Concat(), Multiply()]), *cropped)


def _gate(net: Network, random: Random, tensor: int, holes: bool) -> None:
    """A map times, or plus, one value for all of it."""
    if min(net.sizes(tensor)) > 1:
        _put(net, random.choice([Multiply(), Multiply(), Add()]), tensor, net.layer(GlobalAvgPool(keepdim=True), tensor))


MOVES: list[Callable[..., None]] = [
    *([_convolve] * 4),
    *([_pool] * 2),
    *([_join] * 3),
    _spread,
    _resample,
    _adapt,
    _frame,
    _plain,
    _shuffle,
    _gate,
]
