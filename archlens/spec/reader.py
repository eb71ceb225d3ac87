"""Small readers that every part of the parser uses: what kind of node stands here, and which value."""

from __future__ import annotations

import keyword
import math
import re
from typing import Any

from archlens.errors import Diagnostic, Label, Source, Span
from archlens.spec.arithmetic import UNCLOSED
from archlens.spec.document import Mapping, Node, Scalar, Sequence
from archlens.spec.expressions import FAULT, Expression, ExpressionError, constant, parse_expression, parse_template
from archlens.spec.faults import Faults
from archlens.spec.model import Argument, Word
from archlens.spec.scalars import plain_value
from archlens.spec.shorthand import WORDS

__all__ = ["MAX_ITEMS", "NAME_HELP", "Reader", "is_empty", "is_path_name", "kind_of_node", "point"]

MAX_NAME = 200
MAX_ITEMS = 1_000
_VALUE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_UNFIT = re.compile(r"[*?\[\]$\n]|\A!|\A/|/\Z|//|\A\s|\s\Z")
NAME_HELP = "letters, digits and most signs will do, but no * ? [ ] $, and no ! in front"
_TAKEN = ("channels", "index", "true", "false", "null", *WORDS)


class Reader:
    """Reads nodes of one source and collects what is wrong with them."""

    def __init__(self, source: Source, faults: Faults) -> None:
        self.source = source
        self.faults = faults

    def fault(
        self, code: str, message: str, span: Span | None, help: str = "", label: str = "", related: tuple[Label, ...] = ()
    ) -> None:
        """Report what is wrong at `span`."""
        self.faults.add(Diagnostic(code, message, span, label, related, help=help))

    def mapping(self, node: Node, what: str, example: str) -> Mapping | None:
        """The mapping that must stand here; nothing is an empty one."""
        if isinstance(node, Mapping):
            return node
        if is_empty(node):
            return Mapping((), node.span)
        self.fault(
            "ARC105", f"{what} must be a mapping (`key: value`), not {kind_of_node(node)}", node.span, f"write `{example}`"
        )
        return None

    def items(self, node: Node, what: str, example: str) -> tuple[Any, ...]:
        """The items of the list that must stand here; nothing is an empty one."""
        if isinstance(node, Sequence):
            return node.items
        if not is_empty(node):
            message = f"{what} must be a list (lines that begin with `- `), not {kind_of_node(node)}"
            self.fault("ARC105", message, node.span, f"write `{example}`")
        return ()

    def text(self, node: Node, what: str) -> str | None:
        """The word or line of text that must stand here."""
        if isinstance(node, Scalar) and node.text:
            return node.text
        self.fault("ARC105", f"{what} must be a word, not {kind_of_node(node)}", node.span)
        return None

    def word(self, node: Node, what: str) -> Word | None:
        """A name, which may hold `$` substitutions."""
        if not isinstance(node, Scalar) or not node.text:
            self.fault("ARC105", f"{what} must be a name, not {kind_of_node(node)}", node.span)
            return None
        span = self.inside(node)
        if len(node.text) > MAX_NAME:
            self.fault("ARC105", f"a name of {len(node.text):,} characters; at most {MAX_NAME}", span, "shorten it")
            return None
        try:
            return Word(parse_template(node.text), span)
        except ExpressionError as error:
            self.expression_fault(error, span)
            return None

    def names_value(self, name: str, span: Span, what: str) -> bool:
        """Whether `name` can name a value in expressions; reports it if not."""
        if not _VALUE_NAME.match(name) or len(name) > MAX_NAME:
            help = UNCLOSED if any(c in "()" for c in name) else "use letters, digits and _, a letter first"
            self.fault("ARC103", f"{what} cannot be called `{name[:40]}`", span, help)
        elif name in _TAKEN or keyword.iskeyword(name):
            self.fault("ARC103", f"{what} cannot be called `{name}`, a word of the language", span, "choose another name")
        else:
            return True
        return False

    def names_path(self, name: str, span: Span) -> bool:
        """Whether `name` can be a part of a layer's path; reports it if not."""
        if is_path_name(name):
            return True
        self.fault("ARC137", f"`{name}` is no name", span, NAME_HELP)
        return False

    def words(self, node: Node, what: str) -> tuple[Word, ...]:
        """A name, or a list of names."""
        items = self.few(node) if isinstance(node, Sequence) else (node,)
        return tuple([w for item in items if (w := self.word(item, what)) is not None])

    def few(self, node: Sequence) -> tuple[Any, ...]:
        """The items of a list that is not too long."""
        if len(node.items) <= MAX_ITEMS:
            return node.items
        self.fault("ARC105", f"a list of {len(node.items):,} items; at most {MAX_ITEMS:,}", node.span, "use `repeat` or `for`")
        return ()

    def argument(self, node: Node, name: str = "") -> Argument:
        """A value: an expression, or a list of values."""
        if isinstance(node, Scalar):
            return self.value(node.text, self.inside(node), name)
        if isinstance(node, Sequence):
            if len(node.items) > MAX_ITEMS:
                self.few(node)
                return Argument(name, FAULT, node.span)
            items = tuple([self.argument(item) for item in node.items])
            fixed = all(isinstance(i.value, Expression) and i.value.fixed for i in items)
            if fixed:  # a list of numbers is a value already
                values = tuple([i.value.evaluate({}) for i in items])  # type: ignore[union-attr]
                return Argument(name, constant(values, "[" + ", ".join(map(str, values)) + "]"), node.span)
            return Argument(name, items, node.span)
        self.fault("ARC105", f"{name or 'a value'} must be a value or a list, not a mapping", node.span)
        return Argument(name, FAULT, node.span)

    def value(self, text: str, span: Span, name: str = "") -> Argument:
        """The argument that `text` spells."""
        try:
            return Argument(name, parse_expression(text), span)
        except ExpressionError as error:
            self.expression_fault(error, span)
            return Argument(name, FAULT, span)

    def expression_fault(self, error: ExpressionError, span: Span) -> None:
        """Report an expression's fault at its place within `span`."""
        self.fault(error.code, error.message, point(span, error), error.help)

    def inside(self, node: Scalar) -> Span:
        """The span of the text itself, without quotes."""
        span = node.span
        if node.plain or span.end - span.column <= 2:
            return span
        return Span(span.source, span.line, span.column + 1, span.end - 1)

    def data(self, node: Node) -> Any:
        """Free-form data, for `meta:`: mappings, lists and YAML 1.2 scalars (what is not finite stays text)."""
        if isinstance(node, Scalar):
            value = plain_value(node.text) if node.plain else node.text
            return node.text if isinstance(value, float) and not math.isfinite(value) else value
        if isinstance(node, Sequence):
            return tuple([self.data(item) for item in node.items])
        return {key.text: self.data(value) for key, value in node.pairs}


def point(span: Span, error: ExpressionError) -> Span:
    """The part of `span` an expression's fault is about, where the text stands on one line."""
    if not error.length or span.column + error.start + error.length > span.end:
        return span
    return span.part(error.start, error.length)


def is_path_name(text: str) -> bool:
    """Whether `text` can be a part of a layer's path, told apart from the patterns of `freeze:`."""
    return bool(text) and not _UNFIT.search(text)


def is_empty(node: Node) -> bool:
    """Whether nothing stands here: no text, `null` or `~`."""
    return isinstance(node, Scalar) and node.plain and node.text in ("", "null", "~")


def kind_of_node(node: Node) -> str:
    """What stands here, in words."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if len(node.text) > 40:
        return "text"
    return f"`{node.text}`" if node.text else "nothing"
