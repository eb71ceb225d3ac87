"""Specs checked again whenever one of their files changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from archlens.errors import ArchlensError
from archlens.gate.look import Look, Target
from archlens.gate.plan import Plan, plan_of
from archlens.gate.report import Report
from archlens.gate.run import found, looks, report_of
from archlens.gate.settings import Settings

__all__ = ["POLL", "watched"]

POLL = 0.5
"""Seconds between two looks at the files; more where looking itself takes more than a tenth of that."""

_RECENT = 50_000_000  # ns; what was written so shortly before it was read may have been written again since
_States = dict[str, tuple[int, int, int] | None]


def watched(
    targets: Sequence[str], settings: Callable[[], Settings], sleep: Callable[[float], object]
) -> Iterator[Report | ArchlensError]:
    """A report now, and one whenever a change of the specs, of files that they extend, of the configuration or the baseline
    leads to another.

    settings: reads them. sleep: called between two looks at the files; what it raises ends the watch. Only specs whose files
    changed are checked again, and those with findings, which another file may have mended. What makes a report impossible, a
    faulty configuration file, say, stands in its place.
    """
    watch = _Watch(targets, settings)
    while True:
        start = time.perf_counter()
        told = watch.turn()
        took = time.perf_counter() - start
        if told is not None:
            yield told
        sleep(max(POLL, 9 * took))


class _Watch:
    """What was seen at the last look."""

    def __init__(self, targets: Sequence[str], settings: Callable[[], Settings]) -> None:
        self.targets = targets
        self.read_settings = settings
        self.settings: Settings | None = None
        self.plan: Plan | None = None
        self.notes: list[str] = []
        self.looked: dict[Target, tuple[Look, _States]] = {}
        self.others: _States = {}  # configuration and baseline
        self.seen: object = None
        self.told = ""

    def turn(self) -> Report | ArchlensError | None:
        """What is to be told now; None where nothing has changed."""
        told: Report | ArchlensError | None
        try:
            told = self._report()
        except ArchlensError as error:
            told, self.seen = error, None
        if told is None:
            return None
        text = told.render() + told.summary + str(told.mended) if isinstance(told, Report) else str(told)
        if text == self.told:
            return None
        self.told = text
        return told

    def _report(self) -> Report | None:
        settings = self.read_settings()
        if settings != self.settings or self.plan is None:
            self.notes = []
            self.settings, self.plan = settings, plan_of(settings, self.notes.append)
            self.looked.clear()
            self.seen = None
        these = found(self.targets, settings)
        self.looked = {target: self.looked[target] for target in these.targets if target in self.looked}
        changed = [target for target in these.targets if self._has_changed(target)]
        others = _states(filter(None, [settings.baseline]))
        if not changed and self.seen == these and self.others == others:
            return None
        faulty = [target for target, (one, _) in self.looked.items() if one.checked.entries]
        self._look([target for target in these.targets if target in {*changed, *faulty}], settings, self.plan)
        self.seen, self.others = these, others
        return report_of(settings, self.plan, [self.looked[target][0] for target in these.targets], these, self.notes)

    def _look(self, targets: Sequence[Target], settings: Settings, plan: Plan) -> None:
        start = time.time_ns()
        for target, one in zip(targets, looks(targets, settings, plan), strict=True):
            states = _states([one.checked.file, target.name, *one.checked.bases])
            for path, state in states.items():
                if state is not None and state[0] > start - _RECENT:
                    states[path] = (0, 0, 0)  # to be looked at again
            self.looked[target] = one, states

    def _has_changed(self, target: Target) -> bool:
        return target not in self.looked or self.looked[target][1] != _states(self.looked[target][1])


def _states(paths: Iterable[str]) -> _States:
    """What shows that a file has changed."""
    found: _States = {}
    for path in paths:
        try:
            state = os.stat(path)
        except OSError:
            found[path] = None
        else:
            found[path] = state.st_mtime_ns, state.st_size, state.st_ino
    return found
