"""`archlens.check`: targets → Report."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, TypeAlias

from archlens.errors import UsageError
from archlens.gate.discover import Discovered, discover
from archlens.gate.globs import file_matcher
from archlens.gate.look import Look, Target, look, nothing
from archlens.gate.merge import told_once
from archlens.gate.plan import Plan, plan_of
from archlens.gate.report import Report
from archlens.gate.settings import Settings, settings_of
from archlens.report.findings.model import Checked, Findings

if TYPE_CHECKING:
    from archlens.gate.baseline import Baseline, Known

__all__ = ["check", "found", "looks", "report_of", "run"]

Step: TypeAlias = Callable[[str], AbstractContextManager[object]]
Path: TypeAlias = "str | os.PathLike[str]"

MANY = 200
"""Files from which on more than one process pays."""


def check(
    *targets: Path,
    config: Path | bool = True,
    select: Sequence[str] | None = None,
    extend_select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    per_file_ignores: Mapping[str, Sequence[str]] | None = None,
    severity: Mapping[str, str] | None = None,
    fail_on: str | None = None,
    target: str | None = None,
    baseline: Path | None = None,
    exclude: Sequence[str] | None = None,
    force_exclude: bool | None = None,
    jobs: int | None = 1,
    max_layers: int | None = None,
) -> Report:
    """Specs held against everything: the language, shapes, their expectations and the design rules.

    targets: files, folders, globs and shipped names, as the command takes them; by default the working folder. config: a
    configuration file; True is the nearest, as for the command, False is none. The others are the settings of the command, by
    default as configured: select, extend_select, ignore: rules by code, the beginning of one, or name. severity: by rule,
    `error`, `warning`, `note` or `off`. fail_on: the least severity that makes `ok` false. target: the kind of number the
    networks are to run in. baseline: the file of what is known. jobs: processes at once, 0 for one on each core, None as
    configured.

    Raises UsageError for a setting that there cannot be, SpecError for a faulty configuration file or baseline. What is wrong
    with the targets, even that there is none, is in the report.

    >>> check("vgg16", "resnet50", select=["bias-before-norm"]).ok
    True
    """
    given = {
        "select": select,
        "extend-select": extend_select,
        "ignore": ignore,
        "per-file-ignores": per_file_ignores,
        "severity": severity,
        "fail-on": fail_on,
        "target": target,
        "baseline": None if baseline is None else _text(baseline, "baseline"),
        "exclude": exclude,
        "force-exclude": force_exclude,
        "jobs": jobs,
        "max-layers": max_layers,
    }
    file = None if isinstance(config, bool) else _text(config, "config")
    return run([_text(one, "a target") for one in targets] or ["."], settings_of(given, file, config is False))


def _text(path: Path, what: str) -> str:
    if isinstance(path, str | os.PathLike):
        return os.fspath(path)
    raise UsageError(f"{what} must be a path, not {path!r}{'; give several one by one' if what == 'a target' else ''}")


def run(targets: Sequence[str], settings: Settings, stdin: Target | None = None, step: Step = nullcontext) -> Report:
    """The report on targets. stdin: what `-` stands for. step: hears what is being done. Raises as `check` does."""
    notes: list[str] = []
    plan = plan_of(settings, notes.append)
    with step("looking for specs"):
        these = found(targets, settings, stdin)
    return report_of(settings, plan, looks(these.targets, settings, plan, step), these, notes)


def found(targets: Sequence[str], settings: Settings, stdin: Target | None = None) -> Discovered:
    """The specs that targets mean."""
    return discover(targets, file_matcher(settings.folder("exclude"), settings.exclude), stdin, settings.force_exclude)


def looks(targets: Sequence[Target], settings: Settings, plan: Plan, step: Step = nullcontext) -> list[Look]:
    """One for each target, in order."""
    jobs, count, found = settings.jobs, len(targets), []
    if jobs == 1 or count < (MANY if jobs is None else 2):
        for number, target in enumerate(targets, 1):
            with step(f"checking {target.name} ({number:,} of {count:,})"):
                found.append(look(target, plan))
        return found
    from archlens.gate.pool import look_at_all

    return look_at_all(targets, settings, jobs or 0)


def report_of(
    settings: Settings, plan: Plan, looked: Sequence[Look], discovered: Discovered, notes: Sequence[str] = ()
) -> Report:
    """What was found, each fault once, held against the baseline."""
    problems = [Checked(name, (), (nothing(message),)) for name, message in discovered.problems]
    checked: tuple[Checked, ...] = (*problems, *told_once([one.checked for one in looked]))
    baseline: Baseline | None = None
    mended: tuple[Known, ...] = ()
    if settings.baseline is not None:
        from archlens.gate.baseline import read_baseline

        baseline = read_baseline(settings.baseline)
        checked, mended = baseline.applied(checked)
    stated = {one.checked.file: one.stated for one in looked if one.stated}
    told = dict.fromkeys([*notes, *(note for one in looked for note in one.told)])
    findings = Findings(checked, plan.rules, settings.fail_on)
    return Report(settings, findings, stated, baseline, mended, tuple(told), discovered.skipped)
