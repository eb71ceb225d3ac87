"""Arguments → values, in the frame of a statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archlens.graph.faults import Faults
from archlens.graph.scope import Frame
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.spec.expressions import ExpressionError
from archlens.spec.model import Argument, Word
from archlens.spec.reader import point

__all__ = ["UNKNOWN", "Unknowable", "Values"]

UNKNOWN = -1
"""The tensor that comes out of a line with a fault."""


class Unknowable(Exception):
    """A value depends on a tensor whose shape is unknown."""


class Values:
    """Computes arguments; `channels` is read from `shapes`, which grows as the graph does."""

    def __init__(self, shapes: Sequence[Shape], faults: Faults) -> None:
        self.shapes = shapes
        self.faults = faults

    def parameters(self, arguments: Sequence[Argument]) -> dict[str, Any]:
        """Values of `params:`, in whatever order they refer to one another."""
        waiting = {a.name: a for a in arguments}
        env: dict[str, Any] = {}

        def settle(argument: Argument, asking: tuple[str, ...]) -> None:
            for name in _names(argument):
                if name in waiting and name not in env and name not in asking and len(asking) < 50:
                    settle(waiting[name], (*asking, name))
            if argument.name not in env:
                env[argument.name] = self.get(argument, Frame("", env, {}, None), UNKNOWN, None)

        for argument in arguments:
            settle(argument, (argument.name,))
        return env

    def compute(self, argument: Argument, frame: Frame, current: int, kind: type[Layer] | None = None) -> Any:
        """The value of an argument; raises ExpressionError or Unknowable.

        kind: the layer type it is for, whose fields may take a bare word as it stands.
        """
        expression = argument.value
        if isinstance(expression, tuple):
            return tuple([self.compute(item, frame, current) for item in expression])
        env = frame.env
        if expression.fixed:
            return expression.evaluate(env)
        if kind is not None and expression.word and _takes_word(kind, argument.name, expression.text):
            return expression.text
        if "channels" in expression.names and "channels" not in env:
            if current == UNKNOWN:
                raise Unknowable
            env = {**env, "channels": self.shapes[current][1]}
        return expression.evaluate(env)

    def get(self, argument: Argument, frame: Frame, current: int, otherwise: Any = UNKNOWN) -> Any:
        """The value of an argument, or `otherwise` after a fault (reported here)."""
        try:
            return self.compute(argument, frame, current)
        except ExpressionError as error:
            self.report(error, argument, frame)
        except Unknowable:
            pass
        return otherwise

    def all(self, arguments: Sequence[Argument], frame: Frame, current: int, kind: type[Layer]) -> tuple[Any, ...] | None:
        """The values of a layer's arguments; None after a fault."""
        values = []
        for argument in arguments:
            try:
                values.append(self.compute(argument, frame, current, kind))
            except Unknowable:
                return None
            except ExpressionError as error:
                self.report(error, argument, frame)
                return None
        return tuple(values)

    def spell(self, word: Word, frame: Frame) -> str | None:
        """A name with its `$` substitutions made; None after a fault."""
        try:
            return str(word.expression.evaluate(frame.env))
        except ExpressionError as error:
            self.faults.add(error.code, error.message, point(word.span, error), frame, error.help)
            return None

    def report(self, error: ExpressionError, argument: Argument, frame: Frame) -> None:
        """Add an expression's fault at its place."""
        self.faults.add(error.code, error.message, point(argument.span, error), frame, error.help)


def _takes_word(kind: type[Layer], name: str, text: str) -> bool:
    return any(f.name == name and text in f.kind.choices for f in kind.fields)


def _names(argument: Argument) -> Iterator[str]:
    if isinstance(argument.value, tuple):
        for item in argument.value:
            yield from _names(item)
    else:
        yield from argument.value.names
