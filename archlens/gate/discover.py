"""Files, folders, globs and names → the specs to check, each once, in an order that does not change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from archlens.errors import UsageError
from archlens.gate.look import Target
from archlens.records import NamedTuple
from archlens.spec.files import MAX_BYTES, SUFFIXES, is_spec_text
from archlens.spec.load import shipped

__all__ = ["Discovered", "discover", "is_spec_file"]

_PASSED_OVER = ("node_modules", "__pycache__", "site-packages")
_VENV = "pyvenv.cfg"  # stands in every virtual environment
_SIGNS = "*?["


class Discovered(NamedTuple):
    """targets: what is to be checked. skipped: YAML files of folders that are no specs. problems: targets that mean nothing,
    and why."""

    targets: tuple[Target, ...]
    skipped: int
    problems: tuple[tuple[str, str], ...]


def discover(
    targets: Sequence[str],
    excluded: Callable[[str], bool] = lambda path: False,
    stdin: Target | None = None,
    forced: bool = False,
) -> Discovered:
    """What targets mean, in their order, folders sorted.

    A folder stands for the specs in it and below, those that it links to once; a glob for what it matches. Any other target is
    checked whatever it is. excluded: files and folders that are passed over. stdin: what `-` stands for. forced: files that are
    named are passed over as those of a folder are.
    """
    walk = _Walk(excluded)
    found: dict[Target, None] = {}
    for name in targets:
        try:
            these = [] if forced and walk.passes_over(name) else _meant(name, walk, stdin)
        except UsageError as error:
            walk.problems.append((name, str(error)))
        else:
            found.update(dict.fromkeys(these))
    alone = len(targets) == 1 and not _is_glob(targets[0])
    return Discovered(tuple(found) if alone else _each_once(found), walk.skipped, tuple(walk.problems))


def _meant(name: str, walk: _Walk, stdin: Target | None) -> list[Target]:
    if name == "-":
        return [stdin or Target("-")]
    if os.path.isdir(name):
        before = walk.skipped
        found = list(walk.specs(_from_here(os.path.normpath(name))))
        if not found:
            others = walk.skipped - before
            why = f"; {others} other YAML file{' is' if others == 1 else 's are'} there" if others else ""
            raise UsageError(f"no spec in {name}{why}; a spec is a YAML file with a line `archlens: 1`")
        return [Target(path) for path in found]
    if _is_glob(name):
        return [Target(path) for path in _matched(name, walk)]
    return [Target(_named(name))]


def _is_glob(name: str) -> bool:
    return any(sign in name for sign in _SIGNS) and not os.path.exists(name)


def _matched(pattern: str, walk: _Walk) -> list[str]:
    """The specs that a glob matches, and those in folders that it matches."""
    import glob

    found: dict[str, None] = {}
    named = pattern.replace("\\", "/").split("/")
    paths = sorted(glob.glob(pattern, recursive=True))
    for path in paths:
        if any(part in _PASSED_OVER and part not in named for part in path.split(os.sep)) or walk.excluded(path):
            continue
        if not os.path.isdir(path):
            if walk.is_spec(path):
                found[_named(path)] = None
        elif "**" not in pattern:
            found.update(dict.fromkeys(walk.specs(_from_here(os.path.normpath(path)))))
    if not found:
        what = "matches nothing" if not paths else "matches no spec; a spec is a YAML file with a line `archlens: 1`"
        raise UsageError(f"`{pattern}` {what}")
    return list(found)


class _Walk:
    """Folders from top to bottom, none twice."""

    def __init__(self, excluded: Callable[[str], bool]) -> None:
        self.excluded = excluded
        self.skipped = 0
        self.problems: list[tuple[str, str]] = []

    def specs(self, folder: str) -> Iterator[str]:
        """The specs in a folder and below, sorted; then what links lead to, unless it is there already."""
        seen: set[str] = set()  # folders and files, as they are without links
        links = [folder]
        while links:
            start = links.pop(0)
            real = os.path.realpath(start)
            folders = [(start, real)] if os.path.isdir(start) else []
            if not folders and real not in seen and self.is_spec(start):
                seen.add(real)
                yield start
            while folders:
                path, real = folders.pop()
                if real not in seen:
                    seen.add(real)
                    yield from self._in(path, real, seen, folders, links)

    def _in(self, folder: str, real: str, seen: set[str], folders: list[tuple[str, str]], links: list[str]) -> Iterator[str]:
        """The specs in one folder; folders and links: gather what is to be looked at next, and at last."""
        try:
            with os.scandir(folder) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append((folder, f"{folder} cannot be read: {error.strerror or error}"))
            return
        if any(entry.name == _VENV for entry in entries):
            return
        below = []
        for entry in entries:
            path = entry.name if folder == os.curdir else os.path.join(folder, entry.name)
            is_folder = _is_folder(entry)
            if is_folder is None or self.excluded(path):
                continue
            if entry.is_symlink():
                links.append(path)
            elif is_folder:
                below.append((path, os.path.join(real, entry.name)))
            elif (file := os.path.join(real, entry.name)) not in seen and self.is_spec(path):
                seen.add(file)
                yield path
        folders += reversed(below)

    def passes_over(self, path: str) -> bool:
        """Whether a file or folder that is named would be passed over, were it in a folder that is checked."""
        return os.path.exists(path) and (self.excluded(path) or not (os.path.isdir(path) or self.is_spec(path)))

    def is_spec(self, path: str) -> bool:
        """Whether a file that nobody named is a spec."""
        if path.endswith(SUFFIXES) and os.path.isfile(path) and is_spec_file(path):
            return True
        self.skipped += 1
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool | None:
    """Whether a folder is to be looked into (True), or a YAML file (False); None for everything else."""
    try:
        if entry.name.endswith(SUFFIXES) and entry.is_file():
            return False
        return (entry.name[0] != "." and entry.name not in _PASSED_OVER and entry.is_dir()) or None
    except OSError:  # a link that leads in a circle
        return None


def is_spec_file(path: str) -> bool:
    """Whether a file looks like a spec, or cannot be read, which is to be told then."""
    try:
        with open(path, "rb") as file:
            return is_spec_text(file.read(MAX_BYTES + 1))
    except OSError:
        return True


def _named(path: str) -> str:
    """A file that is named, as `_from_here`; `./resnet50` stays, since without a `/` it would be a shipped spec."""
    normal = _from_here(os.path.normpath(path)) if os.sep in path or "/" in path else path
    return normal if os.sep in normal or normal.partition(":")[0].endswith(SUFFIXES) else path


def _from_here(path: str) -> str:
    """A path from the working folder where it lies below it."""
    here = os.getcwd()
    return os.curdir if path == here else path.removeprefix(here + os.sep)


def _each_once(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Each file once, whatever names it has: with all its variants where one of them means all, else with those they mean."""
    same: dict[str, list[Target]] = {}
    for target in targets:
        same.setdefault(_identity(target.name), []).append(target)
    found = []
    for these in same.values():
        whole = [one for one in these if one.data is not None] or [one for one in these if _is_whole(one.name)]
        found.append(whole[0] if whole else these[0]._replace(others=tuple([one.name for one in these[1:]])))
    return tuple(found)


def _identity(name: str) -> str:
    """A text that the names of one file have in common."""
    base = name.rpartition(":")[0]
    for one in (name, base):
        if one and os.path.exists(one):
            return os.path.realpath(one)
    known = shipped()
    return known.get(name) or known.get(base) or name


def _is_whole(name: str) -> bool:
    """Whether a target names no variant."""
    _, colon, variant = name.rpartition(":")
    return not colon or variant == "all" or os.path.exists(name)
