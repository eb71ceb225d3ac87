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
from typing import NamedTuple, TypeAlias

from archlens.analysis.staircase import Extent
from archlens.layers.dims import Shape
from archlens.layers.windows import Along, Fixed, Gate, Nearest, Rearranged, Window

__all__ = ["Places", "Spot", "is_straight", "moved", "rearranged_field", "reconciled", "span", "straight", "unit_at"]


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


def is_straight(extents: Sequence[Extent], places: Places, shape: Shape) -> bool:
    """Whether these are the places on a map; an axis on which all units see the same lies anywhere."""
    usual = straight(shape)
    return len(places) == len(usual) and all(not own or own == one for own, one in zip(places, usual, strict=True))


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
    """Two fields that meet, on the same places: where those differ, both see the same from all units."""
    ours: list[Extent] = []
    theirs: list[Extent] = []
    places: list[Sequence[Spot]] = []
    for a, spots, b, others in zip(*first, *second, strict=True):
        kept: Sequence[Spot] = ()
        if spots == others or not others:
            kept = spots
        elif not spots:
            kept = others
        else:
            for spot in spots:
                a = _collapsed(a, spot)
            for spot in others:
                b = _collapsed(b, spot)
            a, b = a.through(Gate()), b.through(Gate())
        ours.append(a)
        theirs.append(b)
        places.append(kept)
    return ours, theirs, tuple(map(tuple, places))
