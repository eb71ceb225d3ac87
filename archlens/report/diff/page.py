"""A pair → what text, Markdown and HTML are written from: totals, rows and remarks, as words not yet laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archlens.analysis.difference import Change, Difference, Reasons
from archlens.analysis.levels import scope_of
from archlens.errors import render
from archlens.layers.dims import Shape
from archlens.report.diff.amounts import signed, totals
from archlens.report.diff.pair import Comparison, Pair
from archlens.report.diff.rows import SIGNS, Row, rows
from archlens.report.numbers import counted, grouped, short, size_text
from archlens.report.summary import expectation_text

__all__ = [
    "CHANGE_NUMERIC",
    "MARK",
    "SUMMARY_HEAD",
    "SUMMARY_NUMERIC",
    "TOTAL_HEAD",
    "TOTAL_NUMERIC",
    "Line",
    "Remark",
    "change_head",
    "change_lines",
    "comparison_title",
    "fault_texts",
    "filled",
    "remarks",
    "summary_rows",
    "total_rows",
]

MARK = "<!-- archlens diff -->"
"""The first line of Markdown and the second of a page, by which they are known for what may be written anew."""

TOTAL_HEAD = ("", "before", "after", "difference", "")
"""Over the totals of a pair."""

TOTAL_NUMERIC = (False, True, True, True, True)
"""Which of its columns go to the right."""

CHANGE_NUMERIC = (False, True, False, False, True, True)
"""Which columns of the changes go to the right."""

SUMMARY_HEAD = ("network", "", "params", "", "MACs", "")
"""Over the summary of several pairs."""

SUMMARY_NUMERIC = (False, False, True, True, True, True)
"""Which of its columns go to the right."""

_RENAMED = 3  # names that are told
_FAULTS = 10  # faults that are shown


class Line(NamedTuple):
    """A row of the table of changes. cells: sign and name, how often, what, output, params, MACs."""

    kind: str
    cells: tuple[str, ...]


class Remark(NamedTuple):
    """label, text, and the role in which a terminal shows it."""

    label: str
    text: str
    role: str = ""


def comparison_title(comparison: Comparison) -> str:
    """What stands over all pairs."""
    if len(comparison.pairs) == 1:
        return comparison.pairs[0].heading
    if not comparison.pairs:
        return "Networks with faults" if comparison.faults else "No network differs"
    differing = sum([pair.status != "same" for pair in comparison.pairs])
    return f"{differing} of {len(comparison.pairs)} networks differ"


def fault_texts(comparison: Comparison) -> list[str]:
    """The faults of specs that could not be compared, the first of them whole."""
    more = len(comparison.faults) - _FAULTS
    shown = [render(fault) for fault in comparison.faults[:_FAULTS]]
    return [*shown, f"{more} more faults"] if more > 0 else shown


def total_rows(pair: Pair) -> list[tuple[str, ...]]:
    """The figures of both sides: heading, before, after, difference, percent."""
    found = []
    for total in totals(pair.old, pair.new):
        if total.old is None and total.new is None:
            continue
        texts = list(total.texts())
        if pair.difference is None:
            texts = ["" if pair.old is None else texts[0], "" if pair.new is None else texts[1], "", ""]
        found.append((total.figure.heading, *texts))
    return found


def filled(rows: Sequence[Sequence[str]], always: Sequence[int] = (0,)) -> list[int]:
    """The places of the columns that say something in any row, and of those that are `always` shown."""
    return [at for at in range(len(rows[0])) if at in always or any(row[at] for row in rows)]


def change_head(level: str) -> tuple[str, ...]:
    """Over the changes."""
    part, what = ("layer", "change") if level == "layer" else ("scope" if level.isdigit() else level, "layers")
    return f"  {part}", "", what, "output", "params", "MACs"


def change_lines(difference: Difference, level: str, every: bool, brief: bool = False) -> list[Line]:
    """The changes as rows; brief: figures rounded."""
    found = rows(difference, every) if level == "layer" else _by_scope(difference, level)
    write = short if brief else grouped
    return [
        Line(
            row.kind,
            (
                f"{SIGNS[row.kind]} {row.name}",
                f"×{row.times}" if row.times > 1 and row.kind != "resized" else "",
                row.what,
                row.output,
                signed(row.params, write) if row.params else "",
                signed(row.macs, write) if row.macs else "",
            ),
        )
        for row in found
    ]


def _by_scope(difference: Difference, level: str) -> list[Row]:
    """A row for each block, stage or beginning of a path in which something differs."""
    groups: dict[str, list[Change]] = {}
    for change in difference.changes:
        groups.setdefault(scope_of(change.layer.path, level).removesuffix("/"), []).append(change)
    found = []
    for path, changes in groups.items():
        kinds = [change.kind for change in changes]
        counts = {kind: kinds.count(kind) for kind in SIGNS}
        kind = next((one for one in ("added", "removed", "resized") if counts[one] == len(kinds)), "changed")
        what = ", ".join([f"{count:,} {name}" for name, count in counts.items() if count])
        params, macs = [sum([change.amount(name) for change in changes]) for name in ("params", "macs")]
        found.append(Row(kind, path, what, "", 1, len(changes), params, macs))
    return found


def remarks(difference: Difference) -> Iterator[Remark]:
    """What does not stand in the tables: inputs, outputs, expectations, losses, allowances, names, layers as before."""
    for label, sizes in (("input", difference.inputs), ("output", difference.outputs)):
        for name, (before, after) in sizes.items():
            yield Remark(label, f"{'' if name == label else f'{name} '}{_size(before)} → {_size(after)}")
    for label, (old, new) in difference.order.items():
        yield Remark(label, f"in another order: {', '.join(old)} → {', '.join(new)}")
    if difference.expectations:
        yield Remark("expected", ", ".join([_expected(*one) for one in difference.expectations]))
    for output, (was, now) in difference.losses.items():
        yield Remark("loss", f"{'' if len(difference.new.outputs) == 1 else f'{output} '}{was or 'none'} → {now or 'none'}")
    for rule, (might, may) in difference.allowed.items():
        yield Remark("allowed", _expected(rule, _reasons(might), _reasons(may)))
    for outcome in difference.new.expectations:
        if not outcome.ok:
            yield Remark("missed", expectation_text(outcome), "bad")
    if difference.renamed:
        yield Remark("renamed", _renamed(difference.renamed))
    yield Remark("unchanged", counted(difference.unchanged))


def _expected(key: str, was: str | None, now: str | None) -> str:
    """What of `key` differs, in words; nothing or None where there is none."""
    return f"{key} {was} → {now}" if was and now else f"{key} {now} (new)" if now else f"{key} {was} (no longer)"


def _reasons(reasons: Reasons) -> str:
    """`in 3 layers, the published weights have it`; nothing of none."""
    return "; ".join([f"{'everywhere' if count is None else f'in {counted(count)}'}, {text}" for text, count in reasons.items()])


def _size(shape: Shape | None) -> str:
    return "none" if shape is None else size_text(shape)


def _renamed(pairs: Sequence[tuple[str, str]]) -> str:
    """How many layers are called otherwise: by scopes, where those are what changed."""
    short_pairs = dict.fromkeys([_differing(*pair) for pair in pairs])
    shown = ", ".join([f"{old} → {new}" for old, new in list(short_pairs)[:_RENAMED]])
    return f"{counted(len(pairs))}: {shown}{', …' if len(short_pairs) > _RENAMED else ''}"


def _differing(old: str, new: str) -> tuple[str, str]:
    """Both paths up to the last part that differs, so that a scope which is called otherwise is told once."""
    before, after = old.split("/"), new.split("/")
    while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
        del before[-1], after[-1]
    return "/".join(before), "/".join(after)


def summary_rows(comparison: Comparison) -> list[tuple[str, ...]]:
    """A row for each pair: title (of equal ones with the file), status, params and MACs now, and by how much they changed."""
    titles = [pair.title for pair in comparison.pairs]
    found = []
    for pair in comparison.pairs:
        cells = [pair.title if titles.count(pair.title) == 1 else f"{pair.title} ({pair.names[1] or pair.names[0]})", pair.status]
        for total in totals(pair.old, pair.new, ("params", "macs")):
            cells += [grouped(total.old if total.new is None else total.new), total.grown]
        found.append(tuple(cells))
    return found
