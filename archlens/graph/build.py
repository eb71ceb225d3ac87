"""Spec → Graph: blocks expanded, names resolved and shapes inferred in one pass.

One pass, because conditions and expressions may ask for the channels of the current tensor. A fault makes
what comes out of its line unknown (`UNKNOWN`), and whatever depends on it stays silent, so that every
reported fault is one to mend.
"""

from __future__ import annotations

from typing import Any

from archlens.errors import LayerError, Span, SpecError, did_you_mean
from archlens.graph import finish
from archlens.graph.calls import Calls
from archlens.graph.control import Control
from archlens.graph.faults import Faults
from archlens.graph.integers import integers
from archlens.graph.layers import LayerMaker, require_holdable
from archlens.graph.limits import Limits, TooMuch
from archlens.graph.model import Graph, Node
from archlens.graph.names import Names
from archlens.graph.paths import BROKEN
from archlens.graph.scope import Call, Frame
from archlens.graph.values import UNKNOWN, Values
from archlens.layers import layer_types
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.fields import kind_of
from archlens.spec.arithmetic import FAULTY
from archlens.spec.model import Body, InputSpec, Spec, Statement

__all__ = ["MAX_LAYERS", "build"]

MAX_LAYERS = 100_000
MAX_AXES = 8


def build(spec: Spec, batch: int = 1, max_layers: int = MAX_LAYERS) -> Graph:
    """The layer graph of `spec` for inputs of `batch` samples; raises SpecError with every independent fault."""
    return _Builder(spec, batch, max_layers).graph()


class _Builder:
    def __init__(self, spec: Spec, batch: int, max_layers: int) -> None:
        self.spec = spec
        self.batch = batch
        self.nodes: list[Node] = []
        self.shapes: list[Shape] = []
        self.producers: list[int] = []
        self.origins: list[Span | None] = []
        self.faults = Faults(spec.faults)
        self.limits = Limits(self.nodes, max_layers, self.faults)
        self.values = Values(self.shapes, self.faults)
        self.names = Names(spec, self.nodes, self.values, self.faults)
        self.control = Control(self.values, max_layers)
        self.maker = LayerMaker(self.values, self.faults, self.nodes, self.producers, self.origins)
        self.globals: dict[str, Any] = self.values.parameters(spec.params)
        self.calls = Calls(self.values, self.globals)
        self.called: dict[str, Call] = {}
        self.allowed: list[tuple[Statement, int, int]] = []  # lines with `allow:`, and the layers made for each

    # ---- the whole ----

    def graph(self) -> Graph:
        spec, faults = self.spec, self.faults
        top = Frame(self.globals)
        inputs = {item.name: self.input(item, top) for item in spec.inputs}
        try:
            last = self.run(spec.layers, top, next(iter(inputs.values()), UNKNOWN))
        except TooMuch:
            raise SpecError(*faults.sorted()) from None
        if not self.nodes and not faults.found:
            help = "no `when` holds, or every `repeat` is 0"
            faults.report("ARC104", "the network has no layers", Span(spec.source, 1, 1, 2), top, help)
        outputs = finish.outputs(spec.outputs, last, top, faults, lambda word: self.names.tensor(word, top, last))
        loss = finish.losses(spec.loss, outputs, top, faults)
        if self.faults.found:  # what globs match is known only where every layer stands
            raise SpecError(*faults.sorted())
        whole = integers(self.nodes, self.producers, top, faults)
        frozen = finish.frozen(spec.freeze, self.nodes, top, faults)
        allowed = finish.allowed(spec.allow, self.allowed, self.nodes, top, faults)
        if faults.found:
            raise SpecError(*faults.sorted())
        return Graph(
            name=spec.name,
            spec=spec.source.name,
            variant=spec.variant,
            nodes=tuple([n._replace(trainable=n.owner not in frozen) for n in self.nodes] if frozen else self.nodes),
            shapes=tuple(self.shapes),
            producers=tuple(self.producers),
            inputs=inputs,
            outputs=outputs,
            tensors={name: number for name, (number, _) in top.tensors.items()},
            freeze=tuple([word.text for word in spec.freeze]),
            meta=spec.meta,
            expect=spec.expect,
            notes=spec.notes,
            calls=self.called,
            names=self.names.bound,
            integers=whole,
            loss=loss,
            allowed=allowed,
            unread=self.names.unread(expectation.tensor for expectation in spec.expect),
            input_spans={item.name: item.span for item in spec.inputs},
            inherited=spec.inherited,
        )

    def input(self, item: InputSpec, top: Frame) -> int:
        """One of the network's inputs, bound as a tensor."""
        number = UNKNOWN
        value = self.values.sizes(item.sizes, top)
        if value is not FAULTY:
            try:
                sizes = kind_of("Sizes").accept(value, item.name)
                shape = (self.batch, *(sizes if isinstance(sizes, tuple) else (sizes,)))
                if len(shape) > MAX_AXES:
                    raise LayerError(f"{item.name} has {len(shape) - 1} axes; at most {MAX_AXES - 1}", code="ARC121")
                require_holdable(shape, item.name)
                number = self.tensor(shape, -1, item.span)
            except LayerError as error:
                help = "channels, then sizes, each a whole number of at least 1: 3x224x224"
                self.faults.report(error.code, error.message, item.span, top, error.help or help)
        self.names.paths.claim(item.name)
        top.tensors[item.name] = (number, item.span)
        return number

    def tensor(self, shape: Shape, producer: int, origin: Span | None) -> int:
        """A new tensor's number."""
        self.shapes.append(shape)
        self.producers.append(producer)
        self.origins.append(origin)
        return len(self.shapes) - 1

    # ---- statements ----

    def run(self, body: Body, frame: Frame, current: int) -> int:
        """The tensor that comes out of `body` when `current` goes in."""
        for statement in body:
            current = self.statement(statement, frame, current)
        return current

    def statement(self, statement: Statement, frame: Frame, current: int) -> int:
        """The tensor that comes out of one line."""
        self.limits.tick(statement, frame)
        start, unread = current, None
        if statement.sources is not None and len(statement.sources) == 1:
            if self.control.asks_tensor(statement, frame):
                start = self.names.tensor(statement.sources[0], frame, current)
            else:  # a line that does not run may start from a name that does not exist
                unread = statement.sources[0]
        wanted = self.control.wanted(statement, frame, start)
        if wanted is False:
            return current
        if unread is not None and wanted:
            start = self.names.tensor(unread, frame, current)
        ports: tuple[int, ...] | None
        if statement.faulty or wanted is None:
            ports = self.broken(statement, frame)
        elif statement.repeat is None:
            ports = self.once(statement, frame, start, "")
        else:
            ports = self.turns(statement, frame, start)
        if ports is None:
            return current
        if statement.bind:
            self.names.bind(statement, frame, ports)
        return ports[0]

    def turns(self, statement: Statement, frame: Frame, start: int) -> tuple[int, ...] | None:
        """What comes out of a line with `repeat`; None where it runs no turn."""
        turns = self.control.count(statement, frame, start)
        if turns is None:
            return self.broken(statement, frame)
        ports: tuple[int, ...] = (start,)
        for turn in range(turns):
            self.limits.tick(statement, frame)
            ports = self.once(statement, frame, ports[0], f"repeat {turn + 1} of {turns}")
        return ports if turns else None

    def once(self, statement: Statement, frame: Frame, current: int, turn: str) -> tuple[int, ...]:
        """What comes out of one turn of a line."""
        if statement.layer is not None:
            return self.layer(statement, statement.layer, frame, current, turn)
        if statement.loops:
            return (self.loop(statement, frame, current, turn),)
        return self.call(statement, frame, current, turn)

    def broken(self, statement: Statement, frame: Frame) -> tuple[int, ...]:
        """A line that could not be read: its name exists, and what comes out is unknown."""
        if statement.name is not None:
            self.names.paths.taken.setdefault(frame.prefix + (self.names.spelled(statement.name, frame) or "?"), BROKEN)
        return (UNKNOWN,) * max(1, len(statement.bind))

    # ---- loops ----

    def loop(self, statement: Statement, frame: Frame, current: int, turn: str) -> int:
        """`for`: the body once for every step of its lists."""
        lists = self.control.lists(statement, frame, current)
        if lists is None or self.limits.too_deep(statement, frame):
            return UNKNOWN
        steps = len(next(iter(lists.values())))
        for step in range(steps):
            self.limits.tick(statement, frame)
            variables = {name: values[step] for name, values in lists.items()}
            call = Call("", variables, statement.span, f"turn {step + 1} of {steps}")
            inner = frame.within(frame.prefix, {**frame.env, "index": step + 1, **variables}, call)
            inner.prefix = self.names.scope(statement, inner, turn)
            if statement.name is not None:
                self.called[inner.prefix[:-1]] = call
            current = self.run(statement.body, inner, current)
        return current

    # ---- blocks ----

    def call(self, statement: Statement, frame: Frame, current: int, turn: str) -> tuple[int, ...]:
        """A block of the author's, or whatever a `$template` turns out to be."""
        name = self.values.spell(statement.word, frame)
        block = self.spec.blocks.get(name) if name else None
        if name is None or block is None:
            layer = layer_types().get(name or "")
            if layer is not None:
                return self.layer(statement, layer, frame, current, turn)
            if name is not None:
                message = f"`{statement.word.text}` is `{name}` here, and no block or layer is called that"
                help = did_you_mean(name, [*self.spec.blocks, *layer_types()]) or "define it under `blocks:`"
                self.faults.report("ARC102", message, statement.span, frame, help)
            return (UNKNOWN,)
        path = self.names.path(statement, frame, name, turn)
        if block.faulty or not self.callable(name, statement, frame):
            return self.lost(path)
        self.limits.tick(statement, frame, len(block.parameters) // 8)
        given = self.calls.bound(block, statement, frame, current)
        if given is None:
            return self.lost(path)
        said = self.calls.said(block, statement)
        self.called[path] = call = Call(name, given, statement.span, turn, said)
        inner = frame.enter(path + "/", {**self.globals, **given}, current, call)
        if statement.weights is not None:
            owner = self.names.owner(statement.weights, frame)
            inner.sharing = (path + "/", owner + "/", statement.weights) if owner else None
        first = len(self.nodes)
        result = self.run(block.body, inner, current)
        if statement.allow:
            self.allowed.append((statement, first, len(self.nodes)))
        return (result,)

    def callable(self, name: str, statement: Statement, frame: Frame) -> bool:
        """Whether block `name` can be called here; reports it if not."""
        running = frame.blocks()
        if name in running:
            circle = " → ".join([*running[running.index(name) :], name])
            message = f"block {name} calls itself: {circle}"
            self.faults.report("ARC142", message, statement.span, frame, "write the levels out, or use `repeat`")
            return False
        if statement.sources is not None and len(statement.sources) > 1:
            help = "a block sees the tensors around it by name: keep one here, and use the others inside"
            self.faults.report("ARC136", f"block {name} starts from one tensor", statement.sources[1].span, frame, help)
            return False
        return not self.limits.too_deep(statement, frame)

    def lost(self, path: str) -> tuple[int, ...]:
        """What comes out of a layer or block with a fault; its name stays known."""
        self.names.paths.taken[path] = BROKEN
        return (UNKNOWN,)

    # ---- layers ----

    def layer(self, statement: Statement, kind: type[Layer], frame: Frame, current: int, turn: str) -> tuple[int, ...]:
        """A built-in layer: its inputs, its arguments, its place, its outputs."""
        first = len(self.nodes)
        inputs = self.gather(statement, kind, frame, current)
        layer = self.maker.make(statement, kind, frame, UNKNOWN if inputs is None else inputs[0] if inputs else current)
        path = self.names.path(statement, frame, kind.type_name, turn)
        if layer is None or inputs is None or UNKNOWN in inputs:
            return self.lost(path)
        shapes = tuple([self.shapes[i] for i in inputs])
        outs = self.maker.infer(layer, statement, frame, inputs, shapes)
        if outs is None:
            return self.lost(path)
        index = len(self.nodes)
        ports = tuple([self.tensor(shape, index, statement.span) for shape in outs])
        owner = path
        if statement.allow:
            self.allowed.append((statement, first, index + 1))
        if statement.weights is not None or frame.sharing is not None:
            owner = self.names.shared(statement, layer, frame, path, shapes, turn)
        self.names.paths.taken[path] = index
        self.nodes.append(Node(path, layer, inputs, ports, shapes, outs, owner, True, statement.span))
        return ports

    def gather(self, statement: Statement, kind: type[Layer], frame: Frame, current: int) -> tuple[int, ...] | None:
        """The tensors that go into a layer; None after a fault."""
        low, high = kind.inputs
        found = [current] if high != 0 else []
        if statement.branches is not None:
            found = self.branches(statement, frame, current)
        elif statement.sources is not None and len(statement.sources) != 1:
            found = [self.names.tensor(word, frame, current) for word in statement.sources]
            self.limits.tick(statement, frame, len(found) // 4)
        if len(found) < low or (high is not None and len(found) > high):
            wanted = f"{low or 'no'}" if low == high else f"at least {low}" if high is None else f"{low} to {high}"
            help = f"write `- {kind.type_name}: [prev, other]`, or fork with a mapping of branches" if kind.joins else ""
            if high == 0:
                help = f"leave `from` out: what `{kind.type_name}` puts out follows from its arguments"
            elif not help:
                help = f"name them: `from: [{', '.join('abc'[:low])}]`" if len(found) < low else f"keep {high} of them"
                help = "`concat` or `add` makes one of several" if high == 1 else help
            message = f"{kind.type_name} needs {wanted} input{'s' if wanted != '1' else ''}, got {len(found)}"
            self.faults.report("ARC136", message, statement.span, frame, help)
            return None
        return tuple(found)

    def branches(self, statement: Statement, frame: Frame, current: int) -> list[int]:
        """The tensors that come out of the branches of a fork."""
        if self.limits.too_deep(statement, frame):
            return [UNKNOWN, UNKNOWN]
        found = []
        for branch in statement.branches or ():
            self.limits.tick(statement, frame)
            prefix = self.names.paths.fresh(frame.prefix + branch.label, numbered=False) + "/"
            found.append(self.run(branch.body, frame.within(prefix, frame.env), current))
        return found
