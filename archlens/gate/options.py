"""Every setting of `archlens check`: its name, what it may be, and what it is when nobody says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archlens.errors import UsageError, did_you_mean
from archlens.graph.build import MAX_LAYERS
from archlens.layers.dtypes import DTYPES
from archlens.records import NamedTuple
from archlens.report.findings import FORMS
from archlens.report.findings.model import SEVERITIES

__all__ = ["OPTIONS", "TARGETS", "Option", "WrongValueError", "value_of"]

TARGETS = ("tf32", *[dtype for dtype in DTYPES if "_" not in dtype])
"""The kinds of number that rules of speed know: the dtypes, and what tensor cores make of float32."""


class Option(NamedTuple):
    """One setting.

    kind: `names` (a list), `table of names`, `table of severities`, `word` (one of `words`), `text`, `number` or `flag`. least:
    of a number. default: None where nothing is said.
    """

    kind: str
    default: Any
    about: str
    words: tuple[str, ...] = ()
    least: int = 0


OPTIONS: Mapping[str, Option] = {
    "select": Option("names", None, "the rules that run, by code, beginning of a code, or name; `default`, `all`"),
    "extend-select": Option("names", (), "rules that run besides"),
    "ignore": Option("names", (), "rules that do not run"),
    "per-file-ignores": Option("table of names", (), "rules that do not run on the files that a glob means"),
    "severity": Option("table of severities", (), "how bad it is to break a rule", (*SEVERITIES, "off")),
    "fail-on": Option("word", "warning", "the least severity that gives exit status 1", SEVERITIES),
    "target": Option("word", None, "the kind of number the networks are to run in", TARGETS),
    "baseline": Option("text", None, "the file of findings that are known"),
    "exclude": Option("names", (), "globs over files and folders that are passed over where a folder is checked"),
    "force-exclude": Option("flag", False, "pass over named files too: those that `exclude` means, and YAML that is no spec"),
    "format": Option("names", ("text",), "for whom; one to stdout, others as FORM=FILE to files", FORMS),
    "show-allowed": Option("flag", False, "show what `allow:` lets be broken, with the reasons"),
    "jobs": Option("number", None, "processes at once; 0 is one for each core"),
    "max-layers": Option("number", MAX_LAYERS, "refuse to expand a spec further", least=1),
}
"""By name, as configuration files and, but for the tables, the command line have them; Python has `_` for `-`."""


class WrongValueError(UsageError):
    """A setting cannot be this. help: what it can be."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(f"{message}; {help}" if help else message)
        self.message = message
        self.help = help


def value_of(name: str, value: Any) -> Any:
    """The value of a setting, lists as tuples and tables as pairs; raises WrongValueError."""
    option = OPTIONS[name]
    if value is None:
        return option.default
    if option.kind == "names":
        found = _names(name, value)
        return _formats(name, found, option.words) if option.words else found
    if option.kind == "flag":
        if not isinstance(value, bool):
            raise _wrong(name, value, "true or false")
        return value
    if option.kind == "number":
        if not isinstance(value, int) or isinstance(value, bool) or value < option.least:
            raise _wrong(name, value, f"a whole number of at least {option.least}")
        return value
    if option.kind.startswith("table"):
        if not isinstance(value, Mapping):
            raise _wrong(name, value, "a table")
        if option.kind == "table of names":
            return tuple([(str(key), _names(f"{name}.{key}", names)) for key, names in value.items()])
        return tuple([(str(key), _one_of(f"{name}.{key}", word, option.words)) for key, word in value.items()])
    if not isinstance(value, str) or not value:
        raise _wrong(name, value, "a text")
    return _one_of(name, value, option.words) if option.words else value


def _names(name: str, value: Any) -> tuple[str, ...]:
    wanted = 'a list of texts, as ["ARC6"]' if "ignore" in name or "select" in name else "a list of texts"
    if not isinstance(value, list | tuple):
        raise _wrong(name, value, wanted)
    wrong = [one for one in value if not isinstance(one, str) or not one]
    if wrong:
        raise WrongValueError(f"`{name}` must be {wanted}; {_spelled(wrong[0])} in it is none")
    return tuple(value)


def _formats(name: str, found: tuple[str, ...], words: tuple[str, ...]) -> tuple[str, ...]:
    """Forms, all but one with a file."""
    for text in found:
        form, to_file, path = text.partition("=")
        _one_of(name, form, words)
        if to_file and not path:
            raise WrongValueError(f"`{name}` cannot be {_spelled(text)}", "write FORM=FILE")
    if sum(["=" not in text for text in found]) > 1:
        raise WrongValueError(f"`{name}`: only one form can go to stdout", "write the others as FORM=FILE")
    return found


def _one_of(name: str, word: Any, words: tuple[str, ...]) -> str:
    if isinstance(word, str) and word in words:
        return word
    near = did_you_mean(word, words) if isinstance(word, str) else ""
    raise WrongValueError(f"`{name}` cannot be {_spelled(word)}", near or f"known here: {', '.join(words)}")


def _wrong(name: str, value: Any, wanted: str) -> WrongValueError:
    return WrongValueError(f"`{name}` must be {wanted}, not {_spelled(value)}")


def _spelled(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
