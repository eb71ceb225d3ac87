"""What commands share: options, colour, faults on stderr, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archlens.errors import ArchlensError, Diagnostic, SpecError, Unreadable, UsageError, printable, render
from archlens.graph.build import MAX_LAYERS
from archlens.layers.dtypes import DTYPES, FIGURES_DTYPE
from archlens.network import Network, load_all

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Text = click.ParamType[str]
else:
    Text = click.ParamType  # older ones take no argument

__all__ = [
    "FORMATS",
    "ColumnNames",
    "Explainable",
    "Failures",
    "FigureNames",
    "FindingsForm",
    "LayerPath",
    "Level",
    "PresetName",
    "RevisionName",
    "RuleNames",
    "SpecType",
    "network_options",
    "networks",
    "painter",
    "policy_option",
    "progress",
    "width",
]

FORMATS = ("table", "json", "csv", "markdown", "latex", "html")
"""What a table can be printed as."""

F = TypeVar("F", bound=Callable[..., Any])

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "head": {"bold": True},
    "group": {"fg": "cyan"},
    "total": {"bold": True},
    "faint": {"dim": True},
    "good": {"fg": "green"},
    "bad": {"fg": "red", "bold": True},
    "bold": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "cyan", "bold": True},
    "help": {"fg": "green", "bold": True},
    "rule": {"fg": "blue"},
}


def painter(stream: Any) -> Callable[[str, str], str]:
    """How text is dressed on `stream`: colours on a terminal unless NO_COLOR is set, else not at all."""
    if stream is None or not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return lambda text, role: text
    return lambda text, role: click.style(text, **_STYLES[role]) if text and role else text


def width(piped: int = 120) -> int:
    """Columns of the terminal; `piped` into a pipe, unless COLUMNS says otherwise."""
    wished = os.environ.get("COLUMNS", "")
    if wished.isascii() and wished.isdigit() and int(wished):
        return int(wished)
    try:  # as `shutil.get_terminal_size`, which takes 2 ms to import
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or piped if sys.__stdout__ else piped
    except (OSError, ValueError):
        return piped


def progress() -> Callable[[str], AbstractContextManager[Any]]:
    """`with progress()(text):` names a step on stderr where a person waits for it; see `cli/progress.py`."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return nullcontext
    from archlens.cli.progress import Progress

    return Progress(sys.stderr).shown


class _Completed(Text):
    """A text that the shell completes. What is wrong with it is said when the command runs."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """What `cli/completion.py` finds."""
        from archlens.cli import completion

        return completion.COMPLETERS[self.name](ctx, param, incomplete)


class SpecType(_Completed):
    """A spec: completes shipped names, YAML files, and after a colon variants and `all`."""

    name = "spec"


class Explainable(_Completed):
    """A spec, as above, or a layer type."""

    name = "spec or type"


class LayerPath(_Completed):
    """A layer: completes the paths of the network that `spec` (or `specs`) names before it."""

    name = "layer"


class ColumnNames(_Completed):
    """Names of columns, separated by commas."""

    name = "columns"


class FigureNames(_Completed):
    """Names of figures of whole networks, separated by commas."""

    name = "figures"


class RuleNames(_Completed):
    """Design rules by code, beginning of a code or name, separated by commas."""

    name = "rules"


class FindingsForm(_Completed):
    """A form of findings; behind a `=` the file that it goes to."""

    name = "findings form"


class RevisionName(_Completed):
    """A git revision: completes branches and tags."""

    name = "revision"


class PresetName(_Completed):
    """A preset of `archlens compare`."""

    name = "preset"


class Level(_Completed):
    """`layer`, `block`, `stage`, or a number."""

    name = "level"


def network_options(command: F) -> F:
    """The options that say which network is meant."""
    for option in (
        click.option(
            "--max-layers", type=click.IntRange(min=1), default=MAX_LAYERS, show_default=True, help="Refuse to expand further."
        ),
        click.option(
            "--dtype",
            type=click.Choice(list(DTYPES)),
            default=FIGURES_DTYPE,
            show_default=True,
            metavar="TYPE",
            help="Of all values, for bytes: float64, bfloat16, float16, float8, int8.",
        ),
        click.option("--batch", type=click.IntRange(1, 2**31 - 1), default=1, show_default=True, help="Samples at once."),
        click.option(
            "--input",
            "sizes",
            multiple=True,
            metavar="SIZE",
            help="Another input size, 3x256x256; NAME=SIZE if there are several.",
        ),
        click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the spec."),
    ):
        command = option(command)
    return command


def policy_option(help: str) -> Callable[[F], F]:
    """`--policy`, whose counts are meant. help: what comes of it."""
    from archlens.analysis.facts import POLICIES, POLICY  # which commands without it need not load

    return click.option("--policy", type=click.Choice(POLICIES), default=POLICY, show_default=True, help=help)


def _pairs(texts: Iterable[str], option: str, bare: bool) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping; with `bare` a value may lack its name."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals and bare:
            name, value = "", text
        elif not equals or not name:
            raise UsageError(f"{option} {text}: write {option} NAME=VALUE")
        found[name.strip()] = value.strip()
    return found


def networks(
    target: str, params: Iterable[str], sizes: Iterable[str], batch: int, max_layers: int, dtype: str = FIGURES_DTYPE
) -> list[Network]:
    """The networks a command line means; raises ArchlensError."""
    return load_all(
        target,
        params=_pairs(params, "-p", bare=False),
        input=_pairs(sizes, "--input", bare=True) or None,
        batch=batch,
        max_layers=max_layers,
        dtype=dtype,
    )


_SHAPES = "ARC2"  # the family of faults about shapes


def _from_outside(fault: Diagnostic) -> bool:
    """Whether it is about an option (`-p`, `--input`) rather than a file."""
    return fault.span is not None and fault.span.source.name.startswith("-")


class Failures:
    """What has gone wrong so far: told on stderr at once, and kept as the exit code."""

    def __init__(self) -> None:
        self.code = 0

    def add(self, fault: Diagnostic, code: int = 1) -> None:
        """Show a fault and remember its exit code."""
        self.code = max(self.code, code)
        click.echo(render(fault, painter(sys.stderr)) + "\n", err=True, color=True)

    @contextmanager
    def caught(self, into: list[Diagnostic] | None = None, sized: bool = False) -> Iterator[None]:
        """Show an archlens error instead of a traceback and go on; `into` gets its diagnostics.

        sized: the network is to run at a size asked for; where that does not fit, the request cannot be met.
        """
        try:
            yield
        except SpecError as error:
            for fault in error.diagnostics:
                misfit = sized and fault.code.startswith(_SHAPES)
                self.add(fault, 2 if isinstance(error, Unreadable) or _from_outside(fault) or misfit else 1)
            count = sum([fault.severity == "error" for fault in error.diagnostics])
            if count > 1:
                click.echo(f"{count} faults", err=True)
            faults = error.diagnostics
        except ArchlensError as error:
            self.code = 2
            click.echo(painter(sys.stderr)("error", "error") + f": {printable(str(error))}", err=True, color=True)
            faults = (Diagnostic("ARC000", str(error)),)
        else:
            return
        if into is not None:
            into.extend(faults)

    def exit(self) -> None:
        """Leave with the code that was earned."""
        if self.code:
            raise SystemExit(self.code)
