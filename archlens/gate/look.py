"""One spec → everything that is wrong with it, each fault once, however many variants have it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from archlens.errors import Diagnostic, Span, SpecError, Unreadable, UsageError, top_down
from archlens.gate.merge import in_variants, key_of
from archlens.gate.plan import Plan
from archlens.network import Network
from archlens.records import NamedTuple
from archlens.report.findings.model import Checked, Entry
from archlens.rules.catalogue import UNUSED
from archlens.rules.model import Rule
from archlens.rules.run import run_rules
from archlens.spec.load import load_family
from archlens.spec.model import Expectation, Spec

__all__ = ["Look", "Stated", "Target", "look", "nothing"]


class Target(NamedTuple):
    """What to check. name: a path, the name of a shipped spec, or what a text is called, perhaps with `:variant`. data:
    what the file says, where it comes from stdin. others: more variants of the same file, named in the same way."""

    name: str
    data: bytes | None = None
    others: tuple[str, ...] = ()


class Stated(NamedTuple):
    """An exact figure that a spec expects, at its place, and what it is in one network."""

    span: Span
    actual: Any


class Look(NamedTuple):
    """What came of one target. stated: the exact figures of its own `expect:`, empty where all are met. told: what is to be
    said besides, such as a third party's rule that failed."""

    checked: Checked
    stated: tuple[Stated, ...] = ()
    told: tuple[str, ...] = ()


def look(target: Target, plan: Plan) -> Look:
    """All variants of a spec, or those that are named; an error never ends it."""
    told: list[str] = []
    specs: list[Spec] = []
    wrong: list[Entry] = []
    whole = True
    for name in (target.name, *target.others):
        try:
            these, whole = load_family(name, target.data)
        except Unreadable as error:
            return Look(Checked(_file(target), (), tuple([Entry(one, unread=True) for one in error.diagnostics])))
        except SpecError as error:
            return Look(Checked(_file(target), ("",), tuple([Entry(one) for one in error.diagnostics])))
        except UsageError as error:
            wrong.append(nothing(str(error)))
        else:
            specs += these
    if not specs:
        return Look(Checked(_file(target), (), tuple(wrong)))
    file = specs[0].source.name
    gathered = _Gathered(file)
    rules = plan.rules_of(file)
    for spec in specs:
        gathered.add(spec, plan, rules, told.append)
    variants = tuple([spec.variant or "" for spec in specs])
    entries = (*wrong, *gathered.entries(variants, whole))
    ran = () if gathered.faulty else tuple([rule.code for rule in rules])
    is_named = target.name.startswith(file)  # else it is a shipped spec, named by its name
    stated = tuple(gathered.stated) if gathered.missed and is_named else ()
    return Look(Checked(file, variants, entries, specs[0].bases, ran, whole), stated, tuple(dict.fromkeys(told)))


def _file(target: Target) -> str:
    """What a target that cannot be read is called: its file, without the variant."""
    base = target.name.rpartition(":")[0]
    return base if base and not os.path.exists(target.name) and os.path.exists(base) else target.name


def _alike(expected: Expectation, actual: Any) -> Any:
    """What came out as the spec would say it: a receptive field that is given as one figure is one, if it can be."""
    is_one = expected.sizes is None and isinstance(actual, list) and len(set(actual)) == 1
    return actual[0] if is_one else actual


def nothing(message: str) -> Entry:
    """Why there is nothing to check."""
    return Entry(Diagnostic("ARC000", message), unread=True)


class _Gathered:
    """Entries of several variants, equal ones together."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: dict[tuple[Any, ...], Entry] = {}
        self.present: dict[Span, int] = {}  # in how many variants an `allow:` stands
        self.faulty = False
        self.stated: list[Stated] = []
        self.missed = False

    def add(self, spec: Spec, plan: Plan, rules: Sequence[Rule], told: Callable[[str], None]) -> None:
        """What is wrong with one variant."""
        variant, seen = spec.variant or "", dict[tuple[Any, ...], int]()
        network = Network(spec, max_layers=plan.max_layers)
        try:
            graph, analysis = network.graph, network.analyze()
        except SpecError as error:
            self.faulty = True
            for diagnostic in error.diagnostics:
                self._put(Entry(diagnostic), variant, seen)
            return
        for expected, outcome in zip(graph.expect, analysis.expectations, strict=True):
            own = expected.span is not None and expected.span.source.name == self.file
            if expected.exact and expected.span and own:
                self.stated.append(Stated(expected.span, _alike(expected, outcome.actual)))
            if outcome.diagnostic:
                self.missed = True
                self._put(Entry(outcome.diagnostic), variant, seen)
        for allowance in graph.allowed:
            self.present[allowance.span] = self.present.get(allowance.span, 0) + 1
        for one in run_rules(graph, analysis, rules, plan.target, told) if rules else ():
            span = one.diagnostic.span
            if span and span.source.name != self.file and plan.spares(span.source.name, one.diagnostic.code):
                continue
            severity = plan.severities.get(one.diagnostic.code, one.diagnostic.severity)
            diagnostic = one.diagnostic._replace(severity=severity)
            self._put(Entry(diagnostic, one.rule, one.layers, (), one.allowed), variant, seen)

    def _put(self, entry: Entry, variant: str, seen: dict[tuple[Any, ...], int]) -> None:
        """Add it to the equal one of another variant, if there is one."""
        key = key_of(entry)
        seen[key] = seen.get(key, -1) + 1  # two of one variant stay two
        here = self.found.setdefault((*key, seen[key]), entry)
        if variant:
            self.found[*key, seen[key]] = here._replace(variants=(*here.variants, variant))

    def entries(self, variants: Sequence[str], whole: bool) -> tuple[Entry, ...]:
        """From top to bottom."""
        kept = []
        for entry in self.found.values():
            if entry.diagnostic.code == UNUSED and not self._is_unused(entry, whole):
                continue
            kept.append(in_variants(entry, len(variants)))
        return tuple(top_down(kept, lambda entry: entry.diagnostic, first=self.file))

    def _is_unused(self, entry: Entry, whole: bool) -> bool:
        """Whether an `allow:` is of use in no variant; nobody knows as long as not all could be looked at."""
        span = entry.diagnostic.span
        everywhere = span is not None and max(1, len(entry.variants)) == self.present.get(span)
        return whole and not self.faulty and everywhere
