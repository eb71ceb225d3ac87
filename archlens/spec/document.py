"""YAML text → a tree of nodes that know where they stand.

PyYAML's event stream is folded into three small classes. Only what the spec language uses is let through:
no anchors, aliases, tags or merge keys, one document, keys that are plain words, each once, nesting up to
60. Scalars stay text here; `scalars.py` reads them by the rules of YAML 1.2.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, TypeAlias

import yaml

from archlens.errors import Diagnostic, Label, Source, Span, SpecError

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "parse_document"]

MAX_DEPTH = 60

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


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


def parse_document(source: Source, faults: list[Diagnostic]) -> Node | None:
    """The root node of `source`, None when it is empty.

    Faults that leave a tree to go on with (duplicate keys) are added to `faults`; others raise SpecError.
    """
    bad = _CONTROL.search(source.text)
    if bad:
        line = source.text.count("\n", 0, bad.start()) + 1
        column = bad.start() - source.text.rfind("\n", 0, bad.start())
        at = Span(source, line, column, column + 1)
        raise SpecError(Diagnostic("ARC003", f"a control character ({bad.group()!r}) is not text", at, help="delete it"))
    try:
        return _Folder(source, faults).fold()
    except yaml.MarkedYAMLError as error:
        raise SpecError(_syntax_fault(source, error)) from None
    except yaml.YAMLError as error:
        raise SpecError(Diagnostic("ARC004", f"not YAML: {error}", Span(source, 1, 1, 2))) from None


class _Folder:
    """Folds events into nodes without recursion, so that depth is a number to check."""

    def __init__(self, source: Source, faults: list[Diagnostic]) -> None:
        self.source = source
        self.faults = faults

    def span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        column = start.column + 1
        if end.line == start.line:
            last = end.column + 1
        else:
            last = len(self.source.line(start.line + 1)) + 1
        return Span(self.source, start.line + 1, column, max(last, column + 1))

    def refuse(self, event: Any, what: str, help: str) -> None:
        raise SpecError(Diagnostic("ARC005", what, self.span(event), help=help))

    def fold(self) -> Node | None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        root: Node | None = None
        documents = 0
        stack: list[tuple[Any, list[Any]]] = []
        for event in yaml.parse(self.source.text, Loader=loader):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self.check_properties(event, ("!",) if event.style in ("'", '"') else ())
                node: Any = Scalar(event.value, self.span(event), event.style is None or event.style == "")
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self.check_properties(event)
                if len(stack) >= MAX_DEPTH:
                    self.refuse(event, f"nested deeper than {MAX_DEPTH} levels", "take a block out and give it a name under `blocks:`")
                stack.append((event, []))
                continue
            elif kind is yaml.MappingEndEvent:
                start, items = stack.pop()
                node = Mapping(self.pairs(items), self.span(start))
            elif kind is yaml.SequenceEndEvent:
                start, items = stack.pop()
                node = Sequence(tuple(items), self.span(start))
            elif kind is yaml.AliasEvent:
                self.refuse(event, f"aliases are not allowed (`*{event.anchor}`)", "share structure with `blocks:` and values with `params:`")
                continue
            else:
                if kind is yaml.DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        self.refuse(event, "a second document begins here; a spec is one document", "put it in a file of its own")
                continue
            if stack:
                stack[-1][1].append(node)
            else:
                root = node
        if isinstance(root, Scalar) and not root.text and root.plain:
            return None
        return root

    def check_properties(self, event: Any, harmless: tuple[str, ...] = ()) -> None:
        if event.anchor is not None:
            self.refuse(event, f"anchors are not allowed (`&{event.anchor}`)", "share structure with `blocks:` and values with `params:`")
        if event.tag is not None and event.tag not in harmless:
            self.refuse(event, f"tags are not allowed (`{event.tag}`)", "write the value plainly")

    def pairs(self, items: list[Any]) -> tuple[tuple[Scalar, Any], ...]:
        seen: dict[str, Scalar] = {}
        pairs = []
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.faults.append(Diagnostic("ARC006", "a key must be a word, not a list or a mapping", key.span))
                continue
            if key.text == "<<" and key.plain:
                self.faults.append(Diagnostic("ARC005", "merge keys (`<<`) are not allowed", key.span, help="use `extends:` or a block"))
                continue
            if key.text in seen:
                first = seen[key.text].span
                self.faults.append(
                    Diagnostic(
                        "ARC007",
                        f"`{key.text}` is given twice",
                        key.span,
                        "again here",
                        (Label(first, "first here"),),
                        help="keep one of them",
                    )
                )
                continue
            seen[key.text] = key
            pairs.append((key, value))
        return tuple(pairs)


def _syntax_fault(source: Source, error: yaml.MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or "cannot be parsed"
    related: tuple[Label, ...] = ()
    context = error.context_mark
    if context and mark and context.line != mark.line and error.context:
        at = Span(source, context.line + 1, context.column + 1, context.column + 2)
        related = (Label(at, error.context),)
    help = ""
    written = source.line(line)
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent or "'\\t'" in problem:
        problem = "a tab cannot indent YAML"
        help = "indent with blanks"
        column = written.find("\t") + 1 if "\t" in written else column
    elif "mapping values are not allowed" in problem:
        help = "a `: ` inside a value needs quotes; or the line above lacks its own `- ` or indentation"
    elif "did not find expected" in problem:
        help = "check the indentation here and on the lines above, and that brackets and quotes are closed"
    return Diagnostic("ARC004", f"not YAML: {problem}", Span(source, line, column, column + 1), related=related, help=help)
