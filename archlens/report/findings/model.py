"""What a check says, whichever form it is told in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from archlens.errors import SEVERITIES, Diagnostic, Severity, Span
from archlens.graph.model import Allowance
from archlens.records import NamedTuple
from archlens.rules.model import Rule

__all__ = ["SEVERITIES", "Checked", "Entry", "Findings", "counts", "fingerprinted", "place", "posix"]


class Entry(NamedTuple):
    """A fault of a spec, an expectation that is missed, or what a design rule found; told once, however many networks have it.

    rule: the name of the design rule, empty for others. layers: paths of the layers that it is about. variants: those that
    have it, empty where the spec has none. allowed: what lets the rule be broken. known: whether it is in the baseline.
    unread: whether it says that something could not be checked at all.
    """

    diagnostic: Diagnostic
    rule: str = ""
    layers: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    allowed: Allowance | None = None
    known: bool = False
    unread: bool = False

    @property
    def text(self) -> str:
        """The message, its notes and its help, a line each."""
        one = self.diagnostic
        notes = one.notes[:-1] if self.rule else one.notes  # the last says where its manual is
        return "\n".join([one.message, *notes, *([f"help: {one.help}"] if one.help else [])])

    @property
    def about(self) -> str:
        """The text that it points at; its message where it points at nothing."""
        span = self.diagnostic.span
        pointed = span.text.strip() if span else ""
        return pointed or self.diagnostic.message

    @property
    def counts(self) -> bool:
        """Whether it is told and counted, neither allowed nor known."""
        return self.allowed is None and not self.known

    def is_in(self, variant: str) -> bool:
        """Whether a variant has it."""
        return not self.variants or variant in self.variants


class Checked(NamedTuple):
    """One spec that was checked.

    file: what it is called. variants: its networks by name, one empty name where it has no variants; those with faults too.
    bases: the files that it extends. rules: codes of the design rules that ran. whole: whether all variants were checked.
    """

    file: str
    variants: tuple[str, ...]
    entries: tuple[Entry, ...]
    bases: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    whole: bool = True


class Findings(NamedTuple):
    """All of a check. rules: that could run in it. fail_on: the least severity that makes it fail. show_allowed: whether forms
    that can mark what is allowed or known as that have it too."""

    checked: tuple[Checked, ...]
    rules: tuple[Rule, ...]
    fail_on: Severity
    show_allowed: bool = False

    @property
    def entries(self) -> Iterator[Entry]:
        """All of them, those that are allowed or known too, file by file from top to bottom."""
        return (entry for one in self.checked for entry in one.entries)

    @property
    def files(self) -> int:
        """How many files there were that could be read."""
        return sum([bool(one.variants) for one in self.checked])

    @property
    def networks(self) -> int:
        """How many networks there were."""
        return sum([len(one.variants) for one in self.checked])

    @property
    def bad(self) -> tuple[Severity, ...]:
        """The severities that make it fail."""
        return SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]


def counts(entries: Iterable[Entry]) -> dict[str, int]:
    """How many there are of each severity, of those that count."""
    found: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    for entry in entries:
        if entry.counts:
            found[entry.diagnostic.severity] += 1
    return found


def fingerprinted(findings: Findings) -> Iterator[tuple[Checked, Entry, str]]:
    """Every entry with a mark of its own that stays when lines move: of its file, its code, what it points at and the first of
    its layers, numbered where these agree."""
    from hashlib import sha256

    met: dict[tuple[str, ...], int] = {}
    for one in findings.checked:
        for entry in one.entries:
            key = (place(entry, one)[0], entry.diagnostic.code, entry.about, *entry.layers[:1])
            met[key] = met.get(key, 0) + 1
            yield one, entry, sha256("\0".join([*key, str(met[key])]).encode("utf-8", "replace")).hexdigest()


def place(entry: Entry, checked: Checked) -> tuple[str, int, int, int]:
    """File, line, column and the column after the last; the first line of the checked file for what has no place."""
    span: Span | None = entry.diagnostic.span
    if span is None:
        return posix(checked.file), 1, 1, 2
    return posix(span.source.name), span.line, span.column, span.end


def posix(path: str) -> str:
    """A path with `/`, from the working folder where it lies below it."""
    if os.path.isabs(path):
        path = path.removeprefix(os.getcwd() + os.sep)
    return path.replace(os.sep, "/")
