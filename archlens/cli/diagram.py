"""`archlens diagram`: a network as boxes and arrows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import click

from archlens.cli.files import picture_format, size_line, write_picture
from archlens.cli.shared import Failures, SpecType, network_options, networks
from archlens.errors import UsageError
from archlens.network import Network
from archlens.report.diagram.written import DIAGRAM_FORMS
from archlens.report.picture.engine import NoGraphvizError
from archlens.report.picture.themes import AUTO

__all__ = ["command"]


@click.command("diagram")
@click.argument("spec", metavar="SPEC", type=SpecType())
@click.option("-o", "--output", "path", metavar="FILE", help="An .svg, .png, .pdf, .dot, .mmd (Mermaid), .txt or .json.")
@click.option("--level", metavar="LEVEL", help="layer, block or stage; by default the deepest of at most 40 boxes.")
@click.option("--unfold", multiple=True, metavar="GLOB", help="Open the blocks whose paths match, e.g. 'stage2/*'.")
@click.option("--fold", multiple=True, metavar="GLOB", help="Close them; wins over --unfold.")
@click.option(
    "--color",
    default="family",
    show_default=True,
    metavar="BY",
    help="family, params, macs, memory, receptive-field or trainable.",
)
@click.option(
    "--theme", default=AUTO, show_default=True, metavar="THEME", help="auto (SVG follows its reader), light, dark, paper."
)
@click.option("--direction", default="down", show_default=True, metavar="WAY", help="down or right.")
@click.option("--columns", type=click.IntRange(1, 50), metavar="N", help="Side by side at most; by default as fits a slide.")
@click.option("--force", is_flag=True, help="Write over a file that is not ours.")
@network_options
def command(spec: str, path: str | None, force: bool, **options: Any) -> None:
    """Draw a network: boxes with their cost, equal neighbours as one box ×N, skips dashed. Without -o, as text.

    \b
    archlens diagram resnet50
    archlens diagram resnet50 -o resnet50.svg
    archlens diagram resnet50 -o stage2.png --level stage --unfold stage2
    archlens diagram my_net.yaml -o costs.pdf --color macs
    """
    failures = Failures()
    with failures.caught(sized=bool(options["sizes"])):
        form = picture_format(path, list(DIAGRAM_FORMS)) if path is not None else "txt"
        how = {name: options.pop(name) for name in ("level", "unfold", "fold", "color", "theme", "direction", "columns")}
        found = networks(spec, **options)
        if len(found) > 1:
            raise UsageError(f"{spec} is {len(found)} networks; name a variant")
        _write(found[0], path, form, how, force)
    failures.exit()


def _write(network: Network, path: str | None, form: str, how: Mapping[str, Any], force: bool) -> None:
    """The file, or the text on stdout. Without Graphviz the `.dot` beside it, and what would help."""
    try:
        made = network.diagram(form, **how)
    except NoGraphvizError as error:
        if path is None:
            raise
        instead = f"{os.path.splitext(path)[0]}.dot"
        write_picture(instead, network.diagram("dot", **how), force)
        raise UsageError(f"{error}; written instead: {instead}") from None
    if path is None:
        click.echo(made)
    else:
        write_picture(path, made, force)
        click.echo(size_line(path))
