"""`archlens export`: the network as a PyTorch file."""

from __future__ import annotations

from typing import Any

import click

from archlens.cli.shared import Failures, SpecType, network_options, networks
from archlens.errors import UsageError
from archlens.layers.dtypes import FIGURES_DTYPE

__all__ = ["command"]


@click.command("export")
@click.argument("spec", metavar="SPEC", type=SpecType())
@click.option("-o", "--output", metavar="FILE", help="Write it there and say so; by default it goes to stdout.")
@click.option("--force", is_flag=True, help="Write over a file that this command has not written.")
@network_options
def command(spec: str, output: str | None, force: bool, **options: Any) -> None:
    """Write a network as the PyTorch file that a person would have written.

    Blocks are classes, repeats are loops, and nothing of archlens is in it. Its parameters are called by the paths of the
    layers, so that weights go to and fro between it and `archlens.load(SPEC).build()`.

    \b
    archlens export resnet50
    archlens export specs/mobilenet_v1.yaml -p alpha=0.5 -o model.py
    """
    failures = Failures()
    with failures.caught(sized=bool(options["sizes"])):
        if options["dtype"] != FIGURES_DTYPE:
            from archlens.pytorch.devices import dtype_named

            raise UsageError(f"a file has no dtype; give its module one, by `.to({dtype_named(options['dtype'])})`")
        found = networks(spec, **options)
        if len(found) > 1:
            raise UsageError(f"{spec} is {len(found)} networks, and a file holds one; name a variant")
        text = found[0].export()
        if output in (None, "-"):
            click.echo(text, nl=False)
        else:
            from archlens.cli.files import write_file
            from archlens.pytorch.export import HEADER

            write_file(output, text, HEADER, force)
            click.echo(f"{output}: {text.count(chr(10))} lines")
    failures.exit()
