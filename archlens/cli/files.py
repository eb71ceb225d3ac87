"""A file written whole or not at all, and none of a person's own written over."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence

from archlens.errors import UsageError, did_you_mean

__all__ = ["picture_format", "size_line", "write_file", "write_picture"]

_PNG, _PDF, _XML = b"\x89PNG\r\n\x1a\n", b"%PDF-", b"<?xml "
_PNG_HEAD = 33  # bytes up to the end of the chunk that must come first
# A chunk of text with its checksum (https://www.w3.org/TR/png-3/#11tEXt); a comment after the end.
_PNG_MARK = b"\0\0\0\x11tEXtSoftware\0archlens" + bytes.fromhex("65b2dbd7")
_PDF_MARK = b"% archlens\n"
_COMMENTS = {b"digraph ": b"// archlens\n", b"flowchart ": b"%% archlens\n"}  # of what begins so, a first line that nobody sees


def write_file(path: str, text: str, ours: str, force: bool = False) -> None:
    """Write `text` to `path`, by way of a file beside it that takes its place when it is complete.

    A file that does not begin with `ours` was not written by us: it stays unless `force`. Raises UsageError where the path
    cannot be written.
    """
    _write(path, text.encode(errors="backslashreplace"), lambda there: _begins(there, ours.encode()), force)


def picture_format(path: str, known: Sequence[str]) -> str:
    """The ending of `path`, which says what is written. Raises UsageError where it is none of `known`."""
    if not path:
        raise UsageError("-o names no file")
    ending = os.path.splitext(path)[1].removeprefix(".").lower()
    if ending in known:
        return ending
    wrong = f"`.{ending}` is no format" if ending else "the ending says which format, and there is none"
    raise UsageError(f"{path}: {wrong}; {did_you_mean(ending, known)}")


def write_picture(path: str, data: str | bytes, force: bool = False) -> None:
    """As `write_file`, for a picture: PNG, PDF, DOT and Mermaid are signed, so that the next run knows them for ours; SVG and
    JSON say so in their first lines, and a text must have the title and the columns of `data`."""
    signed = _signed(data.encode() if isinstance(data, str) else data)
    _write(path, signed, lambda there: _signature(_content(there)) == _signature(signed), force)


def size_line(path: str) -> str:
    """What a person reads of a file that was written: `resnet50.svg: 24 kB`."""
    return f"{path}: {max(1, round(os.path.getsize(path) / 1000)):,} kB"


def _signed(data: bytes) -> bytes:
    """The picture with our name where no reader shows it."""
    if data.startswith(_PNG):
        return data[:_PNG_HEAD] + _PNG_MARK + data[_PNG_HEAD:]
    if data.startswith(_PDF):
        return data + _PDF_MARK
    return next((mark + data for start, mark in _COMMENTS.items() if data.startswith(start)), data)


def _signature(data: bytes) -> bytes:
    """What stands where we sign such a file."""
    if data.startswith(_PNG):
        return data[_PNG_HEAD:][: len(_PNG_MARK)]
    if data.startswith(_PDF):
        return data[-len(_PDF_MARK) :]
    lines = data.split(b"\n", 4)
    if data.startswith(_XML):
        return b"\n".join(lines[:2])
    if data.startswith(b"{"):
        return b"\n".join(lines[:3])
    if data.startswith(tuple(_COMMENTS.values())):
        return lines[0]
    return b"\n".join([lines[0], *[word for line in lines[3:4] for word in line.split()]])


def _content(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _write(path: str, data: bytes, is_ours: Callable[[str], bool], force: bool) -> None:
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
            with open(path, "wb") as stream:
                stream.write(data)
            return
        if mode is not None and not force and not is_ours(path):
            raise UsageError(f"{path} is there already and was not written by this command; choose another name, or add --force")
        if mode is not None and not os.access(path, os.W_OK):
            raise UsageError(f"{path} is read-only; it stays as it is")
        _replace(path, data, mode)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def _begins(path: str, ours: bytes) -> bool:
    with open(path, "rb") as stream:
        return stream.read(len(ours)) == ours


def _replace(path: str, data: bytes, mode: int | None) -> None:
    """Put a file with `data` in the place of `path`, with its permissions."""
    fresh = f"{path}.{os.getpid()}.part"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(handle, "wb") as stream:
            if mode is not None:
                os.chmod(fresh, stat.S_IMODE(mode))
            stream.write(data)
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise
