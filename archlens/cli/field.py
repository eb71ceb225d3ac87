"""`archlens field`: what one unit sees."""

from __future__ import annotations

import sys
from typing import Any

import click

from archlens.cli.shared import Failures, LayerPath, SpecType, network_options, networks, painter, width
from archlens.errors import UsageError

__all__ = ["command"]


@click.command("field")
@click.argument("spec", metavar="SPEC", type=SpecType())
@click.option(
    "--at", metavar="LAYER", type=LayerPath(), help="A layer's path or the end of it; by default the last that moves a window."
)
@click.option("--unit", metavar="Y,X", help="Its index along each axis, from 0, negative from the end; by default the centre.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="For whom.")
@network_options
def command(spec: str, at: str | None, unit: str | None, form: str, **options: Any) -> None:
    """Say which pixels of the input one unit of a layer sees: borders, padding and the holes of dilation included.

    `archlens receptive-field` shows how the field came about, layer by layer.

    \b
    archlens field vgg16
    archlens field resnet50 --at stage2 --unit 0,0
    archlens field my_net.yaml --at conv --unit 3,4 --format json
    """
    failures = Failures()
    with failures.caught():
        from archlens.report.sight import render_sight, sight_json

        found = networks(spec, **options)
        if len(found) > 1:
            raise UsageError(f"{spec} is {len(found)} networks; name a variant")
        (network,) = found
        seen = network.sight(at, _indices(unit))
        title = network.analyze().title
        text = sight_json(title, seen) if form == "json" else render_sight(title, seen, width(), painter(sys.stdout))
        click.echo(text, color=True)
    failures.exit()


def _indices(text: str | None) -> tuple[int, ...] | None:
    """`3,4` as numbers."""
    if text is None:
        return None
    try:
        return tuple([int(part) for part in text.replace("x", ",").split(",")])
    except ValueError:
        raise UsageError(f"--unit {text}: write whole numbers separated by commas, e.g. 3,4") from None
