"""Configuration files: which one holds, what it says, and where in it something stands."""

from __future__ import annotations

import os
from typing import Any

from archlens.errors import Diagnostic, Source, Span, Unreadable, did_you_mean
from archlens.gate.options import OPTIONS, WrongValueError, value_of

__all__ = ["fault_in", "nearest", "read"]

_FILE, _PROJECT = "archlens.toml", "pyproject.toml"
_TABLE = ("tool", "archlens")  # in pyproject.toml
_AT_THE_TOP = f"settings stand at the top of {_FILE}; the table `[tool.archlens]` is for {_PROJECT}"
_CODE = "ARC010"


def nearest() -> str | None:
    """The configuration file that is nearest, from here upward: archlens.toml, or a pyproject.toml that has our table."""
    folder, shown = os.getcwd(), ""
    while True:
        for name in (_FILE, _PROJECT):
            path = os.path.join(shown, name)
            if os.path.isfile(path) and (name == _FILE or _has_table(path)):
                return path
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder, shown = above, os.path.join(shown, os.pardir)


def _has_table(path: str) -> bool:
    """Whether a pyproject.toml has a table of ours; read as TOML only where it may."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return False
    if b"archlens" not in data or b"tool" not in data:
        return False
    if b"[tool.archlens]" in data:
        return True
    import tomllib

    try:
        return _below(tomllib.loads(data.decode()), _TABLE) is not None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def _below(table: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def read(path: str) -> list[tuple[str, Any, int]]:
    """Every setting of a file: its name, its value and its line. Raises Unreadable, with every fault."""
    import tomllib

    source = _source(path)
    try:
        table: Any = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(_syntax_fault(source, str(error))) from None
    except RecursionError:
        raise Unreadable(Diagnostic(_CODE, f"{path} is nested too deeply")) from None
    prefix = _TABLE if os.path.basename(path) != _FILE and _below(table, _TABLE) is not None else ()
    table = _below(table, prefix)
    if not isinstance(table, dict):
        raise Unreadable(Diagnostic(_CODE, "`tool.archlens` must be a table", _span_of(source, prefix)))
    found, faults = [], []
    for name, value in table.items():
        span = _span_of(source, (*prefix, name))
        if name not in OPTIONS:
            near = did_you_mean(name.replace("_", "-"), OPTIONS) or f"settings: {', '.join(OPTIONS)}"
            help = _AT_THE_TOP if name == _TABLE[0] else near
            faults.append(Diagnostic(_CODE, f"there is no setting `{name[:60]}`", span, help=help))
            continue
        try:
            found.append((name, value_of(name, value), span.line))
        except WrongValueError as error:
            inner = error.message.split("`")[1].removeprefix(f"{name}.")
            at = _span_of(source, (*prefix, name, inner)) if inner != name else span
            faults.append(Diagnostic(_CODE, error.message, at, help=error.help))
    if faults:
        raise Unreadable(*faults)
    return found


def fault_in(path: str, line: int, text: str, message: str) -> Diagnostic:
    """What is wrong with a text in the value of the setting at a line. message: with the cure behind a semicolon."""
    what, _, help = message.partition("; ")
    return Diagnostic(_CODE, what, _span_of_text(_source(path), line, text), help=help)


def _source(path: str) -> Source:
    try:
        with open(path, "rb") as file:
            return Source(path, file.read().decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise Unreadable(Diagnostic(_CODE, f"{path} cannot be read: {error.strerror or error}")) from None
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}"
        raise Unreadable(Diagnostic(_CODE, message, help="save the file as UTF-8")) from None


def _syntax_fault(source: Source, message: str) -> Diagnostic:
    """What tomllib says, at the place that it names at the end: `(at line 3, column 5)` or `(at end of document)`."""
    said, _, where = message.rpartition(" (at ")
    numbers = [int(word) for word in where.strip(")").replace(",", "").split() if word.isdigit()]
    line = numbers[0] if len(numbers) == 2 else source.text.rstrip("\n").count("\n") + 1
    column = numbers[1] if len(numbers) == 2 else max(1, len(source.line(line)))
    message = f"not TOML: {said[:1].lower()}{said[1:] or message}"
    return Diagnostic(_CODE, message, Span(source, line, column, column + 1), help="see https://toml.io")


def _span_of(source: Source, keys: tuple[str, ...]) -> Span:
    """Where a key stands, or the table it is in; the first line where neither is found."""
    best, place = 0, Span(source, 1, 1, 2)
    header: tuple[str, ...] = ()
    for number, line in enumerate(source.text.split("\n"), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            header = _parts(stripped.strip("[").partition("]")[0])
            here, begin, length = header, line.index("["), len(stripped.partition("]")[0]) + 1
        else:
            key = line.partition("=")[0]
            here, begin, length = (*header, *_parts(key)), len(key) - len(key.lstrip()), len(key.strip())
        depth = len(here) if here == keys[: len(here)] and length else 0
        if depth > best:
            best, place = depth, Span(source, number, begin + 1, begin + 1 + max(1, length))
    return place


def _span_of_text(source: Source, line: int, text: str) -> Span:
    """Where a text stands from a line on, in quotes if it does anywhere; the line where it does not."""
    for written in (f'"{text}"', f"'{text}'", text):
        for number in range(line, source.text.count("\n") + 2):
            at = source.line(number).find(written)
            if at >= 0:
                return Span(source, number, at + 1, at + 1 + max(1, len(written)))
    return Span(source, line, 1, 2)


def _parts(key: str) -> tuple[str, ...]:
    """The parts of a dotted key, those in quotes whole."""
    parts: list[str] = []
    current, quote = "", ""
    for sign in key.strip():
        if quote:
            quote, current = ("", current) if sign == quote else (quote, current + sign)
        elif sign in "\"'":
            quote = sign
        elif sign == ".":
            parts, current = [*parts, current.strip()], ""
        else:
            current += sign
    return (*parts, current.strip())
