"""What a change to a network changes: layers that came, went or are otherwise, and what follows for all the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from archlens.analysis.alignment import align
from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.outline import arguments_of, automatic
from archlens.analysis.rewiring import Rewiring
from archlens.graph.model import Graph, Node
from archlens.layers.dims import Shape
from archlens.records import NamedTuple

__all__ = ["FOLLOWING", "Call", "Change", "Difference", "Reasons", "difference"]

FOLLOWING = ("params", "buffers", "macs", "flops", "activations")
"""The figures of a layer that are compared; with the shapes of what it puts out they follow from what it is and reads."""


Reasons: TypeAlias = Mapping[str, int | None]
"""Why a design rule may be broken, each reason with the number of layers that it is about; None is the whole network."""

T = TypeVar("T")


class Call(NamedTuple):
    """The instance of a block, or the turn of a loop, that a scope is: the block's name and what its line gives values to."""

    block: str
    values: Mapping[str, Any]


class Change(NamedTuple):
    """One layer that differs.

    kind: `added`, `removed`, `changed`, or `resized` where only its shapes or figures do, which follow from another change.
    old, new: its facts; None on the side that lacks it. arguments: those that differ, their values before and after; none
    where the type does. aspects: what differs in itself: `type`, `arguments`, `inputs`, `trainable`, `weights`.
    """

    kind: str
    old: LayerFacts | None
    new: LayerFacts | None
    arguments: Mapping[str, tuple[Any, Any]]
    aspects: tuple[str, ...]

    @property
    def layer(self) -> LayerFacts:
        """The layer as it is now, or was."""
        found = self.new or self.old
        assert found is not None
        return found

    def amount(self, figure: str) -> int:
        """By how much it changes a figure that is summed over layers."""
        before, after = [getattr(side, figure) if side else 0 for side in (self.old, self.new)]
        amount: int = after - before
        return amount


class Difference(NamedTuple):
    """What makes `new` of `old`.

    changes: layers that differ, in the order of `new`, those that went where they were. unchanged: how many do not.
    renamed: paths before and after of layers on both sides, where they differ by more than the type. inputs, outputs: by name
    the sizes before and after of those that differ, None on the side that lacks it. expectations: of those that differ, their
    key and what was and is expected. losses: by output what it was and is trained with, where that differs. allowed: by design
    rule the reasons why it might and may be broken, each with how many layers that is about, None all; of those that differ.
    calls: of both sides, what each scope is, by path.
    """

    old: Analysis
    new: Analysis
    changes: tuple[Change, ...]
    unchanged: int
    renamed: tuple[tuple[str, str], ...]
    inputs: Mapping[str, tuple[Shape | None, Shape | None]]
    outputs: Mapping[str, tuple[Shape | None, Shape | None]]
    expectations: tuple[tuple[str, str | None, str | None], ...]
    losses: Mapping[str, tuple[str | None, str | None]]
    allowed: Mapping[str, tuple[Reasons, Reasons]]
    calls: tuple[Mapping[str, Call], Mapping[str, Call]]

    @property
    def same(self) -> bool:
        """Whether nothing differs: no layer, name of one, input, output, expectation, loss or allowance."""
        apart = self.inputs or self.outputs or self.order or self.expectations or self.losses or self.allowed
        return not (self.changes or self.renamed or apart)

    @property
    def order(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """The names of `inputs` and of `outputs`, before and after, where only their order differs."""
        sides = {"inputs": (self.old.inputs, self.new.inputs), "outputs": (self.old.outputs, self.new.outputs)}
        names = {key: (tuple(old), tuple(new)) for key, (old, new) in sides.items()}
        return {key: (old, new) for key, (old, new) in names.items() if old != new and {*old} == {*new}}

    def of(self, kind: str) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple([change for change in self.changes if change.kind == kind])


def difference(old: tuple[Graph, Analysis], new: tuple[Graph, Analysis]) -> Difference:
    """How two networks differ, layers aligned by structure."""
    (before, was), (after, now) = old, new
    partners = align(before, after)
    changes = _changes(old, new, partners)
    pairs = [(was.layers[i], now.layers[j]) for i, j in enumerate(partners) if j >= 0]
    return Difference(
        was,
        now,
        tuple(changes),
        len(pairs) - sum([change.old is not None and change.new is not None for change in changes]),
        tuple([(one.path, other.path) for one, other in pairs if one.path != other.path and not _follows(one, other)]),
        _differing(was.inputs, now.inputs),
        _differing(was.outputs, now.outputs),
        tuple(_expected(before, after)),
        _differing(before.loss, after.loss),
        {rule: (old or {}, new or {}) for rule, (old, new) in _differing(_allowed(before), _allowed(after)).items()},
        (_calls(before), _calls(after)),
    )


def _follows(old: LayerFacts, new: LayerFacts) -> bool:
    """Whether the other name is that of the other type, at the same place."""
    (scope, _, before), (there, _, after) = old.path.rpartition("/"), new.path.rpartition("/")
    return old.type != new.type and scope == there and automatic(before, old.type) and automatic(after, new.type)


def _changes(old: tuple[Graph, Analysis], new: tuple[Graph, Analysis], partners: Sequence[int]) -> list[Change]:
    (before, was), (after, now) = old, new
    origin = {j: i for i, j in enumerate(partners) if j >= 0}
    rewiring = Rewiring(before, after, partners)
    numbers = {node.path: number for number, node in enumerate(after.nodes)}
    owners = {node.path: partners[number] for number, node in enumerate(before.nodes)}
    gone = [i for i, j in enumerate(partners) if j < 0]
    found: list[Change] = []
    told = 0
    for j, layer in enumerate(now.layers):
        i = origin.get(j)
        if i is None:
            found.append(Change("added", None, layer, {}, ()))
            continue
        while told < len(gone) and gone[told] < i:
            found.append(Change("removed", was.layers[gone[told]], None, {}, ()))
            told += 1
        one, other = before.nodes[i], after.nodes[j]
        lent = owners[one.owner] != numbers[other.owner]
        change = _compared(was.layers[i], layer, _arguments(one, other), rewiring.differs(i, j), lent)
        if change:
            found.append(change)
    return [*found, *[Change("removed", was.layers[i], None, {}, ()) for i in gone[told:]]]


def _arguments(old: Node, new: Node) -> dict[str, tuple[Any, Any]]:
    """Those that differ, of two layers of one type."""
    if old.layer.type_name != new.layer.type_name or old.layer == new.layer:
        return {}
    before, after = arguments_of(old.layer), arguments_of(new.layer)
    return {name: (value, after[name]) for name, value in before.items() if value != after[name]}


def _compared(
    old: LayerFacts, new: LayerFacts, arguments: dict[str, tuple[Any, Any]], rewired: bool, lent: bool
) -> Change | None:
    """How a layer differs from what it was; None where it does not."""
    aspects = ["type"] if old.type != new.type else ["arguments"] if arguments else []
    aspects += ["inputs"] if rewired else []
    aspects += ["trainable"] if old.trainable != new.trainable and bool(old.params) == bool(new.params) else []
    aspects += ["weights"] if lent else []
    if aspects:
        return Change("changed", old, new, arguments, tuple(aspects))
    follows = old.output_shapes != new.output_shapes or any(getattr(old, name) != getattr(new, name) for name in FOLLOWING)
    return Change("resized", old, new, {}, ()) if follows else None


def _differing(old: Mapping[str, T], new: Mapping[str, T]) -> dict[str, tuple[T | None, T | None]]:
    """By name what is there before and after, of those where it differs; None on the side that lacks it."""
    return {name: (old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name)}


def _expected(old: Graph, new: Graph) -> Iterator[tuple[str, str | None, str | None]]:
    before, after = [{(one.key, one.tensor, one.exact): one.text for one in graph.expect} for graph in (old, new)]
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            yield f"{key[0]} of {key[1]}" if key[1] else key[0], before.get(key), after.get(key)


def _allowed(graph: Graph) -> dict[str, Reasons]:
    found: dict[str, dict[str, frozenset[str] | None]] = {}
    for one in graph.allowed:
        reasons = found.setdefault(one.rule, {})
        before = reasons.get(one.reason, frozenset())
        reasons[one.reason] = None if before is None or one.layers is None else before | one.layers
    return {
        rule: {reason: None if layers is None else len(layers) for reason, layers in reasons.items()}
        for rule, reasons in found.items()
    }


def _calls(graph: Graph) -> dict[str, Call]:
    return {
        path: Call(call.block, {name: call.values[name] for name in call.said if name in call.values} if call.block else {})
        for path, call in graph.calls.items()
    }
