"""Pairs → Markdown for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from archlens.errors import printable
from archlens.report.diff.page import (
    CHANGE_NUMERIC,
    MARK,
    SUMMARY_HEAD,
    SUMMARY_NUMERIC,
    TOTAL_HEAD,
    TOTAL_NUMERIC,
    change_head,
    change_lines,
    comparison_title,
    fault_texts,
    filled,
    remarks,
    summary_rows,
    total_rows,
)
from archlens.report.diff.pair import Comparison, Pair
from archlens.report.markdown import escaped, pipe_table, prose

__all__ = ["diff_markdown"]

_LONGEST = 65_000  # characters; GitHub takes 65,536
_OPEN = 20  # rows that are shown without being asked for
_SHARED = 400  # characters for what tells that something was left out


def diff_markdown(comparison: Comparison) -> str:
    """A page that fits a comment: what would be too long is left out from the end, and said."""
    several = len(comparison.pairs) > 1
    changed = [pair for pair in comparison.pairs if pair.status == "changed"]
    parts = [MARK, f"### {escaped(comparison_title(comparison))}"]
    parts += [prose(comparison.about)] if comparison.about else []
    parts += [f"- ✗ {prose(text)}" for text in comparison.broken]
    parts += [f"- {prose(note)}" for note in comparison.notes]
    parts += [f"```text\n{fault}\n```" for fault in fault_texts(comparison)]
    if several:
        rows = [[escaped(cell) for cell in row] for row in summary_rows(comparison)]
        parts.append(pipe_table([escaped(cell) for cell in SUMMARY_HEAD], rows, SUMMARY_NUMERIC))
    shown = changed if several else comparison.pairs
    for place, pair in enumerate(shown):
        part = _pair(pair, comparison, several)
        if len("\n\n".join([*parts, part])) > _LONGEST - _SHARED:
            part = _pair(pair, comparison, several, layers=False)
        if len("\n\n".join([*parts, part])) > _LONGEST - _SHARED:
            parts.append(f"*{len(shown) - place} more, which a comment has no room for: run `archlens diff`.*")
            break
        parts.append(part)
    return "\n\n".join(parts).replace("\u00a0", " ")


def _pair(pair: Pair, comparison: Comparison, several: bool, layers: bool = True) -> str:
    parts = [f"#### {escaped(pair.title)}"] if several else []
    parts.append(f"`{printable(pair.where)}`" if "`" not in pair.where else escaped(pair.where))
    difference = pair.difference
    if difference is not None and difference.same:
        return "\n\n".join([*parts, f"No difference in {len(difference.new.layers):,} layers."])
    parts.append(_table(TOTAL_HEAD, total_rows(pair), TOTAL_NUMERIC))
    if difference is None:
        return "\n\n".join(parts)
    lines = change_lines(difference, comparison.level, comparison.every)
    if lines and layers:
        table = _table(change_head(comparison.level), [line.cells for line in lines], CHANGE_NUMERIC)
        parts.append(
            table if len(lines) <= _OPEN else f"<details><summary>{len(lines)} changes</summary>\n\n{table}\n\n</details>"
        )
    elif lines:
        parts.append(f"*{len(lines)} changes, which a comment has no room for: run `archlens diff`.*")
    parts.append("\n".join([f"- {one.label}: {prose(one.text)}" for one in remarks(difference)]))
    return "\n\n".join(parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """A pipe table without the columns that say nothing."""
    kept = filled(rows)
    cells = [[escaped(row[at]) for at in kept] for row in rows]
    return pipe_table([escaped(head[at].strip()) for at in kept], cells, [numeric[at] for at in kept])
