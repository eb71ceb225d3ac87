"""The parameters of a block call: which value goes where, and what is missing or too much."""

from __future__ import annotations

from typing import Any

from archlens.errors import Label, did_you_mean
from archlens.graph.scope import Frame
from archlens.graph.values import Values
from archlens.spec.arguments import superfluous
from archlens.spec.arithmetic import FAULTY
from archlens.spec.model import Argument, Block, Statement

__all__ = ["Calls"]


class Calls:
    """Binds the arguments of block calls; which argument is for which parameter is settled once for each line."""

    def __init__(self, values: Values, outside: dict[str, Any]) -> None:
        self.values = values
        self.outside = outside
        self._known: dict[tuple[int, str], dict[str, Argument]] = {}

    def bound(self, block: Block, statement: Statement, frame: Frame, current: int) -> dict[str, Any] | None:
        """The block's parameters by name, defaults filled in; None after a fault.

        Defaults may use the parameters before them and `outside`, the values of `params:`.
        """
        key = (id(statement), block.name)
        assigned = self._known.get(key) or _assigned(block, statement, frame, self.values)
        if assigned is None:
            return None
        self._known[key] = assigned
        given: dict[str, Any] = {}
        for name, default in block.parameters:
            argument = assigned.get(name)
            if argument is not None:
                given[name] = self.values.get(argument, frame, current)
            elif default is not None:
                inner = frame.within(frame.prefix, {**self.outside, **given})
                given[name] = self.values.get(default, inner, current)
        return None if any(value is FAULTY for value in given.values()) else given

    def said(self, block: Block, statement: Statement) -> tuple[str, ...]:
        """The parameters that a line which was bound gives values to, in the order written."""
        return tuple(self._known[id(statement), block.name])


def _assigned(block: Block, statement: Statement, frame: Frame, values: Values) -> dict[str, Argument] | None:
    """The arguments by the name of the parameter each is for; None after a fault."""
    names = [name for name, _ in block.parameters]
    signature = f"{block.name}({', '.join(names)})"
    defined = (Label(block.span, "defined here"),)
    report = values.faults.report
    found: dict[str, Argument] = {}
    good = True
    for argument in statement.arguments:
        name = argument.name or next((n for n in names if n not in found), "")
        if not name:
            message = f"{signature} takes {len(names)} value{'' if len(names) == 1 else 's'}, no more"
            report("ARC112", message, argument.span, frame, superfluous(argument), related=defined)
        elif name not in names:
            help = did_you_mean(name, names)
            report(
                "ARC112", f"{signature} has no parameter `{name}`", argument.label or argument.span, frame, help, related=defined
            )
        elif name in found:
            report(
                "ARC113",
                f"{block.name}: {name} is given twice",
                argument.label or argument.span,
                frame,
                "keep one of them",
                related=defined,
            )
        else:
            found[name] = argument
            continue
        good = False
    missing = [name for name, default in block.parameters if name not in found and default is None]
    if missing and good:
        help = f"write `- {block.name}: {' '.join(f'<{n}>' for n, d in block.parameters if d is None)}`"
        report("ARC111", f"{block.name} needs {' and '.join(missing)}", statement.span, frame, help, related=defined)
    return found if good and not missing else None
