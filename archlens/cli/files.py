"""A file written whole or not at all, and none of a person's own written over."""

from __future__ import annotations

import os
import stat

from archlens.errors import UsageError

__all__ = ["write_file"]


def write_file(path: str, text: str, ours: str, force: bool = False) -> None:
    """Write `text` to `path`, by way of a file beside it that takes its place when it is complete.

    A file that does not begin with `ours` was not written by us: it stays unless `force`. Raises UsageError where the path
    cannot be written.
    """
    means_folder = path.endswith("/")
    path = os.path.realpath(path)  # what a link leads to, not the link
    try:
        mode = os.stat(path).st_mode
    except OSError:
        mode = None
    if means_folder or (mode is not None and stat.S_ISDIR(mode)):
        raise UsageError(f"{path} is a folder; name a file in it")
    try:
        if mode is not None and not stat.S_ISREG(mode):  # a pipe or a device, which nothing can take the place of
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
            return
        if mode is not None and not force and not _begins(path, ours):
            raise UsageError(f"{path} is there already and was not written by this command; choose another name, or add --force")
        _replace(path, text, mode)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def _begins(path: str, ours: str) -> bool:
    with open(path, "rb") as stream:
        return stream.read(len(ours.encode())) == ours.encode()


def _replace(path: str, text: str, mode: int | None) -> None:
    """Put a file with `text` in the place of `path`, with its permissions."""
    fresh = f"{path}.{os.getpid()}.part"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            if mode is not None:
                os.chmod(fresh, stat.S_IMODE(mode))
            stream.write(text)
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise
