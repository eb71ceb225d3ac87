"""Settings: of the command line or Python, else of the nearest configuration file, else their defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from archlens.errors import Diagnostic, Severity, Source, Span, Unreadable, UsageError, did_you_mean
from archlens.gate.options import OPTIONS, WrongValueError, value_of
from archlens.records import NamedTuple

__all__ = ["DEFAULT", "Origin", "Settings", "settings_of"]

DEFAULT = "default"
_FILE, _PROJECT = "archlens.toml", "pyproject.toml"
_TABLE = ("tool", "archlens")  # in pyproject.toml
_CODE = "ARC010"


class Origin(NamedTuple):
    """Where a value came from. place: `default`, `command line`, `Python` or `FILE:LINE`. folder: what its paths start from."""

    place: str
    folder: str = ""


class Settings(NamedTuple):
    """What a check is to do; see `OPTIONS`. origins: where each value came from, by name; those that are not in it are defaults.
    file: the configuration file, if there is one."""

    select: tuple[str, ...] | None
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...]
    severity: tuple[tuple[str, str], ...]
    fail_on: Severity
    target: str | None
    baseline: str | None
    exclude: tuple[str, ...]
    force_exclude: bool
    format: tuple[str, ...]
    show_allowed: bool
    jobs: int | None
    max_layers: int
    origins: Mapping[str, Origin] = {}
    file: str | None = None

    def folder(self, name: str) -> str:
        """The folder that paths of a setting start from, empty for the working folder."""
        return self.origins[name].folder if name in self.origins else ""

    def value(self, name: str) -> Any:
        """A value by the name of its setting."""
        return getattr(self, name.replace("-", "_"))


def settings_of(given: Mapping[str, Any], config: str | None = None, isolated: bool = False, giver: str = "Python") -> Settings:
    """The settings that hold.

    given: by name, those that are stated; None is not. config: a configuration file, by default the nearest from the working
    folder upward, none if isolated. giver: who states them. Raises UsageError for a value that there cannot be, and Unreadable
    with every fault of the file.
    """
    path = None if isolated else config or _nearest()
    if config is not None and not os.path.isfile(config):
        raise UsageError(f"no file {config}")
    values: dict[str, Any] = {name: option.default for name, option in OPTIONS.items()}
    origins: dict[str, Origin] = {}
    if path is not None:
        for name, value, line in _read(path):
            values[name] = value
            origins[name] = Origin(f"{path}:{line}", os.path.dirname(path))
    for name, value in given.items():
        if value is not None:
            values[name] = value_of(name, value)
            origins[name] = Origin(giver)
    if values["baseline"] is not None and "baseline" in origins:
        values["baseline"] = os.path.normpath(os.path.join(origins["baseline"].folder, values["baseline"]))
    return Settings(**{name.replace("-", "_"): value for name, value in values.items()}, origins=origins, file=path)


def _nearest() -> str | None:
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


def _read(path: str) -> list[tuple[str, Any, int]]:
    """Every setting of a file: its name, its value and its line. Raises Unreadable."""
    import tomllib

    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise Unreadable(Diagnostic(_CODE, f"{path} cannot be read: {error.strerror or error}")) from None
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}"
        raise Unreadable(Diagnostic(_CODE, message, help="save the file as UTF-8")) from None
    source = Source(path, text)
    try:
        table: Any = tomllib.loads(text)
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
            help = did_you_mean(name.replace("_", "-"), OPTIONS) or f"settings: {', '.join(OPTIONS)}"
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
