"""What can go wrong, and how it is told.

    ArchlensError
    ├── LayerError       a layer refuses its arguments or inputs; raised plain by a layer, dressed with a
    │   │                place in the file by the graph builder
    │   └── NoMapError   a vector came where a map must be; the builder says what became of the map
    ├── SpecError        faults in a spec: one or more diagnostics, each with a place and a cure (exit 1)
    │   └── Unreadable   the file could not be read at all (exit 2)
    └── UsageError       the request itself cannot be met: unknown option value, missing package (exit 2)

A `Diagnostic` carries spans into a `Source`; `render` lays it out the way rustc does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, TypeVar

from archlens.records import NamedTuple

__all__ = [
    "SEVERITIES",
    "ArchlensError",
    "Diagnostic",
    "Label",
    "LayerError",
    "NoMapError",
    "Source",
    "Span",
    "SpecError",
    "Unreadable",
    "UsageError",
    "closest",
    "did_you_mean",
    "printable",
    "render",
    "text_width",
    "top_down",
]

T = TypeVar("T")

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The worst first."""


class Source:
    """A text and the name people know it by."""

    __slots__ = ("_lines", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._lines: list[str] | None = None

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), empty past the end."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""


class Span(NamedTuple):
    """A stretch of one line: `line` and `column` count from 1, `end` is the column after the last."""

    source: Source
    line: int
    column: int
    end: int

    @property
    def text(self) -> str:
        """What stands there."""
        return self.source.line(self.line)[self.column - 1 : self.end - 1]

    def part(self, start: int, length: int) -> Span:
        """The stretch of `length` characters that begins `start` characters in."""
        return Span(self.source, self.line, self.column + start, self.column + start + max(length, 1))


class Label(NamedTuple):
    """A second place worth seeing, and what stands there."""

    span: Span
    text: str


class Diagnostic(NamedTuple):
    """One fault: what, where, since when, and what to do about it.

    code: stable, `ARC` and three digits (the first tells the family: 0 reading, 1 language,
    2 shapes, 3 expectations).
    label: what stands under the carets. related: other places. notes: the call chain through blocks.
    """

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    related: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    severity: Severity = "error"

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "file": self.span.source.name if self.span else None,
            "span": _span_json(self.span),
            "related": [{"span": _span_json(at), "message": text} for at, text in self.related],
            "notes": list(self.notes),
            "help": self.help or None,
        }


class ArchlensError(Exception):
    """The root: everything archlens raises on purpose."""


class LayerError(ArchlensError):
    """A layer refuses its arguments or its inputs.

    argument: the field at fault, if one is. help: what to write instead.
    """

    def __init__(self, message: str, argument: str = "", help: str = "", code: str = "ARC201") -> None:
        super().__init__(message)
        self.message = message
        self.argument = argument
        self.help = help
        self.code = code


class NoMapError(LayerError):
    """An input without spatial axes where a layer works along them."""


class SpecError(ArchlensError):
    """Faults in a spec, all that could be told apart."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return "\n\n".join(render(d) for d in self.diagnostics)


class Unreadable(SpecError):
    """The file is absent, too large, not text or not UTF-8."""


class UsageError(ArchlensError):
    """The request cannot be met; the message says what would work."""


def top_down(items: Iterable[T], of: Callable[[T], Diagnostic], first: str = "") -> list[T]:
    """From top to bottom, file by file in the order met, `first` before the others; what has no place comes first.

    of: the diagnostic of an item.
    """
    found = list(items)
    files = {first: 0}
    for item in found:
        span = of(item).span
        if span:
            files.setdefault(span.source.name, len(files))

    def place(item: T) -> tuple[int, int, int, str]:
        code, span = of(item).code, of(item).span
        return (files[span.source.name], span.line, span.column, code) if span else (-1, 0, 0, "")

    return sorted(found, key=place)


def render(diagnostic: Diagnostic, paint: Any = None) -> str:
    """`diagnostic` as text in rustc's layout.

    paint: `paint(text, role)` returns text dressed for a terminal; roles are `error`, `warning`,
    `note`, `help`, `rule` and `bold`. Plain when None.
    """
    style = paint or (lambda text, role: text)
    head = f"{diagnostic.severity}[{diagnostic.code}]"
    where = ""
    if diagnostic.span:
        where = f"{printable(diagnostic.span.source.name)}:{diagnostic.span.line}:{diagnostic.span.column}: "
    lines = [style(where, "bold") + style(head, diagnostic.severity) + style(f": {printable(diagnostic.message)}", "bold")]
    width = 3
    if diagnostic.span:
        marks = [(diagnostic.span, diagnostic.label, "^"), *((at, text, "-") for at, text in diagnostic.related)]
        home = diagnostic.span.source
        width = max(len(str(at.line)) for at, _, _ in marks)
        lines.append(style(" " * (width + 1) + "|", "rule"))
        last, written = home, ""
        for at, text, mark in sorted(marks, key=lambda m: (m[0].source is not home, m[0].line, m[0].column)):
            if at.source is not last:
                lines.append(style(f"{' ' * width}::: {printable(at.source.name)}", "rule"))
            excerpt = _excerpt(at, text, mark, width, style, diagnostic.severity)
            lines.extend(excerpt[1:] if at.source is last and excerpt[0] == written else excerpt)
            last, written = at.source, excerpt[0]
    lines.extend(style(" " * (width + 1) + "= ", "rule") + note for note in diagnostic.notes)
    if diagnostic.help:
        lines.append(style(" " * (width + 1) + "= ", "rule") + style("help: ", "help") + diagnostic.help)
    return "\n".join(lines)


def _excerpt(at: Span, text: str, mark: str, width: int, style: Any, severity: str) -> list[str]:
    """The source line of a span and the marks under it, cut to a window when the line is long."""
    line = at.source.line(at.line)
    begin, end = at.column - 1, max(at.end - 1, at.column)
    if len(line) > 110:
        cut = max(0, begin - 40)
        shown = line[cut : cut + 100]
        line = ("…" if cut else "") + shown + ("…" if cut + 100 < len(line) else "")
        shift = cut - (1 if cut else 0)
        begin, end = begin - shift, min(end - shift, len(line))
    marks = mark * max(1, text_width(line[begin:end]))
    before = " " * (text_width(line[:begin]) + max(0, begin - len(line)))
    role = severity if mark == "^" else "rule"
    return [
        f"{style(f'{at.line:>{width}} |', 'rule')} {printable(line)}".rstrip(),
        f"{style(' ' * (width + 1) + '|', 'rule')} {before}{style(f'{marks} {text}'.rstrip(), role)}",
    ]


def printable(text: str) -> str:
    """Blanks as one blank and control characters as `?`, so that columns stay and a terminal is safe.

    A zero-width joiner stays: it holds emoji together.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\u200d" else " " if c.isspace() else "?" for c in text)


@lru_cache(4096)
def text_width(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    import unicodedata

    signs = [c for c in text if unicodedata.category(c) not in ("Mn", "Me", "Cf")]
    return len(signs) + sum(unicodedata.east_asian_width(c) in "WF" for c in signs)


def _span_json(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"file": span.source.name, "line": span.line, "column": span.column, "end_column": span.end}


def closest(word: str, known: Any) -> str | None:
    """The known word nearest to `word`, or None when none is near."""
    import difflib  # 5 ms, only on the way to an error

    if len(word) > 100:
        return None
    lowered = {str(k).lower(): str(k) for k in islice(known, 2000)}  # more of them would take seconds
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def did_you_mean(word: str, known: Any) -> str:
    """A help text: the nearest known word, else the known ones if they are few."""
    near = closest(word, known)
    if near is not None:
        return f"did you mean `{near}`?"
    names = sorted(str(k) for k in known)
    return f"known here: {', '.join(names)}" if 0 < len(names) <= 12 else ""
