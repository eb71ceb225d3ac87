"""What a spec says, as values: names not yet resolved, expressions not yet computed, every span kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archlens.errors import Diagnostic, Source, Span
from archlens.layers.base import Layer
from archlens.records import NamedTuple
from archlens.spec.expressions import Expression

__all__ = ["Allow", "Argument", "Block", "Body", "Branch", "Expectation", "InputSpec", "Spec", "Statement", "Variant", "Word"]


class Word(NamedTuple):
    """A name or template as written, and where."""

    expression: Expression
    span: Span

    @property
    def text(self) -> str:
        return self.expression.text


class Argument(NamedTuple):
    """A value to compute: one expression, or a list of arguments.

    name: the field it is for, empty when its place decides. label: where the name stands, if it is written.
    """

    name: str
    value: Expression | tuple[Argument, ...]
    span: Span
    label: Span | None = None

    def reads(self) -> Iterator[str]:
        """The names it reads, those in lists too."""
        if isinstance(self.value, tuple):
            for item in self.value:
                yield from item.reads()
        else:
            yield from self.value.names


class Allow(NamedTuple):
    """A design rule that is broken on purpose.

    rule: its code or name, as written. layers: globs over paths of layers; none is every layer there.
    """

    rule: str
    layers: tuple[Word, ...]
    reason: str
    span: Span


class Branch(NamedTuple):
    """One way of a fork."""

    label: str
    body: tuple[Statement, ...]
    span: Span


class Statement(NamedTuple):
    """One line of a `layers:` list or of a block.

    word: the layer type, block name or `$template`; `for` for a loop. layer: the type, when built in.
    numbered: its automatic name carries a number, since it may occur more than once in its body.
    sources: tensors it starts from. branches: a fork, for joins.
    loops: the lists a `for` walks in step, with `body` to repeat. faulty: the line could not be read (and
    was reported); what comes out of it is unknown.
    """

    word: Word
    layer: type[Layer] | None
    arguments: tuple[Argument, ...]
    numbered: bool
    span: Span
    sources: tuple[Word, ...] | None = None
    branches: tuple[Branch, ...] | None = None
    name: Word | None = None
    bind: tuple[Word, ...] = ()
    when: Argument | None = None
    repeat: Argument | None = None
    weights: Word | None = None
    loops: tuple[Argument, ...] = ()
    body: tuple[Statement, ...] = ()
    faulty: bool = False
    allow: tuple[Allow, ...] = ()


Body = tuple[Statement, ...]


class Block(NamedTuple):
    """A block of the author's: parameters (a default is an Argument), and what it runs.

    faulty: its signature could not be read.
    """

    name: str
    parameters: tuple[tuple[str, Argument | None], ...]
    body: Body
    span: Span
    faulty: bool = False


class InputSpec(NamedTuple):
    """A network input: its sizes without the batch axis."""

    name: str
    sizes: Argument
    span: Span


class Expectation(NamedTuple):
    """One line of `expect:`.

    key: what it is about. tensor: for `tensors:`, the name of the tensor.
    low, high: the integers that satisfy it; None is no bound. sizes: for shapes.
    exact: a figure rather than a budget (`max`, `min`).
    """

    key: str
    tensor: str
    low: int | None
    high: int | None
    sizes: tuple[int, ...] | None
    exact: bool
    text: str
    span: Span | None


class Variant(NamedTuple):
    """A named set of parameters, with what else it changes."""

    name: str
    params: tuple[Argument, ...]
    inputs: tuple[InputSpec, ...] | None
    outputs: tuple[tuple[str, Word], ...] | None
    freeze: tuple[Word, ...] | None
    meta: Mapping[str, Any]
    expect: tuple[Expectation, ...]
    span: Span
    loss: tuple[tuple[str, Word], ...] = ()
    allow: tuple[Allow, ...] = ()


class Spec(NamedTuple):
    """One network family as declared; `variants.py` settles variant and parameters.

    notes: what a reader should know, e.g. why expected figures were left out. faults: what is wrong with the
    text; `graph.build` reports it together with what it finds itself. loss: what outputs are trained with, by the name of the
    output, empty for all. bases: the files that it extends, nearest first. inherited: keys of `meta` that only they state.
    """

    source: Source
    name: str
    variant: str | None
    meta: Mapping[str, Any]
    inputs: tuple[InputSpec, ...]
    params: tuple[Argument, ...]
    variants: tuple[Variant, ...]
    blocks: Mapping[str, Block]
    layers: Body
    outputs: tuple[tuple[str, Word], ...]
    freeze: tuple[Word, ...]
    expect: tuple[Expectation, ...]
    notes: tuple[str, ...] = ()
    faults: tuple[Diagnostic, ...] = ()
    loss: tuple[tuple[str, Word], ...] = ()
    allow: tuple[Allow, ...] = ()
    bases: tuple[str, ...] = ()
    inherited: frozenset[str] = frozenset()
