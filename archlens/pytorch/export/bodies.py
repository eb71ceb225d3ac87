"""What a class is made of: modules and functions in the order they run, joined by numbered values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from archlens.pytorch.counterparts import Counterpart, Takes
from archlens.pytorch.export.tree import Part, Tree

__all__ = [
    "MISSING",
    "Body",
    "Chain",
    "Function",
    "Hint",
    "Loop",
    "Make",
    "Maker",
    "Step",
    "body_of",
    "collapsed",
    "is_chain",
    "mapped",
    "step",
]


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()
"""The value of an argument where the instance has no such layer."""


class Make(NamedTuple):
    """A module made of a class: one of torch's, or one of the file's."""

    target: str
    arguments: Mapping[str, Any]


class Function(NamedTuple):
    """A function called on values, as a `Counterpart` says it."""

    target: str
    arguments: Mapping[str, Any]
    takes: Takes


class Chain(NamedTuple):
    """Modules one after another, made where they stand."""

    steps: tuple[Step, ...]


class Loop(NamedTuple):
    """Equal modules one after another: called `stem` and a number from `first` to before `stop`."""

    maker: Maker
    stem: str
    first: int
    stop: Any


Maker: TypeAlias = Make | Chain | Loop


class Step(NamedTuple):
    """What runs at once.

    name: where the module stands in its class, several parts for one in a part that does not run itself; of a function its label.
    border: of `nn.functional.pad`, which the input goes through first. present: whether this instance has it.
    """

    name: tuple[str, ...]
    runs: Maker | Function
    reads: tuple[int, ...]
    makes: tuple[int, ...]
    border: Mapping[str, Any] | None = None
    present: Any = True


class Body(NamedTuple):
    """The steps of a class; values are numbered, those that go in first. names: what the spec calls values.

    in_place: whether some layer of the network writes over its input, so that copies count.
    """

    steps: tuple[Step, ...]
    inputs: int
    outputs: tuple[int, ...]
    names: Mapping[int, str]
    in_place: bool = False


class Hint(NamedTuple):
    """What a value is for: the argument, of a step of this name; kind is `make`, `run`, `present` or `stop`."""

    argument: str
    name: str
    target: str
    kind: str


Visit: TypeAlias = Callable[[Any, Hint], Any]


def mapped(steps: tuple[Step, ...], visit: Visit) -> tuple[Step, ...]:
    """The steps with every value replaced by what `visit` says; always in the same order."""
    return tuple([_mapped_step(one, visit) for one in steps])


def _mapped_step(one: Step, visit: Visit) -> Step:
    name = one.name[-1]
    present = visit(one.present, Hint("present", name, _target(one.runs), "present"))
    runs: Maker | Function
    if isinstance(one.runs, Function):
        target, arguments, takes = one.runs
        runs = Function(target, {key: visit(value, Hint(key, name, target, "run")) for key, value in arguments.items()}, takes)
    else:
        runs = _mapped_maker(one.runs, name, visit)
    border = one.border
    if border is not None:
        border = {key: visit(value, Hint(key, name, "nn.functional.pad", "run")) for key, value in border.items()}
    return one._replace(runs=runs, border=border, present=present)


def _mapped_maker(maker: Maker, name: str, visit: Visit) -> Maker:
    if isinstance(maker, Make):
        target, arguments = maker
        return Make(target, {key: visit(value, Hint(key, name, target, "make")) for key, value in arguments.items()})
    if isinstance(maker, Chain):
        return Chain(mapped(maker.steps, visit))
    return Loop(
        _mapped_maker(maker.maker, name, visit), maker.stem, maker.first, visit(maker.stop, Hint("stop", name, "", "stop"))
    )


def _target(runs: Maker | Function) -> str:
    return runs.target if isinstance(runs, Make | Function) else ""


# ---- a scope as a body ----


def body_of(tree: Tree, scope: Part, made: Mapping[int, Maker]) -> Body:
    """The body of a scope whose inner scopes are `made` already, by `id`; of the whole network for the root."""
    first, end = tree.span(scope)
    reads, makes = tree.ports(first, end)
    if scope is tree.root:
        reads, makes = tuple(tree.graph.inputs.values()), tuple(tree.graph.outputs.values())
    numbers = {tensor: number for number, tensor in enumerate(reads)}
    steps = []
    at = first
    while at < end:
        name, inner = _outermost(tree, scope, at)
        if inner is None:
            stop, one = at + 1, step(name, tree.counterparts[at])
            ins, outs = tree.graph.nodes[at].inputs, tree.graph.nodes[at].outputs
        else:
            _, stop = tree.span(inner)
            ins, outs = tree.ports(at, stop)
            one = Step(name, made[id(inner)], (), ())
        for tensor in outs:
            numbers.setdefault(tensor, len(numbers))
        steps.append(one._replace(reads=tuple([numbers[t] for t in ins]), makes=tuple([numbers[t] for t in outs])))
        at = stop
    words = {numbers[tensor]: name for tensor, name in tree.names.items() if tensor in numbers}
    return Body(tuple(steps), len(reads), tuple([numbers[tensor] for tensor in makes]), words, tree.in_place)


def step(name: tuple[str, ...], part: Counterpart) -> Step:
    """A layer as a step that reads and makes nothing yet."""
    if not part.is_module:
        return Step(name, Function(part.target, part.arguments, part.takes), (), (), part.border)
    arguments = part.arguments
    if part.target.startswith("nn.") and ("Conv" in part.target or "Pool" in part.target or "Upsample" in part.target):
        arguments = {key: collapsed(value) for key, value in arguments.items()}
    elif "normalized_shape" in arguments and len(arguments["normalized_shape"]) == 1:
        arguments = {**arguments, "normalized_shape": arguments["normalized_shape"][0]}
    return Step(name, Make(part.target, arguments), (), (), part.border)


def collapsed(value: Any) -> Any:
    """A tuple of equal values as one of them."""
    same = isinstance(value, tuple) and value and all(type(one) is type(value[0]) and one == value[0] for one in value)
    return value[0] if same else value


def _outermost(tree: Tree, scope: Part, node: int) -> tuple[tuple[str, ...], Part | None]:
    """The name of what runs a node in `scope`, and the scope in it that does; None if it stands for itself."""
    way = []
    part: Part | None = tree.places[node]
    while part is not scope and part is not None:
        way.append(part)
        part = part.owner
    names: list[str] = []
    for part in reversed(way):
        names.append(part.name)
        if part.parts and not part.open and part.leaf != node:
            first, end = tree.span(part)
            if first <= node < end:
                return tuple(names), part
    return (tuple(names) if tree.is_module(node) else (way[0].name,)), None


def is_chain(body: Body) -> bool:
    """Whether it is nothing but modules, each on what comes out of the one before: an `nn.Sequential`."""
    return (
        body.inputs == 1
        and body.outputs == (len(body.steps),)
        and all(
            isinstance(one.runs, Make | Chain | Loop)
            and one.border is None
            and len(one.name) == 1
            and one.reads == (at,)
            and one.makes == (at + 1,)
            for at, one in enumerate(body.steps)
        )
    )
