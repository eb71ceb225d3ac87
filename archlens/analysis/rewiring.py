"""Whether a layer reads something else than before, beyond what layers that came or went before it explain."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.graph.model import Graph

__all__ = ["Rewiring"]


class Rewiring:
    """Two aligned graphs; partners: for every layer of `old` its number in `new`, -1 where it is gone.

    A tensor comes from tensors of `new`: that of a layer which is on both sides from itself, that of one which came or went from
    those that all its inputs come from.
    """

    def __init__(self, old: Graph, new: Graph, partners: Sequence[int]) -> None:
        self.old, self.new = old, new
        self.same: dict[int, int] = {}
        """By tensor of `old` the tensor of `new` that it is."""
        names = {*old.inputs} == {*new.inputs} or len(old.inputs) != len(new.inputs)
        now = new.inputs if names else dict(zip(old.inputs, new.inputs.values(), strict=True))
        self.same.update({tensor: now[name] for name, tensor in old.inputs.items() if name in now})
        for node, partner in zip(old.nodes, partners, strict=True):
            if partner >= 0:
                self.same.update(zip(node.outputs, new.nodes[partner].outputs, strict=False))
        stayed = {*self.same.values()}
        self.came = {tensor for node in new.nodes for tensor in node.outputs if tensor not in stayed}
        self.before = _origins(old, {tensor: frozenset({now}) for tensor, now in self.same.items()})
        self.after = _origins(new, {tensor: frozenset({tensor}) for tensor in stayed})

    def differs(self, number: int, partner: int) -> bool:
        """Whether layer `partner` of `new` reads something else than `number` of `old`, which it is."""
        old, new = self.old.nodes[number].inputs, self.new.nodes[partner].inputs
        if [self.same.get(tensor) for tensor in old] == list(new):
            return False
        if not any(tensor in self.came for tensor in new) and all(tensor in self.same for tensor in old):
            return True
        left = list(new)
        for tensor in old:
            reached = next((one for one in left if self.after[one] & self.before[tensor]), None)
            if reached is not None:
                left.remove(reached)
            elif tensor in self.same:
                return True
        return any(tensor not in self.came for tensor in left)


def _origins(graph: Graph, known: dict[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    """By tensor those it comes from; `known` of those that are on both sides."""
    found = {tensor: known.get(tensor, frozenset()) for tensor in graph.inputs.values()}
    for node in graph.nodes:
        if all(tensor in known for tensor in node.outputs):
            found.update({tensor: known[tensor] for tensor in node.outputs})
            continue
        origins = [found[tensor] for tensor in node.inputs]
        whole = origins[0] if len(origins) == 1 else frozenset[int]().union(*origins)
        found.update({tensor: known.get(tensor, whole) for tensor in node.outputs})
    return found
