"""Branches that meet on different grids, so that what is joined does not lie over the same pixels.

## What it does

Finds layers that join maps whose cells, at the same place, look at different pixels: the centres of the first cells differ by
half a cell or more, or the distance between neighbours does. The fields of both ways are followed exactly.

## Why it is bad

A sum or a concatenation takes it that cell (i, j) of either map is about the same place. If one map is shifted, edges that
belong together are added beside each other, and the receptive field is not the same for every unit. For a class per image it
matters little, so there the finding is a note; where the output is a map, it moves things. Half a cell is a note everywhere.

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
make: a 3×3 window and a 2×2 average that both halve the map, as in ResNet-D, are a quarter of a cell apart. Networks that go
down by odd windows and up by nearest neighbours, as YOLOv3 does, are half a cell off by design, and say so with `allow:`.

## Reference

Araujo, Norris & Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019, doi 10.23915/distill.00021,
section "Arbitrary computation graphs" (alignment).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlens.graph.model import Node
from archlens.layers.dims import axis_names
from archlens.layers.windows import POINTWISE, Window
from archlens.rules.model import Finding
from archlens.rules.sliding import along, some
from archlens.rules.subject import Subject

if TYPE_CHECKING:
    from archlens.analysis.receptive_field import Misalignment
    from archlens.errors import Severity, Span

__all__ = ["check"]

_HALF = 0.5  # a cell; by less, the nearest cell of either map is still the same place
_NAMED = 2  # windows that the help names


def check(subject: Subject) -> Iterator[Finding]:
    """Every join of maps on different grids; a note where no output is a map, and for half a cell."""
    joins: dict[str, list[Misalignment]] = {}
    for one in subject.analysis.misalignments:
        if one.differs == "jump" or _cells(subject, one) >= _HALF:
            joins.setdefault(one.path, []).append(one)
    moves_things = bool(joins) and subject.puts_out_a_map
    helped: set[Span | None] = set()  # of the findings of one line the first is shown
    for path, found in joins.items():
        node = subject.nodes[subject.numbers[path]]
        cure = "" if node.span in helped else _cure(subject, node, found[0])
        helped.add(node.span)
        related = tuple([(subject.nodes[subject.numbers[way]], "one way") for way in found[0].paths if way in subject.numbers])
        is_half = all(one.differs == "centre" and _cells(subject, one) == _HALF for one in found)
        severity: Severity = "note" if is_half or not moves_things else "warning"
        yield Finding(_message(subject, node, found), node, cure, "meet here", related, severity=severity)


def _cells(subject: Subject, one: Misalignment) -> float:
    """How far the centres lie apart, in cells of the join."""
    field = subject.field(subject.nodes[subject.numbers[one.path]])
    jump = field.jump[one.axis] if field else 0
    return abs(float(one.values[0]) - float(one.values[1])) / float(jump) if jump else 0


def _message(subject: Subject, node: Node, found: list[Misalignment]) -> str:
    first = found[0]
    field = subject.field(node)
    rank = len(field.size) if field else 1
    where = along([axis_names(rank)[one.axis] for one in found if one._replace(axis=first.axis) == first], rank)
    a, b = map(float, first.values)
    one, two = first.paths
    if first.differs == "jump":
        ways = f"neighbouring cells are {some(a, 'pixel')} apart by way of {one}, {some(b, 'pixel')} by way of {two}"
        return f"its branches lie on different grids: {where}, {ways}"
    apart = f"{some(abs(a - b), 'pixel')} apart {where}, {_cells(subject, first):.3g} of its cells"
    ways = f"its first cell is centred on pixel {a:g} by way of {one}, on {b:g} by way of {two}"
    return f"its branches lie {apart}: {ways}"


def _cure(subject: Subject, node: Node, one: Misalignment) -> str:
    """What moves one branch and not the other."""
    if one.differs == "jump":
        return "give both branches the same strides, and scale back by as much as was scaled down"
    first, *others = [_behind(subject, tensor) for tensor in node.inputs if _named(subject, tensor) in one.paths]
    shifting, resampled = [], False
    for number in sorted(first.union(*others) - first.intersection(*others)):
        at = subject.nodes[number]
        for row in at.layer.local_windows(*at.input_shapes):
            axis = row[one.axis] if one.axis < len(row) else POINTWISE
            if not isinstance(axis, Window):
                resampled |= axis.step != 0
            elif axis.dilation * (axis.kernel - 1) != 2 * axis.padding:
                ahead = axis.dilation * (axis.kernel - 1) / 2 - axis.padding
                shifting.append(f"the cells of {at.path} look {ahead:g} ahead (kernel {axis.kernel}, {axis.padding} before it)")
    if resampled:
        middle = "cells that are scaled up lie in the middle of an even window, not on the first pixel of an odd one"
        return f"{middle}: go down by `2x2 /2` or `4x4 /2 padding=1` where `3x3 /2 padding=1` stands"
    which = f": {' and '.join(shifting[:_NAMED])}" if shifting else ""
    return f"pad both branches so that they look equally far ahead, an odd window with `same`{which}"


def _named(subject: Subject, tensor: int) -> str:
    """What `Misalignment.paths` calls a tensor."""
    maker = subject.maker(tensor)
    return maker.path if maker else next(name for name, number in subject.graph.inputs.items() if number == tensor)


def _behind(subject: Subject, tensor: int) -> set[int]:
    """The numbers of the layers that a tensor depends on."""
    found: set[int] = set()
    pending = [tensor]
    while pending:
        number = subject.graph.producers[pending.pop()]
        if number >= 0 and number not in found:
            found.add(number)
            pending.extend(subject.nodes[number].inputs)
    return found
