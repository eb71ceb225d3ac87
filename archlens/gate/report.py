"""What a check found, as a person holds it from Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from archlens.errors import Diagnostic, UsageError, render
from archlens.report.findings.model import Checked, Entry, Findings, counts
from archlens.report.numbers import counted

if TYPE_CHECKING:
    from archlens.gate.baseline import Baseline, Known
    from archlens.gate.look import Stated
    from archlens.gate.settings import Settings
    from archlens.gate.update import Update

__all__ = ["Report"]


class Report:
    """What `archlens.check` found; a notebook shows it.

    settings: those that held. all: files, entries and rules, what is allowed or known too. mended: what the baseline knows and is
    no longer so. notes: what is to be said besides. skipped: YAML files in folders that are no specs.
    """

    def __init__(
        self,
        settings: Settings,
        all: Findings,
        stated: Mapping[str, tuple[Stated, ...]],
        baseline: Baseline | None = None,
        mended: tuple[Known, ...] = (),
        notes: tuple[str, ...] = (),
        skipped: int = 0,
    ) -> None:
        self.settings = settings
        self.all = all
        self.mended = mended
        self.notes = notes
        self.skipped = skipped
        self._stated = stated
        self._baseline = baseline

    @cached_property
    def findings(self) -> tuple[Entry, ...]:
        """What counts: faults, missed expectations and broken rules, but for those that are allowed or in the baseline."""
        return tuple([entry for entry in self.all.entries if entry.counts])

    @property
    def allowed(self) -> tuple[Entry, ...]:
        """What `allow:` lets be broken."""
        return tuple([entry for entry in self.all.entries if entry.allowed is not None])

    @property
    def known(self) -> tuple[Entry, ...]:
        """What is in the baseline."""
        return tuple([entry for entry in self.all.entries if entry.known])

    @property
    def unread(self) -> tuple[Entry, ...]:
        """What says that something could not be checked; it is among the findings."""
        return tuple([entry for entry in self.all.entries if entry.unread])

    @property
    def files(self) -> tuple[Checked, ...]:
        """The specs that were checked, in order."""
        return self.all.checked

    @property
    def ok(self) -> bool:
        """Whether the check is passed."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """2 where something could not be checked, 1 where a finding is at least as bad as `fail_on`, else 0."""
        if self.unread:
            return 2
        return int(any(entry.diagnostic.severity in self.all.bad for entry in self.findings))

    @property
    def summary(self) -> str:
        """`12 files: 3 errors, 4 warnings, 1 note; 1 could not be checked; 2 allowed; 5 in the baseline`."""
        files = counted(self.all.files, "file")
        told = [counted(count, severity) for severity, count in counts(self.all.entries).items() if count]
        if not told:
            files += f", {counted(self.all.networks, 'network')}"
        besides = {
            "could not be checked": len(self.unread),
            "allowed": len(self.allowed),
            "in the baseline": len(self.known),
        }
        parts = [f"{files}: {', '.join(told) or 'no findings'}", *[f"{n:,} {what}" for what, n in besides.items() if n]]
        return "; ".join(parts)

    def render(self, form: str = "text", paint: Callable[[str, str], str] | None = None, show_allowed: bool | None = None) -> str:
        """The findings as `text`, `json`, `sarif`, `github`, `gitlab` or `junit`.

        paint: of text, for a terminal; see `errors.render`. show_allowed: what is allowed too, in `text` and, as what is in the
        baseline, in `sarif`; by default as the settings say. Raises UsageError for another form.
        """
        shown = self.settings.show_allowed if show_allowed is None else show_allowed
        if form != "text":
            from archlens.report.findings import FORMS, render_findings

            if form not in FORMS:
                raise UsageError(f"form must be one of {', '.join(FORMS)}, not {form!r}")
            return render_findings(self.all._replace(show_allowed=shown), form)
        texts = [
            render(_with_reason(entry), paint)
            for entry in self.all.entries
            if entry.counts or (shown and entry.allowed is not None)
        ]
        return "".join([f"{text}\n\n" for text in texts])

    def baseline(self, path: str | None = None) -> str:
        """The text of a baseline that knows everything found, for the file at `path`; by default the one that was read.

        What that one says of files and rules that were not looked at stays in it. Raises UsageError where something could not be
        read, since what is wrong with it is not known.
        """
        from archlens.gate.baseline import Baseline, baseline_of

        if self.unread:
            raise UsageError(f"no baseline is written: {counted(len(self.unread), 'target')} could not be checked")
        read = self._baseline
        if read is None or (path is not None and path != read.path):
            read = Baseline(path or "baseline.json")
        return baseline_of(read, self.files)

    def updates(self) -> tuple[Update, ...]:
        """What would make every exact figure of `expect:` that is missed true, a file each."""
        from archlens.gate.update import updates

        return updates(self.files, self._stated)

    def __repr__(self) -> str:
        return f"<Report {self.summary}>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from html import escape

        return f'<pre class="archlens">{escape(self.render("text"))}{escape(self.summary)}</pre>'


def _with_reason(entry: Entry) -> Diagnostic:
    """The diagnostic; one that is allowed with the reason."""
    if entry.allowed is None:
        return entry.diagnostic
    note = f"allowed: {entry.allowed.reason}"
    return entry.diagnostic._replace(notes=(*entry.diagnostic.notes, note), severity="note")
