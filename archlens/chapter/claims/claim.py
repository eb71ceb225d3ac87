"""What a claim of the chapter is."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

__all__ = ["Claim", "Correctness"]

Correctness: TypeAlias = Literal["right", "imprecise", "wrong"]


class Claim(NamedTuple):
    """A statement of the chapter that can be checked.

    text: what it says, in short. errata: names of what is to be said about it, of low severity where it is right.
    shown_by: what shows whether it holds, as `concept:locality` or `lab:equivariance`.
    """

    number: int
    section: str
    text: str
    verdict: Correctness
    errata: tuple[str, ...]
    shown_by: tuple[str, ...]
