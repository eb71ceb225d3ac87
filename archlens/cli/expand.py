"""`archlens expand`: the plain layer list."""

from __future__ import annotations

from typing import Any

import click

from archlens.cli.shared import Failures, SpecType, network_options, networks
from archlens.errors import UsageError

__all__ = ["command"]


@click.command("expand")
@click.argument("spec", metavar="SPEC", type=SpecType())
@network_options
def command(spec: str, **options: Any) -> None:
    """Print the plain layer list behind a spec: no blocks, no parameters, every default spelled out.

    The result is a spec itself, with the same layers, paths and figures; expanding it changes nothing.

    \b
    archlens expand resnet50 | less
    archlens expand specs/mobilenet_v1.yaml -p alpha=0.5 > narrow.yaml
    """
    failures = Failures()
    with failures.caught():
        found = networks(spec, **options)
        if len(found) > 1:
            raise UsageError(f"{spec} is {len(found)} networks, and a file holds one; name a variant")
        click.echo(found[0].expand())
    failures.exit()
