"""A difference as a person holds it from Python."""

from __future__ import annotations

from archlens.analysis.difference import Difference

__all__ = ["ShownDifference"]


class ShownDifference(Difference):
    """A difference that prints itself, and shows itself in a notebook; else the same."""

    __slots__ = ()

    def render(self, form: str = "text", width: int = 120, level: str = "layer", every: bool = False) -> str:
        """As `text`, `markdown`, `json` or `html`; width: of text.

        level: what a row is: `layer`, `block`, `stage` or a number of parts of a path. every: a row for each layer, also for
        those whose sizes only follow. Raises UsageError for a form or level that there is none of.
        """
        from archlens.errors import UsageError
        from archlens.report.diff.pair import Comparison, Pair
        from archlens.report.diff.written import DIFF_FORMATS, render_diff
        from archlens.report.view import make_view

        if form not in DIFF_FORMATS:
            raise UsageError(f"form must be one of {', '.join(DIFF_FORMATS)}, not {form!r}")
        names = tuple([f"{side.spec}:{side.variant}" if side.variant else side.spec for side in (self.old, self.new)])
        pair = Pair(self.old, self.new, (names[0], names[1]), self)
        return render_diff(Comparison((pair,), level=make_view(level=level).level, every=every), form, width)

    def _repr_html_(self) -> str:
        return self.render("html")

    def __repr__(self) -> str:
        return self.render()
