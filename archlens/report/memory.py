"""Analysis → where memory goes: parameters, activations, what is alive at the peak, and an estimate for training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis, conventions
from archlens.analysis.memory import Living
from archlens.errors import printable
from archlens.report.grid import Paint, cut, draw, plain, wrapped
from archlens.report.json import SCHEMA, peak_json, training_json
from archlens.report.numbers import bytes_text, grouped, sizes_text

__all__ = ["Part", "alive_rows", "estimate_head", "memory_json", "memory_parts", "no_estimate", "render_memory", "training_parts"]

_LABEL = 19
_SHOWN = 12  # of what is alive at the peak; the rest is added up
_NAME = 40


class Part(NamedTuple):
    """One line: what it is, its bytes, how they come about."""

    label: str
    bytes: int
    comment: str


def memory_parts(analysis: Analysis) -> Iterator[Part]:
    """For inference."""
    totals = analysis.totals
    each = f"{analysis.training.value_bytes} B"
    yield Part("parameters", totals.parameter_bytes, f"{grouped(totals.params)} params × {each}")
    if totals.buffers:
        counters = "; counters are int64" if totals.buffer_bytes != totals.buffers * analysis.training.value_bytes else ""
        yield Part("buffers", totals.buffer_bytes, f"{grouped(totals.buffers)} values{counters}")
    yield Part("activations", totals.activation_bytes, f"{grouped(totals.activations)} values put out × {each}; not all at once")
    yield Part("peak", analysis.peak.bytes, f"most activations alive at once: {_when(analysis)}")


def _when(analysis: Analysis) -> str:
    return f"while {analysis.peak.layer} runs" if analysis.peak.layer else "before the first layer runs"


def training_parts(analysis: Analysis, optimizer: str) -> list[Part]:
    """The estimate for training, line by line, and their sum."""
    training = analysis.training
    lines = [Part(*line) for line in training.lines(optimizer)]
    return [*lines, Part("in all", training.total_bytes(optimizer), "without the loss and what kernels take for themselves")]


def estimate_head(optimizer: str) -> str:
    """What stands over the estimate."""
    return f"training with {optimizer}, an estimate"


def no_estimate(analysis: Analysis) -> str:
    """Why there is none."""
    return f"no estimate for training: PyTorch has no gradients in {analysis.totals.dtype}"


def alive_rows(analysis: Analysis) -> list[tuple[str, str, str]]:
    """Name, size and bytes of what is alive at the peak, largest first; the smallest in one row where there are many."""
    alive = analysis.peak.alive
    shown = alive if len(alive) <= _SHOWN else alive[: _SHOWN - 1]
    rows = [(one.name, _size(one), grouped(one.bytes)) for one in shown]
    rest = alive[len(shown) :]
    if rest:
        rows.append((f"{len(rest)} more", "", grouped(sum([one.bytes for one in rest]))))
    return rows


def _size(one: Living) -> str:
    return "its own room" if one.shape is None else sizes_text(one.shape)


def render_memory(analysis: Analysis, optimizer: str = "adam", width: int = 80, paint: Paint = plain) -> str:
    """For a terminal, at most `width` wide where its numbers allow."""
    batch = f"batch of {grouped(analysis.batch)}"
    lines = [paint(cut(printable(analysis.title), width), "title")]
    lines += wrapped("", f"{printable(analysis.spec)}: {analysis.totals.dtype}, {batch}", width, 0, paint, "faint")
    lines += ["", *_lines(list(memory_parts(analysis)), width, paint)]
    rows = alive_rows(analysis)
    names = [cut(printable(name), max(14, min(_NAME, width - 36)), keep_end=True) for name, _, _ in rows]
    columns = [
        ["alive at the peak", *names, "in all"],
        ["size", *[size for _, size, _ in rows], ""],
        ["bytes", *[size for _, _, size in rows], grouped(analysis.peak.bytes)],
    ]
    lines += ["", *draw(columns, (False, False, True), ["head", *[""] * len(rows), "total"], paint), ""]
    if analysis.training.possible:
        lines.append(paint(estimate_head(optimizer), "head"))
        lines += _lines(training_parts(analysis, optimizer), width, paint)
    else:
        lines += wrapped("", no_estimate(analysis), width, 0, paint)
    for note in analysis.notes:
        lines += ["", *wrapped("note", printable(note), width, _LABEL, paint)]
    lines += ["", *wrapped("", f"memory: {conventions(analysis.totals.dtype)['memory']}", width, 0, paint, "faint")]
    return "\n".join(lines)


def _lines(parts: Sequence[Part], width: int, paint: Paint) -> list[str]:
    room = max(len(bytes_text(part.bytes)) for part in parts)
    lines = []
    for label, size, comment in parts:
        head = f"{label:<{_LABEL}}{bytes_text(size):>{room}}".replace("\u00a0", " ")
        lines += wrapped(head, printable(comment), width, _LABEL + room + 2, paint)
    return lines


def memory_json(analysis: Analysis) -> dict[str, Any]:
    """The same for tools, with all that is alive and every optimizer."""
    totals = analysis.totals
    return {
        "schema": SCHEMA,
        "name": analysis.name,
        "spec": analysis.spec,
        "variant": analysis.variant,
        "dtype": totals.dtype,
        "batch": analysis.batch,
        "parameter_bytes": totals.parameter_bytes,
        "buffer_bytes": totals.buffer_bytes,
        "activation_bytes": totals.activation_bytes,
        "peak": peak_json(analysis),
        "training": training_json(analysis),
        "notes": analysis.notes,
        "conventions": {"memory": conventions(totals.dtype)["memory"]},
    }
