"""Which specs of a git repository a change touches: those that changed, and those that extend one that did."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archlens.errors import UsageError
from archlens.spec.files import DISK, SUFFIXES, is_spec_text
from archlens.spec.git import Revision, abbreviated, asked, merge_base, root
from archlens.spec.load import MAX_CHAIN, extended_path

__all__ = ["Changed", "Since", "changed_since"]


class Changed(NamedTuple):
    """A spec on both sides, as a command line names it; None where there is none. because: the file that changed, where it is
    another one, which this one extends."""

    old: str | None
    new: str | None
    because: str = ""


class Since(NamedTuple):
    """specs: in the order of their paths. about: what was held against what."""

    specs: tuple[Changed, ...]
    about: str


def changed_since(name: str, paths: Sequence[str] = ()) -> Since:
    """The specs that differ between the commit where HEAD left the revision `name` and the working tree.

    As a pull request shows it, with what is not committed yet. paths: files and folders to look at, by default all. Raises
    UsageError without git or a repository, and for a revision or path that there is not.
    """
    top = root()
    commit = merge_base(name)
    base, left = abbreviated(name, commit), abbreviated(name)
    before = Revision(commit)
    wanted = [_wanted(path, top, before, base) for path in paths]
    moved = list(_moved(commit, top))
    found: dict[str, Changed] = {}
    for old, new in moved:
        if (new and is_spec_text(_on_disk(top, new))) or (old and is_spec_text(_in(before, old))):
            path = new or old or ""
            found[path] = Changed(f"{base}:{old}" if old else None, _near(top, new) if new else None)
    touched = {os.path.join(top, path): path for pair in moved for path in pair if path}
    for path in _tracked(top):
        if path not in found and (because := _because(os.path.join(top, path), touched)):
            found[path] = Changed(f"{base}:{path}", _near(top, path), because)
    kept = [one for path, one in sorted(found.items()) if not wanted or any(_inside(path, folder) for folder in wanted)]
    return Since(tuple(kept), f"the working tree against {base}" + ("" if base == left else f", where HEAD left {left}"))


def _wanted(path: str, top: str, before: Revision, base: str) -> str:
    """A path that a person names, from the root of the repository."""
    folder, name = os.path.split(os.path.abspath(path))
    found = os.path.relpath(os.path.join(os.path.realpath(folder), name), top).replace(os.sep, "/")
    if found.startswith(".."):
        raise UsageError(f"{path} is not in the repository {top}")
    if not os.path.lexists(path) and not before.exists(found):
        raise UsageError(f"there is no file {path}, neither here nor in {base}")
    return found


def _inside(path: str, folder: str) -> bool:
    return folder in (".", path) or path.startswith(f"{folder}/")


def _moved(commit: str, top: str) -> Iterator[tuple[str | None, str | None]]:
    """The files of YAML that differ from this commit: where they were and are, None where not."""
    words = iter(asked("diff", "--name-status", "-z", "-M", "--no-relative", commit, "--", at=top).split("\0"))
    for status in words:
        if not status:
            continue
        old = new = next(words)
        if status[0] in "RC":
            new = next(words)
        pair = None if status[0] in "AC" else old, None if status[0] == "D" else new
        if any(path and path.endswith(SUFFIXES) for path in pair):
            yield pair
    for path in asked("ls-files", "-z", "--others", "--exclude-standard", at=top).split("\0"):
        if path.endswith(SUFFIXES):
            yield None, path


def _tracked(top: str) -> list[str]:
    """The files of YAML in the working tree."""
    found = asked("ls-files", "-z", "--cached", at=top).split("\0")
    return [path for path in dict.fromkeys(found) if path.endswith(SUFFIXES)]


def _because(path: str, touched: dict[str, str]) -> str:
    """The file that changed of those that a spec is built on; nothing where there is none."""
    for _ in range(MAX_CHAIN + 1):
        data = _on_disk("", path)
        if not is_spec_text(data) or b"extends" not in data:
            return ""
        base = extended_path(path)
        if base is None:
            return ""
        path = os.path.realpath(base)
        if path in touched:
            return touched[path]
    return ""


def _on_disk(top: str, path: str) -> bytes:
    try:
        return DISK.read(os.path.join(top, path))
    except OSError:
        return b""


def _in(revision: Revision, path: str) -> bytes:
    return revision.read(path) if revision.is_file(path) else b""


def _near(top: str, path: str) -> str:
    """The path from here."""
    return os.path.relpath(os.path.join(top, path))
