"""The command line. Each command is a file of its own, imported when it is called."""

from __future__ import annotations

import codecs
import gc
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from archlens import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["main"]

_COMMANDS = {
    "analyze": "Sizes, parameters, MACs, receptive fields and memory of a network.",
    "check": "Specs held against shapes, their own expectations and design rules: the gate.",
    "config": "The settings of `archlens check`, and where each comes from.",
    "field": "What one unit of a layer sees of the input.",
    "diagram": "A network as boxes and arrows: SVG, PNG, PDF, Mermaid, text.",
    "receptive-field": "How the receptive field grows, layer by layer: tables, drawings, networks side by side.",
    "expand": "The plain layer list behind a spec, every default spelled out.",
    "export": "The network as the PyTorch file that a person would have written.",
    "explain": "Where a number comes from: formulas with the values put in, for networks, layers and layer types.",
    "memory": "Where memory goes: what is alive at the peak, and what training needs.",
    "diff": "What a change to a network changes and costs: two files, variants or git revisions.",
    "compare": "Networks side by side: any figure as a column, tables for papers and interviews.",
    "report": "A page on which a network, or several, can be understood: diagram, layers, charts, formulas.",
    "concepts": "The chapter's comparisons, computed: convolution against fully connected, 3×3 against 5×5, and so on.",
    "lab": "The chapter's claims that need a run, measured in PyTorch, each with a verdict.",
    "quiz": "Interview practice: questions with worked answers, in the terminal or as cards.",
    "rule": "The design rules and their manuals: what each finds, why it is bad, what to write instead.",
    "reports": "The pages that teach the subject, written from the shipped specs.",
    "schema": "The JSON Schema of the spec language, for editors.",
    "verify": "Every computed fact held against a run in PyTorch.",
    "specs": "The networks that come with archlens.",
}

_ALIASES = {"rf": "receptive-field"}

_PLAIN = dict(zip("×·─…✓✗–→≤≥−∏Σ⌊⌋⌈⌉“”█▉▊▋▌▍▎▏", "x.-~+!-><>-PS[][]''######==", strict=True))
_PLAIN |= {"░": ".", "▒": "+"}


class _Commands(click.Group):
    """Knows every command by name and help, and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = _ALIASES.get(cmd_name, cmd_name)
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"archlens.cli.{name.replace('-', '_')}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        known = {**_COMMANDS, **_ALIASES}
        if args and args[0] not in known and not args[0].startswith("-"):
            from archlens.errors import did_you_mean

            ctx.fail(f"no command `{args[0]}`; {did_you_mean(args[0], known) or '`archlens --help` lists them'}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        helps = {**_COMMANDS, **({alias: _COMMANDS[name] for alias, name in _ALIASES.items()} if incomplete else {})}
        commands = [CompletionItem(name, help=text) for name, text in helps.items() if name.startswith(incomplete)]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            shorter = {name: f"{name} ({alias})" for alias, name in _ALIASES.items()}
            formatter.write_dl([(shorter.get(name, name), text) for name, text in _COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="archlens")
def _group() -> None:
    """The type checker for neural-network architectures.

    \b
    archlens analyze resnet50                     a shipped network
    archlens analyze my_net.yaml                  your own
    archlens analyze my_net.yaml --format json    for a tool
    archlens explain resnet50 stem/conv           where its numbers come from
    archlens specs                                what is shipped

    Exit status: 0 fine, 1 faults or missed expectations, 2 the request could not be met.
    """


def main() -> None:
    """The entry point `archlens`."""
    gc.disable()  # a command is over before cycles could matter, and looking for them takes a tenth of its time
    _settle_streams()
    try:
        _group(prog_name="archlens")
    except OSError as error:  # a full disk, say; a closed pipe ended us before
        sys.stderr.write(f"error: {_said(error)}\n")
        os._exit(2)  # or Python would try to write the rest once more
    finally:
        gc.freeze()  # or Python would look for cycles once more before it ends, which takes another tenth


def _said(error: OSError) -> str:
    """Why a command could not go on that had no word for it."""
    try:
        os.getcwd()
    except OSError:
        return "the working folder is not there any more"
    return f"the output cannot be written: {error.strerror or error}"


def _settle_streams() -> None:
    """What a pipe gets is UTF-8; a terminal gets plain signs for those it lacks; `| head` ends us quietly."""
    codecs.register_error("archlens", _plainer)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            piped = not stream.isatty() and "PYTHONIOENCODING" not in os.environ
            stream.reconfigure(errors="archlens", encoding="utf-8" if piped else None)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """For signs that an encoding lacks others of the same width, as `codecs.register_error` wants it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join([_PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]]), error.end
