"""Globs over files: those of `exclude` and `per-file-ignores`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

__all__ = ["file_matcher"]


def file_matcher(folder: str, patterns: Sequence[str]) -> Callable[[str], bool]:
    """What tells whether a file, or a folder around it, matches one of the globs.

    A glob with a `/` is matched with the path from `folder` on, another with any part of it; `*` stands for `/` too.
    """
    if not patterns:
        return lambda path: False
    import fnmatch

    home = os.path.abspath(folder)
    plain = [pattern.replace("\\", "/").removeprefix("./").strip("/") for pattern in patterns]
    globs = [(pattern, "/" in pattern) for pattern in plain]

    def matches(path: str) -> bool:
        parts = os.path.relpath(os.path.abspath(path), home).replace(os.sep, "/").split("/")
        paths = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
        return any(fnmatch.fnmatchcase(one, glob) for glob, whole in globs for one in (paths if whole else parts))

    return matches
