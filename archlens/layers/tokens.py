"""Between maps and tokens, whole or in windows: C×H×W to T×C and back. Tokens count row by row."""

from __future__ import annotations

from typing import Any, ClassVar

from archlens.errors import LayerError
from archlens.layers.dims import Dim, Shape, divides, equal, prod, require, show
from archlens.layers.fields import Parts
from archlens.layers.moving import Moving, require_divides
from archlens.layers.strides import Layout
from archlens.layers.windows import Rearranged, rearranged

__all__ = ["Tokens", "Untokens", "WindowPartition", "WindowReverse"]


class Tokens(Moving):
    """A map as tokens: C×H×W becomes T×C, T = H·W, row by row.

    Each place of the map becomes a vector of its channels, as attention wants them. Behind a convolution whose stride is its
    kernel they are the patches of a Vision Transformer. In torch `x.flatten(2).transpose(1, 2)`, a view.
    """

    type_name = "tokens"
    torch_name = "torch.flatten"  # from axis 2 on, then the last two axes change places
    is_view = True
    reference = "Dosovitskiy et al., An Image is Worth 16x16 Words, 2020, arXiv:2010.11929"
    example: ClassVar = ("768x14x14", "")

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        self.spatial_rank(x)
        return ((x[0], prod(x[2:]), x[1]),)

    def rearranges(self, x: Shape) -> Rearranged:
        return rearranged([[n] for n in x[1:]], [range(1, len(x) - 1), [0]])

    def layout(self, *inputs: Shape) -> Layout:
        return "channels_innermost"  # the places, axis 1 here: it is the map that is copied, and then its axes change places


class Untokens(Moving):
    """Tokens as a map: T×C becomes C×H×W, row by row.

    It undoes `tokens`. In torch `x.transpose(1, 2).unflatten(2, output_size)`, a view.

    output_size: H×W, one size for each axis of the map; they multiply up to T.
    """

    type_name = "untokens"
    torch_name = "torch.unflatten"  # of the last axis, after the last two change places
    is_view = True
    example: ClassVar = ("196x768", "14x14")

    output_size: Parts

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        sizes = _each(self.output_size)
        if len(x) != 3 or len(sizes) > 3:
            needs = "an input T×F" if len(x) != 3 else "one to three axes in output_size"
            help = "it makes a map of tokens; this is one already" if len(x) > 3 else "name the axes of the map alone: 14x14"
            raise LayerError(f"untokens needs {needs}, got {show(x) if len(x) != 3 else len(sizes)}", "output_size", help)
        require(
            equal(prod(sizes), x[1]),
            "untokens: {} tokens do not fill a map of {}",
            x[1],
            "×".join(map(str, sizes)),
            argument="output_size",
            help="leave a class token out first, e.g. `slice: 1 1`; the sizes multiply up to {0}",
        )
        return ((x[0], x[2], *sizes),)

    def rearranges(self, x: Shape) -> Rearranged:
        sizes = _each(self.output_size)
        return rearranged([sizes, [x[2]]], [[len(sizes)], *([i] for i in range(len(sizes)))])

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"dim": 2, "sizes": _each(self.output_size)}


class _Windows(Moving):
    def shares(self, training: bool) -> bool:
        return True  # where strides allow it: a window as large as the map, or of one cell


class WindowPartition(_Windows):
    """A map in windows that do not overlap: C×H×W becomes windows × tokens × C, both row by row.

    Attention on it stays inside each window, so its work grows with the size of the map and not with its square. A copy,
    unless one window is the whole map.

    size: of the window, per axis; it divides the map.
    """

    type_name = "window_partition"
    torch_name = "torch.permute"  # between two reshapes
    reference = "Liu et al., Swin Transformer, 2021, arXiv:2103.14030"
    example: ClassVar = ("96x56x56", "7x7")

    size: Parts

    def _grid(self, x: Shape) -> list[tuple[Dim, Dim]]:
        """(windows, their size) along each axis."""
        sizes = self.spread("size", self.spatial_rank(x))
        require_divides(self, "size", "a window of", sizes, x)
        return [(n // size, size) for n, size in zip(x[2:], sizes, strict=True)]

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        counts, sizes = zip(*self._grid(x), strict=True)
        return ((x[0], prod(counts), prod(sizes), x[1]),)

    def rearranges(self, x: Shape) -> Rearranged:
        grid = self._grid(x)
        return rearranged([[x[1]], *grid], [range(1, 2 * len(grid), 2), range(2, 2 * len(grid) + 1, 2), [0]])

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"size": tuple(size for _, size in self._grid(x))}


class WindowReverse(_Windows):
    """Windows put together: windows × tokens × C, as `window_partition` makes them, becomes C×H×W.

    A copy, unless one window is the whole map.

    size: of the window, per axis.
    output_size: H×W of the map, one size for each axis.
    """

    type_name = "window_reverse"
    torch_name = "torch.permute"  # between two reshapes
    reference = "Liu et al., Swin Transformer, 2021, arXiv:2103.14030"
    example: ClassVar = ("64x49x96", "7x7 56x56")

    size: Parts
    output_size: Parts

    def _grid(self) -> list[tuple[Dim, Dim]]:
        """(windows, their size) along each axis; refuses a map that does not fall into windows."""
        target = _each(self.output_size)
        if len(target) > 3:
            help = "write that of the map, e.g. 56x56"
            raise LayerError(f"window_reverse: output_size has {len(target)} axes; at most 3", "output_size", help)
        sizes = self.spread("size", len(target))
        for n, size in zip(target, sizes, strict=True):
            require(
                divides(size, n),
                "window_reverse: a window of {} does not divide the map's {}",
                size,
                n,
                argument="output_size",
                help="give the size of the map that was partitioned, its padding included, one for each axis",
            )
        return [(n // size, size) for n, size in zip(target, sizes, strict=True)]

    def output_shapes(self, x: Shape) -> tuple[Shape, ...]:
        if len(x) != 4:
            help = "that is what `window_partition` makes of a map"
            raise LayerError(f"window_reverse needs an input windows × tokens × C, got {show(x)}", help=help)
        counts, sizes = zip(*self._grid(), strict=True)
        for given, wanted, what in ((x[1], prod(counts), "windows"), (x[2], prod(sizes), "tokens a window")):
            require(
                equal(given, wanted),
                "window_reverse: {} {} arrive, but a map of {} has {}",
                given,
                what,
                "×".join(map(str, _each(self.output_size))),
                wanted,
                argument="output_size",
                help="give the size of the map that was partitioned, one for each axis, such as 56x56",
            )
        return ((x[0], x[3], *_each(self.output_size)),)

    def rearranges(self, x: Shape) -> Rearranged:
        counts, sizes = zip(*self._grid(), strict=True)
        rank = len(counts)
        return rearranged([counts, sizes, [x[3]]], [[2 * rank], *([i, rank + i] for i in range(rank))])

    def torch_kwargs(self, x: Shape) -> dict[str, Any]:
        return {"size": tuple(size for _, size in self._grid()), "output_size": _each(self.output_size)}


def _each(value: Any) -> tuple[Dim, ...]:
    """Sizes, one for each axis."""
    return value if isinstance(value, tuple) else (value,)
