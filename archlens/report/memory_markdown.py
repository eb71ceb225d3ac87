"""Where memory goes, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from archlens.analysis.facts import Analysis, conventions
from archlens.report.markdown import escaped, pipe_table
from archlens.report.memory import Part, alive_rows, estimate_head, memory_parts, no_estimate, training_parts
from archlens.report.numbers import grouped

__all__ = ["parts_table", "render_memory_markdown"]


def render_memory_markdown(analysis: Analysis, optimizer: str = "adam") -> str:
    """What `archlens memory` says, as Markdown."""
    lines = [f"## {escaped(analysis.title)}", "", f"{analysis.totals.dtype}, batch of {grouped(analysis.batch)}", ""]
    lines += [parts_table(["memory", "bytes", "what"], memory_parts(analysis)), ""]
    rows = alive_rows(analysis)
    cells = [[escaped(cell) for cell in row] for row in rows]
    cells.append(["**in all**", "", f"**{grouped(analysis.peak.bytes)}**"])
    lines += [pipe_table(["alive at the peak", "size", "bytes"], cells, [False, False, True]), ""]
    if analysis.training.possible:
        lines.append(parts_table([estimate_head(optimizer), "bytes", "formula"], training_parts(analysis, optimizer)))
    else:
        lines.append(no_estimate(analysis))
    lines += ["", *[f"- note: {escaped(note)}" for note in analysis.notes]]
    return "\n".join([*lines, f"- memory: {conventions(analysis.totals.dtype)['memory']}"])


def parts_table(head: Sequence[str], parts: Iterable[Part], said: Callable[[int], str] = grouped) -> str:
    """Lines of an account, each with its bytes as `said` tells them."""
    rows = [[part.label, said(part.bytes), escaped(part.comment)] for part in parts]
    return pipe_table(head, rows, [False, True, False])
