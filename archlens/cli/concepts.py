"""`archlens concepts`: the chapter's comparisons, computed."""

from __future__ import annotations

import click

from archlens.cli.lessons import teach
from archlens.cli.shared import FORMATS

__all__ = ["command"]


@click.command("concepts")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="For whom.")
def command(names: tuple[str, ...], form: str) -> None:
    """Compare what the chapter compares, in tables computed from small networks: what each teaches, its formula.

    Without a NAME the comparisons are listed; `all` shows each of them.

    \b
    archlens concepts
    archlens concepts locality
    archlens concepts all --format markdown > concepts.md
    """
    from archlens.chapter.concepts import CONCEPTS, concept

    teach(names, CONCEPTS, concept, "computing", form)
