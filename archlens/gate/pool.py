"""Many specs on several cores."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from archlens.errors import UsageError
from archlens.gate.look import Look, Target, look
from archlens.gate.plan import Plan, plan_of
from archlens.gate.settings import Settings

__all__ = ["look_at_all"]

_CHUNKS = 8  # for each process, so that none waits long for the last
_plan: list[Plan] = []  # of this process


def look_at_all(targets: Sequence[Target], settings: Settings, jobs: int) -> list[Look]:
    """As `look`, one for each target in their order. jobs: processes, 0 for one on each core.

    Raises UsageError where a process ends before its time, for want of memory, say.
    """
    jobs = min(jobs or os.cpu_count() or 1, len(targets))
    chunk = max(1, -(-len(targets) // (jobs * _CHUNKS)))
    try:
        with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(settings,)) as pool:
            return list(pool.map(_look, targets, chunksize=chunk))
    except BrokenProcessPool:
        raise UsageError("a process that checked specs ended before its time; `--jobs 1` does without") from None


def _begin(settings: Settings) -> None:
    """Once in each process: what the rules are, by their names, since functions of others may not go from one to another."""
    gc.disable()
    _plan.append(plan_of(settings))


def _look(target: Target) -> Look:
    return look(target, _plan[0])
