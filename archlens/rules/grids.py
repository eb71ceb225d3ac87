"""The grids that tensors lie on: way by way, which pixels of an input of the network their cells are centred on.

The receptive field of a tensor is the hull of all ways to it, and its centre is that of the widest. Whether branches meet on one
grid is asked of each way by itself, so that a join is not blamed for what an earlier one has done.
"""

from __future__ import annotations

from archlens.analysis.reading import Read, all_reads
from archlens.analysis.staircase import UNIT, Extent, Rational, ratio
from archlens.graph.model import Graph
from archlens.layers.windows import POINTWISE, Adaptive, AxisMap, Corners, Cubic, Interpolated, Nearest
from archlens.records import NamedTuple

__all__ = ["Grids", "Way", "apart", "grids", "nearest"]

_MOST = 64  # ways along an axis that are told apart; of tensors with more nothing is known
_RESAMPLED = (Nearest, Interpolated, Corners, Cubic, Adaptive)


class Way(NamedTuple):
    """How the cells of a tensor lie along an axis of the network's input, by one way to it.

    jump: pixels from cell to cell. centre: the pixel that the first cell is centred on, on average over a period of resampling.
    looks_back: whether a cell reads no pixel behind its own, as causal convolutions do. coarse: the largest jump on the way.
    resampled: whether it was scaled to another size on the way, by a rule and not by weights.
    """

    jump: Rational
    centre: Rational
    looks_back: bool
    coarse: Rational
    resampled: bool


class _Path(NamedTuple):
    extent: Extent
    coarse: Rational = 1
    resampled: bool = False

    def through(self, axis: AxisMap) -> _Path:
        if axis == POINTWISE:
            return self
        extent = self.extent.through(axis)
        return _Path(extent, max(self.coarse, extent.jump), self.resampled or isinstance(axis, _RESAMPLED))

    @property
    def way(self) -> Way | None:
        """None where all cells see the same, which lies on any grid."""
        for jump, twice in self.extent.centres.items():
            centre = ratio(twice.numerator, 2 * twice.denominator)
            return Way(jump, centre, self.extent.at(0)[1] == 0, self.coarse, self.resampled)
        return None


_Axes = tuple[tuple[_Path, ...], ...]  # for each axis of the input the ways to a tensor
_Rank = tuple[Rational, Rational, bool]
Grids = tuple[tuple[Way, ...], ...]


def grids(graph: Graph) -> tuple[dict[int, Grids], dict[tuple[int, int], Grids]]:
    """For each tensor, along each axis of the network's first input with any, the ways whose cells see different pixels; and the
    same for (layer number, place) of each input of a layer, as that layer lays it on its output.

    Tensors whose axes are not those of the input are left out, as tokens, and what depends on these.
    """
    axes: dict[int, _Axes] = {}
    for tensor in graph.inputs.values():
        if len(graph.shapes[tensor]) > 2:
            axes[tensor] = ((_Path(UNIT),),) * (len(graph.shapes[tensor]) - 2)
            break
    others = set(graph.inputs.values()) - set(axes)  # parameters and other inputs lie on no grid of it
    laid: dict[tuple[int, int], Grids] = {}
    for number, (node, outputs) in enumerate(zip(graph.nodes, all_reads(graph)[0], strict=True)):
        sources = [tensor for tensor in node.inputs if tensor not in others]
        if not sources:
            others.update(node.outputs)
            continue
        for tensor, reads in zip(node.outputs, outputs, strict=True):
            followed = [read for read in reads if node.inputs[read.position] not in others]
            found = [_through(axes.get(node.inputs[read.position]), read) for read in followed]
            known = [one for one in found if one is not None]
            if not known or len(known) < len(found) or len({len(one) for one in known}) > 1:
                continue
            if len(found) > 1:
                laid.update({(number, read.position): _seen(one) for read, one in zip(followed, known, strict=True)})
            merged = tuple([_distinct([path for one in along for path in one]) for along in zip(*known, strict=True)])
            if all(len(paths) <= _MOST for paths in merged):
                axes[tensor] = merged
    return {tensor: _seen(found) for tensor, found in axes.items()}, laid


def _through(axes: _Axes | None, read: Read) -> _Axes | None:
    if axes is None or read.is_pointwise:
        return axes
    if read.straight is None or len(read.straight) != len(axes):
        return None
    if read.is_still:
        return axes
    return tuple([_distinct([path.through(axis) for path in paths]) for paths, axis in zip(axes, read.straight, strict=True)])


def _distinct(paths: list[_Path]) -> tuple[_Path, ...]:
    """One of those that lie alike: of the causal ones of one jump the least shifted, of others the finest."""
    if len(paths) == 1:
        return tuple(paths)
    found: dict[object, tuple[_Rank, _Path]] = {}
    for path in paths:
        way = path.way
        key = way and ((way.jump, None) if way.looks_back else (way.jump, way.centre))
        rank: _Rank = (max(way.centre, -way.centre), way.coarse, way.resampled) if way else (0, 0, False)
        if key not in found or rank < found[key][0]:
            found[key] = rank, path
    return tuple([path for _, path in found.values()])


def _seen(axes: _Axes) -> Grids:
    return tuple([tuple([way for path in paths if (way := path.way)]) for paths in axes])


def apart(one: Way, other: Way, cells: int) -> Rational:
    """How many pixels the two lie apart on a map of so many cells, at the end where it is more."""
    if one.jump == other.jump and one.looks_back and other.looks_back:
        return 0  # each cell looks back from its own pixel, as far as it likes
    first = other.centre - one.centre
    last = first + (other.jump - one.jump) * (cells - 1)
    return max(first, -first, last, -last)


def nearest(ones: tuple[Way, ...], others: tuple[Way, ...], cells: int) -> tuple[Way, Way] | None:
    """The two ways that lie least apart, the finest of those; None where a side has none."""
    pairs = [(one, other) for one in ones for other in others]
    return min(pairs, key=lambda pair: (apart(pair[0], pair[1], cells), pair[0].coarse + pair[1].coarse), default=None)
