"""Spec → Graph: blocks expanded, names resolved and shapes inferred in one pass.

One pass, because conditions and expressions may ask for the channels of the current tensor. A fault makes
what comes out of its line unknown (`UNKNOWN`), and whatever depends on it stays silent, so that every
reported fault is one to mend.
"""

from __future__ import annotations

from typing import Any

from archlens.errors import Label, LayerError, SpecError, did_you_mean
from archlens.graph import finish
from archlens.graph.faults import Faults
from archlens.graph.layers import LayerMaker
from archlens.graph.model import Graph, Node
from archlens.graph.paths import Paths
from archlens.graph.scope import Frame
from archlens.graph.sharing import find_owner, owner_of
from archlens.graph.values import UNKNOWN, Unknowable, Values
from archlens.layers import layer_types
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.layers.fields import kind_of
from archlens.spec.model import Argument, Block, Body, Spec, Statement, Word

__all__ = ["MAX_LAYERS", "build"]

MAX_LAYERS = 100_000
MAX_CALLS = 100  # blocks inside blocks


def build(spec: Spec, batch: int = 1, max_layers: int = MAX_LAYERS) -> Graph:
    """The layer graph of `spec` for inputs of `batch` samples; raises SpecError with every independent fault."""
    return _Builder(spec, batch, max_layers).graph()


class _Stop(Exception):
    """Building cannot go on (too many layers)."""


class _Builder:
    def __init__(self, spec: Spec, batch: int, max_layers: int) -> None:
        self.spec = spec
        self.batch = batch
        self.max_layers = max_layers
        self.steps = 0
        self.nodes: list[Node] = []
        self.shapes: list[Shape] = []
        self.producers: list[int] = []
        self.faults = Faults()
        self.paths = Paths()
        self.values = Values(self.shapes, self.faults)
        self.maker = LayerMaker(self.values, self.faults)
        self.globals: dict[str, Any] = {}

    # ---- the whole ----

    def graph(self) -> Graph:
        spec, faults = self.spec, self.faults
        self.globals = self.values.parameters(spec.params)
        top = Frame("", self.globals, {}, None)
        inputs = self.inputs(top)
        try:
            last = self.run(spec.layers, top, next(iter(inputs.values()), UNKNOWN))
        except _Stop:
            raise SpecError(*faults.found) from None
        if not self.nodes and not faults.found:
            faults.add("ARC104", "the network has no layers", None, top, "list them under `layers:`")
        outputs = finish.outputs(spec.outputs, last, top, faults, lambda word: self.lookup(word, top, last))
        frozen = finish.frozen(spec.freeze, self.nodes, top, faults)
        if faults.found:
            raise SpecError(*faults.found)
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
            freeze=tuple(word.text for word in spec.freeze),
            meta=spec.meta,
            expect=spec.expect,
            notes=spec.notes,
        )

    def inputs(self, top: Frame) -> dict[str, int]:
        """The network's inputs, bound as tensors."""
        sizes = kind_of("Sizes")
        for item in self.spec.inputs:
            number = UNKNOWN
            value = self.values.get(item.sizes, top, UNKNOWN)
            if value != UNKNOWN or isinstance(value, float):
                try:
                    value = sizes.accept(value, "input")
                    number = self.tensor((self.batch, *(value if isinstance(value, tuple) else (value,))), -1)
                except LayerError as error:
                    help = "channels, then sizes, each a whole number of at least 1: 3x224x224"
                    self.faults.add(error.code, error.message, item.span, top, error.help or help)
            top.tensors[item.name] = (number, item.span)
        return {item.name: top.tensors[item.name][0] for item in self.spec.inputs}

    def tensor(self, shape: Shape, producer: int) -> int:
        """A new tensor's number."""
        self.shapes.append(shape)
        self.producers.append(producer)
        return len(self.shapes) - 1

    # ---- statements ----

    def run(self, body: Body, frame: Frame, current: int) -> int:
        """The tensor that comes out of `body` when `current` goes in."""
        for statement in body:
            current = self.statement(statement, frame, current)
        return current

    def statement(self, statement: Statement, frame: Frame, current: int) -> int:
        """The tensor that comes out of one line."""
        start = current
        if statement.sources is not None and not _joins_by_name(statement):
            found = [self.lookup(word, frame, current) for word in statement.sources]
            start = found[0] if found else UNKNOWN
        if statement.when is not None:
            wanted = self.values.get(statement.when, frame, start, None)
            if wanted is None:
                return UNKNOWN
            if not wanted:
                return current
        turns = 1 if statement.repeat is None else self.turns(statement.repeat, frame, start)
        if turns == 0:
            return current
        out = start
        ports: tuple[int, ...] = (UNKNOWN,)
        for turn in range(turns):
            self.tick(statement, frame)
            ports = self.once(statement, frame, out, f"repeat {turn + 1} of {turns}" if statement.repeat is not None else "")
            out = ports[0]
        self.bind(statement, frame, ports)
        return ports[0]

    def once(self, statement: Statement, frame: Frame, current: int, turn: str) -> tuple[int, ...]:
        """What comes out of one turn of a line."""
        if statement.layer is not None:
            return self.layer(statement, statement.layer, frame, current, turn)
        if statement.loops:
            return (self.loop(statement, frame, current, turn),)
        return self.call(statement, frame, current, turn)

    def tick(self, statement: Statement, frame: Frame) -> None:
        """Count a step; stop when the network has become too large (empty loops count too)."""
        self.steps += 1
        if self.steps > 4 * self.max_layers or len(self.nodes) >= self.max_layers:
            message = f"more than {self.max_layers:,} layers after expansion"
            self.faults.add("ARC141", message, statement.span, frame, "lower a `repeat`, or raise the limit with --max-layers")
            raise _Stop

    def turns(self, argument: Argument, frame: Frame, current: int) -> int:
        """How often a line runs; -1 after a fault."""
        value = self.values.get(argument, frame, current, None)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is None:
            return -1
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.faults.add("ARC121", f"repeat must be a whole number of at least 0, not {value!r}", argument.span, frame)
            return -1
        if value > self.max_layers:
            message = f"repeat of {value:,}; a network has at most {self.max_layers:,} layers"
            self.faults.add("ARC141", message, argument.span, frame, "lower it, or raise the limit with --max-layers")
            return -1
        return value

    def bind(self, statement: Statement, frame: Frame, ports: tuple[int, ...]) -> None:
        """Give the tensors of a line the names of its `as:`."""
        if len(statement.bind) > len(ports) and UNKNOWN not in ports:
            word = statement.bind[len(ports)]
            message = f"{statement.word.text} gives {len(ports)} tensor(s); nothing is left to call `{word.text}`"
            self.faults.add("ARC121", message, word.span, frame)
        for i, word in enumerate(statement.bind):
            name = self.values.spell(word, frame)
            if name is None:
                continue
            if name in frame.tensors or name == "prev":
                first = frame.tensors.get(name, (0, None))[1]
                related = (Label(first, "first here"),) if first else ()
                self.faults.add("ARC135", f"the name `{name}` is taken", word.span, frame, "choose another, or add `$index`", "again here", related)
            else:
                frame.tensors[name] = (ports[i] if i < len(ports) else UNKNOWN, word.span)

    def loop(self, statement: Statement, frame: Frame, current: int, turn: str) -> int:
        """`for`: the body once for every step of its lists."""
        lists: dict[str, tuple[Any, ...]] = {}
        for argument in statement.loops:
            values = self.values.get(argument, frame, current, None)
            if values is None:
                return UNKNOWN
            if not isinstance(values, tuple):
                message = f"`for` walks lists, and {argument.name} is {values!r}"
                self.faults.add("ARC121", message, argument.span, frame, "write a list: [1, 2, 2]")
                return UNKNOWN
            lists[argument.name] = values
        lengths = {name: len(values) for name, values in lists.items()}
        if len(set(lengths.values())) > 1:
            shown = ", ".join(f"{name} has {n}" for name, n in lengths.items())
            self.faults.add("ARC121", f"`for` walks its lists in step, but {shown}", statement.span, frame, "make them equally long")
            return UNKNOWN
        for step in range(next(iter(lengths.values()))):
            self.tick(statement, frame)
            env = {**frame.env, "index": step + 1, **{name: values[step] for name, values in lists.items()}}
            inner = frame.within(frame.prefix, env)
            if statement.name is not None:
                name = self.values.spell(statement.name, inner) or "for"
                inner.prefix = self.paths.fresh(frame.prefix + name, numbered=bool(turn)) + "/"
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
                message = f"`{statement.word.text}` is `{name}`, and no block is called that"
                self.faults.add("ARC102", message, statement.span, frame, did_you_mean(name, [*self.spec.blocks, *layer_types()]))
            return (UNKNOWN,)
        if frame.running(name):
            self.faults.add("ARC142", f"block {name} calls itself", statement.span, frame, "write the levels out, or use `repeat`")
            return (UNKNOWN,)
        if frame.depth >= MAX_CALLS:
            self.faults.add("ARC142", f"blocks nested deeper than {MAX_CALLS} calls", statement.span, frame, "flatten the chain of blocks")
            return (UNKNOWN,)
        bound = self.bound(block, statement, frame, current)
        if bound is None:
            return (UNKNOWN,)
        path = self.path(statement, frame, name, turn)
        inner = frame.enter(path + "/", {**self.globals, **bound}, {"input": (current, statement.span)})
        inner.block, inner.arguments, inner.span, inner.turn = name, bound, statement.span, turn
        if statement.weights is not None:
            owner = self.owner(statement.weights, frame)
            inner.sharing = (path + "/", owner + "/", statement.weights) if owner else None
        return (self.run(block.body, inner, current),)

    def bound(self, block: Block, statement: Statement, frame: Frame, current: int) -> dict[str, Any] | None:
        """The block's parameters by name, defaults filled in; None after a fault."""
        given: dict[str, Any] = {}
        names = [name for name, _ in block.parameters]
        defined = (Label(block.span, "defined here"),)
        for argument in statement.arguments:
            name = argument.name or next((n for n in names if n not in given), "")
            if name not in names or name in given:
                message = f"{block.name}({', '.join(names)}) has no parameter `{name}`"
                if not name:
                    message = f"{block.name}({', '.join(names)}) takes {len(names)} value(s), no more"
                elif name in given:
                    message = f"{block.name}: {name} is given twice"
                help = did_you_mean(name, names) if name and name not in given else ""
                self.faults.add("ARC112", message, argument.span, frame, help, related=defined)
                return None
            value = self.values.get(argument, frame, current, Unknowable)
            if value is Unknowable:
                return None
            given[name] = value
        for name, default in block.parameters:
            if name not in given and default is not None:
                value = self.values.get(default, Frame("", {**self.globals, **given}, {}, frame), current, Unknowable)
                if value is Unknowable:
                    return None
                given[name] = value
        missing = [name for name in names if name not in given]
        if missing:
            help = f"write `- {block.name}: {' '.join(f'<{n}>' for n, d in block.parameters if d is None)}`"
            self.faults.add("ARC111", f"{block.name} needs {' and '.join(missing)}", statement.span, frame, help, related=defined)
            return None
        return given

    # ---- layers ----

    def layer(self, statement: Statement, kind: type[Layer], frame: Frame, current: int, turn: str) -> tuple[int, ...]:
        """A built-in layer: its inputs, its arguments, its place, its outputs."""
        inputs = self.gather(statement, kind, frame, current)
        layer = self.maker.make(statement, kind, frame, inputs[0] if inputs else UNKNOWN)
        path = self.path(statement, frame, kind.type_name, turn)
        if layer is None or inputs is None or UNKNOWN in inputs:
            return (UNKNOWN,)
        shapes = tuple([self.shapes[i] for i in inputs])
        outs = self.maker.infer(layer, statement, frame, shapes, [self.origin(i) for i in inputs])
        if outs is None:
            return (UNKNOWN,)
        index = len(self.nodes)
        ports = tuple([self.tensor(shape, index) for shape in outs])
        owner = path
        if statement.weights is not None or frame.sharing is not None:
            owner = self.shared(statement, layer, frame, path, shapes)
        self.paths.taken[path] = index
        self.nodes.append(Node(path, layer, inputs, ports, shapes, outs, owner, True, statement.span))
        return ports

    def gather(self, statement: Statement, kind: type[Layer], frame: Frame, current: int) -> tuple[int, ...] | None:
        """The tensors that go into a layer; None after a fault."""
        found = [current]
        if statement.branches is not None:
            found = []
            for branch in statement.branches:
                inner = frame.within(self.paths.fresh(frame.prefix + branch.label, numbered=False) + "/")
                found.append(self.run(branch.body, inner, current))
        elif statement.sources is not None and _joins_by_name(statement):
            found = [self.lookup(word, frame, current) for word in statement.sources]
        low, high = kind.inputs
        if len(found) < low or (high is not None and len(found) > high):
            wanted = f"{low}" if low == high else f"at least {low}" if high is None else f"{low} to {high}"
            help = f"write `- {kind.type_name}: [prev, other]`, or fork with a mapping of branches" if high is None else ""
            message = f"{kind.type_name} needs {wanted} input{'s' if wanted != '1' else ''}, got {len(found)}"
            self.faults.add("ARC136", message, statement.span, frame, help)
            return None
        return tuple(found)

    def origin(self, number: int) -> Any:
        """Where a tensor comes from in the text."""
        producer = self.producers[number]
        if producer >= 0:
            return self.nodes[producer].span
        return next((item.span for i, item in enumerate(self.spec.inputs) if i == number), None)

    # ---- names ----

    def path(self, statement: Statement, frame: Frame, base: str, turn: str) -> str:
        """The unique path of a layer or block: its `name:`, else its type, numbered where several can be."""
        if statement.name is None:
            return self.paths.fresh(frame.prefix + base, statement.numbered or bool(turn))
        path = frame.prefix + (self.values.spell(statement.name, frame) or base)
        if turn and turn != "repeat 1 of 1":
            return self.paths.fresh(path, numbered=True)
        if not self.paths.claim(path):
            first = self.paths.taken[path]
            span = self.nodes[first].span if first >= 0 else None
            related = (Label(span, "first here"),) if span and span != statement.span else ()
            message = f"the name `{path}` is taken"
            self.faults.add("ARC135", message, statement.name.span, frame, "choose another, or add `$index`", related=related)
            return self.paths.fresh(path, numbered=True)
        return path

    def lookup(self, word: Word, frame: Frame, current: int) -> int:
        """The tensor a name stands for."""
        name = self.values.spell(word, frame)
        if name is None or name == "prev":
            return UNKNOWN if name is None else current
        number = frame.find(name)
        if number is None:
            help = did_you_mean(name, [*frame.names(), "prev"])
            if frame.prefix + name in self.paths.taken:
                help = f"`{name}` names a layer; give that line `as: {name}` too"
            self.faults.add("ARC133", f"no tensor is called `{name}`", word.span, frame, help)
            return UNKNOWN
        return number

    def owner(self, word: Word, frame: Frame) -> str | None:
        """The path of the layer or block whose weights `word` asks for."""
        name = self.values.spell(word, frame)
        return find_owner(word, name, frame, self.paths, self.faults) if name else None

    def shared(self, statement: Statement, layer: Layer, frame: Frame, path: str, shapes: tuple[Shape, ...]) -> str:
        """The path of the layer whose parameters the layer at `path` uses."""
        if statement.weights is not None:
            word, found = statement.weights, self.owner(statement.weights, frame)
        else:
            assert frame.sharing is not None
            own, other, word = frame.sharing
            found = other + path[len(own) :] if path.startswith(own) else None
        if found is None or found == path:
            return path
        return owner_of(path, found, layer, shapes, word, frame, self.paths, self.nodes, self.faults)


def _joins_by_name(statement: Statement) -> bool:
    """Whether the line's names are the inputs of one layer, rather than where the line starts from."""
    if statement.sources is None or statement.branches is not None or statement.layer is None:
        return False
    return statement.layer.inputs != (1, 1) or len(statement.sources) > 1
