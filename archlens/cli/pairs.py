"""Which networks are held against which: variant by variant, or every spec that a change touches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from archlens.analysis.facts import Analysis
from archlens.cli.shared import Failures, networks
from archlens.errors import Diagnostic, SpecError, UsageError
from archlens.network import Network, diff
from archlens.report.diff.pair import Pair
from archlens.report.numbers import listed
from archlens.spec.changed import Since
from archlens.spec.load import variants_of

__all__ = ["Pairs"]

_Targets = list[tuple[str | None, str | None]]

T = TypeVar("T")

_NAMED = 5  # specs that extend one which changed


class Pairs:
    """Pairs as they are loaded. options: those of `network_options`. shown: names a step where a person waits.

    faults: what was wrong with a spec; each is told on stderr when it is met. notes: what a reader should know.
    """

    def __init__(self, options: dict[str, Any], failures: Failures, shown: Callable[[str], AbstractContextManager[Any]]) -> None:
        self.options = options
        self.failures = failures
        self.shown = shown
        self.faults: list[Diagnostic] = []
        self.notes: list[str] = []

    def of(self, old: str, new: str) -> list[Pair]:
        """Two specs: the variants that both have where none is named, else these two."""
        if old == new == "-":
            raise UsageError("only one of both can be -, stdin is read once")
        found: list[Pair] = []
        with self.failures.caught(self.faults):
            found += self._loaded(self._targets(old, new))
        return found

    def since(self, since: Since) -> list[Pair]:
        """Every spec that changed, on both sides or on one. What was faulty before is noted, and no failure of the change."""
        found: list[Pair] = []
        extending: dict[str, list[str]] = {}
        for one in since.specs:
            with self.failures.caught(self.faults):
                before = self._as_it_was(variants_of, one.old) if one.old else ()
                if before is None:
                    pairs = list(self._loaded(self._targets(None, one.new))) if one.new else []
                    found += [pair._replace(names=(one.old or "", pair.names[1])) for pair in pairs]
                else:
                    found += self._loaded(self._targets(one.old, one.new, before), lenient=True)
            if one.because:
                extending.setdefault(one.because, []).append(one.new or "")
        for base, files in extending.items():
            self.notes.append(f"{listed(files, _NAMED)} extend{'s' * (len(files) == 1)} {base}, which changed")
        return found

    def _as_it_was(self, load: Callable[[str], T], target: str) -> T | None:
        """What `load` gives; None, and a note, where the spec has faults."""
        try:
            return load(target)
        except SpecError as error:
            self.notes.append(f"{target} has a fault, so nothing is compared with it: {error.diagnostics[0].message}")
            return None

    def _targets(self, old: str | None, new: str | None, before: tuple[str, ...] | None = None) -> _Targets:
        """What is held against what, variant by variant. before: those of `old`, where they are known."""
        sides = [side and side.removesuffix(":all") for side in (old, new)]
        before = (variants_of(sides[0]) if sides[0] else ()) if before is None else before
        after = variants_of(sides[1]) if sides[1] else ()
        explicit = [bool(side and side.endswith(":all")) for side in (old, new)]
        for asked, names, side in zip(explicit, (before, after), sides, strict=True):
            if asked and not names:
                raise UsageError(f"{side} has no variants; leave `:all` out")
        if old is None or new is None:
            return [
                (old and f"{old}:{name}" if name else old, new and f"{new}:{name}" if name else new)
                for name in before or after or ("",)
            ]
        both = [name for name in after if name in before]
        if not both:
            if any(explicit):
                raise UsageError(f"{sides[0]} and {sides[1]} have no variant of one name; name one of each")
            if before and after:
                self.notes.append(f"no variant of one name: {sides[0]}:{before[0]} against {sides[1]}:{after[0]}")
            return [(sides[0], sides[1])]
        found: _Targets = [(f"{sides[0]}:{name}", f"{sides[1]}:{name}") for name in both]
        found += [(None, f"{sides[1]}:{name}") for name in after if name not in before]
        return found + [(f"{sides[0]}:{name}", None) for name in before if name not in after]

    def _loaded(self, targets: _Targets, lenient: bool = False) -> Iterator[Pair]:
        """lenient: what is wrong with an old side is only noted."""
        for old, new in targets:
            faults: list[Diagnostic] = []
            with self.failures.caught(faults), self.shown(f"comparing {new or old}"):
                before = self._as_it_was(self._network, old) if lenient and old else self._network(old)
                after = self._network(new)
                if before or after:
                    one = diff(before, after) if before and after else None
                    yield Pair(_facts(before), _facts(after), (old or "", new or ""), one)
            self.faults += faults

    def _network(self, target: str | None) -> Network | None:
        if not target:
            return None
        network = networks(target, **self.options)[0]
        network.analyze()  # so that its faults are met here
        return network


def _facts(network: Network | None) -> Analysis | None:
    return network.analyze() if network else None
