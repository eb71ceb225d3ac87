"""Steps → boxes and frames, and in which copy of which of them each layer is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.report.diagram.model import Box, Cluster
from archlens.report.diagram.repeats import Group, Item
from archlens.report.diagram.scopes import Scopes
from archlens.report.diagram.titles import block_title, layer_title
from archlens.report.diagram.wiring import Wiring

__all__ = ["Drawing", "draw_steps"]

_DEEPEST = 2  # frames inside one another; more only where all of them are of several copies

Copies = tuple[tuple[int, int], ...]
"""Repeats around a layer, outer ones first: the number of the repeat, and in which of its copies the layer is."""


class Drawing(NamedTuple):
    """boxes: without what the network takes and gives. box_of, copies_of: by layer."""

    boxes: list[Box]
    clusters: list[Cluster]
    box_of: dict[int, int]
    copies_of: dict[int, Copies]


def draw_steps(wiring: Wiring, analysis: Analysis, scopes: Scopes, groups: Sequence[Group]) -> Drawing:
    """Every layer in one box; of equal steps one is drawn."""
    drawing = _Drawer(wiring, analysis, scopes)
    drawing.draw([(groups, ())], -1, 0)
    return drawing.drawing


class _Drawer:
    def __init__(self, wiring: Wiring, analysis: Analysis, scopes: Scopes) -> None:
        self.wiring = wiring
        self.facts = analysis.layers
        self.scopes = scopes
        self.drawing = Drawing([], [], {}, {})
        self.repeats = 0

    def draw(self, equals: Sequence[tuple[Sequence[Group], Copies]], cluster: int, depth: int) -> None:
        """equals: the steps of every copy of one frame, the first of which is drawn, and where each is."""
        for place, group in enumerate(equals[0][0]):
            times = len(group)
            self.repeats += 1
            copies = [
                (item, (*around, (self.repeats, turn)) if times > 1 else around)
                for steps, around in equals
                for turn, item in enumerate(steps[place])
            ]
            if group[0].groups is None:
                self.box(copies, times, cluster)
            elif times == 1 and (depth + 1 + _frames(group[0].groups) > _DEEPEST):
                self.draw([(item.groups or [], around) for item, around in copies], cluster, depth)
            else:
                self.drawing.clusters.append(self.cluster(group, cluster))
                inner = len(self.drawing.clusters) - 1
                self.draw([(item.groups or [], around) for item, around in copies], inner, depth + 1)

    def cluster(self, group: Group, parent: int) -> Cluster:
        item = group[0]
        if item.scope < 0:
            return Cluster(self.facts[item.layers[0]].path, "", len(group), parent)
        return Cluster(self.scopes.all[item.scope].path, self.label(group), len(group), parent)

    def label(self, group: Group) -> str:
        """What all copies of a scope are called: of several spellings the shortest, of several names the first and the last."""
        axes = len(self.facts[group[0].layers[-1]].output_shapes[0]) - 2
        found = [block_title(scope.path, scope.call, axes) for scope in (self.scopes.all[item.scope] for item in group)]
        names = list(dict.fromkeys(found))
        if len(names) > 1 and not self.scopes.all[group[0].scope].block:
            return f"{names[0]} … {names[-1]}"
        return min(names, key=len)

    def box(self, copies: Sequence[tuple[Item, Copies]], times: int, cluster: int) -> None:
        """Put the box of these copies; times: how many of them are in a row."""
        box = len(self.drawing.boxes)
        for item, around in copies:
            for number in item.layers:
                self.drawing.box_of[number] = box
                self.drawing.copies_of[number] = around
        item = copies[0][0]
        last = copies[times - 1][0]
        rows = [self.facts[number] for number in item.layers]
        end, shape = _end(self.wiring, last)
        scope = self.scopes.all[item.scope] if item.scope >= 0 else None
        call = scope.call if scope else None
        head = rows[0]
        span = call.span if call else head.span
        self.drawing.boxes.append(
            Box(
                kind="block" if scope else "join" if head.family == "join" else "layer",
                path=scope.path if scope else head.path,
                family=_family(rows) if scope else head.family or "other",
                title=self.label([one for one, _ in copies[:times]]) if scope else layer_title(head),
                folded=self.scopes.content(item.scope) if scope else tuple([row.type for row in rows[1:]]),
                shape=shape,
                times=times,
                layers=tuple(sorted(chain.from_iterable([one.layers for one, _ in copies]))),
                params=sum([row.params for row in rows]),
                macs=sum([row.macs for row in rows]),
                activation_bytes=sum([row.activation_bytes for row in rows]),
                live_bytes=max([self.facts[number].live_bytes for one, _ in copies for number in one.layers]),
                receptive_field=_field(self.facts[end]),
                frozen=_frozen(rows),
                line=span.line if span else None,
                cluster=cluster,
                shared=any(row.shared_with for row in rows) and not any(row.params for row in rows),
            )
        )


def _frames(groups: Sequence[Group]) -> int:
    """The most frames of several copies inside one another."""
    inner = [(_frames(group[0].groups or []) + (len(group) > 1)) for group in groups if group[0].groups is not None]
    return max(inner, default=0)


def _end(wiring: Wiring, item: Item) -> tuple[int, tuple[int, ...]]:
    """The layer that puts out what goes on, the last such, and the shape of the first that goes on of what it puts out."""
    graph = wiring.graph
    last = graph.producers[item.gives[-1]] if item.gives else item.layers[-1]
    tensor = next((tensor for tensor in item.gives if graph.producers[tensor] == last), graph.nodes[last].outputs[0])
    return last, graph.shapes[tensor]


def _family(rows: Sequence[LayerFacts]) -> str:
    """Of the layer with most work, then most parameters, else of the last that does something."""
    top = max(rows, key=lambda row: (row.macs, row.params))
    if top.macs or top.params:
        return top.family or "other"
    return next((row.family for row in reversed(rows) if row.family not in ("shape", "")), rows[-1].family or "other")


def _frozen(rows: Sequence[LayerFacts]) -> bool:
    """Whether there are parameters and none of them learns."""
    return any(row.parameter_shapes for row in rows) and not any(row.trainable for row in rows)


def _field(facts: LayerFacts) -> tuple[int, ...] | None:
    field = facts.receptive_field
    if field is None:
        return None
    return () if all(field.whole) else field.size
