"""Files as a git revision has them, asked of git itself; nothing is checked out or written."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from functools import lru_cache

from archlens.errors import UsageError, closest
from archlens.spec.files import MAX_BYTES, SUFFIXES

__all__ = ["Revision", "abbreviated", "asked", "merge_base", "prefix", "revision_file", "revisions", "root"]


def revision_file(target: str) -> tuple[Revision, str] | None:
    """The revision and the path from the root of the repository that `REV:path` names, as in `git show`; None where it is none.

    `./` and `../` lead from the working folder. Raises UsageError for a revision that there is not, and without git.
    """
    name, colon, path = target.partition(":")
    if not colon or not name or path.startswith("//") or not ("/" in path or path.endswith(SUFFIXES)):
        return None
    revision = Revision(name)
    if path.startswith(("./", "../")):
        path = posixpath.join(prefix(), path)
    return revision, posixpath.normpath(path)


class Revision:
    """The files of one revision. name: how it is called; raises UsageError where there is none."""

    def __init__(self, name: str, shown: str = "") -> None:
        self.name = shown or name
        self.tree = _verified(name, "tree")
        self._read: dict[str, tuple[str, bytes]] = {}

    def is_file(self, path: str) -> bool:
        """Whether there is a file of this path; a link counts where it leads to one in the revision."""
        return self._object(path)[0] == "blob"

    def exists(self, path: str) -> bool:
        """Whether there is anything of this path."""
        return bool(self._object(path)[0])

    def read(self, path: str) -> bytes:
        """As `Files.read`."""
        kind, data = self._object(path)
        if kind != "blob":
            raise OSError(None, "it is a folder" if kind else f"there is no such file in {self.name}")
        return data

    def shown(self, path: str) -> str:
        """`main:specs/net.yaml`."""
        return f"{self.name}:{path}"

    def identity(self, path: str) -> str:
        """The tree and the path."""
        return f"{self.tree}:{path}"

    def near(self, path: str) -> str:
        """What to write instead of a path that is not there: from the working folder, or nothing."""
        here = posixpath.normpath(posixpath.join(prefix(), path))
        return f"; from here it is `{self.name}:./{path}`" if here != path and self.is_file(here) else ""

    def _object(self, path: str) -> tuple[str, bytes]:
        """The kind of what is there, empty where nothing is, and of a file its beginning."""
        if path not in self._read:
            self._read[path] = _object(self.tree, path)
        return self._read[path]


@lru_cache(64)  # what a tree holds never changes
def _object(tree: str, path: str) -> tuple[str, bytes]:
    """The kind of what a path of a tree leads to, empty where that is nothing, and of a file its beginning."""
    if "\n" in path or "\0" in path or path.startswith(("/", "../")) or path == "..":
        return "", b""
    from subprocess import DEVNULL, PIPE, Popen

    command = [*_git(), "cat-file", "--batch", "--follow-symlinks"]
    with Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment()) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{tree}:{path}\n".encode("utf-8", "surrogateescape"))
        process.stdin.close()
        words = process.stdout.readline().rsplit(b" ", 2)
        kind = words[1].decode() if len(words) == 3 and words[2].strip().isdigit() else ""
        if kind not in ("blob", "tree"):
            kind, data = "", b""
        else:
            data = process.stdout.read(min(int(words[2]), MAX_BYTES + 1)) if kind == "blob" else b""
        process.kill()
    return kind, data


# ---- asking git ----


def root() -> str:
    """The folder of the working tree; raises UsageError where there is none."""
    return asked("rev-parse", "--show-toplevel").removesuffix("\n")


def prefix() -> str:
    """Where the working folder is in it: `specs/`, or nothing."""
    return asked("rev-parse", "--show-prefix").removesuffix("\n")


def revisions() -> list[str]:
    """The branches and tags, those of remotes too."""
    return asked("for-each-ref", "--format=%(refname:short)").split()


def merge_base(name: str) -> str:
    """The commit from which this revision and HEAD went apart. Raises UsageError where there is none."""
    commit = _verified(name, "commit")
    head = _verified("HEAD", "commit")
    code, said, _ = _run(["merge-base", commit, head])
    if code:
        shallow = asked("rev-parse", "--is-shallow-repository").strip() == "true"
        cure = "; the clone is shallow, fetch its history: `git fetch --unshallow`" if shallow else ""
        raise UsageError(f"{name} and HEAD have no commit in common{cure}")
    return said.strip()


def abbreviated(name: str, commit: str = "") -> str:
    """What to call a commit, by default the name's: the name, or where it is another's or digits, a few of its own digits."""
    meant = _verified(name, "commit")
    if (not commit or meant == commit) and not meant.startswith(name.lower()):
        return name
    return asked("rev-parse", "--short", commit or meant).strip()


def asked(*arguments: str, at: str | None = None) -> str:
    """What git says, in the folder `at`; raises UsageError with its complaint."""
    code, said, complaint = _run(arguments, at)
    if code:
        lines = complaint.strip().split("\n")
        raise UsageError(f"git: {lines[0].removeprefix('fatal: ') or f'`git {arguments[0]}` failed'}")
    return said


def _verified(name: str, kind: str) -> str:
    """The object of this kind that a revision's name stands for."""
    if name.startswith("-") or not name.isprintable():
        raise UsageError(f"`{name}` is no revision of git: a branch, a tag or a commit")
    code, said, complaint = _run(["rev-parse", "--verify", "--quiet", f"{name}^{{{kind}}}"])
    if not code:
        return said.strip()
    if complaint.strip():
        raise UsageError(f"git: {complaint.strip().splitlines()[0].removeprefix('fatal: ').removeprefix('error: ')}")
    if _run(["rev-parse", "--verify", "--quiet", "HEAD"])[0]:
        raise UsageError(f"git knows no revision `{name}`; HEAD has no commit yet")
    known = revisions()
    near = next((one for one in known if one.endswith(f"/{name}")), None) or closest(name, known)
    cure = f"did you mean `{near}`?" if near else "`git fetch` it, or name a branch, a tag or a commit"
    raise UsageError(f"git knows no revision `{name}`; {cure}")


def _run(arguments: Sequence[str], at: str | None = None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of git; names of files that are no UTF-8 come as Python's file names."""
    from subprocess import run

    try:
        done = run([*_git(), *arguments], capture_output=True, cwd=at, env=_environment(), check=False)
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror or error}") from None
    return done.returncode, os.fsdecode(done.stdout), done.stderr.decode("utf-8", "replace")


def _git() -> list[str]:
    from shutil import which

    found = which("git")
    if found is None:
        raise UsageError("git is not installed, or not on the PATH; name files instead of revisions")
    return [found, "--literal-pathspecs", "--no-pager"]


def _environment() -> dict[str, str]:
    """Messages in English, no lock taken, no question asked."""
    return {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
