"""Where a statement runs: the values it sees, the tensors it can name, the paths its layers get."""

from __future__ import annotations

from typing import Any

from archlens.errors import Span
from archlens.spec.model import Word

__all__ = ["Frame"]


class Frame:
    """One scope while a graph is built.

    prefix: path of the scope with a trailing `/`, empty at the top. env: parameters and loop variables.
    tensors: names bound by `as:`, shared by loops and branches, fresh in each block instance.
    outer: the frame that called; depth counts them. sharing: (own prefix, the owner's, `weights:`) inside a
    block that shares another's weights. block, arguments, span, turn: that call, for messages.
    """

    __slots__ = ("arguments", "block", "depth", "env", "outer", "prefix", "sharing", "span", "tensors", "turn")

    def __init__(self, prefix: str, env: dict[str, Any], tensors: dict[str, tuple[int, Span | None]], outer: Frame | None) -> None:
        self.prefix = prefix
        self.env = env
        self.tensors = tensors
        self.outer = outer
        self.block = ""
        self.arguments: dict[str, Any] = {}
        self.span: Span | None = None
        self.turn = ""
        self.depth: int = outer.depth if outer else 0
        self.sharing: tuple[str, str, Word] | None = outer.sharing if outer else None

    def within(self, prefix: str, env: dict[str, Any] | None = None) -> Frame:
        """A frame for a branch or a turn of a loop: same names, its own path and perhaps more values."""
        inner = Frame(prefix, self.env if env is None else env, self.tensors, self.outer)
        inner.block, inner.arguments, inner.span, inner.turn = self.block, self.arguments, self.span, self.turn
        inner.depth, inner.sharing = self.depth, self.sharing
        return inner

    def enter(self, prefix: str, env: dict[str, Any], tensors: dict[str, tuple[int, Span | None]]) -> Frame:
        """The frame of a block called from here."""
        inner = Frame(prefix, env, tensors, self)
        inner.depth = self.depth + 1
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
        frame: Frame | None = self
        found: list[str] = []
        while frame is not None:
            found += frame.tensors
            frame = frame.outer
        return found

    def running(self, block: str) -> bool:
        """Whether `block` is being expanded already."""
        frame: Frame | None = self
        while frame is not None:
            if frame.block == block:
                return True
            frame = frame.outer
        return False

    def chain(self) -> tuple[str, ...]:
        """The block calls on the way here, innermost first."""
        frame: Frame | None = self
        notes = []
        while frame is not None and frame.span is not None:
            values = ", ".join(f"{k}={_spelled(v)}" for k, v in frame.arguments.items())
            turn = f", {frame.turn}" if frame.turn else ""
            notes.append(f"in {frame.block}({values}), called at line {frame.span.line}{turn}")
            frame = frame.outer
        return tuple(notes[:6])


def _spelled(value: Any) -> str:
    if isinstance(value, tuple):
        return "x".join(map(str, value)) if len(value) <= 4 else "[...]"
    return str(value)
