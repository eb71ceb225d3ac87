"""The findings that are known: a file that keeps them out of sight until they are mended.

A finding is known again by its file, its code and the text that it is about, so it may move to another line; of several with
equal text those whose layer has the same path are matched first. What a file says that was not checked this time stays.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from archlens.errors import Diagnostic, Unreadable
from archlens.report.findings.model import Checked, Entry

__all__ = ["BEGINNING", "Baseline", "Known", "baseline_of", "is_baseline", "read_baseline"]

VERSION = 1
BEGINNING = '{\n  "archlens_baseline": '
"""How such a file begins."""

_CODE = "ARC011"
_HIDING = ("ARC0", "ARC1", "ARC2", "ARC4")  # faults, which may hide others
_MISSED = "ARC3"
_CURE = "name another file, or take this one away and let --write-baseline write it anew"
_MOST = 100_000_000  # bytes; what is longer, or has no end, is no baseline


class Known(NamedTuple):
    """A finding that is known. file: seen from the folder of the baseline, with `/`. text: what the finding points at, or its
    message where it points at nothing. layer: the path of the first layer. message: for people, not compared."""

    file: str
    code: str
    text: str
    layer: str
    message: str


class Baseline(NamedTuple):
    """A file of what is known. path: where; its folder is what `Known.file` starts from."""

    path: str
    known: tuple[Known, ...] = ()

    def applied(self, checked: Sequence[Checked]) -> tuple[tuple[Checked, ...], tuple[Known, ...]]:
        """The findings, known ones marked, and what is mended: known, looked for, and no longer found."""
        left: dict[tuple[str, str, str], list[Known]] = {}
        for one in self.known:
            left.setdefault(one[:3], []).append(one)
        entries = [(entry, self.key(entry, file.file)) for file in checked for entry in file.entries if _can_be_known(entry)]
        marked: set[int] = set()
        for exactly in (True, False):
            for entry, key in entries:
                same = left.get(key[:3], [])
                found = next((one for one in same if not exactly or one.layer == key.layer), None)
                if found is not None and id(entry) not in marked:
                    same.remove(found)
                    marked.add(id(entry))
        result = [
            file._replace(entries=tuple([entry._replace(known=True) if id(entry) in marked else entry for entry in file.entries]))
            for file in checked
        ]
        mended = []
        for one in self._looked_for(checked):
            if one in left.get(one[:3], []):
                left[one[:3]].remove(one)
                mended.append(one)
        return tuple(result), tuple(mended)

    def _looked_for(self, checked: Sequence[Checked]) -> Iterator[Known]:
        """What would have been found if it were still so: its file was checked without a fault, which may hide others, and its
        rule ran; or the file is no more."""
        ran = {
            self.seen(one.file): one.rules
            for one in checked
            if one.whole and not any(entry.unread or entry.diagnostic.code.startswith(_HIDING) for entry in one.entries)
        }
        for one in self.known:
            gone = not os.path.exists(os.path.join(os.path.dirname(self.path), one.file))
            is_rule = not one.code.startswith((*_HIDING, _MISSED))
            if gone or (one.file in ran and (not is_rule or one.code in ran[one.file])):
                yield one

    def key(self, entry: Entry, file: str) -> Known:
        """An entry as the file says it."""
        one = entry.diagnostic
        where = one.span.source.name if one.span else file
        return Known(self.seen(where), one.code, entry.about, entry.layers[0] if entry.layers else "", one.message)

    def seen(self, file: str) -> str:
        """A file as seen from the folder of the baseline."""
        return os.path.relpath(file, os.path.dirname(self.path) or ".").replace(os.sep, "/")


def _can_be_known(entry: Entry) -> bool:
    return entry.allowed is None and not entry.unread


def baseline_of(baseline: Baseline, checked: Sequence[Checked]) -> str:
    """The text of the file, with what is found now; what it said of files and rules that were not looked at stays."""
    import json

    found = [baseline.key(entry, file.file) for file in checked for entry in file.entries if _can_be_known(entry)]
    looked_for = set(baseline._looked_for(checked))
    kept = [one for one in baseline.known if one not in looked_for]
    lines = [json.dumps(one._asdict(), ensure_ascii=False) for one in sorted([*found, *_without(kept, found)])]
    listed = "[]" if not lines else "[\n    " + ",\n    ".join(lines) + "\n  ]"
    return f'{BEGINNING}{VERSION},\n  "findings": {listed}\n}}\n'


def _without(known: Iterable[Known], found: Sequence[Known]) -> list[Known]:
    """Those that are not found too."""
    left = Counter([one[:3] for one in found])
    kept = []
    for one in known:
        left[one[:3]] -= 1
        if left[one[:3]] < 0:
            kept.append(one)
    return kept


def is_baseline(path: str) -> bool:
    """Whether a file begins as a baseline does, however it is laid out."""
    try:
        with open(path, "rb") as file:
            return b'"archlens_baseline"' in file.read(100)
    except OSError:
        return False


def read_baseline(path: str) -> Baseline:
    """What a baseline says. Raises Unreadable for a file that is none."""
    import json

    try:
        with open(path, "rb") as file:
            text = file.read(_MOST + 1)
        if len(text) > _MOST:
            raise Unreadable(Diagnostic(_CODE, f"{path} is no baseline: it is larger than {_MOST // 1_000_000} MB", help=_CURE))
        data: Any = json.loads(text.decode())
    except OSError as error:
        help = "`--write-baseline` makes one" if isinstance(error, FileNotFoundError) else ""
        raise Unreadable(Diagnostic(_CODE, f"the baseline {path} cannot be read: {error.strerror or error}", help=help)) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(Diagnostic(_CODE, f"{path} is no baseline: {error}", help=_CURE)) from None
    version = data.get("archlens_baseline") if isinstance(data, dict) else None
    if version is None:
        raise Unreadable(Diagnostic(_CODE, f"{path} is no baseline of archlens", help=_CURE))
    if version != VERSION:
        message = f"{path} is a baseline of version {version!r}; this archlens reads version {VERSION}"
        raise Unreadable(Diagnostic(_CODE, message, help=_CURE))
    found = data.get("findings")
    if not isinstance(found, list):
        raise Unreadable(Diagnostic(_CODE, f"{path}: `findings` must be a list", help=_CURE))
    return Baseline(path, tuple([_known(one, path, number) for number, one in enumerate(found, 1)]))


def _known(one: Any, path: str, number: int) -> Known:
    if isinstance(one, dict) and all(isinstance(one.get(name), str) for name in Known._fields):
        return Known(*[one[name] for name in Known._fields])
    message = f"{path}: finding {number} must have the texts {', '.join(Known._fields)}"
    raise Unreadable(Diagnostic(_CODE, message, help=_CURE))
