"""YAML text → a tree of nodes that know where they stand.

PyYAML's event stream is folded into three small classes. Only what the spec language uses is let through:
no anchors, aliases, tags or merge keys, one document, keys that are plain words, each once, nesting up to
60. Scalars stay text here; `scalars.py` reads them by the rules of YAML 1.2.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn, TypeAlias

import yaml

from archlens.errors import Diagnostic, Label, Source, Span, SpecError
from archlens.records import NamedTuple
from archlens.spec.faults import Faults
from archlens.spec.syntax import MAX_DEPTH, NESTED, syntax_fault

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "parse_document"]


# What is no text, and what only some programs take for the end of a line: columns and lines must mean one thing.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SHARE = "share structure with `blocks:` and values with `params:`"


class Scalar(NamedTuple):
    """A piece of text; `plain` when it stands without quotes."""

    text: str
    span: Span
    plain: bool


class Sequence(NamedTuple):
    """A list."""

    items: tuple[Any, ...]
    span: Span


class Mapping(NamedTuple):
    """Keys and values in the order written."""

    pairs: tuple[tuple[Scalar, Any], ...]
    span: Span

    def get(self, key: str) -> Any:
        """The value of `key`, or None."""
        for name, value in self.pairs:
            if name.text == key:
                return value
        return None


Node: TypeAlias = Scalar | Sequence | Mapping


def parse_document(source: Source, faults: Faults) -> Node | None:
    """The root node of `source`, None when it is empty.

    Faults that leave a tree to go on with (duplicate keys) are added to `faults`; others raise SpecError.
    """
    unfit = _UNFIT.search(source.text)
    if unfit:
        line = source.text.count("\n", 0, unfit.start()) + 1
        column = unfit.start() - source.text.rfind("\n", 0, unfit.start())
        message = f"the character U+{ord(unfit.group()):04X} cannot stand in a spec"
        raise SpecError(Diagnostic("ARC003", message, Span(source, line, column, column + 1), help="delete it"))
    try:
        return _Folder(source, faults).fold()
    except yaml.MarkedYAMLError as error:
        raise SpecError(*faults.found, syntax_fault(source, error)) from None
    except yaml.YAMLError as error:
        raise SpecError(*faults.found, Diagnostic("ARC004", f"not YAML: {error}", Span(source, 1, 1, 2))) from None


class _Folder:
    """Folds events into nodes without recursion, so that depth is a number to check."""

    def __init__(self, source: Source, faults: Faults) -> None:
        self.source = source
        self.faults = faults

    def span(self, event: Any, last: Any = None) -> Span:
        """Where an event stands, up to `last` if given; of what goes on over several lines, its first."""
        start, end = event.start_mark, (last or event).end_mark
        line, column = start.line + 1, start.column + 1
        stop = end.column if end.line == start.line else len(self.source.line(line))
        return Span(self.source, line, column, max(stop, column) + 1)

    def refuse(self, span: Span, what: str, help: str) -> NoReturn:
        raise SpecError(*self.faults.found, Diagnostic("ARC005", what, span, help=help))

    def fold(self) -> Node | None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        root: Node | None = None
        documents = 0
        stack: list[tuple[Any, list[Any]]] = []
        event: Any
        for event in yaml.parse(self.source.text, Loader=loader):
            kind = type(event)
            node: Node
            if kind is yaml.ScalarEvent:
                self.check_properties(event)
                if event.style == '"' and _UNFIT.search(event.value):
                    self.refuse(self.span(event), "an escape for a character that cannot stand in a spec", "leave it out")
                node = Scalar(event.value, self.span(event), event.style is None or event.style == "")
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self.check_properties(event)
                if len(stack) >= MAX_DEPTH:
                    self.refuse(self.span(event), *NESTED)
                stack.append((event, []))
                continue
            elif kind is yaml.MappingEndEvent:
                start, items = stack.pop()
                node = Mapping(self.pairs(items), self.span(start, event if start.flow_style else None))
            elif kind is yaml.SequenceEndEvent:
                start, items = stack.pop()
                node = Sequence(tuple(items), self.span(start, event if start.flow_style else None))
            elif kind is yaml.AliasEvent:
                help = f"{_SHARE}; text that begins with `*` needs quotes"
                self.refuse(self.span(event), f"aliases are not allowed (`*{event.anchor}`)", help)
            else:
                if kind is yaml.DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        self.refuse(
                            self.span(event),
                            "a second document begins here; a spec is one document",
                            "put it in a file of its own",
                        )
                continue
            if stack:
                stack[-1][1].append(node)
            else:
                root = node
        if isinstance(root, Scalar) and not root.text and root.plain:
            return None
        return root

    def check_properties(self, event: Any) -> None:
        if event.anchor is None and event.tag is None:
            return
        at = self.span(event)
        written = self.source.line(at.line)[at.column - 1 :].split()[0]
        at = at.part(0, len(written))
        if written.startswith("&"):
            self.refuse(at, f"anchors are not allowed (`{written}`)", f"{_SHARE}; text that begins with `&` needs quotes")
        self.refuse(at, f"tags are not allowed (`{written}`)", "write the value plainly; text that begins with `!` needs quotes")

    def pairs(self, items: list[Any]) -> tuple[tuple[Scalar, Any], ...]:
        seen: dict[str, Scalar] = {}
        pairs = []
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, Scalar):
                help = "put quotes around it if it is meant as text"
                self.faults.add(Diagnostic("ARC006", "a key must be a word, not a list or a mapping", key.span, help=help))
            elif key.text == "<<" and key.plain:
                self.refuse(key.span, "merge keys (`<<`) are not allowed", f"{_SHARE}, or extend another spec (`extends:`)")
            elif key.text in seen:
                first = (Label(seen[key.text].span, "first here"),)
                message, help = f"`{key.text}` is given twice", "keep one of them"
                self.faults.add(Diagnostic("ARC007", message, key.span, "again here", first, help=help))
            else:
                seen[key.text] = key
                pairs.append((key, value))
        return tuple(pairs)
