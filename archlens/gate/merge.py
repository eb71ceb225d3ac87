"""Equal entries of several networks, or of several specs that extend one, as one entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archlens.errors import Span
from archlens.report.findings.model import Checked, Entry

__all__ = ["in_variants", "is_own", "key_of", "told_once", "with_note"]

_NAMED = 4  # variants or files that a note names


def key_of(entry: Entry) -> tuple[Any, ...]:
    """What equal entries of two networks agree in: code, place, severity and what allows them."""
    one = entry.diagnostic
    where = _where(one.span) if one.span else (one.message,)
    return one.code, *where, one.severity, _where(entry.allowed.span) if entry.allowed else ()


def in_variants(entry: Entry, of: int) -> Entry:
    """With a note that says in which of `of` variants it is, unless it is in all."""
    count = len(entry.variants)
    return with_note(entry, f"in {count} of {of} variants: {_listed(entry.variants)}") if 0 < count < of else entry


def told_once(checked: Sequence[Checked]) -> tuple[Checked, ...]:
    """What several specs have from one that they extend stands with that one, or with the first of them and says so."""
    if not any(one.bases for one in checked):
        return tuple(checked)
    home: dict[tuple[Any, ...], int] = {}
    met: dict[tuple[Any, ...], list[str]] = {}
    for number, one in enumerate(checked):
        for entry in one.entries:
            if is_own(entry, one):
                home[key_of(entry)] = number
    for number, one in enumerate(checked):
        for entry in one.entries:
            if not is_own(entry, one):
                key = key_of(entry)
                home.setdefault(key, number)
                if one.file not in met.setdefault(key, []):
                    met[key].append(one.file)
    found = []
    for number, one in enumerate(checked):
        kept = []
        for entry in one.entries:
            key = key_of(entry)
            if is_own(entry, one):
                kept.append(entry)
            elif home[key] == number:
                files = met[key]
                which = files[0] if len(files) == 1 else f"{len(files)} specs that extend it: {_listed(files)}"
                kept.append(with_note(entry, f"met in {which}"))
        found.append(one._replace(entries=tuple(kept)))
    return tuple(found)


def is_own(entry: Entry, checked: Checked) -> bool:
    """Whether it stands in the file itself, not in one that this extends."""
    span = entry.diagnostic.span
    return span is None or span.source.name == checked.file


def with_note(entry: Entry, note: str) -> Entry:
    """With one more note; before the last of a rule's, which says where its manual is."""
    one = entry.diagnostic
    at = len(one.notes) - 1 if entry.rule else len(one.notes)
    return entry._replace(diagnostic=one._replace(notes=(*one.notes[:at], note, *one.notes[at:])))


def _where(span: Span) -> tuple[Any, ...]:
    return span.source.name, span.line, span.column, span.end


def _listed(names: Sequence[str]) -> str:
    more = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
