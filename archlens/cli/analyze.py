"""`archlens analyze`: the main job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from archlens.cli.completion import ColumnNames, Level, SpecType
from archlens.cli.progress import Progress
from archlens.cli.shared import Failures, network_options, networks
from archlens.cli.writers import FORMATS, WRITERS, Faulty, Report
from archlens.errors import Diagnostic

if TYPE_CHECKING:
    from archlens.report.view import View

__all__ = ["command"]


@click.command("analyze")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...", type=SpecType())
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="For whom.")
@click.option(
    "--columns",
    metavar="NAME,...",
    type=ColumnNames(),
    help="What to show of each layer, in this order; a wrong name lists what there is.",
)
@click.option(
    "--level",
    metavar="LEVEL",
    type=Level(),
    default="layer",
    help="What a row is: a layer, a block, a stage (the first part of a path), or a number of parts.",
)
@click.option("--sort", metavar="NAME", type=ColumnNames(1), help="By which column; the largest number first.")
@click.option("--ascending", is_flag=True, help="The smallest first.")
@click.option("--top", metavar="N", type=click.IntRange(min=1), help="The first N rows, and the sum of the others.")
@network_options
def command(
    specs: tuple[str, ...],
    form: str,
    columns: str | None,
    level: str,
    sort: str | None,
    ascending: bool,
    top: int | None,
    **options: Any,
) -> None:
    """Say everything that follows from a network: sizes, parameters, MACs, receptive fields, memory.

    SPEC is a file, the name of a shipped network, or - for stdin; with :VARIANT one of several, with :all
    each of them.

    \b
    archlens analyze resnet50
    archlens analyze specs/resnet.yaml:resnet152 --input 3x256x256
    archlens analyze mobilenet_v1 -p alpha=0.5 --batch 8
    archlens analyze vgg16 --columns path,output,params,receptive_field,jump
    archlens analyze resnet50 --level stage
    archlens analyze resnet50 --sort macs --top 10
    archlens analyze resnet:all --format json > resnets.json

    Exit status: 0 fine, 1 a fault in a spec or a missed expectation, 2 the request could not be met.
    """
    failures = Failures()
    view: View | None = None
    if columns is not None or level != "layer" or sort is not None or top is not None:
        from archlens.report.view import make_view

        with failures.caught():
            view = make_view(columns, level, sort, ascending, top)
        failures.exit()
    several = len(specs) > 1 or specs[0].endswith(":all")
    WRITERS[form](_reports(specs, options, failures), view, several)
    failures.exit()


def _reports(specs: Sequence[str], options: dict[str, Any], failures: Failures) -> Iterator[Report]:
    """Every network in order; what it fails at goes to stderr before the next, missed expectations after its report."""
    progress = Progress()
    for target in specs:
        faults: list[Diagnostic] = []
        with failures.caught(faults), progress.shown(f"reading {target}"):
            found = networks(target, **options)
        if faults:
            yield Faulty(target, tuple(faults))
            continue
        for i, network in enumerate(found, 1):
            name = f"{target} ({network.spec.variant}, {i} of {len(found)})" if len(found) > 1 else target
            with failures.caught(faults):
                with progress.shown(f"compiling {name}"):
                    layers = len(network.graph.nodes)
                with progress.shown(f"analysing {name}, {layers:,} layers"):
                    analysis = network.analyze()
            if faults:
                yield Faulty(target, tuple(faults))
                faults.clear()
            else:
                yield analysis
                for outcome in analysis.expectations:
                    if outcome.diagnostic:
                        failures.add(outcome.diagnostic)
