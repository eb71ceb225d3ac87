"""Lines of a `layers:` list → Statements: what can be checked before any number is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from archlens.errors import Source
from archlens.layers import layer_types
from archlens.layers.base import Layer
from archlens.spec.allowing import read_allow
from archlens.spec.arguments import MODIFIERS, ArgumentReader
from archlens.spec.document import Mapping, Node, Scalar, Sequence
from archlens.spec.expressions import constant
from archlens.spec.faults import Faults
from archlens.spec.model import Argument, Body, Branch, Statement, Word
from archlens.spec.reader import Reader, is_empty

__all__ = ["MODIFIERS", "StatementReader"]


class StatementReader(ArgumentReader):
    """Reads statements; `blocks` are the names of blocks that exist."""

    def __init__(self, source: Source, faults: Faults, blocks: Collection[str]) -> None:
        super().__init__(source, faults)
        self.blocks = blocks

    def body(self, node: Node, what: str) -> Body:
        """The statements of a list."""
        items = self.items(node, what, "- conv: 64 3x3 same")
        keys = [_operation_text(item) for item in items]
        count = Counter(keys)
        return tuple([self.statement(item, count[key] > 1) for item, key in zip(items, keys, strict=True)])

    def statement(self, node: Node, numbered: bool) -> Statement:
        """One line; after a fault one that says so."""
        if isinstance(node, Sequence):
            help = "remove one level of `- ` or brackets"
            self.fault("ARC105", "a line must be a layer or a block, not a list", node.span, help)
            found = None
        elif isinstance(node, Scalar):
            found = self._bare(node, numbered)
        else:
            found = self._line(node, numbered)
        return found if found is not None else self._faulty(node)

    def _faulty(self, node: Node) -> Statement:
        """A line that could not be read: what it names is unknown, not absent."""
        quiet = Reader(self.source, Faults())
        known = {key.text: value for key, value in node.pairs} if isinstance(node, Mapping) else {}
        bind = quiet.words(known["as"], "as") if "as" in known else ()
        name = quiet.word(known["name"], "name") if "name" in known else None
        return Statement(Word(constant("?"), node.span), None, (), False, node.span, name=name, bind=bind, faulty=True)

    # ---- which operation ----

    def _bare(self, node: Scalar, numbered: bool) -> Statement | None:
        """A line that is a name only."""
        if not node.text:
            self.fault("ARC106", "an empty line in the list", node.span, "remove the `-`, or name a layer")
            return None
        if any(c.isspace() or c in "(:" for c in node.text) and "$" not in node.text:
            from archlens.spec.hints import bare_text

            self.fault("ARC106", f"`{node.text[:40]}` is text, not a layer", node.span, bare_text(node.text[:200]))
            return None
        layer, exists = self._resolve(node)
        word = self.word(node, "a layer") if exists else None
        if word is None or (layer is not None and self.assigned(layer, (), node) is None):
            return None
        return Statement(word, layer, (), numbered, node.span)

    def _line(self, node: Mapping, numbered: bool) -> Statement | None:
        """A line with values or modifiers."""
        key = self._operation(node)
        if key is None:
            return None
        if key.text == "for":
            return self._loop(node, key, node.get("for"))
        layer, exists = self._resolve(key)
        word = self.word(key, "a layer") if exists else None
        if word is None:
            return None
        statement = Statement(word, layer, (), numbered, key.span)
        joins = layer is not None and layer.joins
        extra = self._beside(node, key, layer if joins else None)
        read = self._joined(statement, key, node.get(key.text)) if joins else self._called(statement, key, node.get(key.text))
        if extra is None or read is None:
            return None
        arguments: tuple[Argument, ...] | None = (*read.arguments, *extra)
        if layer is not None:
            arguments = self.assigned(layer, arguments or (), key)
        return self._modified(read._replace(arguments=arguments), node) if arguments is not None else None

    def _operation(self, node: Mapping) -> Scalar | None:
        """The key that names the layer or block of a line."""
        keys = [key for key, _ in node.pairs if key.text not in MODIFIERS]
        if not keys:
            help = "a line is `- LAYER: arguments`, with name, as, from, when, repeat, weights or allow beside it"
            self.fault("ARC106", "no layer on this line", node.span, help)
            return None
        known = [k for k in keys if k.text in layer_types() or k.text in self.blocks or k.text == "for" or "$" in k.text]
        if len(known) > 1:
            one, two = known[0].text, known[1].text
            self.fault("ARC106", f"two layers on one line: `{one}` and `{two}`", known[1].span, "give each a `- ` of its own")
            return None
        return (known or keys)[0]

    def _resolve(self, key: Scalar) -> tuple[type[Layer] | None, bool]:
        """The built-in type, None for a block or template; and whether the name exists at all."""
        name = key.text
        if "$" in name or name in self.blocks:
            return None, True
        layer = layer_types().get(name)
        if layer is None and (name in MODIFIERS or name == "for"):
            self.fault("ARC106", f"`{name}` cannot stand alone", key.span, f"write `- conv: 64 3x3` and `{name}:` below it")
        elif layer is None:
            from archlens.spec.hints import unknown_operation

            what, help = unknown_operation(name, self.blocks)
            self.fault("ARC101" if what == "layer" else "ARC102", f"no {what} is called `{name[:40]}`", key.span, help)
        return layer, layer is not None

    # ---- arguments, branches and what stands beside ----

    def _called(self, statement: Statement, key: Scalar, value: Node) -> Statement | None:
        """A layer or block with its arguments."""
        arguments = self.values(key, value)
        return statement._replace(arguments=arguments) if arguments is not None else None

    def _joined(self, statement: Statement, key: Scalar, value: Node) -> Statement | None:
        """A join: of named tensors, or of the branches of a fork."""
        if isinstance(value, Sequence):
            faults = len(self.faults.found)
            sources = self.words(value, "a tensor to join")
            return statement._replace(sources=sources) if len(self.faults.found) == faults else None
        if isinstance(value, Mapping):
            branches = [self._branch(statement, key, label, body) for label, body in value.pairs]
            good = tuple([branch for branch in branches if branch is not None])
            return statement._replace(branches=good) if len(good) == len(branches) else None
        if not is_empty(value) and "=" not in value.text:
            help = f"write `- {key.text}: [prev, {(value.text.split() or ['other'])[0]}]`, or fork with a mapping of branches"
            self.fault("ARC105", f"{key.text} joins a list of tensors", value.span, help)
            return None
        arguments = self.shorthand(value)
        return statement._replace(arguments=arguments) if arguments is not None else None

    def _branch(self, statement: Statement, key: Scalar, label: Scalar, body: Node) -> Branch | None:
        """One way of a fork."""
        bare = isinstance(body, Scalar) and not is_empty(body)
        lines = self.body(body, f"branch `{label.text}`") if not bare else ()
        if statement.layer is not None and label.text in statement.layer.field_names:
            help = f"write `{label.text}:` beside `{key.text}:`, not below it: there stand the branches"
            self.fault("ARC106", f"`{label.text}` is an argument, not a branch", label.span, help)
            return None
        if isinstance(body, Scalar) and bare:
            help = f"write `{label.text}: [{body.text[:40]}]`"
            self.fault("ARC105", f"branch `{label.text}` must be a list of lines", body.span, help)
            return None
        at = body.span if body.span.line == label.span.line and not is_empty(body) else label.span
        return Branch(label.text, lines, at) if self.names_path(label.text, self.inside(label)) else None

    def _beside(self, node: Mapping, key: Scalar, join: type[Layer] | None) -> list[Argument] | None:
        """The arguments of a join, which stand beside it; None where anything else does."""
        found: list[Argument] | None = []
        for name, item in node.pairs:
            if name is key or (name.text in MODIFIERS and (name.text != "do" or key.text == "for")):
                continue
            if join is not None and name.text in join.field_names:
                if found is not None:
                    found.append(self.argument(item, name.text))
                continue
            from archlens.spec.hints import beside

            self.fault("ARC106", f"`{name.text[:40]}` means nothing beside `{key.text}`", name.span, beside(name.text, key.text))
            found = None
        return found

    # ---- modifiers and loops ----

    def _modified(self, statement: Statement, node: Mapping) -> Statement | None:
        """`statement` with what stands beside it; None after a fault."""
        faults = len(self.faults.found)
        for key, value in node.pairs:
            if key.text not in MODIFIERS or key.text == "do":
                continue
            if is_empty(value) or (isinstance(value, Sequence) and not value.items):
                self.fault("ARC106", f"`{key.text}` says nothing", key.span, f"give `{key.text}:` a value, or remove it")
                continue
            match key.text:
                case "name":
                    statement = statement._replace(name=self.word(value, "name"))
                case "as":
                    statement = statement._replace(bind=self.words(value, "as"))
                case "from":
                    if statement.sources is not None:
                        help = f"keep the list of `{statement.word.text}` or `from`"
                        self.fault("ARC106", "the inputs are given twice", key.span, help)
                    sources = self.words(value, "from")
                    if len(sources) > 1 and (statement.branches is not None or statement.loops):
                        self.fault("ARC136", f"`{statement.word.text}` starts from one tensor here", value.span, "keep one name")
                    statement = statement._replace(sources=sources)
                case "when":
                    statement = statement._replace(when=self.argument(value, "when"))
                case "repeat":
                    statement = statement._replace(repeat=self.argument(value, "repeat"))
                case "weights":
                    if statement.loops:
                        help = "put `weights:` on the lines below `do:`"
                        self.fault("ARC106", "a `for` has no weights to share", key.span, help)
                    statement = statement._replace(weights=self.word(value, "weights"))
                case "allow":
                    if statement.loops:
                        self.fault("ARC106", "a `for` breaks no rule", key.span, "put `allow:` on the lines below `do:`")
                    statement = statement._replace(allow=read_allow(self, value, whole=False))
        return statement if len(self.faults.found) == faults else None

    def _loop(self, node: Mapping, key: Scalar, value: Node) -> Statement | None:
        """`for` and what it repeats."""
        lists = self.mapping(value, "`for`", "for: {width: [64, 128], n: depths}")
        body = node.get("do")
        inner = self.body(body, "`do`") if body is not None else ()
        if lists is None or self._beside(node, key, None) is None:
            return None
        if not lists.pairs:
            self.fault("ARC106", "`for` walks no list", key.span, "write `for: {width: [64, 128]}`")
            return None
        if body is None:
            self.fault("ARC106", "`for` without `do`", key.span, "list what to repeat under `do:`")
            return None
        usable = [self.names_value(name.text, self.inside(name), "what a `for` counts") for name, _ in lists.pairs]
        if not all(usable):
            return None
        loops = tuple([self.argument(item, name.text) for name, item in lists.pairs])
        if node.get("name") is None:  # the turns share one scope, so each name in it occurs more than once
            inner = tuple([s._replace(numbered=True) for s in inner])
        word = Word(constant("for"), key.span)
        return self._modified(Statement(word, None, (), False, key.span, loops=loops, body=inner), node)


def _operation_text(node: Node) -> str:
    """What a line runs, as written; empty where it has a name of its own."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        names = [key.text for key, _ in node.pairs]
        if "name" not in names:
            return next((name for name in names if name not in MODIFIERS), "")
    return ""
