"""Analysis → LaTeX: a booktabs table with the totals in its caption."""

from __future__ import annotations

import re

from archlens.analysis.facts import POLICIES, POLICY, Analysis
from archlens.errors import printable
from archlens.report.page import Page, Sheet, page
from archlens.report.view import View

__all__ = ["latex_sheet", "render_latex", "tex"]

LONGEST = 45
"""Rows on one page; a table with more is a `longtable`, which runs over several."""

_SIGNS = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "|": "\\textbar{}",
    '"': "{''}",
    "×": "$\\times$",
    "−": "$-$",
    "²": "$^2$",
    "·": "$\\cdot$",
    "≤": "$\\le$",
    "→": "$\\to$",
    "–": "\\textendash{}",
    "…": "\\dots{}",
    "✓": "$\\surd$",
    "✗": "$\\times$",
}
_SPECIAL = re.compile("[" + "".join(map(re.escape, _SIGNS)) + "]")


def tex(text: str) -> str:
    """`text` as LaTeX that shows it as it is."""
    shown = _SPECIAL.sub(lambda sign: _SIGNS[sign[0]], printable(text))
    return shown.replace("--", "-{}-")  # or two hyphens would join


def render_latex(analysis: Analysis, view: View | None = None) -> str:
    """The report of one network as a table environment."""
    said = page(analysis, view)
    slug = re.sub(r"[^a-z0-9]+", "-", said.title.lower()).strip("-") or "network"
    return latex_sheet(said.sheet, _caption(said), f"tab:{slug}")


def latex_sheet(sheet: Sheet, caption: str, label: str) -> str:
    """A table environment; `caption` is LaTeX already."""
    long = len(sheet.rows) > LONGEST
    align = "".join(["r" if right else "l" for right in sheet.numeric])
    head = _row(sheet.head)
    rows = [*map(_row, sheet.rows), *(["\\midrule", _row(sheet.totals)] if sheet.totals else [])]
    packages = "booktabs, longtable" if long else "booktabs"
    notes = [f"% \\usepackage{{{packages}}}"]
    if not "".join([caption, *rows]).isascii():
        notes.append("% has letters beyond ASCII: pdflatex knows those of Europe, lualatex with a fitting font the rest")
    if long:
        body = [
            "{\\footnotesize",  # paths are long too
            f"\\begin{{longtable}}{{{align}}}",
            f"\\caption{{{caption}}}\\label{{{label}}}\\\\",
            *("\\toprule", head, "\\midrule", "\\endfirsthead", "\\toprule", head, "\\midrule", "\\endhead"),
            *("\\bottomrule", "\\endfoot", *rows),
            "\\end{longtable}}",
        ]
    else:
        body = [
            *("\\begin{table}", "\\centering", f"\\caption{{{caption}}}", f"\\label{{{label}}}"),
            *(f"\\begin{{tabular}}{{{align}}}", "\\toprule", head, "\\midrule", *rows, "\\bottomrule", "\\end{tabular}"),
            "\\end{table}",
        ]
    return "\n".join([*notes, *body])


def _caption(said: Page) -> str:
    """Totals, and where they come from."""
    told = ("params", "MACs", "FLOPs", *POLICIES)
    figures = ", ".join([f"{fact.figure} {fact.label}" for fact in said.facts if fact.label in told])
    return f"{tex(said.title)} ({tex(said.flow)}): {tex(figures)}; policy {POLICY}. Source: {tex(said.spec)}."


def _row(cells: tuple[str, ...]) -> str:
    return " & ".join([tex(cell) for cell in cells]) + " \\\\"
