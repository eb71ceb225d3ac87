"""Statement → Layer, and Layer + input shapes → output shapes; a refusal is dressed with its places."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from archlens.errors import Label, LayerError, NoMapError, Span
from archlens.graph.faults import Faults
from archlens.graph.model import Node
from archlens.graph.scope import Frame
from archlens.graph.values import UNKNOWN, Values
from archlens.layers.base import Layer
from archlens.layers.dims import Shape, show
from archlens.spec.arithmetic import FAULTY
from archlens.spec.expressions import Expression
from archlens.spec.functions import undefined_help
from archlens.spec.model import Statement

__all__ = ["LayerMaker", "require_holdable"]


MAX_VALUES = 2**63


def require_holdable(shape: Shape, what: str) -> None:
    """Refuse a tensor that nothing could hold; beyond it figures only cost time."""
    count = prod(shape)
    if count > MAX_VALUES:
        help = "the number of values multiplies up; look at the sizes above"
        raise LayerError(f"{what}: a tensor of {float(min(count, 10**300)):.1e} values; at most 2^63", help=help, code="ARC202")


class LayerMaker:
    """Makes layers and asks them for their output shapes; equal layers are one object, equal questions
    are asked once.

    nodes, and for each tensor its producer, shape (of `values`) and place in the file: these grow as the graph does.
    """

    def __init__(
        self, values: Values, faults: Faults, nodes: Sequence[Node], producers: Sequence[int], origins: Sequence[Span | None]
    ) -> None:
        self.values = values
        self.faults = faults
        self.nodes = nodes
        self.producers = producers
        self.origins = origins
        self._layers: dict[Layer, Layer] = {}
        self._made: dict[tuple[type[Layer], tuple[str, ...], tuple[Any, ...]], Layer] = {}
        self._inferred: dict[tuple[Layer, tuple[Shape, ...]], tuple[Shape, ...]] = {}

    def make(self, statement: Statement, kind: type[Layer], frame: Frame, current: int) -> Layer | None:
        """The layer with its arguments computed; None after a fault."""
        arguments = statement.arguments
        values = self.values.all(arguments, frame, current, kind)
        if values is None:
            return None
        names = tuple([a.name for a in arguments])
        key = (kind, names, values)
        layer = self._made.get(key)
        if layer is None:
            positional = [v for name, v in zip(names, values, strict=True) if not name]  # of a `$template`
            named = {name: v for name, v in zip(names, values, strict=True) if name}
            try:
                layer = kind(*positional, **named)
            except LayerError as error:
                self.refuse(error, statement, frame)
                return None
            self._made[key] = layer = self._layers.setdefault(layer, layer)
        return layer

    def infer(
        self, layer: Layer, statement: Statement, frame: Frame, inputs: tuple[int, ...], shapes: tuple[Shape, ...]
    ) -> tuple[Shape, ...] | None:
        """The output shapes; None after a fault. inputs: the tensors that go in, of these shapes."""
        outs = self._inferred.get((layer, shapes))
        if outs is None:
            try:
                outs = layer.output_shapes(*shapes)
                for shape in (*outs, *layer.parameter_shapes(*shapes).values()):
                    require_holdable(shape, layer.type_name)
            except LayerError as error:
                if isinstance(error, NoMapError):
                    error.help = self.map_help(inputs) or error.help
                if len(shapes) > 1 and error.argument not in {a.name for a in statement.arguments}:
                    self.disagree(error, statement, layer, frame, shapes)
                else:
                    places = zip([self.origins[i] for i in inputs], shapes, strict=True)
                    related = [Label(at, show(s)) for at, s in places if at and at != statement.span]
                    self.refuse(error, statement, frame, related)
                return None
            self._inferred[layer, shapes] = outs
        return outs

    def map_help(self, inputs: Sequence[int]) -> str:
        """A cure for a vector where a map must be: which layer made it of a map, or that the network's input is none."""
        shapes, taken = self.values.shapes, None
        tensor = next((i for i in inputs if len(shapes[i]) == 2), UNKNOWN)
        while tensor != UNKNOWN and len(shapes[tensor]) == 2:
            if self.producers[tensor] < 0:
                example = "write its sizes after them, e.g. `3x224x224` for C×H×W"
                return f"the network's input is channels alone: {example}, or `reshape` it"
            taken = self.nodes[self.producers[tensor]]
            tensor = taken.inputs[0] if taken.inputs else UNKNOWN
        if taken is None or tensor == UNKNOWN:
            return ""
        return (
            f"`{taken.path}` made a vector of {show(shapes[tensor])}: move this layer before it, or `reshape` to a map after it"
        )

    def refuse(self, error: LayerError, statement: Statement, frame: Frame, related: Sequence[Label] = ()) -> None:
        """Report a layer's refusal at the argument it is about, with the value that argument had."""
        argument = next((a for a in statement.arguments if a.name and a.name == error.argument), None)
        span, label, help = statement.span, "", error.help
        if argument is not None:
            span = argument.span
            for one in argument.value if isinstance(argument.value, tuple) else (argument,):
                if not isinstance(one.value, Expression) or one.value.fixed:
                    continue
                value = self.values.get(one, frame, UNKNOWN)  # the tensor at hand is not looked up: `channels` stay unsaid
                if isinstance(value, str):
                    help = help or _undefined(value, one.value.text, frame)
                if one is argument and value is not FAULTY and value != one.value.text:
                    label = f"= {value}"
        self.faults.report(error.code, error.message, span, frame, help, label, tuple(related))

    def disagree(self, error: LayerError, statement: Statement, layer: Layer, frame: Frame, shapes: tuple[Shape, ...]) -> None:
        """Report the first branch of a join that does not go with the first one; of other layers, what each input is."""
        spans = [b.span for b in statement.branches or ()] or [w.span for w in statement.sources or ()]
        span, label = statement.span, ""
        related: tuple[Label, ...] = ()
        if len(spans) == len(shapes) and not layer.joins:
            related = tuple([Label(at, show(shape)) for at, shape in zip(spans, shapes, strict=True)])
        elif len(spans) == len(shapes):
            for i in range(1, len(shapes)):
                try:
                    layer.output_shapes(shapes[0], shapes[i])
                except LayerError as pair:
                    error, span, label, related = pair, spans[i], show(shapes[i]), (Label(spans[0], show(shapes[0])),)
                    break
        self.faults.report(error.code, error.message, span, frame, error.help, label, related)


def _undefined(word: str, written: str, frame: Frame) -> str:
    """A cure for a word where a number must stand: here, or where a block was called, a name is misspelt."""
    if "$" in written and word != written:
        return f"in an expression names stand without `$`: {written.replace('$', '')}"
    known: dict[str, None] = {}
    scope: Frame | None = frame
    while scope is not None:
        known.update(dict.fromkeys(scope.env))
        scope = scope.outer
    return undefined_help(word, known)
