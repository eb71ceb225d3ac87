"""Small readers that every part of the parser uses: what kind of node stands here, and which value."""

from __future__ import annotations

from typing import Any

from archlens.errors import Diagnostic, Label, Source, Span
from archlens.spec.document import Mapping, Node, Scalar, Sequence
from archlens.spec.expressions import Expression, ExpressionError, constant, parse_expression, parse_template
from archlens.spec.model import Argument, Word
from archlens.spec.scalars import plain_value

__all__ = ["Reader", "point"]

_NOTHING = constant(None, "null")


class Reader:
    """Reads nodes of one source and collects what is wrong with them."""

    def __init__(self, source: Source, faults: list[Diagnostic]) -> None:
        self.source = source
        self.faults = faults

    def fault(self, code: str, message: str, span: Span | None, help: str = "", label: str = "", related: tuple[Label, ...] = ()) -> None:
        self.faults.append(Diagnostic(code, message, span, label, related, help=help))

    def mapping(self, node: Node, what: str, example: str) -> Mapping | None:
        """The mapping that must stand here."""
        if isinstance(node, Mapping):
            return node
        self.fault("ARC105", f"{what} must be a mapping (`key: value`), not {_kind(node)}", node.span, f"write `{example}`")
        return None

    def items(self, node: Node, what: str, example: str) -> tuple[Any, ...]:
        """The items of the list that must stand here; an empty value is an empty list."""
        if isinstance(node, Sequence):
            return node.items
        if not (isinstance(node, Scalar) and node.plain and node.text in ("", "null", "~")):
            self.fault("ARC105", f"{what} must be a list (lines that begin with `- `), not {_kind(node)}", node.span, f"write `{example}`")
        return ()

    def text(self, node: Node, what: str) -> str | None:
        """The word or line of text that must stand here."""
        if isinstance(node, Scalar):
            return node.text
        self.fault("ARC105", f"{what} must be a word, not {_kind(node)}", node.span)
        return None

    def word(self, node: Node, what: str) -> Word | None:
        """A name, which may hold `$` substitutions."""
        if not isinstance(node, Scalar) or not node.text:
            self.fault("ARC105", f"{what} must be a name, not {_kind(node)}", node.span)
            return None
        span = self.inside(node)
        try:
            return Word(parse_template(node.text), span)
        except ExpressionError as error:
            self.expression_fault(error, span)
            return None

    def argument(self, node: Node, name: str = "") -> Argument:
        """A value: an expression, or a list of values."""
        if isinstance(node, Scalar):
            return self.value(node.text, self.inside(node), name)
        if isinstance(node, Sequence):
            return Argument(name, tuple(self.argument(item) for item in node.items), node.span)
        self.fault("ARC105", f"{name or 'a value'} must be a value or a list, not a mapping", node.span)
        return Argument(name, _NOTHING, node.span)

    def value(self, text: str, span: Span, name: str = "") -> Argument:
        """The argument that `text` spells."""
        try:
            expression: Expression = parse_expression(text)
        except ExpressionError as error:
            self.expression_fault(error, span)
            expression = _NOTHING
        return Argument(name, expression, span)

    def expression_fault(self, error: ExpressionError, span: Span) -> None:
        self.fault(error.code, error.message, point(span, error), error.help)

    def inside(self, node: Scalar) -> Span:
        """The span of the text itself, without quotes."""
        span = node.span
        if node.plain or span.end - span.column <= 2:
            return span
        return Span(span.source, span.line, span.column + 1, span.end - 1)

    def data(self, node: Node) -> Any:
        """Free-form data, for `meta:`: mappings, lists and YAML 1.2 scalars."""
        if isinstance(node, Scalar):
            return plain_value(node.text) if node.plain else node.text
        if isinstance(node, Sequence):
            return tuple(self.data(item) for item in node.items)
        return {key.text: self.data(value) for key, value in node.pairs}


def point(span: Span, error: ExpressionError) -> Span:
    """The part of `span` an expression's fault is about, where the text stands on one line."""
    if not error.length or span.column + error.start + error.length > span.end:
        return span
    return span.part(error.start, error.length)


def _kind(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    return f"`{node.text}`" if node.text else "nothing"
