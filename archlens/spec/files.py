"""Where the text of a spec is kept: on disk, or in a git revision (`git.py`)."""

from __future__ import annotations

import os
import re
from typing import Protocol

__all__ = ["DISK", "MAX_BYTES", "SUFFIXES", "Files", "is_spec_text"]

MAX_BYTES = 1_000_000
SUFFIXES = (".yaml", ".yml")
_KEY = re.compile(rb"""(?:\A(?:\xef\xbb\xbf)?|[\r\n])(["']?)archlens\1[ \t]*:""")


def is_spec_text(data: bytes) -> bool:
    """Whether a YAML file is a spec, so that one that nobody named is looked at: a line of it begins `archlens:`."""
    return _KEY.search(data) is not None


class Files(Protocol):
    """Files by path, `/` between its parts."""

    def is_file(self, path: str) -> bool:
        """Whether there is a file of this path."""
        ...

    def exists(self, path: str) -> bool:
        """Whether there is anything of this path."""
        ...

    def read(self, path: str) -> bytes:
        """What is in it, of more than MAX_BYTES not all. Raises OSError where it cannot be read."""
        ...

    def shown(self, path: str) -> str:
        """What messages call it."""
        ...

    def identity(self, path: str) -> str:
        """A text that no other file has."""
        ...


class _Disk:
    """The files of this machine; `-` is what comes in on stdin."""

    def is_file(self, path: str) -> bool:
        return os.path.isfile(path)

    def exists(self, path: str) -> bool:
        return os.path.exists(path)

    def read(self, path: str) -> bytes:
        if path == "-":
            import sys

            if sys.stdin is None:
                raise OSError("it is closed")
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)

    def shown(self, path: str) -> str:
        return "<stdin>" if path == "-" else path

    def identity(self, path: str) -> str:
        return os.path.abspath(path)


DISK: Files = _Disk()
