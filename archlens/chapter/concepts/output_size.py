"""How large a map comes out, and which pixels no window reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import field, network, output, table
from archlens.network import Network, load
from archlens.report.numbers import size_text

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.2"
TEACHES = (
    "Kernel and dilation shrink the map, padding widens it, and the stride divides what is left, rounded down: stride 2 halves "
    "only roughly. What the rounding drops are pixels at the far end that no window reads, unless there is as much padding."
)
FORMULA = (
    "K_eff = D·(K − 1) + 1",
    "O = ⌊(W + 2P − K_eff) / S⌋ + 1        ceil mode rounds up",
    "never read at the end = (W + 2P − K_eff) mod S − P, if that is more than 0",
)

_WIDTH = 32
_WINDOWS = (  # kernel, stride, padding, dilation
    *((3, 1, 0, 1), (3, 1, 1, 1), (5, 1, 0, 1), (5, 1, 2, 1), (3, 1, 0, 2), (3, 1, 2, 2)),
    *((1, 2, 0, 1), (2, 2, 0, 1), (3, 2, 0, 1), (3, 2, 1, 1), (5, 2, 1, 2), (7, 2, 3, 1), (3, 3, 0, 1), (11, 4, 2, 1)),
)
_HALVED = range(5, 17)


def tables() -> tuple[Table, ...]:
    """The formula over its four arguments, sizes halved, and the maps of LeNet-5."""
    windows = ("kernel", "stride", "padding", "dilation", "covers", "output", "never read", "of them at the end")
    halved = ("pixels", "3 /2 padding 1", "3 /2", "3 /2: unread", "pool 2", "pool 2: unread", "pool 2, ceil")
    return (
        table(
            f"a window over a row of {_WIDTH} pixels, and the pixels that no window reads",
            windows,
            starmap(_window, _WINDOWS),
        ),
        table("stride 2: what comes out of a row, and how many of its pixels no window reads", halved, map(_half, _HALVED)),
        table("LeNet-5, from the image to one cell", ("layer", "window", "stride", "size", "map"), _lenet()),
    )


def _window(kernel: int, stride: int, padding: int, dilation: int) -> tuple[Cell, ...]:
    row = network(f"1x{_WIDTH}", f"conv: 1 {kernel} /{stride} padding={padding} dilation={dilation}")
    analysis = row.analyze()
    size, covers = output(analysis)[-1], field(analysis.layers[0])
    return kernel, stride, padding, dilation, covers, size, *_unread(row)


def _unread(row: Network) -> tuple[int, int]:
    """Pixels that no unit of the layer reads, and how many of them lie after the last one read."""
    width = output(row.analyze())[-1]
    sights = [row.sight(unit=(i,)).inputs["input"][0] for i in range(width)]
    read = {pixel for sight in sights for pixel in sight.read}
    return sights[0].size - len(read), sights[0].size - 1 - max(read)


def _half(pixels: int) -> tuple[Cell, ...]:
    padded, plain, pool, ceil = [
        network(f"1x{pixels}", line)
        for line in ("conv: 1 3 /2 padding=1", "conv: 1 3 /2", "max_pool: 2 /2", "max_pool: 2 /2 ceil")
    ]
    sizes = [output(row.analyze())[-1] for row in (padded, plain, pool, ceil)]
    return pixels, sizes[0], sizes[1], _unread(plain)[0], sizes[2], _unread(pool)[0], sizes[3]


def _lenet() -> Iterator[tuple[Cell, ...]]:
    analysis = load("lenet5").analyze()
    (shape,) = analysis.inputs.values()
    for layer in analysis.layers:
        before, shape = shape, layer.output_shapes[0]
        if layer.family in ("convolution", "pooling"):
            kernel, stride = [_along(layer.arguments[name]) for name in ("kernel_size", "stride")]
            size = f"({before[-1]} − {kernel}) / {stride} + 1 = {shape[-1]}"
            yield layer.path, f"{kernel}×{kernel}", stride, size, size_text(shape)


def _along(argument: int | tuple[int, ...]) -> int:
    """An argument along the last axis, where it may be one for all."""
    return argument if isinstance(argument, int) else argument[-1]
