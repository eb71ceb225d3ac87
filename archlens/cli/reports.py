"""`archlens reports`: the committed pages and pictures, written anew or checked."""

from __future__ import annotations

import os
from collections.abc import Callable

import click

from archlens.cli.files import write_file
from archlens.cli.shared import Failures, progress
from archlens.errors import UsageError

__all__ = ["command"]


@click.command("reports")
@click.argument("folder", default="reports", metavar="[FOLDER]")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a page is stale.")
@click.option("--force", is_flag=True, help="Write over files of these names that are not ours.")
def command(folder: str, check: bool, force: bool) -> None:
    """Write the pages that teach the subject: lineage, concepts, interview questions; for every network a page, a diagram
    and a page for a browser.

    They hold nothing but what is computed from the shipped specs, and are the same bytes on every machine. Diagrams need
    Graphviz, which the extra `diagrams` brings.

    \b
    archlens reports pages
    archlens reports pages --check

    Exit status: 0 fine, 1 a page is stale, 2 the request could not be met.
    """
    from archlens.chapter import reports

    failures = Failures()
    shown = progress()
    with failures.caught():
        wanted = {**reports.pages(shown), **reports.pictures(shown)}
        stale = {path: text for path, text in wanted.items() if _read(os.path.join(folder, path)) != text}
        left = _left_over(folder, wanted, reports.mark_of)
        if check:
            for path in (*stale, *left):
                click.echo(f"{os.path.join(folder, path)} is stale: run `archlens reports {folder}`", err=True)
            failures.code = 1 if stale or left else 0
            if not failures.code:
                click.echo(f"all {len(wanted)} pages in {folder} are as they should be")
        else:
            _write(folder, stale, left, reports.mark_of, force)
            click.echo(f"{len(stale)} of {len(wanted)} pages written to {folder}, {len(wanted) - len(stale)} as they were")
    failures.exit()


def _write(folder: str, pages: dict[str, str], left: list[str], mark_of: Callable[[str], str], force: bool) -> None:
    try:
        os.makedirs(os.path.join(folder, "networks"), exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror or error}") from None
    for path, text in pages.items():
        write_file(os.path.join(folder, path), text, mark_of(path), force)
    for path in left:
        os.unlink(os.path.join(folder, path))


def _left_over(folder: str, wanted: dict[str, str], mark_of: Callable[[str], str]) -> list[str]:
    """Pages of networks that are shipped no longer."""
    try:
        names = sorted(os.listdir(os.path.join(folder, "networks")))
    except OSError:
        return []
    found = [f"networks/{name}" for name in names if f"networks/{name}" not in wanted]
    return [path for path in found if (_read(os.path.join(folder, path)) or "").startswith(mark_of(path))]


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None
