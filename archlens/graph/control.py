"""What steers a line: whether it runs, how often, and over which lists."""

from __future__ import annotations

from typing import Any

from archlens.graph.scope import Frame
from archlens.graph.values import Values
from archlens.spec.arithmetic import FAULTY
from archlens.spec.model import Statement

__all__ = ["Control"]


class Control:
    """Reads `when`, `repeat` and `for` of a line. max_layers: the most turns a line can sensibly take."""

    def __init__(self, values: Values, max_layers: int) -> None:
        self.values = values
        self.faults = values.faults
        self.max_layers = max_layers

    def wanted(self, statement: Statement, frame: Frame, start: int) -> bool | None:
        """Whether the `when` of a line holds; None after a fault."""
        if statement.when is None:
            return True
        value = self.values.get(statement.when, frame, start)
        if isinstance(value, bool | int | float):
            return bool(value)
        if value is not FAULTY:
            self.values.unexpected(statement.when, value, "true or false", frame)
        return None

    def asks_tensor(self, statement: Statement, frame: Frame) -> bool:
        """Whether the `when` of a line asks for the sizes of the tensor that the line starts from."""
        return statement.when is not None and self.values.asks_tensor(statement.when, frame)

    def count(self, statement: Statement, frame: Frame, start: int) -> int | None:
        """How often a line runs; None after a fault."""
        argument = statement.repeat
        if argument is None:
            return 1
        value = self.values.get(argument, frame, start)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is FAULTY:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            help = "write how often the line stands there, as `repeat: 3`; 0 leaves it out"
            self.values.unexpected(argument, value, "a whole number of at least 0", frame, help)
            return None
        if value > self.max_layers:
            message = f"a repeat of {value:,}; a network has at most {self.max_layers:,} layers"
            self.faults.report("ARC141", message, argument.span, frame, "lower it, or raise the limit with --max-layers")
            return None
        return value

    def lists(self, statement: Statement, frame: Frame, current: int) -> dict[str, tuple[Any, ...]] | None:
        """The lists a `for` walks, by name; None after a fault."""
        lists: dict[str, tuple[Any, ...]] = {}
        for argument in statement.loops:
            values = self.values.get(argument, frame, current)
            if isinstance(values, tuple):
                lists[argument.name] = values
            elif values is not FAULTY:
                self.values.unexpected(argument, values, "a list such as [1, 2, 2]", frame)
        if len(lists) < len(statement.loops):
            return None
        if len({len(values) for values in lists.values()}) > 1:
            shown = ", ".join(f"{name} has {len(values)}" for name, values in lists.items())
            help = "make the lists equally long"
            self.faults.report("ARC121", f"`for` walks its lists in step, but {shown}", statement.span, frame, help)
            return None
        return lists
