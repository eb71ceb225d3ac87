"""What names stand for while a graph is built: paths of layers, tensors bound by `as:`, owners of weights."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archlens.errors import Label, Span, did_you_mean
from archlens.graph.faults import Faults
from archlens.graph.model import Node
from archlens.graph.paths import BROKEN, SCOPE, Paths
from archlens.graph.scope import Frame
from archlens.graph.values import UNKNOWN, Values
from archlens.layers.base import Layer
from archlens.layers.dims import Shape
from archlens.spec.model import Body, Spec, Statement, Word
from archlens.spec.reader import NAME_HELP, is_path_name

__all__ = ["Names"]


class Names:
    """Gives names to layers and tensors, and finds what has one. `nodes` grows as the graph does.

    bound: tensor number → the last name given to it, in whatever block. given: for every line with `as:` that ran, its names and
    their tensors; read: the tensors that a line starts from, by name.
    """

    def __init__(self, spec: Spec, nodes: list[Node], values: Values, faults: Faults) -> None:
        self.spec = spec
        self.nodes = nodes
        self.values = values
        self.faults = faults
        self.paths = Paths()
        self.bound: dict[int, str] = {}
        self.given: list[tuple[tuple[str, int, Span], ...]] = []
        self.read: set[tuple[str, int]] = set()

    # ---- paths ----

    def path(self, statement: Statement, frame: Frame, base: str, turn: str) -> str:
        """The unique path of a layer or block: its `name:`, else its type, numbered where several can be."""
        if statement.name is None:
            return self.paths.fresh(frame.prefix + base, statement.numbered or bool(turn))
        path = frame.prefix + (self.spelled(statement.name, frame) or base)
        if turn and turn != "repeat 1 of 1":
            return self.paths.fresh(path, numbered=True)
        if not self.paths.claim(path):
            first = self.paths.taken[path]
            span = self.nodes[first].span if first >= 0 else None
            related = (Label(span, "first here"),) if span and span != statement.span else ()
            help = "choose another, or add `$index`"
            self.faults.report("ARC135", f"the name `{path}` is taken", statement.name.span, frame, help, related=related)
            return self.paths.fresh(path, numbered=True)
        return path

    def scope(self, statement: Statement, frame: Frame, turn: str) -> str:
        """The path of a turn of a `for`: its own where the loop has a name, else that of the lines around it."""
        if statement.name is None:
            return frame.prefix
        name = self.spelled(statement.name, frame) or "for"
        numbered = bool(turn) or statement.name.expression.fixed  # a name without `$index` serves every turn
        return self.paths.fresh(frame.prefix + name, numbered) + "/"

    def spelled(self, word: Word, frame: Frame) -> str | None:
        """A name with its substitutions made, which can stand in a path; None after a fault."""
        name = self.values.spell(word, frame)
        if name is None or is_path_name(name):
            return name
        self.faults.report("ARC137", f"`{name}` is no name", word.span, frame, NAME_HELP)
        return None

    # ---- tensors ----

    def bind(self, statement: Statement, frame: Frame, ports: tuple[int, ...]) -> None:
        """Give the tensors of a line the names of its `as:`."""
        if len(statement.bind) > len(ports) and UNKNOWN not in ports:
            word = statement.bind[len(ports)]
            count = f"{len(ports)} tensor{'' if len(ports) == 1 else 's'}"
            message = f"{statement.word.text} gives {count}; nothing is left to call `{word.text}`"
            self.faults.report("ARC121", message, word.span, frame, "remove the name")
        given = []
        for i, word in enumerate(statement.bind):
            name = self.spelled(word, frame)
            if name is None:
                continue
            if name in frame.tensors or name == "prev":
                first = frame.tensors.get(name, (0, None))[1]
                related = (Label(first, "first here"),) if first and first != word.span else ()
                why = "choose another, or add `$index`" if name not in ("prev", "input") else "choose another"
                self.faults.report("ARC135", f"the name `{name}` is taken", word.span, frame, why, "again here", related)
            else:
                frame.tensors[name] = (ports[i] if i < len(ports) else UNKNOWN, word.span)
                self.bound[frame.tensors[name][0]] = name
                given.append((name, frame.tensors[name][0], word.span))
        self.given.append(tuple(given))

    def unread(self, others: Iterable[str]) -> tuple[tuple[str, Span], ...]:
        """The names that nothing reads in any instance of their line, and could be left out: none after them is read.

        others: names that something else than a line reads.
        """
        found: dict[Span, str] = {}
        needed: set[Span] = set()
        known = set(others)
        for line in self.given:
            is_read = False
            for name, number, span in reversed(line):
                is_read = is_read or name in known or (name, number) in self.read
                if is_read:
                    needed.add(span)
                found.setdefault(span, name)
        return tuple([(name, span) for span, name in found.items() if span not in needed])

    def tensor(self, word: Word, frame: Frame, current: int) -> int:
        """The tensor a name stands for."""
        name = self.values.spell(word, frame)
        if name is None or name == "prev":
            return UNKNOWN if name is None else current
        number = frame.find(name)
        if number is not None:
            self.read.add((name, number))
        return number if number is not None else self._no_tensor(name, word, frame)

    def _no_tensor(self, name: str, word: Word, frame: Frame) -> int:
        """Report a name that stands for no tensor, with the line that names it but has not run, if there is one."""
        found = next(_binding(self.spec, name), None)
        message = f"no tensor is called `{name}`"
        related: tuple[Label, ...] = ()
        if found is not None:
            if self.faults.found:  # that line may just not have been reached
                return UNKNOWN
            at, block = found
            related = (Label(at, "a line names it here"),)
            help = "that line has not run: it stands below, or its `when` does not hold"
            if given := frame.named_at(at):  # one line names several, `level$index`
                related = (Label(at, f"names {', '.join(given[:6])}{', ...' if len(given) > 6 else ''}"),)
                help = did_you_mean(name, given) or "give the line it comes from an `as:`"
            elif block and block not in frame.blocks():
                help = f"a name given inside a block is known only there; give the call of `{block}` an `as:`"
        elif frame.prefix + name in self.paths.taken:
            help = f"`{name}` names a layer; give that line `as: {name}` too"
        else:
            help = did_you_mean(name, [*frame.names(), "prev"]) or "give the line it comes from an `as:`"
        self.faults.report("ARC133", message, word.span, frame, help, related=related)
        return UNKNOWN

    # ---- weights ----

    def owner(self, word: Word, frame: Frame) -> str | None:
        """The path of the earlier layer or block that `weights:` names, searched from the innermost scope outward."""
        name = self.values.spell(word, frame)
        if name is None:
            return None
        found = self.paths.seek(name, frame.prefix)
        if found is None and not self.faults.found:
            names = [path[len(frame.prefix) :] for path in self.paths.taken if path.startswith(frame.prefix)]
            help = did_you_mean(name, names) or "give the earlier layer or block a `name:`"
            self.faults.report("ARC134", f"no earlier layer or block is named `{name}`", word.span, frame, help)
        return found

    def shared(self, statement: Statement, layer: Layer, frame: Frame, path: str, shapes: tuple[Shape, ...], turn: str) -> str:
        """The path of the layer whose parameters the layer at `path` uses; `path` itself after a fault."""
        if statement.weights is not None:
            word, found = statement.weights, self.owner(statement.weights, frame)
            if found == path and not turn:  # the first of several turns may own what the others share
                self.faults.report("ARC134", f"`{path}` would share its own weights", word.span, frame, "name an earlier layer")
        elif frame.sharing is not None:
            own, other, word = frame.sharing
            found = other + path[len(own) :] if path.startswith(own) else None
        if found is None or found == path:
            return path
        index = self.paths.taken.get(found, SCOPE)
        if index == BROKEN:
            return path
        if index == SCOPE:
            help = "`weights:` of a layer names a layer, and of a block a block with the same layers inside"
            self.faults.report("ARC134", f"`{found}` is no layer to share weights with", word.span, frame, help)
            return path
        node = self.nodes[index]
        mine, theirs = _state(layer, shapes), _state(node.layer, node.input_shapes)
        if type(layer) is not type(node.layer) or mine != theirs:
            related = (Label(node.span, _parameters(theirs)),) if node.span else ()
            help = "both need the same type, parameters and buffers"
            message = f"{path} cannot share the weights of {node.path}"
            self.faults.report("ARC204", message, word.span, frame, help, _parameters(mine), related)
            return path
        return node.owner


def _state(layer: Layer, shapes: tuple[Shape, ...]) -> dict[str, Shape]:
    """What a layer holds: its parameters and buffers."""
    return {**layer.parameter_shapes(*shapes), **layer.buffer_shapes(*shapes)}


def _parameters(shapes: dict[str, Shape]) -> str:
    return ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items()) or "no parameters"


def _binding(spec: Spec, name: str) -> Iterator[tuple[Span, str]]:
    """Where the text says `as: NAME`, and the block that stands in, if any."""
    for block, body in (("", spec.layers), *((b.name, b.body) for b in spec.blocks.values())):
        for word in _bound_words(body):
            pattern = "".join(
                ".*" if i % 2 else re.escape(part) for i, part in enumerate(re.split(r"(\$\w+|\$\([^)]*\))", word.text))
            )
            if re.fullmatch(pattern, name):
                yield word.span, block


def _bound_words(body: Body) -> Iterator[Word]:
    for statement in body:
        yield from statement.bind
        yield from _bound_words(statement.body)
        for branch in statement.branches or ():
            yield from _bound_words(branch.body)
