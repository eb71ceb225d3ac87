"""`archlens check`: the gate."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from archlens.cli.shared import F, Failures, FindingsForm, RuleNames, SpecType, painter, progress
from archlens.errors import UsageError, printable
from archlens.gate.options import OPTIONS, TARGETS
from archlens.report.findings import FORMS
from archlens.report.findings.model import SEVERITIES
from archlens.report.numbers import counted

if TYPE_CHECKING:
    from archlens.gate.look import Target
    from archlens.gate.report import Report
    from archlens.gate.settings import Settings

__all__ = ["command", "settings_from", "settings_options"]


def settings_options(command: F) -> F:
    """The options that a configuration file may have too, and those that say which file."""
    for option in (
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
        click.option("--config", metavar="FILE", help="The configuration file; by default the nearest upward."),
        click.option("--max-layers", metavar="N", type=click.IntRange(min=1), help="Refuse to expand further."),
        click.option("--jobs", metavar="N", type=click.IntRange(min=0), help="Processes at once; 0 is one a core."),
        click.option("--show-allowed", is_flag=True, default=None, help="Show what `allow:` lets be broken, and why."),
        click.option("--force-exclude", is_flag=True, default=None, help="Pass over named files too: excluded, or no specs."),
        click.option("--exclude", multiple=True, metavar="GLOB", help="Pass over such files and folders."),
        click.option("--baseline", metavar="FILE", help="Findings that are known, which are not told again."),
        click.option("--target", type=click.Choice(TARGETS), metavar="TYPE", help="Numbers to run in: float16, tf32, int8, ..."),
        click.option("--fail-on", type=click.Choice(SEVERITIES), help="The least that gives exit status 1; by default warning."),
        click.option("--ignore", multiple=True, type=RuleNames(), metavar="RULE,...", help="Rules that do not run."),
        click.option("--extend-select", multiple=True, type=RuleNames(), metavar="RULE,...", help="Rules that run besides."),
        click.option(
            "--select", multiple=True, type=RuleNames(), metavar="RULE,...", help="The rules that run: ARC5, a name, all."
        ),
        click.option(
            "--format",
            multiple=True,
            type=FindingsForm(),
            metavar="FORM[=FILE]",
            help=f"{', '.join(FORMS)}; with =FILE to a file. Repeatable.",
        ),
    ):
        command = option(command)
    return command


def settings_from(options: dict[str, Any]) -> Settings:
    """The settings that options of a command line mean; raises ArchlensError."""
    from archlens.gate.settings import settings_of

    given: dict[str, Any] = {}
    for name, option in OPTIONS.items():
        value = options.get(name.replace("-", "_"))
        if option.kind == "names":
            apart = value or () if name in ("format", "exclude") else [part for one in value or () for part in one.split(",")]
            value = tuple([part.strip() for part in apart if part.strip()]) or None
        given[name] = value
    return settings_of(given, options["config"], options["isolated"], "command line")


def _actions(command: F) -> F:
    """The options that only the command line has."""
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Say what was passed over."),
        click.option("--stdin-filename", metavar="FILE", help="What `-` is called, and where it extends from."),
        click.option("--watch", is_flag=True, help="Check again at every change, until Ctrl-C."),
        click.option("--yes", is_flag=True, help="With --update: write without asking."),
        click.option("--update", is_flag=True, help="Make missed exact figures of `expect:` true, after a look."),
        click.option("--write-baseline", is_flag=True, help="Write what is found now to the baseline."),
    ):
        command = option(command)
    return command


@click.command("check")
@click.argument("targets", nargs=-1, metavar="[PATH]...", type=SpecType())
@settings_options
@_actions
def command(targets: tuple[str, ...], **options: Any) -> None:
    """Hold specs against everything: shapes, their own expectations, and design rules.

    PATH is a file, a folder, a glob in quotes, - for stdin, or the name of a shipped network; by default the
    folder you are in. Files are checked with all their variants, unless one is named as FILE:VARIANT. A folder
    without a spec cannot be checked.

    \b
    archlens check resnet50
    archlens check specs/ --fail-on error
    archlens check vgg:all --format json

    Exit status: 0 fine, 1 findings, 2 something could not be checked.
    """
    failures = Failures()
    with failures.caught():
        failures.code = _check(targets or (".",), options)
    failures.exit()


def _check(targets: tuple[str, ...], options: dict[str, Any]) -> int:
    """The exit code. Raises ArchlensError."""
    from archlens.gate.run import run

    verbose, updating = options["verbose"], options["update"]
    if sum([options["watch"], updating, options["write_baseline"]]) > 1:
        raise UsageError("--watch, --update and --write-baseline are three different things; take one")
    if options["yes"] and not updating:
        raise UsageError("--yes answers what --update asks; it says nothing without it")
    if updating and "-" in targets:
        raise UsageError("stdin cannot be written to; name the file that --update is to change")
    if options["watch"]:
        from archlens.cli.watch import keep_watching

        if "-" in targets:
            raise UsageError("stdin does not change, so it cannot be watched")
        return keep_watching(targets, lambda: settings_from(options), lambda report: _tell(report, verbose))
    settings, stdin = settings_from(options), _stdin(targets, options["stdin_filename"])
    if options["write_baseline"]:
        return _write_baseline(targets, settings, stdin, verbose)
    report = run(targets, settings, stdin, progress())
    if updating:
        from archlens.cli.update import offer_update

        if offer_update(report, options["yes"], "text" in settings.format):
            report = run(targets, settings, stdin)
    _tell(report, verbose)
    return report.exit_code


def _stdin(targets: tuple[str, ...], name: str | None) -> Target | None:
    """What `-` stands for, read once."""
    if "-" not in targets:
        if name:
            raise UsageError("--stdin-filename says what stdin is called; name `-` among the paths")
        return None
    from archlens.gate.look import Target
    from archlens.spec.load import stdin_bytes

    return Target(name or "<stdin>", stdin_bytes())


def _write_baseline(targets: tuple[str, ...], settings: Settings, stdin: Target | None, verbose: bool) -> int:
    """Everything that is found becomes known, so that the next run is silent about it; what cannot be read is told."""
    from archlens.cli.files import write_file
    from archlens.gate.baseline import BEGINNING
    from archlens.gate.run import run

    path = settings.baseline
    if path is None:
        raise UsageError("say where: --baseline FILE, or `baseline` in a configuration file")
    is_there = os.path.exists(path)  # then reading it shows that it is ours
    if not is_there:
        settings = settings._replace(baseline=None)
    report = run(targets, settings, stdin)
    if report.exit_code == 2:
        _tell(report, verbose)
        click.echo(f"note: {path} is not written, since not everything could be checked", err=True)
        return 2
    write_file(path, report.baseline(path), BEGINNING, force=is_there)
    count = len(report.findings) + len(report.known)
    click.echo(f"{printable(path)}: {counted(count, 'finding')} {_is(count)} known, and not told again", err=True)
    return 0


def _tell(report: Report, verbose: bool) -> None:
    """The report in every form that is asked for, and what is to be said besides on stderr."""
    for form in sorted(report.settings.format, key=lambda form: "=" not in form):  # files first, which may fail
        name, to_file, path = form.partition("=")
        text = report.render(name, painter(sys.stdout) if not to_file else None)
        if name == "text":
            text += f"{report.summary}\n"
        if to_file:
            _write_report(path, text)
        else:
            click.echo(text, nl=False, color=True)
    for note in _notes(report, verbose):
        click.echo(note, err=True)


def _write_report(path: str, text: str) -> None:
    """Write it in the place of whatever is there, unless a check reads that."""
    from archlens.cli.files import write_file

    kind = _read_by_checks(path)
    if kind:
        raise UsageError(f"{path} is no report but a {kind}; name another")
    write_file(path, text, "", force=True)


def _read_by_checks(path: str) -> str:
    """What a file is to a check; empty where it is nothing."""
    from archlens.gate.baseline import is_baseline
    from archlens.gate.discover import is_spec_file

    if not os.path.isfile(path):
        return ""
    if path.endswith(".toml"):
        return "configuration file"
    return "spec" if is_spec_file(path) else "baseline" if is_baseline(path) else ""


def _notes(report: Report, verbose: bool) -> list[str]:
    """What is to be said besides the findings, a line each."""
    notes = list(report.notes)
    if report.skipped and verbose:
        notes.append(f"passed over {counted(report.skipped, 'YAML file')} without a line `archlens:`")
    count = len(report.mended)
    if count:
        known = f"{counted(count, 'finding')} in {report.settings.baseline}"
        notes.append(f"{known} {_is(count)} mended; --write-baseline drops {'it' if count == 1 else 'them'}")
    return [f"note: {printable(note)}" for note in notes]


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
