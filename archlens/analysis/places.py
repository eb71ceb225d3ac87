"""Where the units of a field lie among the axes of a tensor that no longer has the input's axes.

On a map, unit u of field axis a is the index along tensor axis a + 2. Tokens, window partitions and their like take
axes apart and put them together in another order; then the unit is a sum of `Spot`s, each a digit of a tensor axis:

    u = Σ ((index of `axis`) - offset) // divisor % size · place

    14×14 patches as 196 tokens   H: axis 1, divisor 14, place 1    W: axis 1, divisor 1, place 1
    H = 56 in windows of 7        H: axis 1, place 7 (which window) and axis 2, place 1 (where in it)

Spots move with their axes as long as layers act on each unit alone. Where a layer reads all along an axis, the digit
collapses: an extent over u becomes the hull over the digit, which is a window of `size` taps `place` apart. What cannot
be followed (a window over the low digit of an axis, say) collapses too, which never makes a field smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from archlens.analysis.staircase import Extent
from archlens.layers.dims import Shape
from archlens.layers.windows import Along, Fixed, Gate, Nearest, Rearranged, Window
from archlens.records import NamedTuple

__all__ = ["Places", "Spot", "moved", "rearranged_field", "reconciled", "span", "straight", "straightened", "unit_at"]


class Spot(NamedTuple):
    """One digit of a field axis's unit, as the module says."""

    axis: int
    offset: int
    divisor: int
    size: int
    place: int


Places: TypeAlias = "tuple[tuple[Spot, ...], ...]"  # for each field axis its spots; none where all units see the same


def straight(shape: Shape) -> Places:
    """The places on a map: each field axis on its own tensor axis."""
    return tuple([(Spot(axis, 0, 1, size, 1),) for axis, size in enumerate(shape[2:], 2)])


def straightened(extents: Sequence[Extent], places: Places, shape: Shape) -> tuple[tuple[Extent, ...], Places | None]:
    """The same field, with None for the places where they are those of a map; an axis on which all units see the same
    lies anywhere, and one that is the same for every so many units is a function of the index all the same."""
    usual = straight(shape)
    if len(places) != len(usual):
        return tuple(extents), places
    found = [_along(extent, own, one, shape) for extent, own, one in zip(extents, places, usual, strict=True)]
    settled = all(not own or own == one for (_, own), one in zip(found, usual, strict=True))
    return tuple([extent for extent, _ in found]), None if settled else tuple([own for _, own in found])


def _along(extent: Extent, own: tuple[Spot, ...], usual: tuple[Spot, ...], shape: Shape) -> tuple[Extent, tuple[Spot, ...]]:
    """An extent over the highest digit of its own axis as one over the index."""
    if own == usual or len(own) != 1 or own[0].axis != usual[0].axis or own[0].offset or not _is_highest(own[0], shape):
        return extent, own
    return extent.through(Window(1, own[0].place)).through(Nearest(1, own[0].divisor)), usual


def unit_at(spots: Sequence[Spot], index: Sequence[int]) -> int:
    """The unit at `index`, which has an entry for every tensor axis, the batch too."""
    return sum([max(index[s.axis] - s.offset, 0) // s.divisor % s.size * s.place for s in spots])


def span(spots: Sequence[Spot]) -> int:
    """How many units there are from the first to the last."""
    return 1 + sum([(spot.size - 1) * spot.place for spot in spots])


def _collapsed(extent: Extent, spot: Spot) -> Extent:
    """The hull over every value of a digit, which counts as 0 from now on."""
    return extent.through(Window(spot.size, dilation=spot.place))


def _settled(extent: Extent, spots: Sequence[Spot]) -> tuple[Extent, tuple[Spot, ...]]:
    """Digits that make up one are put together; an extent without digits is the same for all units."""
    if not spots:
        return extent.through(Gate()), ()
    ordered = sorted(spots, key=lambda spot: (spot.axis, -spot.divisor))
    kept = [ordered[0]]
    for spot in ordered[1:]:
        high = kept[-1]
        if (high.axis, high.offset, high.divisor, high.place) == (
            spot.axis,
            spot.offset,
            spot.divisor * spot.size,
            spot.place * spot.size,
        ):
            kept[-1] = spot._replace(size=high.size * spot.size)
        else:
            kept.append(spot)
    return extent, tuple(kept)


def moved(
    extents: Sequence[Extent], places: Places, axes: Sequence[Along], before: Shape, after: Shape
) -> tuple[tuple[Extent, ...], Places]:
    """The field of a tensor of shape `after` that reads one of shape `before` by `axes`."""
    found = [_moved(extent, spots, axes, before, after) for extent, spots in zip(extents, places, strict=True)]
    return tuple([extent for extent, _ in found]), tuple([spots for _, spots in found])


def _moved(
    extent: Extent, spots: Sequence[Spot], axes: Sequence[Along], before: Shape, after: Shape
) -> tuple[Extent, tuple[Spot, ...]]:
    kept: list[Spot] = []
    followed: list[Spot] = []  # the digits that are read whole collapse first, so that a window may go over what is left
    for spot in spots:
        if axes[spot.axis - 1].how.step or isinstance(axes[spot.axis - 1].how, Fixed | Gate):
            followed.append(spot)
        else:
            extent = _collapsed(extent, spot)
    for spot in followed:
        target, how = axes[spot.axis - 1]
        if target is not None and isinstance(how, Window) and (how.kernel, how.stride) == (1, 1):
            kept.append(spot._replace(axis=target, offset=spot.offset + how.padding))
        elif isinstance(how, Fixed | Gate):
            digit = max(how.reach(0, 0)[0] - spot.offset, 0) // spot.divisor % spot.size
            extent = extent.through(Window(1, padding=-digit * spot.place))
        elif target is not None and how.step and len(followed) == 1 and _is_highest(spot, before):
            # u = ((index - offset) // divisor) · place: one map after the other, the innermost first.
            for step in (Window(1, spot.place), Nearest(1, spot.divisor), Window(1, padding=spot.offset), how):
                extent = extent.through(step)
            kept.append(Spot(target, 0, 1, after[target], 1))
        else:
            extent = _collapsed(extent, spot)
    return _settled(extent, kept)


def _is_highest(spot: Spot, shape: Shape) -> bool:
    """Whether no digit of its axis stands above it, so that it grows along the axis."""
    return bool(spot.offset + spot.divisor * spot.size >= shape[spot.axis])


def rearranged_field(extents: Sequence[Extent], places: Places, digits: Rearranged) -> tuple[tuple[Extent, ...], Places]:
    """The field after axes were taken apart and put together."""
    before, after = _divisors(digits.sizes, digits.before), _divisors(digits.sizes, digits.after)
    homes = {digit: (axis, after[digit]) for axis, group in enumerate(digits.after, 1) for digit in group}
    found: list[tuple[Extent, tuple[Spot, ...]]] = []
    for extent, spots in zip(extents, places, strict=True):
        kept: list[Spot] = []
        for spot in spots:
            group = digits.before[spot.axis - 1]
            parts = _parts(spot, [(before[d], digits.sizes[d], *homes[d]) for d in group])
            if parts and (not spot.offset or _stays_alone(group, digits.after)):
                kept += parts
            else:
                extent = _collapsed(extent, spot)
        found.append(_settled(extent, kept))
    return tuple([extent for extent, _ in found]), tuple([spots for _, spots in found])


def _divisors(sizes: Sequence[int], groups: Sequence[Sequence[int]]) -> dict[int, int]:
    """What each digit counts in its axis: the product of the sizes below it."""
    found = {}
    for group in groups:
        divisor = 1
        for digit in reversed(group):
            found[digit] = divisor
            divisor *= sizes[digit]
    return found


def _stays_alone(group: Sequence[int], after: Sequence[Sequence[int]]) -> bool:
    """Whether an axis is not taken apart and nothing is put beside it, so that an offset keeps its meaning."""
    return len(group) == 1 and tuple(group) in [tuple(axis) for axis in after]


def _parts(spot: Spot, digits: Sequence[tuple[int, int, int, int]]) -> list[Spot]:
    """The spot, cut where the digits (divisor, size, axis and divisor after) are cut; none where the cuts do not fit."""
    if spot.offset:  # the axis is moved as a whole, if at all
        return [spot._replace(axis=axis) for _, _, axis, _ in digits[:1]]
    found = []
    covered = 1
    for divisor, size, axis, target in digits:
        low, high = max(spot.divisor, divisor), min(spot.divisor * spot.size, divisor * size)
        if low >= high:
            continue
        if low % spot.divisor or low % divisor or high % low:
            return []
        place = spot.place * (low // spot.divisor)
        found.append(Spot(axis, 0, target * (low // divisor), high // low, place))
        covered *= high // low
    return found if covered == spot.size else []


def reconciled(
    first: tuple[Sequence[Extent], Places], second: tuple[Sequence[Extent], Places]
) -> tuple[list[Extent], list[Extent], Places]:
    """Two fields that meet, on the same places: the digits that only one of them has collapse.

    So a query, at its place in a window, meets keys that are read all over the window. A field that is the same for all
    units goes with any places.
    """
    ours: list[Extent] = []
    theirs: list[Extent] = []
    places: list[tuple[Spot, ...]] = []
    for a, spots, b, others in zip(*first, *second, strict=True):
        kept = spots or others
        if spots and others and spots != others:
            kept = tuple([spot for spot in spots if spot in others])
            a, b = _reduced_to(a, spots, kept), _reduced_to(b, others, kept)
        ours.append(a)
        theirs.append(b)
        places.append(kept)
    return ours, theirs, tuple(places)


def _reduced_to(extent: Extent, spots: Sequence[Spot], kept: Sequence[Spot]) -> Extent:
    """The extent with all digits but `kept` collapsed."""
    for spot in spots:
        if spot not in kept:
            extent = _collapsed(extent, spot)
    return extent if kept else extent.through(Gate())
