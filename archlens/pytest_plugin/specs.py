"""Specs as tests: a file is a collector, each of its variants a test that fails with what `archlens check` says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archlens.errors import ArchlensError, render
from archlens.gate.baseline import read_baseline
from archlens.gate.discover import is_spec_file
from archlens.gate.globs import file_matcher
from archlens.gate.plan import plan_of
from archlens.gate.run import run
from archlens.gate.settings import Settings, settings_of
from archlens.spec.load import load_family

if TYPE_CHECKING:
    from archlens.gate.report import Report

__all__ = ["SpecFile", "SpecItem", "prepare", "spec_file"]

ALONE = "check"
"""What the test of a spec without variants is called."""

_SETTINGS = pytest.StashKey[Settings]()


def prepare(config: pytest.Config) -> None:
    """Read the configuration of archlens, as `archlens check` does where it is started. Raises pytest.UsageError."""
    try:
        config.stash[_SETTINGS] = settings = settings_of({})
        plan_of(settings)  # or a faulty one would be told by each test
        if settings.baseline is not None:
            read_baseline(settings.baseline)
    except ArchlensError as error:
        raise pytest.UsageError(str(error)) from None


def spec_file(path: Path, parent: pytest.Collector) -> SpecFile | None:
    """The collector of a file that is named, or that a folder has and `archlens check` would take from there."""
    settings = parent.config.stash[_SETTINGS]
    if not parent.session.isinitpath(path):
        excluded = file_matcher(settings.folder("exclude"), settings.exclude)
        if excluded(str(path)) or not is_spec_file(str(path)):
            return None
    return SpecFile.from_parent(parent, path=path)


class SpecFile(pytest.File):
    """A spec."""

    @property
    def file(self) -> str:
        """What messages call it."""
        return os.path.relpath(self.path)

    @cached_property
    def report(self) -> Report:
        """The check of the whole file, once for all of its variants."""
        return run([self.file], self.config.stash[_SETTINGS])

    def collect(self) -> Iterator[SpecItem]:
        """One for each variant; one where there are none, or where it cannot be known which."""
        try:
            variants = [spec.variant for spec in load_family(self.file)[0]]
        except ArchlensError:
            variants = []
        for name in [variant for variant in variants if variant] or [ALONE]:
            yield SpecItem.from_parent(self, name=name)


class SpecItem(pytest.Item):
    """One network."""

    parent: SpecFile

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.add_marker("archlens")

    def runtest(self) -> None:
        """Fail with the findings, if one is bad enough; show them with `-rP` otherwise."""
        report = self.parent.report
        found = [entry for entry in report.findings if entry.is_in(self.name)]
        text = "\n\n".join([*[render(entry.diagnostic) for entry in found], *[f"note: {note}" for note in report.notes]])
        if any(entry.unread or entry.diagnostic.severity in report.all.bad for entry in found):
            raise FindingsError(text)
        if text:
            self.add_report_section("call", "archlens", text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The findings and no traceback; what is no finding as pytest shows it."""
        return str(excinfo.value) if isinstance(excinfo.value, FindingsError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """What stands above a failure: the target as `archlens check` takes it."""
        return self.path, 0, self.parent.file if self.name == ALONE else f"{self.parent.file}:{self.name}"


class FindingsError(ArchlensError):
    """A network has findings; the message is what `archlens check` says of them."""
