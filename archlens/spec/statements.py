"""Lines of a `layers:` list → Statements: what can be checked before any number is known."""

from __future__ import annotations

from collections.abc import Collection

from archlens.errors import Diagnostic, Source, Span, closest
from archlens.layers import layer_types
from archlens.layers.base import Layer, argument_help
from archlens.spec.document import Mapping, Node, Scalar, Sequence
from archlens.spec.expressions import ExpressionError, constant
from archlens.spec.model import Argument, Body, Branch, Statement, Word
from archlens.spec.reader import Reader
from archlens.spec.shorthand import split

__all__ = ["MODIFIERS", "StatementReader"]

MODIFIERS = ("name", "as", "from", "when", "repeat", "weights", "do")


class StatementReader(Reader):
    """Reads statements; `blocks` are the names of blocks that exist."""

    def __init__(self, source: Source, faults: list[Diagnostic], blocks: Collection[str]) -> None:
        super().__init__(source, faults)
        self.blocks = blocks

    def body(self, node: Node, what: str) -> Body:
        """The statements of a list."""
        items = self.items(node, what, "- conv: 64 3x3 same")
        keys = [self._key_text(item) for item in items]
        return tuple(s for item, key in zip(items, keys, strict=True) if (s := self.statement(item, keys.count(key) > 1)) is not None)

    def statement(self, node: Node, numbered: bool) -> Statement | None:
        """One line."""
        if isinstance(node, Sequence):
            self.fault("ARC105", "a line must be a layer or a block, not a list", node.span, "remove one level of `- ` or brackets")
            return None
        if isinstance(node, Scalar):
            return self._bare(node, numbered)
        key = self._operation(node)
        if key is None:
            return None
        value = node.get(key.text)
        if key.text == "for":
            return self._loop(node, key, value)
        layer, ok = self._resolve(key)
        if not ok:
            return None
        arguments, sources, branches = self._arguments(layer, key, value)
        extra, modifiers = [], []
        for name, item in node.pairs:
            if name is key:
                continue
            if name.text in MODIFIERS and name.text != "do":
                modifiers.append((name, item))
            elif layer is not None and layer.inputs[1] is None and name.text in layer.field_names:
                extra.append(self.argument(item, name.text))
            else:
                self._unknown_modifier(name, layer)
        word = self.word(key, "a layer")
        if word is None:
            return None
        arguments = (*arguments, *extra)
        if layer is not None:
            arguments = self._named(layer, arguments, key)
        statement = Statement(word, layer, arguments, numbered, key.span, sources, branches)
        return self._modified(statement, modifiers)

    # ---- which operation ----

    def _key_text(self, node: Node) -> str:
        if isinstance(node, Scalar):
            return node.text
        if isinstance(node, Mapping):
            names = [key.text for key, _ in node.pairs]
            if "name" in names:
                return ""  # named by hand
            return next((name for name in names if name not in MODIFIERS), "")
        return ""

    def _bare(self, node: Scalar, numbered: bool) -> Statement | None:
        if not node.text:
            self.fault("ARC106", "an empty line in the list", node.span, "remove the `-`, or name a layer")
            return None
        if any(c.isspace() for c in node.text):
            head, *rest = node.text.split()
            text = " ".join(rest)
            self.fault("ARC106", f"`{node.text}` is text, not a layer", node.span, f"a colon follows the name: `- {head}: {text}`")
            return None
        layer, ok = self._resolve(node)
        word = self.word(node, "a layer") if ok else None
        if word is None:
            return None
        if layer is not None:
            self._named(layer, (), node)
        return Statement(word, layer, (), numbered, node.span)

    def _operation(self, node: Mapping) -> Scalar | None:
        keys = [key for key, _ in node.pairs if key.text not in MODIFIERS]
        if not keys:
            self.fault("ARC106", "no layer on this line", node.span, "a line is `- LAYER: arguments`, with name, as, from, when, repeat beside it")
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
        if layer is None:
            self._unknown(name, key.span)
        return layer, layer is not None

    def _unknown(self, name: str, span: Span) -> None:
        from archlens.layers.foreign import LAYERS  # only on the way to an error

        foreign = LAYERS.get(name.rsplit(".", 1)[-1].lower())
        near = closest(name, [*layer_types(), *self.blocks])
        if name in MODIFIERS or name == "for":
            self.fault("ARC106", f"`{name}` cannot stand alone", span, f"write `- conv: 64 3x3` and `{name}:` below it")
            return
        if foreign:
            help = f"archlens calls it `{foreign}`"
        elif near:
            help = f"did you mean `{near}`?"
        elif name[:1].isupper():
            help = f"define it under `blocks:` as `{name}(...)`; built-in layers are lowercase"
        else:
            help = "`archlens schema` lists the layers; names of your own blocks begin with a capital"
        what = "block" if name[:1].isupper() and not foreign else "layer"
        self.fault("ARC101" if what == "layer" else "ARC102", f"no {what} is called `{name}`", span, help)

    def _unknown_modifier(self, name: Scalar, layer: type[Layer] | None) -> None:
        near = closest(name.text, MODIFIERS)
        if layer is not None and name.text in layer.field_names:
            help = f"arguments stand in the line itself: `- {layer.type_name}: {name.text}=...`"
        elif near:
            help = f"did you mean `{near}`?"
        else:
            help = "beside a layer stand only name, as, from, when, repeat and weights"
        self.fault("ARC106", f"`{name.text}` means nothing here", name.span, help)

    # ---- arguments ----

    def _arguments(
        self, layer: type[Layer] | None, key: Scalar, value: Node
    ) -> tuple[tuple[Argument, ...], tuple[Word, ...] | None, tuple[Branch, ...] | None]:
        joins = layer is not None and layer.inputs[1] is None
        if isinstance(value, Scalar):
            return self._shorthand(value), None, None
        if isinstance(value, Sequence):
            if joins:
                return (), self._words(value, "a tensor to join"), None
            self.fault("ARC105", f"{key.text} takes values, not a list", value.span, f"write `- {key.text}: 64 3x3` or `- {key.text}: {{name: value}}`")
            return (), None, None
        if joins:
            return (), None, tuple(self._branch(label, body) for label, body in value.pairs)
        return tuple(self.argument(item, name.text) for name, item in value.pairs), None, None

    def _branch(self, label: Scalar, value: Node) -> Branch:
        return Branch(label.text, self.body(value, f"branch `{label.text}`"), value.span if value.span.line else label.span)

    def _shorthand(self, node: Scalar) -> tuple[Argument, ...]:
        if not node.text or (node.plain and node.text in ("null", "~")):
            return ()
        span = self.inside(node)
        one_line = node.text in self.source.line(span.line)
        try:
            pieces = split(node.text)
        except ExpressionError as error:
            self.expression_fault(error, span)
            return ()
        arguments = []
        for piece in pieces:
            at = span.part(piece.start, len(piece.text)) if one_line else span
            arguments.append(self.value(piece.text, at, piece.field))
        return tuple(arguments)

    def _named(self, layer: type[Layer], arguments: tuple[Argument, ...], key: Scalar) -> tuple[Argument, ...]:
        """`arguments` with the name of the field each is for; checks names, number and completeness."""
        names = layer.field_names
        given: dict[str, Argument] = {}
        place = 0
        for argument in arguments:
            name = argument.name
            if not name:
                while place < len(names) and names[place] in given:
                    place += 1
                if place >= len(names):
                    takes = f"takes only {', '.join(names)}" if names else "takes no arguments"
                    self.fault("ARC112", f"{layer.type_name} {takes}", argument.span, f"remove `{_shown(argument)}`")
                    continue
                name = names[place]
            if name not in names:
                self.fault("ARC112", f"{layer.type_name} has no argument `{name}`", argument.span, argument_help(layer, name))
            elif name in given:
                self.fault("ARC113", f"{layer.type_name}: {name} is given twice", argument.span, "keep one of them")
            else:
                given[name] = argument._replace(name=name)
        missing = [field.name for field in layer.fields if field.required and field.name not in given]
        if missing:
            usage = " ".join(f"<{f.name}>" for f in layer.fields if f.required)
            self.fault("ARC111", f"{layer.type_name} needs {' and '.join(missing)}", key.span, f"write `- {layer.type_name}: {usage}`")
        return tuple(given.values())

    # ---- modifiers and loops ----

    def _words(self, node: Node, what: str) -> tuple[Word, ...]:
        items = node.items if isinstance(node, Sequence) else (node,)
        return tuple(w for item in items if (w := self.word(item, what)) is not None)

    def _modified(self, statement: Statement, modifiers: list[tuple[Scalar, Node]]) -> Statement:
        for key, value in modifiers:
            match key.text:
                case "name":
                    statement = statement._replace(name=self.word(value, "name"))
                case "as":
                    statement = statement._replace(bind=self._words(value, "as"))
                case "from":
                    if statement.sources is not None or statement.branches is not None:
                        if statement.branches is None:
                            self.fault("ARC106", "the inputs are given twice", key.span, f"keep the list of `{statement.word.text}` or `from`")
                            continue
                    statement = statement._replace(sources=self._words(value, "from"))
                case "when":
                    statement = statement._replace(when=self.argument(value, "when"))
                case "repeat":
                    statement = statement._replace(repeat=self.argument(value, "repeat"))
                case "weights":
                    statement = statement._replace(weights=self.word(value, "weights"))
        return statement

    def _loop(self, node: Mapping, key: Scalar, value: Node) -> Statement | None:
        lists = self.mapping(value, "`for`", "for: {width: [64, 128], n: depths}")
        body = node.get("do")
        if lists is None:
            return None
        if not lists.pairs:
            self.fault("ARC106", "`for` walks no list", key.span, "write `for: {width: [64, 128]}`")
            return None
        if body is None:
            self.fault("ARC106", "`for` without `do`", key.span, "list what to repeat under `do:`")
            return None
        for name, _ in node.pairs:
            if name is not key and name.text not in MODIFIERS:
                self._unknown_modifier(name, None)
        loops = tuple(self.argument(item, name.text) for name, item in lists.pairs)
        word = Word(constant("for"), key.span)
        inner = self.body(body, "`do`")
        if node.get("name") is None:  # the turns share one scope, so each name in it occurs more than once
            inner = tuple(s._replace(numbered=True) for s in inner)
        statement = Statement(word, None, (), False, key.span, loops=loops, body=inner)
        return self._modified(statement, [(n, v) for n, v in node.pairs if n.text in MODIFIERS and n.text != "do"])


def _shown(argument: Argument) -> str:
    return "[...]" if isinstance(argument.value, tuple) else argument.value.text
