"""Branches that meet on different grids, so that what is joined does not lie over the same pixels.

## What it does

Finds layers that join maps whose cells, at the same place, look at different pixels: at one end of the map their centres lie half
a cell or more apart. Every way is followed by itself and the nearest two count, so a join is not blamed for an earlier one.

## Why it is bad

A sum or a concatenation takes it that cell (i, j) of either map is about the same place. If one map is shifted, edges that
belong together are added beside each other, and the receptive field is not the same for every unit. For a class per image it
matters little, so there the finding is a note; where the output is a map, it moves things.

It is a note everywhere where it is half a cell, and where a branch was scaled up (`upsample`, `adaptive_avg_pool`) and lies no
further off than half of a cell that it was scaled up from: so feature pyramids (FPN, HRNet, YOLOv3), which go down by odd windows
and up by nearest neighbours, the bins of PSPNet, and `align_corners=true` behind 2×2 pools.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 8 3x3 same
  - relu
  - add:
      one: [conv: 8 3x3 same]
      two:
        - conv: 8 5x5 padding=[[1, 3], [1, 3]]
```

## Use instead

Windows that are padded alike at both ends:

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 8 3x3 same
  - relu
  - add:
      one: [conv: 8 3x3 same]
      two: [conv: 8 5x5 same]
```

## Not reported

Gates and other branches whose units all see the same. Less than half a cell, which odd and even windows with a stride always
make: a 3×3 window and a 2×2 average that both halve the map, as in ResNet-D, are a quarter of a cell apart. Causal branches, as
in WaveNet: however far they look back, both end at the cell's own pixel. Branches through tokens or windows of attention.

## Reference

Araujo, Norris & Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019, doi 10.23915/distill.00021,
section "Arbitrary computation graphs" (alignment).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from archlens.analysis.dependence import layers_behind
from archlens.analysis.receptive_field import source_name
from archlens.graph.model import Node
from archlens.layers.dims import axis_names
from archlens.layers.windows import POINTWISE, Window
from archlens.records import NamedTuple
from archlens.rules.grids import Grids, Way, apart, grids, nearest
from archlens.rules.model import Finding
from archlens.rules.sliding import along
from archlens.rules.subject import Subject

if TYPE_CHECKING:
    from archlens.analysis.receptive_field import Misalignment
    from archlens.analysis.staircase import Rational
    from archlens.errors import Severity, Span

__all__ = ["check"]

_HALF = 0.5  # a cell; by less, the nearest cell of either map is still the same place
_NAMED = 2  # windows that the help names


class _Meeting(NamedTuple):
    """Two branches that meet on different grids along an axis of the network's input. paths: where they come from.

    ways: how they lie. apart: by how many pixels. cells: by how many cells of the join.
    """

    axis: int
    paths: tuple[str, str]
    ways: tuple[Way, Way]
    apart: Rational
    cells: float

    @property
    def is_fine(self) -> bool:
        """Whether it is half a cell, or no more than half of a cell that one of them was scaled up from."""
        coarse = max(way.coarse for way in self.ways if way.resampled) if any(way.resampled for way in self.ways) else 0
        return self.cells == _HALF or 2 * self.apart <= coarse


def check(subject: Subject) -> Iterator[Finding]:
    """Every join of maps on different grids; a note where no output is a map, and where that is within what a map can tell."""
    if not subject.analysis.misalignments:
        return
    tensors, laid = grids(subject.graph)
    joins: dict[str, list[_Meeting]] = {}
    for one in subject.analysis.misalignments:
        meeting = _meeting(subject, laid, one)
        if meeting is not None and meeting.cells >= _HALF:
            joins.setdefault(one.path, []).append(meeting)
    moves_things = bool(joins) and any(_is_map(subject, tensor, tensors.get(tensor)) for tensor in subject.outputs)
    helped: set[Span | None] = set()  # of the findings of one line the first is shown
    for path, found in joins.items():
        node = subject.nodes[subject.numbers[path]]
        cure = "" if node.span in helped else _cure(subject, node, found[0])
        helped.add(node.span)
        related = tuple([(subject.nodes[subject.numbers[way]], "one way") for way in found[0].paths if way in subject.numbers])
        severity: Severity = "warning" if moves_things and not all(one.is_fine for one in found) else "note"
        yield Finding(_message(subject, node, found), node, cure, "meet here", related, severity=severity)


def _meeting(subject: Subject, laid: Mapping[tuple[int, int], Grids], one: Misalignment) -> _Meeting | None:
    """The nearest of the ways by which two branches meet; None where these are not known."""
    number = subject.numbers[one.path]
    node = subject.nodes[number]
    places = [next(i for i, tensor in enumerate(node.inputs) if source_name(subject.graph, tensor) == path) for path in one.paths]
    sides = [laid[number, place][one.axis] for place in places if (number, place) in laid]
    if len(sides) < len(places):
        return None
    size = node.output_shapes[0][one.axis + 2]
    ways = nearest(sides[0], sides[1], size)
    if ways is None:
        return None
    by = apart(ways[0], ways[1], size)
    return _Meeting(one.axis, one.paths, ways, by, float(by) / float(max(way.jump for way in ways)))


def _is_map(subject: Subject, tensor: int, found: Grids | None) -> bool:
    """Whether a tensor has units that see different places."""
    if found is None:
        return subject.is_map(tensor)
    return any(size > 1 and ways for size, ways in zip(subject.graph.shapes[tensor][2:], found, strict=False))


def _message(subject: Subject, node: Node, found: list[_Meeting]) -> str:
    first = found[0]
    field = subject.field(node)
    rank = len(field.size) if field else 1
    names = axis_names(rank)
    alike = [names[one.axis] for one in found if (one.paths, one.ways, one.apart) == (first.paths, first.ways, first.apart)]
    where = along(alike, rank)
    (a, b), (one, two) = first.ways, first.paths
    off = f"{_px(first.apart)} apart"
    if a.jump != b.jump:
        ways = f"{where}, neighbouring cells are {_px(a.jump)} apart by way of {one}, {_px(b.jump)} by way of {two}"
        others = [names[one.axis] for one in found if one.paths == first.paths and names[one.axis] not in alike]
        off += f" on this map, {first.cells:.3g} of its cells{f', and so {along(others, rank)}' if others else ''}"
        return f"its branches lie on different grids: {ways}, so they are up to {off}"
    ways = f"its first cell is centred on pixel {float(a.centre):g} by way of {one}, on {float(b.centre):g} by way of {two}"
    return f"its branches lie {off} {where}, {first.cells:.3g} of its cells: {ways}"


def _px(value: Rational) -> str:
    return f"{float(value):.4g} pixel{'' if value == 1 else 's'}"


def _cure(subject: Subject, node: Node, one: _Meeting) -> str:
    """What moves one branch and not the other."""
    first, *others = [
        set(layers_behind(subject.graph, [tensor])) for tensor in node.inputs if source_name(subject.graph, tensor) in one.paths
    ]
    apart = [subject.nodes[number] for number in sorted(first.union(*others) - first.intersection(*others))]
    cornered = [at.path for at in apart if at.layer.arguments.get("align_corners")]
    if one.ways[0].jump != one.ways[1].jump:
        if cornered:
            return f"leave `align_corners` out of {cornered[-1]}: it lays corner on corner, and so stretches the cells between"
        kept = next((at.path for at in apart if _keeps_corners(at, one.axis)), "")
        if kept:
            return f"write `align_corners=true` at {kept}: then first cell lies on first and last on last, as behind odd windows"
        return "give both branches the same strides, and scale back by as much as was scaled down"
    shifting, uneven, resampled = [], [], False
    for at in apart:
        for row in at.layer.local_windows(*at.input_shapes):
            axis = row[one.axis] if one.axis < len(row) else POINTWISE
            if not isinstance(axis, Window):
                resampled |= axis.step != 0
            elif axis.dilation * (axis.kernel - 1) != 2 * axis.padding:
                shifting.append(_look(at, axis))
                uneven += shifting[-1:] if axis.stride == 1 else []
    if resampled and not uneven:
        middle = "cells that are scaled up lie in the middle of an even window, not on the first pixel of an odd one"
        return f"{middle}: go down by `2x2 /2` or `4x4 /2 padding=1` where `3x3 /2 padding=1` stands"
    which = f": {', '.join((uneven or shifting)[:_NAMED])}" if shifting else ""
    return f"pad or cut both branches alike at both ends, as an odd window with `same` does{which}"


def _look(node: Node, axis: Window) -> str:
    """How far the cells of a layer look past their own places on its input: `conv looks 1 cell ahead (kernel 5, 1 before it)`."""
    ahead = axis.dilation * (axis.kernel - 1) / 2 - axis.padding
    cells = f"{abs(ahead):g} cell{'' if abs(ahead) == 1 else 's'} {'ahead' if ahead > 0 else 'back'}"
    edge = f"{axis.padding} before it" if axis.padding >= 0 else f"{-axis.padding} cut off before it"
    return f"{node.path} looks {cells} ({f'kernel {axis.kernel}, ' if axis.kernel > 1 else ''}{edge})"


def _keeps_corners(node: Node, axis: int) -> bool:
    """Whether it interpolates so many cells that with its corners laid on corners they would be a whole number of cells apart."""
    if node.layer.type_name != "upsample" or node.layer.arguments["mode"] == "nearest":
        return False
    before, after = node.input_shapes[0][axis + 2] - 1, node.output_shapes[0][axis + 2] - 1
    return bool(before > 0 and after % before == 0)
