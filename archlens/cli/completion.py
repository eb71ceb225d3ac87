"""What the shell offers when Tab is pressed: specs and their variants, layer paths, columns.

The parameter types of `cli/shared.py` ask here. A spec is read where it must be, and whatever is wrong with it stays
unsaid: that is for the command.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import click
from click.shell_completion import CompletionItem

from archlens.errors import UsageError
from archlens.spec.files import SUFFIXES
from archlens.spec.load import load_specs, shipped

__all__ = ["COMPLETERS"]

_MOST = 500  # files of one folder


def _specs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Shipped names, files, or variants, whichever `incomplete` can become."""
    before = _words(ctx.params.get(param.name or ""))
    if before[-1:] == [":"] and len(before) > 1:  # bash splits at colons
        return _items(_variants(before[-2]), incomplete)
    if incomplete == ":" and before:
        return _items(_variants(before[-1]), "")
    base, colon, _ = incomplete.rpartition(":")
    if colon:
        return _items([f"{base}:{name}" for name in _variants(base)], incomplete)
    return _items([*shipped(), *_files(incomplete)], incomplete)


def _layers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The layer paths of the network named before that begin so."""
    # Behind an option that still lacks its value click has not told arguments apart yet.
    named = _words(ctx.params.get("spec") or ctx.params.get("specs")) or ctx.args[:1]
    target = "".join(named)
    paths: list[str] = []
    if target and target != "-":  # reading stdin would wait for ever
        with suppress(Exception):  # a spec with faults, or with a parameter it lacks, offers nothing
            from archlens.cli.shared import networks
            from archlens.graph.build import MAX_LAYERS

            params, sizes = (ctx.params.get(name) or () for name in ("params", "sizes"))
            (network,) = networks(target, params, sizes, 1, ctx.params.get("max_layers") or MAX_LAYERS)
            paths = [node.path for node in network.graph.nodes]
    return _items(paths, incomplete)


def _columns(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The columns that the last name can become, after the names before it."""
    from archlens.analysis.facts import POLICY
    from archlens.report.columns import columns_of

    columns = columns_of(ctx.params.get("policy") or POLICY)
    return _after_commas({name: column.heading for name, column in columns.items()}, incomplete)


def _figures(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The figures of whole networks that the last name can become."""
    from archlens.report.figures import FIGURES

    return _after_commas({name: figure.about for name, figure in FIGURES.items()}, incomplete)


def _rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The design rules that the last name can become."""
    from archlens.rules.catalogue import DEFAULT, all_rules

    rules = all_rules().values()
    names = {**{rule.code: rule.name for rule in rules}, **{rule.name: rule.code for rule in rules}}
    return _after_commas({**names, DEFAULT: "those that are on by default", "all": "all of them"}, incomplete)


def _forms(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What findings can be written as."""
    from archlens.report.findings import FORMS

    return _items(FORMS, incomplete)


def _revisions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Branches and tags of the repository, if there is one."""
    from archlens.spec.git import revisions

    with suppress(UsageError):
        return _items(revisions(), incomplete)
    return []


def _after_commas(names: Mapping[str, str], incomplete: str) -> list[CompletionItem]:
    before, comma, _ = incomplete.rpartition(",")
    return _items({f"{before}{comma}{name}": about for name, about in names.items()}, incomplete)


def _presets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The tables that `archlens compare` knows by name."""
    from archlens.report.comparison import PRESETS

    return _items({name: preset.about for name, preset in PRESETS.items()}, incomplete)


def _levels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The levels that have a name."""
    from archlens.report.view import LEVELS

    return _items(LEVELS, incomplete)


def _explainable(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Specs, and layer types after them."""
    from archlens.layers import layer_types

    return [*_specs(ctx, param, incomplete), *_items(layer_types(), incomplete)]


COMPLETERS = {
    "spec": _specs,
    "spec or type": _explainable,
    "layer": _layers,
    "columns": _columns,
    "figures": _figures,
    "preset": _presets,
    "rules": _rules,
    "findings form": _forms,
    "revision": _revisions,
    "level": _levels,
}
"""By the name of the parameter type."""


def _items(names: Iterable[str], start: str) -> list[CompletionItem]:
    helps: Mapping[str, str] = names if isinstance(names, Mapping) else {}
    return [CompletionItem(name, help=helps.get(name)) for name in names if name.startswith(start)]


def _words(value: Any) -> list[str]:
    """An argument's value so far, of however many words."""
    return [value] if isinstance(value, str) else [word for word in value or () if isinstance(word, str)]


def _variants(target: str) -> list[str]:
    """What may stand after `target:`; nothing where it is no spec of several."""
    if target != "-":
        with suppress(Exception):  # as above
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
        if entry.name.endswith(SUFFIXES):
            yield path
        elif start and entry.is_dir():
            yield from [os.path.join(path, below.name) for below in _entries(path) if below.name.endswith(SUFFIXES)]


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder or ".") as found:
        return sorted([entry for entry, _ in zip(found, range(_MOST), strict=False)], key=lambda entry: entry.name)
    return []
