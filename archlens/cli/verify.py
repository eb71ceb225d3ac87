"""`archlens verify`: every computed fact held against a run in PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from archlens.cli.shared import Failures, SpecType, network_options, networks, painter, progress, width

__all__ = ["command"]


@click.command("verify")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", type=SpecType())
@click.option(
    "--device", default="auto", show_default=True, metavar="auto|cpu|cuda|meta", help="Where to run; on meta nothing is computed."
)
@click.option("--layers", is_flag=True, help="Every layer as it ran, too.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True, help="For whom."
)
@network_options
def command(specs: Sequence[str], device: str, layers: bool, form: str, **options: Any) -> None:
    """Build networks in PyTorch, run them, and hold every computed fact against the measured one.

    Output sizes, parameters and buffers by name, what learns, multiply–accumulates forward and backward by torch's own
    counter and fvcore, memory alive at every layer, and receptive fields by gradient. Differences of counting are accounted
    for to the last unit; any other exits 1 and names the first layer that differs.

    \b
    archlens verify resnet50
    archlens verify my_net.yaml --layers
    archlens verify specs/*.yaml --device cuda --format json
    """
    failures = Failures()
    reports = []
    shown = 0
    for spec in specs:
        with failures.caught():
            for network in networks(spec, **options):
                with failures.caught():
                    with progress()(f"verifying {network.spec.name}"):
                        verification = network.verify(device)
                    from archlens.report.verification import (
                        mismatch,
                        render_verification,
                        render_verification_markdown,
                        verification_json,
                    )

                    if form == "json":
                        reports.append(verification_json(verification))
                    else:
                        gap = "\n" if shown else ""
                        shown += 1
                        if form == "markdown":
                            click.echo(gap + render_verification_markdown(verification, layers))
                        else:
                            paint = painter(sys.stdout)
                            click.echo(gap + render_verification(verification, width(), layers, paint), color=True)
                    if not verification.ok:
                        failures.add(mismatch(network.graph, verification))
    if form == "json":
        from archlens.report.json import render_json

        several = len(specs) > 1 or specs[0].endswith(":all")
        if reports or several:
            click.echo(render_json(reports, several=several))
    failures.exit()
