"""`archlens check --watch`: a report at every change, until Ctrl-C."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from archlens.cli.shared import Failures
from archlens.errors import ArchlensError

if TYPE_CHECKING:
    from archlens.gate.report import Report
    from archlens.gate.settings import Settings

__all__ = ["keep_watching"]

_CLEAR = "\033[2J\033[3J\033[H"


def keep_watching(targets: tuple[str, ...], settings: Callable[[], Settings], tell: Callable[[Report], None]) -> int:
    """Tell every report until Ctrl-C; the exit code of the last. A terminal is cleared before each."""
    from archlens.gate.watch import watched

    code = 0
    try:
        for told in watched(targets, settings, time.sleep):
            if sys.stdout.isatty():
                click.echo(_CLEAR, nl=False, color=True)
            failures = Failures()
            with failures.caught():
                if isinstance(told, ArchlensError):
                    raise told
                tell(told)
                failures.code = told.exit_code
            code = failures.code
            if sys.stderr.isatty():
                click.echo(f"{time.strftime('%X')}: watching, Ctrl-C ends it", err=True)
    except KeyboardInterrupt:
        pass
    return code
