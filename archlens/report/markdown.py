"""Analysis → Markdown: a heading, the totals, the layers as a pipe table."""

from __future__ import annotations

from collections.abc import Sequence

from tabulate import tabulate

from archlens.analysis.facts import CONVENTIONS, Analysis
from archlens.report.columns import COLUMNS, DEFAULT, Column, total_text
from archlens.report.numbers import bytes_text, grouped, short, size_text, sizes_text

__all__ = ["pipe_table", "render_markdown"]


def pipe_table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """A GitHub table whose cells keep what they say."""
    safe = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    align = ["right" if right else "left" for right in numeric]
    return tabulate(safe, head, "pipe", colalign=align if safe else None, disable_numparse=True)


def render_markdown(analysis: Analysis, columns: Sequence[Column] | None = None) -> str:
    """The report of one network."""
    chosen = tuple(columns or (COLUMNS[name] for name in DEFAULT))
    rows = [[column.text(layer) for column in chosen] for layer in analysis.layers]
    totals = [total_text(column, analysis) for column in chosen]
    totals[0] = totals[0] or "total"
    rows.append([f"**{text}**" if text else "" for text in totals])
    t = analysis.totals
    field = "none" if t.receptive_field is None else sizes_text(t.receptive_field)
    inputs = ", ".join(map(size_text, analysis.inputs.values()))
    facts = [
        f"- input {inputs}, output {', '.join(map(size_text, analysis.outputs.values()))}",
        f"- params {grouped(t.params)} ({grouped(t.trainable_params)} trainable, {bytes_text(t.parameter_bytes)}), buffers {grouped(t.buffers)}",
        f"- MACs {grouped(t.macs)} ({short(t.macs)}), FLOPs {grouped(t.flops)}",
        f"- activations {grouped(t.activations)}, at most {bytes_text(t.peak_activation_bytes)} at once",
        f"- depth {t.depth} on the longest path, {t.weight_layers} weight layers, receptive field {field}",
        *(f"- {'✓' if one.ok else '✗'} {one.key}: expected {one.expected}, got {one.actual}" for one in analysis.expectations),
        *(f"- note: {note}" for note in analysis.notes),
    ]
    conventions = "; ".join(f"{name}: {text}" for name, text in CONVENTIONS.items() if name in ("macs", "flops", "receptive_field"))
    table = pipe_table([column.heading for column in chosen], rows, [column.numeric for column in chosen])
    return f"## {analysis.title}\n\n" + "\n".join(facts) + f"\n\n{table}\n\n{conventions}\n"
