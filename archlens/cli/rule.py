"""`archlens rule`: the design rules and their manuals."""

from __future__ import annotations

import sys

import click

from archlens.cli.shared import Failures, RuleNames, painter, width
from archlens.report.manuals import FORMATS, render_manuals, render_rules
from archlens.rules.catalogue import all_rules, selected

__all__ = ["command"]


@click.command("rule")
@click.argument("codes", nargs=-1, metavar="[CODE]...", type=RuleNames())
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="For whom.")
def command(codes: tuple[str, ...], form: str) -> None:
    """Show the manual of a design rule: what it does, why it is bad, an example, what to write instead, the source.

    CODE is a code, the beginning of codes, a name, `default` or `all`. Without one the rules are listed.

    \b
    archlens rule
    archlens rule ARC502
    archlens rule bias-before-norm --format markdown

    Exit status: 0 fine, 2 no such rule.
    """
    failures = Failures()
    paint = painter(sys.stdout)
    rules = all_rules(lambda problem: click.echo(f"note: {problem}", err=True))
    if not codes:
        click.echo(render_rules(tuple(rules.values()), form, width(), paint), color=True)
        return
    found = {}
    for code in codes:
        with failures.caught():
            found.update({rule.code: rule for rule in selected(code, rules)})
    if found:
        click.echo(render_manuals(tuple(found.values()), form, width(), paint), color=True)
    failures.exit()
