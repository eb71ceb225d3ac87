"""What the shell offers when Tab is pressed: specs and their variants, layer paths, columns.

A parameter type of click each, which takes any text: what is wrong with it is said when the command runs. Completion
reads the spec where it must, and stays silent about whatever it finds there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from archlens.spec.load import load_specs, shipped

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Text = click.ParamType[str]
else:
    Text = click.ParamType  # older ones take no argument

__all__ = ["ColumnNames", "LayerPath", "Level", "SpecType"]

_MOST = 500  # files of one folder


class SpecType(Text):
    """A spec on the command line: completes shipped names, YAML files, and after a colon variants and `all`."""

    name = "spec"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Names, files, or variants, whichever `incomplete` can become."""
        before = _words(ctx.params.get(param.name or ""))
        if before[-1:] == [":"] and len(before) > 1:  # bash splits at colons
            return _items(_variants(before[-2]), incomplete)
        if incomplete == ":" and before:
            return _items(_variants(before[-1]), "")
        base, colon, start = incomplete.rpartition(":")
        if colon:
            return _items([f"{base}:{name}" for name in _variants(base)], f"{base}:{start}")
        return _items([*shipped(), *_files(incomplete)], incomplete)


class LayerPath(Text):
    """A layer on the command line: completes the paths of the network that `spec` or `specs` names before it."""

    name = "layer"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The paths that begin so."""
        with suppress(Exception):  # a spec with faults offers nothing, and says nothing either
            from archlens.cli.shared import networks

            target = _words(ctx.params.get("spec") or ctx.params.get("specs"))[0]
            options = {name: ctx.params.get(name) or () for name in ("params", "sizes")}
            if target == "-":  # reading it would wait for ever
                return []
            (network,) = networks(target, **options, batch=1, max_layers=ctx.params.get("max_layers") or 100_000)
            return _items([node.path for node in network.graph.nodes], incomplete)
        return []


class ColumnNames(Text):
    """Names of columns, separated by commas, at most `most` of them where that is said."""

    name = "columns"

    def __init__(self, most: int | None = None) -> None:
        self.most = most

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The columns that the last name can become, with the names before it."""
        from archlens.report.columns import COLUMNS

        before, comma, start = incomplete.rpartition(",")
        if comma and self.most == 1:
            return []
        names = {f"{before}{comma}{name}": column.heading for name, column in COLUMNS.items()}
        return _items(names, f"{before}{comma}{start}")


class Level(Text):
    """`layer`, `block`, `stage`, or a number."""

    name = "level"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The levels that have a name."""
        from archlens.report.view import LEVELS

        return _items(LEVELS, incomplete)


def _items(names: Iterable[str], start: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    helps: Mapping[str, str] = names if isinstance(names, Mapping) else {}
    return [CompletionItem(name, help=helps.get(name)) for name in names if name.startswith(start)]


def _words(value: Any) -> list[str]:
    """An argument's value so far, of however many words."""
    return [value] if isinstance(value, str) else [word for word in value or () if isinstance(word, str)]


def _variants(target: str) -> list[str]:
    """What may stand after `target:`; nothing where it is no spec of several."""
    with suppress(Exception):  # as above
        if target != "-":
            return [*(spec.variant or "" for spec in load_specs(f"{target}:all")), "all"]
    return []


def _files(start: str) -> Iterator[str]:
    """YAML files that begin with `start`, and those in a folder that does."""
    folder, prefix = os.path.split(start)
    for entry in _entries(folder):
        hidden = entry.name.startswith(".") and not prefix
        if hidden or not entry.name.startswith(prefix):
            continue
        path = os.path.join(folder, entry.name)
        if entry.name.endswith((".yaml", ".yml")):
            yield path
        elif start and entry.is_dir():
            inside = [below.name for below in _entries(path) if below.name.endswith((".yaml", ".yml"))]
            yield from [os.path.join(path, name) for name in inside]


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder or ".") as found:
        return sorted([entry for entry, _ in zip(found, range(_MOST), strict=False)], key=lambda entry: entry.name)
    return []
