"""A network as a rule looks at it: its layers, its figures, and who reads what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from archlens.analysis.dependence import layers_behind
from archlens.analysis.facts import Analysis
from archlens.errors import Span
from archlens.graph.model import Graph, Node
from archlens.rules.kinds import keeps_places
from archlens.rules.model import Rule

if TYPE_CHECKING:
    from archlens.analysis.receptive_field import ReceptiveField
    from archlens.rules.sliding import Windows

__all__ = ["Subject"]


class Subject:
    """One network.

    target: the kind of number it is to run in, as `float16`, None where nobody says. rules: those that run on it. used: places
    in the spec of what `allow:` lets be broken and is, known once all other rules have run.
    """

    def __init__(self, graph: Graph, analysis: Analysis, target: str | None = None, rules: Sequence[Rule] = ()) -> None:
        self.graph = graph
        self.analysis = analysis
        self.target = target
        self.rules = tuple(rules)
        self.used: frozenset[Span] = frozenset()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Its layers in the order they run."""
        return self.graph.nodes

    def of_type(self, *types: str) -> Iterator[Node]:
        """The layers of these types, in order."""
        return (node for node in self.graph.nodes if node.layer.type_name in types)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each layer, by path."""
        return {node.path: number for number, node in enumerate(self.graph.nodes)}

    @cached_property
    def _readers(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.graph.shapes]
        for number, node in enumerate(self.graph.nodes):
            for tensor in node.inputs:
                found[tensor].append(number)
        return found

    @cached_property
    def sliding(self) -> dict[Windows, list[Node]]:
        """The layers that slide a window over a map, by their windows: a convolution repeated on equal maps has them once."""
        from archlens.rules.sliding import sliding_layers

        return sliding_layers(self.graph.nodes)

    @cached_property
    def windows(self) -> dict[str, Windows]:
        """The windows of each layer that has some, by path."""
        return {node.path: windows for windows, nodes in self.sliding.items() for node in nodes}

    @cached_property
    def outputs(self) -> frozenset[int]:
        """The tensors that the network puts out."""
        return frozenset(self.graph.outputs.values())

    def readers(self, tensor: int) -> list[Node]:
        """The layers that read a tensor, in order; one that reads it twice is there twice."""
        return [self.graph.nodes[number] for number in self._readers[tensor]]

    def only_reader(self, node: Node) -> Node | None:
        """The layer that alone reads what `node` puts out; None where several do, or none, or the network puts it out."""
        found = [number for tensor in node.outputs for number in self._readers[tensor]]
        if len(found) != 1 or not self.outputs.isdisjoint(node.outputs):
            return None
        return self.graph.nodes[found[0]]

    def maker(self, tensor: int) -> Node | None:
        """The layer that puts a tensor out; None for an input of the network."""
        producer = self.graph.producers[tensor]
        return self.graph.nodes[producer] if producer >= 0 else None

    def field(self, node: Node) -> ReceptiveField | None:
        """The local receptive field of a layer, None where it sees no input with spatial axes."""
        return self.analysis.layers[self.numbers[node.path]].receptive_field

    def field_of(self, tensor: int) -> ReceptiveField | None:
        """That of the layer that puts a tensor out; None for an input of the network."""
        maker = self.maker(tensor)
        return self.field(maker) if maker else None

    @cached_property
    def puts_out_a_map(self) -> bool:
        """Whether an output has units that see different places of the input."""
        return any(map(self.is_map, self.outputs))

    def is_map(self, tensor: int) -> bool:
        """Whether a tensor has units that see different places of the input."""
        field = self.field_of(tensor)
        return field is not None and not all(field.whole) and len(self.graph.shapes[tensor]) > 2

    def after(self, node: Node, through: Callable[[Node], bool]) -> Node | None:
        """The first layer after `node` that `through` does not hold for, as long as each alone reads the one before it."""
        found = self.only_reader(node)
        while found is not None and through(found):
            found = self.only_reader(found)
        return found

    def before(self, node: Node, through: Callable[[Node], bool]) -> Node | None:
        """The first layer on the way back from `node` that `through` does not hold for, where each has one input; None where
        that is an input of the network. Others may read what these put out."""
        return self.source(node.inputs[0], through) if len(node.inputs) == 1 else None

    def source(self, tensor: int, through: Callable[[Node], bool]) -> Node | None:
        """As `before`, of what a tensor comes from."""
        found = self.maker(tensor)
        while found is not None and through(found):
            found = self.maker(found.inputs[0]) if len(found.inputs) == 1 else None
        return found

    def flattened(self, node: Node) -> Node | None:
        """The layer before `node` that makes its vector of a map, keeping every value; None without one.

        Activations, norms and dropout may stand between.
        """
        found = self.before(node, keeps_places)
        if found is None or found.layer.family != "shape" or len(found.outputs) != 1:
            return None
        before, after = found.input_shapes[0], found.output_shapes[0]
        return found if len(after) == 2 < len(before) and prod(before) == prod(after) else None

    @cached_property
    def needed(self) -> frozenset[int]:
        """The numbers of the layers that an output depends on."""
        return frozenset(layers_behind(self.graph, self.outputs))

    @cached_property
    def weighs(self) -> list[bool]:
        """For each layer whether it is one of weights: it multiplies with parameters, its own or shared ones."""
        return [facts.weighs for facts in self.analysis.layers]

    @cached_property
    def last_weights(self) -> frozenset[int]:
        """The numbers of the layers of weights that an output comes of with no other between: what they put out is asked for."""
        tensors, found = set(self.outputs), []
        for number in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[number]
            if not tensors.isdisjoint(node.outputs):
                if self.weighs[number]:
                    found.append(number)
                else:
                    tensors.update(node.inputs)
        return frozenset(found)

    @cached_property
    def bridges(self) -> frozenset[int]:
        """The numbers of the layers that every way from an input of the network to an output passes.

        In an order of execution these are the layers over which no tensor is carried that comes of an input and is needed.
        """
        nodes, end = self.graph.nodes, len(self.graph.nodes)
        comes = set(self.graph.inputs.values())
        last = dict.fromkeys(self.outputs, end)  # the last reader of each tensor
        for node in nodes:
            if not comes.isdisjoint(node.inputs):
                comes.update(node.outputs)
        for number in sorted(self.needed, reverse=True):
            for tensor in nodes[number].inputs:
                last.setdefault(tensor, number)
        found, carried = [], max([last.get(tensor, 0) for tensor in self.graph.inputs.values()], default=0)
        for number in sorted(self.needed):
            made = [tensor for tensor in nodes[number].outputs if tensor in comes]
            if made and carried <= number:
                found.append(number)
            carried = max([carried, *[last.get(tensor, 0) for tensor in made]])
        return frozenset(found)
