"""Arguments → values, in the frame of a statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archlens.errors import Span
from archlens.graph.faults import Faults
from archlens.graph.scope import Frame
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.spec.arithmetic import FAULTY
from archlens.spec.expressions import Expression, ExpressionError, Unknowable, spell
from archlens.spec.functions import spelled, undefined_help
from archlens.spec.model import Argument, Word
from archlens.spec.reader import point

__all__ = ["NOWHERE", "UNKNOWN", "Values"]

UNKNOWN = -1
"""The tensor that comes out of a line with a fault."""

NOWHERE = -2
"""Stands for the current tensor where there is none: in `params:` and `input:`."""


class _Refused(Exception):
    """An expression that does not compute, and where."""

    def __init__(self, error: ExpressionError, span: Span) -> None:
        self.error = error
        self.span = point(span, error)


class Values:
    """Computes arguments; `channels` is read from `shapes`, which grows as the graph does."""

    def __init__(self, shapes: Sequence[Shape], faults: Faults) -> None:
        self.shapes = shapes
        self.faults = faults

    def parameters(self, arguments: Sequence[Argument]) -> dict[str, Any]:
        """Values of `params:`, in whatever order they refer to one another."""
        waiting = {a.name: a for a in arguments}
        env: dict[str, Any] = {}
        top = Frame(env)
        for first in waiting:
            asking = {first: None}  # in order: each needs the one after it
            while asking:
                argument = waiting[next(reversed(asking))]
                needed = next((n for n in argument.reads() if n in waiting and n not in env and n != argument.name), None)
                if needed is not None and needed not in asking:
                    asking[needed] = None
                    continue
                if needed is not None:
                    self.circle([*asking], needed, argument, top)
                    env[argument.name] = FAULTY
                elif argument.name not in env:
                    env[argument.name] = self.get(argument, top, NOWHERE)
                asking.popitem()
        return env

    def circle(self, asking: list[str], needed: str, argument: Argument, top: Frame) -> None:
        """Report parameters that need one another."""
        circle = [*asking[asking.index(needed) :], needed]
        shown = " → ".join(circle if len(circle) <= 8 else [*circle[:4], "...", *circle[-3:]])
        message = f"parameters are defined by one another: {shown}"
        self.faults.report("ARC133", message, argument.span, top, "give one of them a value of its own")

    def compute(self, argument: Argument, frame: Frame, current: int, kind: type[Layer] | None = None) -> Any:
        """The value of an argument; raises Unknowable, or _Refused with the place.

        kind: the layer type it is for, whose fields may take a bare word as it stands.
        """
        expression = argument.value
        if isinstance(expression, tuple):
            return tuple([self.compute(item, frame, current) for item in expression])
        env = frame.env
        if expression.fixed:
            return expression.evaluate(env)
        if kind is not None and expression.word and expression.text in kind.words.get(argument.name, ()):
            return expression.text
        try:
            if "channels" in expression.names:
                env = {**env, "channels": self.size("channels", 1, current)}
            if "features" in expression.names and "features" not in env:
                env = {**env, "features": self.size("features", -1, current)}
            return expression.evaluate(env)
        except ExpressionError as error:
            raise _Refused(error, argument.span) from None

    def asks_tensor(self, argument: Argument, frame: Frame) -> bool:
        """Whether an argument asks for a size of the tensor at hand."""
        return any(name == "channels" or (name == "features" and name not in frame.env) for name in argument.reads())

    def size(self, name: str, axis: int, current: int) -> int:
        """A size of the current tensor that expressions call `name`: `channels`, or `features`, the last axis."""
        if current == UNKNOWN:
            raise Unknowable
        if current == NOWHERE:
            help = f"`{name}` is that of the tensor at hand; use it in `layers:` and `blocks:`"
            raise ExpressionError(f"no tensor is at hand here, so there are no `{name}`", help=help, code="ARC133")
        count: int = self.shapes[current][axis]
        return count

    def get(self, argument: Argument, frame: Frame, current: int) -> Any:
        """The value of an argument, or FAULTY after a fault (reported here or before)."""
        try:
            return self.compute(argument, frame, current)
        except _Refused as refused:
            self.report(refused, frame)
        except Unknowable:
            pass
        return FAULTY

    def sizes(self, argument: Argument, top: Frame) -> Any:
        """The sizes of a network input, or FAULTY after a fault."""
        items = argument.value if isinstance(argument.value, tuple) else (argument,)
        values = [self.get(item, top, NOWHERE) for item in items]
        for item, value in zip(items, values, strict=True):
            if isinstance(value, str):
                self.unexpected(item._replace(name=argument.name), value, "a size such as 3x224x224", top)
                return FAULTY
        if any(value is FAULTY for value in values):
            return FAULTY
        return tuple(values) if isinstance(argument.value, tuple) else values[0]

    def all(self, arguments: Sequence[Argument], frame: Frame, current: int, kind: type[Layer]) -> tuple[Any, ...] | None:
        """The values of a layer's arguments; None after a fault."""
        values = []
        good = True
        for argument in arguments:
            try:
                values.append(self.compute(argument, frame, current, kind))
            except Unknowable:
                good = False
            except _Refused as refused:
                self.report(refused, frame)
                good = False
        return tuple(values) if good else None

    def spell(self, word: Word, frame: Frame) -> str | None:
        """A name with its `$` substitutions made; None after a fault."""
        expression = word.expression
        if expression.fixed:
            return expression.text
        try:
            name = expression.evaluate(frame.env)
        except Unknowable:
            return None
        except ExpressionError as error:
            self.report(_Refused(error, word.span), frame)
            return None
        return spell(name)

    def report(self, refused: _Refused, frame: Frame) -> None:
        """Report an expression that does not compute."""
        error = refused.error
        self.faults.report(error.code, error.message, refused.span, frame, error.help)

    def unexpected(self, argument: Argument, value: Any, wanted: str, frame: Frame, help: str = "") -> None:
        """Report a value of the wrong kind; a word that nothing defines is most likely a slip of the pen."""
        expression = argument.value
        if isinstance(expression, Expression) and expression.word and value == expression.text:
            cure = undefined_help(value, frame.env)
            self.faults.report("ARC133", f"no value is called `{value}`", argument.span, frame, cure)
            return
        self.faults.report("ARC121", f"{argument.name} must be {wanted}, not {spelled(value)}", argument.span, frame, help)
