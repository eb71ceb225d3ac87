"""Where a statement runs: the values it sees, the tensors it can name, the paths its layers get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archlens.errors import Span
from archlens.records import NamedTuple
from archlens.spec.model import Word

__all__ = ["Call", "Frame", "chain_of"]

MAX_NOTES = 6


class Call(NamedTuple):
    """How a scope was entered, for messages.

    block: the block's name; empty for a turn of a `for`. values: its parameters, or the loop's variables.
    turn: "repeat 1 of 3" or "turn 1 of 3", or empty. said: names of the parameters that the line gives values to.
    """

    block: str
    values: dict[str, Any]
    span: Span
    turn: str
    said: tuple[str, ...] = ()


class Frame:
    """One scope while a graph is built.

    prefix: path of the scope with a trailing `/`, empty at the top. env: parameters and loop variables.
    tensors: names bound by `as:` and where, shared by loops and branches, fresh in each block instance.
    outer: the frame around; depth counts them. call: how it was entered (None for branches and the top).
    sharing: (own prefix, the owner's, `weights:`) inside a block that shares another's weights.
    """

    __slots__ = ("call", "depth", "env", "outer", "prefix", "sharing", "tensors")

    def __init__(self, env: dict[str, Any]) -> None:
        self.prefix = ""
        self.env = env
        self.tensors: dict[str, tuple[int, Span | None]] = {}
        self.outer: Frame | None = None
        self.depth = 0
        self.call: Call | None = None
        self.sharing: tuple[str, str, Word] | None = None

    def within(self, prefix: str, env: dict[str, Any], call: Call | None = None) -> Frame:
        """A frame for a branch or a turn of a loop: the same names, its own path and perhaps more values."""
        inner = Frame(env)
        inner.prefix = prefix
        inner.tensors = self.tensors
        inner.outer = self
        inner.depth = self.depth + 1
        inner.call = call
        inner.sharing = self.sharing
        return inner

    def enter(self, prefix: str, env: dict[str, Any], current: int, call: Call) -> Frame:
        """The frame of a block called from here, where `current` goes in."""
        inner = self.within(prefix, env, call)
        inner.tensors = {"input": (current, None)}
        return inner

    def find(self, name: str) -> int | None:
        """The tensor called `name`, in this instance or the ones that called it."""
        frame: Frame | None = self
        while frame is not None:
            bound = frame.tensors.get(name)
            if bound is not None:
                return bound[0]
            frame = frame.outer
        return None

    def names(self) -> list[str]:
        """Every tensor name in reach."""
        found: dict[str, None] = {}
        frame: Frame | None = self
        while frame is not None:
            found.update(dict.fromkeys(frame.tensors))
            frame = frame.outer
        return list(found)

    def named_at(self, place: Span) -> list[str]:
        """The names in reach that the `as:` at `place` gave."""
        found: list[str] = []
        frame: Frame | None = self
        while frame is not None:
            found += [name for name, (_, span) in frame.tensors.items() if span == place and name not in found]
            frame = frame.outer
        return found

    def blocks(self) -> list[str]:
        """The blocks being expanded, outermost first."""
        found = []
        frame: Frame | None = self
        while frame is not None:
            if frame.call is not None and frame.call.block:
                found.append(frame.call.block)
            frame = frame.outer
        return found[::-1]

    def chain(self, span: Span | None) -> tuple[str, ...]:
        """The calls and turns on the way here, innermost first; lines outside the file of `span` name theirs."""
        calls = []
        frame: Frame | None = self
        while frame is not None:
            if frame.call is not None:
                calls.append(frame.call)
            frame = frame.outer
        return _chain(calls, span)


def chain_of(calls: Mapping[str, Call], path: str, span: Span | None) -> tuple[str, ...]:
    """As `Frame.chain`, of the layer at `path` once the graph stands; calls: `Graph.calls`."""
    found = []
    while path:
        path = path.rpartition("/")[0]
        if path in calls:
            found.append(calls[path])
    return _chain(found, span)


def _chain(calls: Sequence[Call], span: Span | None) -> tuple[str, ...]:
    notes = [_told(call, span) for call in calls]
    if len(notes) > MAX_NOTES:
        notes[MAX_NOTES - 1 :] = [f"... and {len(notes) - MAX_NOTES + 1} more around it"]
    return tuple(notes)


def _told(call: Call, span: Span | None) -> str:
    values = ", ".join(f"{name}={_spelled(value)}" for name, value in call.values.items())
    elsewhere = f" of {call.span.source.name}" if span is not None and span.source is not call.span.source else ""
    line = f"line {call.span.line}{elsewhere}"
    if call.block:
        return f"in {call.block}({values}), called at {line}" + (f", {call.turn}" if call.turn else "")
    return f"in the `for` of {line}, {call.turn}: {values}"


def _spelled(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_spelled, value[:8])) + (", ...]" if len(value) > 8 else "]")
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
