"""`archlens receptive-field`, also `archlens rf`: how receptive fields grow, as tables and drawings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from archlens.cli.files import picture_format, size_line, write_picture
from archlens.cli.shared import Failures, LayerPath, SpecType, network_options, networks, painter, progress, width
from archlens.report.picture.forms import SCENE_FORMS, written

if TYPE_CHECKING:
    from archlens.analysis.walk import FieldWalk

__all__ = ["command"]


@click.command("receptive-field")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", type=SpecType())
@click.option(
    "--at", metavar="LAYER", type=LayerPath(), help="A layer's path or the end of it; by default the last that moves a window."
)
@click.option("-o", "--output", metavar="FILE", help="Draw it there, as .svg, .png or .pdf, instead of a table.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "markdown", "csv", "json"]),
    help="Of what is printed: by default a table, or with -o nothing.",
)
@click.option(
    "--theme",
    type=click.Choice(["auto", "light", "dark", "paper"]),
    default="auto",
    show_default=True,
    help="Colours of the drawing; auto is the reader's own in SVG, else light.",
)
@click.option("--force", is_flag=True, help="Write over a file that archlens has not drawn.")
@network_options
def command(
    specs: tuple[str, ...], at: str | None, output: str | None, form: str | None, theme: str, force: bool, **options: Any
) -> None:
    """Show how the receptive field grows from the input on: kernel, stride and jump of each layer that widens it.

    One network: its table, or with -o a drawing of what the centre units see of the input and of the growth by depth.
    Several: how far each sees, or a curve for each. `archlens field` shows which pixels any one unit sees.

    \b
    archlens receptive-field vgg16
    archlens rf resnet50 --at stage2 --format json
    archlens rf deeplabv3_resnet50 -o field.svg
    archlens rf vgg16 resnet50 mobilenet_v1 -o fields.png --theme dark

    Exit status: 0 fine, 1 a fault in a spec (the others are shown), 2 the request could not be met.
    """
    failures = Failures()
    with failures.caught():
        picture = picture_format(output, SCENE_FORMS) if output is not None else ""
    failures.exit()
    walks: list[FieldWalk] = []
    shown = progress()
    for spec in specs:
        with failures.caught(sized=bool(options["sizes"])), shown(f"following {spec}"):
            walks += [network.walk(at) for network in networks(spec, **options)]
    if walks:
        with failures.caught():
            several = len(specs) > 1 or specs[0].endswith(":all")
            if output is not None:
                write_picture(output, _drawn(walks, several, picture, theme), force)
            if output is None or form is not None:
                click.echo(_text(walks, several, form or "table"), color=True, nl=form != "csv")
            else:
                click.echo(size_line(output))
    failures.exit()


def _drawn(walks: list[FieldWalk], several: bool, picture: str, theme: str) -> str | bytes:
    from archlens.report.fields.drawing import field_scene, fields_scene

    return written(fields_scene(walks) if several else field_scene(walks[0]), picture, theme)


def _text(walks: list[FieldWalk], several: bool, form: str) -> str:
    if form == "csv":
        from archlens.report.csv import csv_lines
        from archlens.report.fields.text import CSV_HEAD, walk_csv

        return csv_lines([CSV_HEAD, *[row for walk in walks for row in walk_csv(walk)]])
    if form == "json":
        from archlens.report.fields.text import walk_json
        from archlens.report.json import render_json

        return render_json([walk_json(walk) for walk in walks], several=several)
    from archlens.report.fields.several import several_blocks
    from archlens.report.fields.text import walk_blocks
    from archlens.report.pages import page_markdown, page_text

    blocks = several_blocks(walks) if several else walk_blocks(walks[0])
    return page_markdown(blocks) if form == "markdown" else page_text(blocks, width(), painter(sys.stdout))
