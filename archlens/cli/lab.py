"""`archlens lab`: the chapter's claims that need a run, measured."""

from __future__ import annotations

import click

from archlens.cli.lessons import teach
from archlens.cli.shared import FORMATS, Failures

__all__ = ["command"]


@click.command("lab")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of all that is random.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="For whom.")
def command(names: tuple[str, ...], seed: int, form: str) -> None:
    """Measure claims of the chapter in PyTorch: what it says, what comes out, and whether it holds.

    Without a NAME the experiments are listed; `all` runs each of them, in half a minute or so.

    \b
    archlens lab
    archlens lab equivariance
    archlens lab pooling_shifts softmax --seed 7 --format json
    """
    from archlens.chapter.lab import EXPERIMENTS, experiment

    if names:
        failures = Failures()
        with failures.caught():
            import archlens.pytorch  # noqa: F401 - said once where it is missing
        failures.exit()
    teach(names, EXPERIMENTS, lambda name: experiment(name, seed), "measuring", form)
