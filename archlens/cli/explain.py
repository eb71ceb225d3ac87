"""`archlens explain`: where a number comes from."""

from __future__ import annotations

import os
import sys
from typing import Any

import click
from click.core import ParameterSource

from archlens.cli.shared import Explainable, Failures, LayerPath, network_options, networks, painter, width
from archlens.errors import UsageError, closest

__all__ = ["command"]

_COLUMNS = 80


@click.command("explain")
@click.argument("spec", metavar="SPEC|TYPE", type=Explainable())
@click.argument("layers", nargs=-1, metavar="[LAYER]...", type=LayerPath())
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True, help="For whom."
)
@network_options
def command(spec: str, layers: tuple[str, ...], form: str, **options: Any) -> None:
    """Say where a number comes from: the formula in symbols, with the values put in, and the result.

    With SPEC alone every total is shown as the sum of its largest parts. LAYER is a path, a block, a name given with
    `as:`, the end of one path, or a glob. With a layer TYPE instead of a spec: what it does, its arguments and formulas,
    a worked example.

    \b
    archlens explain resnet50
    archlens explain resnet50 stem/conv
    archlens explain vgg16 'stage5/*' --input 3x256x256
    archlens explain conv
    archlens explain batch_norm --format markdown

    Exit status: 0 fine, 1 a fault in the spec, 2 the request could not be met: no such spec, type or layer.
    """
    failures = Failures()
    with failures.caught():
        click.echo(_explained(spec, layers, form, options), color=True)
    failures.exit()


def _explained(spec: str, layers: tuple[str, ...], form: str, options: dict[str, Any]) -> str:
    from archlens.report.explain import explain_types

    paint, wide = painter(sys.stdout), width(_COLUMNS)
    types = _types(spec, layers)
    if types:
        _refuse_options(spec)
        return explain_types(types, form, wide, paint)
    found = networks(spec, **options)
    if len(found) > 1:
        raise UsageError(f"{spec} is {len(found)} networks; name a variant")
    return found[0].explain(*layers, form=form, width=wide, paint=paint)


def _types(spec: str, more: tuple[str, ...]) -> list[Any]:
    """The layer types that are asked for; none where `spec` is a spec. A shipped name and a file come before a foreign name."""
    from archlens.report.explain import type_called
    from archlens.spec.load import shipped

    found = type_called(spec)
    known = shipped()
    if found is None or (not found[1] and (spec in known or os.path.exists(spec))):
        _refuse_unknown(spec, known)
        return []
    types = []
    for name in (spec, *more):
        one = type_called(name)
        if one is None:
            raise UsageError(f"`{spec}` is a layer type and has no layer `{name}`; for the file write ./{spec}")
        if not one[1]:
            click.echo(f"note: archlens calls {name} `{one[0].type_name}`", err=True)
        types.append(one[0])
    return types


def _refuse_options(word: str) -> None:
    """What says which network is meant says nothing of a layer type."""
    context = click.get_current_context()
    given = context.get_parameter_source
    names = [option.opts[0] for option in context.command.params if given(option.name or "") is ParameterSource.COMMANDLINE]
    beside = [name for name in names if name.startswith("-") and name != "--format"]
    if beside:
        verb = "goes" if len(beside) == 1 else "go"
        raise UsageError(f"`{word}` is a layer type, explained by an example of its own; {', '.join(beside)} {verb} with a spec")


def _refuse_unknown(spec: str, known: dict[str, str]) -> None:
    """A word that is neither a file nor shipped may be a misspelt layer type; specs have their own words for it."""
    from archlens.layers import layer_types

    path = spec.rpartition(":")[0] or spec
    if path in known or os.path.exists(path) or any(sign in path for sign in "/.-") or closest(path, known):
        return
    near = closest(path, layer_types())
    if near:
        raise UsageError(f"no layer type, no file and no shipped spec is called `{path}`; did you mean `{near}`?")
