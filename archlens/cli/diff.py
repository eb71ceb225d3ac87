"""`archlens diff`: what a change to a network changes, and what it costs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from archlens.cli.shared import Failures, Level, RevisionName, SpecType, network_options, painter, progress, width
from archlens.errors import UsageError
from archlens.report.diff.written import DIFF_FORMATS, render_diff

if TYPE_CHECKING:
    from archlens.cli.pairs import Pairs
    from archlens.report.diff.limits import Limit
    from archlens.report.diff.pair import Comparison

__all__ = ["command"]

_ENDINGS = {".md": "markdown", ".json": "json", ".html": "html", ".htm": "html", ".txt": "text"}


@click.command("diff")
@click.argument("specs", nargs=-1, metavar="OLD NEW", type=SpecType())
@click.option(
    "--base",
    metavar="REV",
    type=RevisionName(),
    help="Every spec that changed since HEAD left REV; then [PATH]... instead of OLD NEW.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(DIFF_FORMATS),
    help="For whom; markdown fits a comment.  [default: by the ending of -o, else text]",
)
@click.option("-o", "--output", metavar="FILE", help="Where it goes instead of stdout.")
@click.option("--force", is_flag=True, help="Write over a file that this command has not written.")
@click.option(
    "--level",
    metavar="LEVEL",
    type=Level(),
    default="layer",
    help="What a row is: a layer, a block, a stage (the first part of a path), or a number of parts.",
)
@click.option("--all", "every", is_flag=True, help="A row for each layer, for those too whose sizes only follow.")
@click.option(
    "--fail-on",
    "limits",
    metavar="LIMIT",
    multiple=True,
    help="Exit 1 if this holds: 'macs > +5%', 'params > +100k', 'params > 30M'. Repeatable.",
)
@click.option("--exit-code", is_flag=True, help="Exit 1 if anything differs, names of layers too.")
@network_options
def command(
    specs: tuple[str, ...],
    base: str | None,
    form: str | None,
    output: str | None,
    force: bool,
    level: str,
    every: bool,
    limits: tuple[str, ...],
    exit_code: bool,
    **options: Any,
) -> None:
    """Say what a change to a network changes: layers added, removed and otherwise, and what that costs.

    OLD and NEW are as for `analyze`, or REV:PATH, a file as a git revision has it. Where both have the same
    variants and none is named, each is held against its like.

    \b
    archlens diff resnet50 resnet101
    archlens diff vgg16 vgg19 --level stage
    archlens diff main:my_net.yaml my_net.yaml
    archlens diff --base main --format markdown
    archlens diff vgg16 vgg19 --fail-on 'macs>+50%' --fail-on 'params>200M'

    A sign or % in a limit means the difference, a bare amount what the figure comes to.

    Exit status: 0 fine, 1 a fault in a spec, a limit that is not kept, or with --exit-code a difference, 2 the
    request could not be met.
    """
    from archlens.cli.pairs import Pairs
    from archlens.report.diff.limits import limit

    failures = Failures()
    pairs = Pairs(options, failures, progress())
    comparison = None
    with failures.caught():
        checked = [limit(text) for text in limits]
        form = form or _form(output)
        comparison = _compared(specs, base, pairs, checked)._replace(level=_level(level), every=every)
    if comparison is None:
        failures.exit()
        return
    if form != "text" or comparison.pairs or base is not None:
        with failures.caught():
            _write(comparison, form or "text", output, force)
    if comparison.broken or (exit_code and any(pair.status != "same" for pair in comparison.pairs)):
        failures.code = max(failures.code, 1)
    failures.exit()


def _compared(specs: tuple[str, ...], base: str | None, pairs: Pairs, limits: list[Limit]) -> Comparison:
    from archlens.report.diff.limits import broken
    from archlens.report.diff.pair import Comparison

    about = ""
    if base is None:
        if len(specs) != 2:
            raise UsageError("name two networks, OLD and NEW, or a revision that the specs here are held against: --base main")
        found = pairs.of(*specs)
    else:
        from archlens.spec.changed import changed_since

        since = changed_since(base, specs)
        about, found = since.about, pairs.since(since)
        pairs.notes += [] if since.specs else ["no spec differs"]
    missed = [text for pair in found for text in broken(limits, pair)]
    return Comparison(found, about, pairs.notes, missed, pairs.faults)


def _level(level: str) -> str:
    from archlens.report.view import make_view

    return make_view(level=level).level


def _form(output: str | None) -> str:
    """The format that a file's ending says; text where none is written."""
    if output is None or output == "-":
        return "text"
    ending = os.path.splitext(output)[1].lower()
    if ending not in _ENDINGS:
        raise UsageError(f"{output}: the ending says no format; end it in {', '.join(_ENDINGS)}, or add --format")
    return _ENDINGS[ending]


def _write(comparison: Comparison, form: str, output: str | None, force: bool) -> None:
    if output is None or output == "-":
        click.echo(render_diff(comparison, form, width(), painter(sys.stdout)), color=True)
        return
    from archlens.cli.files import size_line, write_file

    text = render_diff(comparison, form) + "\n"
    lines = 1 if form == "markdown" else 2
    write_file(output, text, "".join(text.splitlines(keepends=True)[:lines]), force)
    click.echo(size_line(output))
