"""What YAML's parser refuses, said in the terms of a person who writes a spec."""

from __future__ import annotations

import re
from typing import Any

from archlens.errors import Diagnostic, Label, Source, Span
from archlens.records import NamedTuple

__all__ = ["MAX_DEPTH", "NESTED", "syntax_fault"]

MAX_DEPTH = 60
"""Levels of lists and mappings within each other."""

NESTED = f"nested deeper than {MAX_DEPTH} levels", "take a block out and give it a name under `blocks:`"
"""What is said of more, and the cure."""


class _Saying(NamedTuple):
    """parser: what the parser says. message, help: what we say. opening: point at where the thing began."""

    parser: str
    message: str
    help: str
    opening: bool = False


_SAYINGS = (
    _Saying(
        "mapping values are not allowed",
        "a `: ` where no key can stand",
        "inside a line write `name=value` or `{name: value}`, or begin a new line; text with `: ` in it needs quotes",
    ),
    _Saying("expected ',' or ']'", "this `[` is never closed, or a `,` is missing behind it", "close it with `]`", True),
    _Saying("expected ',' or '}'", "this `{` is never closed, or a `,` is missing behind it", "close it with `}`", True),
    _Saying("end of stream", "this quote is never closed", "close it", True),
    _Saying(
        "expected '-' indicator", "a line without `- ` in a list", "begin it with `- `, or indent it to belong to the line above"
    ),
    _Saying(
        "expected key", "this line is indented like none above it", "line it up with its neighbours, or check the brackets above"
    ),
    _Saying("block sequence entries", "a list cannot begin here", "begin it on a line of its own, or write `[a, b]`"),
    _Saying("unknown escape", "after a `\\` in double quotes only certain letters may stand", "use single quotes"),
    _Saying("expected <document start>", "something is left over here", "remove it; perhaps a bracket is closed twice"),
    _Saying("expected node content", "a value is missing here", "write it, or remove the stray bracket or comma"),
    _Saying("expected alphabetic", "text cannot begin with this", 'put quotes around it: `"*"`', True),
    _Saying("expected whitespace or line break", "text cannot begin with this", 'put quotes around it: `"!head"`', True),
    _Saying("cannot start any token", "text cannot begin with this", "put quotes around it"),
)
_KEY = re.compile(r"\s+([A-Za-z_]+):")
_BARE = re.compile(r"\s*- ([^\s:#]+)\s*(?:#.*)?\Z")
_TAB = _Saying("", "a tab cannot indent YAML", "indent with blanks, two for each level")


def syntax_fault(source: Source, error: Any) -> Diagnostic:
    """The diagnostic for a `yaml.MarkedYAMLError`."""
    problem = error.problem or "it cannot be parsed"
    mark, context = error.problem_mark or error.context_mark, error.context_mark
    saying = next((s for s in _SAYINGS if s.parser in problem), _Saying("", f"not YAML: {problem}", ""))
    if "nesting depth" in problem and mark is not None:  # a limit of libyaml, which looks further ahead than we have read
        return Diagnostic("ARC005", NESTED[0], _at(source, mark.line, mark.column), help=NESTED[1])
    if mark is None:
        return Diagnostic("ARC004", saying.message, Span(source, 1, 1, 2), help=saying.help)
    written = source.line(mark.line + 1)
    tab = written.find("\t", 0, len(written) - len(written.lstrip()))
    if tab >= 0 or "tab character" in problem:
        return Diagnostic("ARC004", _TAB.message, _at(source, mark.line, max(tab, 0)), help=_TAB.help)
    bare = _below_bare(source, mark.line)
    if bare:
        return bare
    if saying.opening and context is not None:
        return Diagnostic("ARC004", saying.message, _at(source, context.line, context.column), help=saying.help)
    related: tuple[Label, ...] = ()
    if context is not None and context.line != mark.line and "collection" in str(error.context):
        related = (Label(_at(source, context.line, context.column), "the list begins here"),)
    return Diagnostic("ARC004", saying.message, _at(source, mark.line, mark.column), related=related, help=saying.help)


def _below_bare(source: Source, line: int) -> Diagnostic | None:
    """What people write most: a key below a layer that has no colon."""
    key = _KEY.match(source.line(line + 1))
    above = next((n for n in range(line, 0, -1) if source.line(n).strip()), 0)
    bare = _BARE.match(source.line(above))
    if not key or not bare:
        return None
    at = Span(source, line + 1, key.start(1) + 1, key.end(1) + 1)
    related = (Label(Span(source, above, bare.start(1) + 1, bare.end(1) + 1), "a colon is missing here"),)
    message = f"`{key.group(1)}:` below a layer without a colon"
    return Diagnostic("ARC004", message, at, related=related, help=f"write `- {bare.group(1)}:`")


def _at(source: Source, line: int, column: int) -> Span:
    """A mark of the parser, which counts from 0, moved off the end of the file."""
    while line > 0 and not source.line(line + 1).strip():
        line, column = line - 1, len(source.line(line))
    return Span(source, line + 1, column + 1, column + 2)
