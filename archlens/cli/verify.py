"""`archlens verify`: every computed fact held against a run in PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from archlens.cli.shared import Failures, SpecType, network_options, networks, painter, policy_option, progress, width

if TYPE_CHECKING:
    from archlens.analysis.verification import Verification
    from archlens.network import Network

__all__ = ["command"]


@click.command("verify")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", type=SpecType())
@click.option(
    "--device", default="auto", show_default=True, metavar="auto|cpu|cuda|meta", help="Where to run; on meta nothing is computed."
)
@policy_option("Hold what this tool counts against the tool itself, if it is installed.")
@click.option("--layers", is_flag=True, help="Every layer as it ran, too.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True, help="For whom."
)
@network_options
def command(specs: Sequence[str], device: str, policy: str, layers: bool, form: str, **options: Any) -> None:
    """Build networks in PyTorch, run them, and hold every computed fact against the measured one.

    Output sizes, parameters and buffers by name, what learns, multiply–accumulates forward and backward by torch's own
    counter and fvcore, memory alive at every layer, and receptive fields by gradient. Differences of counting are
    accounted for to the last unit; any other exits 1 and names the first layer that differs.

    \b
    archlens verify resnet50
    archlens verify my_net.yaml --layers
    archlens verify lenet5 --policy thop
    archlens verify alexnet lenet5 --device meta --format json
    """
    failures = Failures()
    reports: list[dict[str, Any]] = []
    first = True
    for spec in specs:
        with failures.caught():
            for network in networks(spec, **options):
                with failures.caught(sized=bool(options["sizes"])):
                    verification = _verified(network, device, policy)
                    text = _text(verification, form, layers, reports)
                    if text:
                        click.echo(text if first else f"\n{text}", color=True)
                        first = False
                    if not verification.ok:
                        from archlens.report.verification import mismatch

                        failures.add(mismatch(network.graph, verification))
    several = len(specs) > 1 or specs[0].endswith(":all")
    if form == "json" and (reports or several):
        from archlens.report.json import render_json

        click.echo(render_json(reports, several=several))
    failures.exit()


def _verified(network: Network, device: str, policy: str) -> Verification:
    """The verification, its steps shown to a person who waits."""
    shown = progress()
    with ExitStack() as step:

        def told(what: str) -> None:
            step.close()
            step.enter_context(shown(f"{network.spec.name}: {what}"))

        return network.verify(device, policy, told)


def _text(verification: Verification, form: str, layers: bool, reports: list[dict[str, Any]]) -> str:
    """What is printed of it now; JSON is kept in `reports` until all is there."""
    from archlens.report import verification as report

    if form == "json":
        reports.append(report.verification_json(verification))
        return ""
    if form == "markdown":
        return report.render_verification_markdown(verification, layers)
    return report.render_verification(verification, width(), layers, painter(sys.stdout))
