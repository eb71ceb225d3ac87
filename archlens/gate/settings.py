"""Settings: of the command line or Python, else of the nearest configuration file, else their defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from archlens.errors import Diagnostic, Severity, UsageError
from archlens.gate.configuration import fault_in, nearest, read
from archlens.gate.options import OPTIONS, value_of
from archlens.records import NamedTuple

__all__ = ["DEFAULT", "Origin", "Settings", "settings_of"]

DEFAULT = "default"


class Origin(NamedTuple):
    """Where a value came from. place: `default`, `command line`, `Python` or `FILE:LINE`. folder: what its paths start from.
    line: in the configuration file, 0 elsewhere."""

    place: str
    folder: str = ""
    line: int = 0


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

    def fault(self, name: str, text: str, error: UsageError) -> Diagnostic | None:
        """What is wrong with a text that a setting has, where it stands; None where that is no configuration file."""
        origin = self.origins.get(name)
        return fault_in(self.file, origin.line, text, str(error)) if self.file and origin and origin.line else None


def settings_of(given: Mapping[str, Any], config: str | None = None, isolated: bool = False, giver: str = "Python") -> Settings:
    """The settings that hold.

    given: by name, those that are stated; None is not. config: a configuration file, by default the nearest from the working
    folder upward, none if isolated. giver: who states them. Raises UsageError for a value that there cannot be, and Unreadable
    with every fault of the file.
    """
    path = None if isolated else config or nearest()
    if config is not None and not os.path.isfile(config):
        raise UsageError(f"no file {config}")
    values: dict[str, Any] = {name: option.default for name, option in OPTIONS.items()}
    origins: dict[str, Origin] = {}
    if path is not None:
        for name, value, line in read(path):
            values[name] = value
            origins[name] = Origin(f"{path}:{line}", os.path.dirname(path), line)
    for name, value in given.items():
        if value is not None:
            values[name] = value_of(name, value)
            origins[name] = Origin(giver)
    if values["baseline"] is not None and "baseline" in origins:
        values["baseline"] = os.path.normpath(os.path.join(origins["baseline"].folder, values["baseline"]))
    return Settings(**{name.replace("-", "_"): value for name, value in values.items()}, origins=origins, file=path)
