"""Exact figures of `expect:` rewritten in place: the digits change, everything else stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from archlens.errors import Span, UsageError, printable
from archlens.gate.merge import is_own
from archlens.gate.respell import respelled
from archlens.report.findings.model import Checked, Entry
from archlens.report.numbers import grouped, sizes_text

if TYPE_CHECKING:
    from archlens.gate.look import Stated

__all__ = ["Update", "is_unchanged", "updates"]

_MISSED = "ARC301"  # an exact figure; budgets and names of tensors are for a person to change


class Update(NamedTuple):
    """The text of a file before and after, with its own line ends. notes: what stays as it is, and why."""

    file: str
    before: str
    after: str
    notes: tuple[str, ...] = ()

    @property
    def diff(self) -> str:
        """What changes, as a unified diff; empty where nothing does."""
        import difflib

        name, before, after = printable(self.file), self.before.splitlines(), self.after.splitlines()
        return "".join([f"{line}\n" for line in difflib.unified_diff(before, after, name, name, lineterm="", n=1)])


def updates(files: Sequence[Checked], stated: Mapping[str, Sequence[Stated]]) -> tuple[Update, ...]:
    """One for each file with a figure that is missed. stated: by file, the exact figures that it expects, of every network.

    A file that was changed since it was checked, or cannot be read, is noted and stays.
    """
    found = []
    for one in files:
        missed = [entry for entry in one.entries if entry.diagnostic.code == _MISSED and entry.counts]
        if missed:
            found.append(_update(one, missed, stated.get(one.file, ())))
    return tuple(found)


def is_unchanged(update: Update) -> bool:
    """Whether the file still says what the update was made from. Raises UsageError where it cannot be read."""
    return _raw(update.file) == update.before


def _update(one: Checked, missed: Sequence[Entry], stated: Sequence[Stated]) -> Update:
    values: dict[Span, list[Any]] = {}
    for figure in stated:
        if figure.actual not in values.setdefault(figure.span, []):
            values[figure.span].append(figure.actual)
    notes: list[str] = []
    edits: list[tuple[Span, str]] = []
    for entry in missed:
        span = entry.diagnostic.span
        assert span is not None  # every expectation has its place
        why = _why_not(one, entry, span, values)
        new = None if why else respelled(span.text, values[span][0])
        if new is None:
            notes.append(f"{span.source.name}:{span.line}: {why or 'this figure cannot be written in its place'}")
        else:
            edits.append((span, new))
    if not edits:
        return Update(one.file, "", "", tuple(notes))
    try:
        before = _raw(one.file)
        changed = _plain(before) != edits[0][0].source.text
        why = f"{one.file} was changed since it was read" if changed else ""
    except UsageError as error:
        before, why = "", str(error)
    if why:
        return Update(one.file, "", "", (*notes, why))
    return Update(one.file, before, _edited(before, edits), tuple(notes))


def _why_not(one: Checked, entry: Entry, span: Span, values: Mapping[Span, Sequence[Any]]) -> str:
    """Why a figure is not ours to change; empty where it is."""
    if not is_own(entry, one):
        return f"the figure is not in {one.file} but in this file, which it extends; check that with --update"
    if span not in values:
        return "a shipped spec is not written to"
    if not one.whole:
        return "other variants may have this figure too; name the file without a variant"
    if len(values[span]) > 1:
        return f"the variants differ here ({', '.join(map(_shown, values[span]))}); give each a figure of its own"
    return ""


def _shown(value: Any) -> str:
    return sizes_text(tuple(value)) if isinstance(value, list) else "none" if value is None else grouped(value)


def _raw(path: str) -> str:
    """The text of a file as it is, line ends and byte order mark too. Raises UsageError where it cannot be read."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _plain(raw: str) -> str:
    """As a `Source` has it."""
    return raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _edited(raw: str, edits: Sequence[tuple[Span, str]]) -> str:
    """The text with stretches replaced, the last of a line first."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", raw)  # each with its end
    for span, new in sorted(edits, key=lambda edit: (edit[0].line, edit[0].column), reverse=True):
        line = lines[span.line - 1]
        shift = line.startswith("\ufeff") and span.line == 1
        lines[span.line - 1] = line[: span.column - 1 + shift] + new + line[span.end - 1 + shift :]
    return "".join(lines)
