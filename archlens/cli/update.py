"""`archlens check --update`: missed figures shown as a diff, and written where that is wanted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from archlens.errors import UsageError, printable
from archlens.report.numbers import counted

if TYPE_CHECKING:
    from archlens.gate.report import Report
    from archlens.gate.update import Update

__all__ = ["offer_update"]


def offer_update(report: Report, yes: bool, on_stdout: bool) -> bool:
    """Show what would change and write it if that is answered with yes; whether something was written.

    yes: not to ask. on_stdout: whether the diff may go there; else to stderr. Without a terminal to ask at nothing is written.
    Raises UsageError where a file cannot be written, or was changed meanwhile.
    """
    updates = report.updates()
    for update in updates:
        click.echo(update.diff, nl=False, err=not on_stdout)
    for note in [note for update in updates for note in update.notes]:
        click.echo(f"note: {printable(note)}", err=True)
    changes = [update for update in updates if update.diff]
    if not changes:
        click.echo("note: no figure to update", err=True)
        return False
    if not yes:
        if not sys.stdin.isatty():
            click.echo("note: nothing is written; --yes writes it", err=True)
            return False
        if not click.confirm(f"Write {counted(len(changes), 'file')}?", err=True):
            return False
    _write(changes)
    return True


def _write(changes: list[Update]) -> None:
    from archlens.cli.files import write_file
    from archlens.gate.update import is_unchanged

    for update in changes:
        if not is_unchanged(update):
            raise UsageError(f"{update.file} was changed meanwhile; it stays as it is")
        write_file(update.file, update.after, "", force=True)
        click.echo(f"{printable(update.file)}: written", err=True)
