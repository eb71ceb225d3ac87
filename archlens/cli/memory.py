"""`archlens memory`: where memory goes."""

from __future__ import annotations

import sys
from typing import Any

import click

from archlens.analysis.training import OPTIMIZERS
from archlens.cli.shared import Failures, SpecType, network_options, networks, painter, width

__all__ = ["command"]


@click.command("memory")
@click.argument("spec", metavar="SPEC", type=SpecType())
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True, help="For whom."
)
@click.option(
    "--optimizer", type=click.Choice(list(OPTIMIZERS)), default="adam", show_default=True, help="Whose state training keeps."
)
@network_options
def command(spec: str, form: str, optimizer: str, **options: Any) -> None:
    """Say where a network's memory goes: parameters, buffers, activations, what is alive at the peak, and training.

    Activations are followed through views, in-place layers and the order of execution as PyTorch runs them; what
    training needs is an estimate, its formulas beside it.

    \b
    archlens memory resnet50
    archlens memory vgg16 --batch 32 --dtype float16
    archlens memory my_net.yaml --optimizer momentum --format json
    """
    failures = Failures()
    with failures.caught():
        analyses = [network.analyze() for network in networks(spec, **options)]
        if form == "json":
            from archlens.report.json import render_json
            from archlens.report.memory import memory_json

            click.echo(render_json([memory_json(one) for one in analyses], several=spec.endswith(":all")))
        elif form == "markdown":
            from archlens.report.memory_markdown import render_memory_markdown

            click.echo("\n\n".join([render_memory_markdown(one, optimizer) for one in analyses]))
        else:
            from archlens.report.memory import render_memory

            paint = painter(sys.stdout)
            click.echo("\n\n".join([render_memory(one, optimizer, width(), paint) for one in analyses]), color=True)
    failures.exit()
