"""Verification → a table per fact, and per layer on request: for a terminal, Markdown and tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archlens.analysis.verification import Fact, Verification
from archlens.errors import Diagnostic, printable
from archlens.graph.model import Graph
from archlens.report.grid import Paint, cut, draw, plain, wrapped
from archlens.report.json import SCHEMA
from archlens.report.markdown import escaped, pipe_table
from archlens.report.numbers import grouped, sizes_text

__all__ = ["mismatch", "render_verification", "render_verification_markdown", "verification_json"]

_SIGNS = {"equal": "✓", "accounted": "✓", "estimated": "≈", "differs": "✗", "not measured": "–"}
_SAID = {
    "equal": "equal",
    "accounted": "accounted for",
    "estimated": "an estimate",
    "differs": "differs",
    "not measured": "not measured",
}


def _sources(facts: Sequence[Fact]) -> list[str]:
    """Who measured anything, in the order met."""
    return [*dict.fromkeys(name for fact in facts for name in fact.measured)]


def _table(facts: Sequence[Fact]) -> tuple[list[str], list[list[str]]]:
    """Heading and rows: the fact, what is computed, what each of the others finds, the verdict."""
    sources = _sources(facts)
    rows = []
    for fact in facts:
        figures = [_figure(fact.computed), *[_figure(fact.measured.get(source)) for source in sources]]
        rows.append([fact.name, *figures, f"{_SIGNS[fact.verdict]} {_SAID[fact.verdict]}"])
    return ["fact", "archlens", *sources, ""], rows


def _figure(value: int | None) -> str:
    return "" if value is None else grouped(value)


def _about(verification: Verification) -> str:
    """Where it ran."""
    trace = verification.trace
    batch = f"batch of {grouped(verification.static.batch)}"
    ran = f"{trace.dtype}, {batch}, forward pass {trace.seconds * 1000:,.0f} ms"
    return f"{verification.static.spec}: on {trace.device} ({trace.device_name}), {ran}"


def _remarks(verification: Verification) -> list[tuple[str, str]]:
    """What a reader should know besides: a label and a text each."""
    notes = [(fact.name, fact.note) for fact in verification.facts if fact.note]
    notes += [("note", note) for note in verification.trace.notes]
    for fact in verification.facts:
        if fact.differences:
            more = f"; {len(fact.differences) - 1} more" if len(fact.differences) > 1 else ""
            path, computed, measured = fact.differences[0]
            notes.append((fact.name, f"{path} differs: {_value(computed)} computed, {_value(measured)} measured{more}"))
    return notes


def _value(value: Any) -> str:
    """A figure of one layer, of whatever kind."""
    match value:
        case None:
            return "none"
        case int():
            return grouped(value)
        case dict() | tuple() | list() | frozenset() | set():
            return str(value) if value else "none"
    return str(value)


def render_verification(verification: Verification, width: int = 80, layers: bool = False, paint: Paint = plain) -> str:
    """For a terminal, at most `width` wide where its numbers allow."""
    lines = [paint(cut(printable(verification.static.title), width), "title")]
    lines += wrapped("", printable(_about(verification)), width, 0, paint, "faint")
    head, rows = _table(verification.facts)
    roles = ["head", *["bad" if fact.verdict == "differs" else "" for fact in verification.facts]]
    lines += ["", *_drawn(head, rows, roles, paint), ""]
    for label, text in _remarks(verification):
        lines += wrapped(label, printable(text), width, 24, paint)
    if layers:
        head, rows = _layer_table(verification, max(14, width - 78))
        lines += ["", *_drawn(head, rows, ["head", *[""] * len(rows)], paint)]
    return "\n".join(lines).rstrip()


def _drawn(head: list[str], rows: list[list[str]], roles: list[str], paint: Paint) -> list[str]:
    columns = [[title, *[row[i] for row in rows]] for i, title in enumerate(head)]
    return draw(columns, _numeric(head), roles, paint, footer=False)


def _numeric(head: Sequence[str]) -> list[bool]:
    """All but the name at the beginning and the verdict at the end."""
    return [0 < i < len(head) - 1 for i in range(len(head))]


def render_verification_markdown(verification: Verification, layers: bool = False) -> str:
    """A heading, the facts and on request the layers as pipe tables."""
    head, rows = _table(verification.facts)
    lines = [f"## {escaped(verification.static.title)}", "", f"- {escaped(_about(verification))}"]
    lines += [f"- {escaped(label)}: {escaped(text)}" for label, text in _remarks(verification)]
    tables = [(head, rows), *([_layer_table(verification, 200)] if layers else [])]
    for head, rows in tables:
        cells = [[escaped(text) for text in row] for row in rows]
        lines += ["", pipe_table([escaped(text) for text in head], cells, _numeric(head))]
    return "\n".join(lines)


_LAYER_HEAD = ["layer", "output", "params", "MACs", "backward", "live bytes", "ms", ""]


def _layer_table(verification: Verification, room: int) -> tuple[list[str], list[list[str]]]:
    """Every layer as it ran: sizes, parameters, multiply–accumulates by torch's counter, memory and time."""
    trace = verification.trace
    wrong = {difference.path for fact in verification.facts for difference in fact.differences}
    rows = []
    for ran, facts in zip(trace.layers, trace.analysis.layers, strict=True):
        figures = [facts.params, facts.macs, trace.backward.layers.get(ran.path, 0) // 2, ran.peak_bytes]
        sign = "✗" if ran.path in wrong else "✓"
        path = cut(printable(ran.path), room, keep_end=True)
        rows.append([path, sizes_text(ran.outputs[0]), *map(grouped, figures), f"{1000 * ran.seconds:.2f}", sign])
    return _LAYER_HEAD, rows


def verification_json(verification: Verification) -> dict[str, Any]:
    """The same for tools, every layer with what was measured of it."""
    static, trace = verification.static, verification.trace
    counters = [trace.forward, *([] if trace.fvcore is None else [trace.fvcore])]
    return {
        "schema": SCHEMA,
        "name": static.name,
        "spec": static.spec,
        "variant": static.variant,
        "ok": verification.ok,
        "device": trace.device,
        "device_name": trace.device_name,
        "dtype": trace.dtype,
        "batch": static.batch,
        "seconds": trace.seconds,
        "peak_bytes": trace.peak_bytes,
        "allocator_bytes": trace.allocator_bytes,
        "facts": [_fact_json(fact) for fact in verification.facts],
        "layers": [
            {
                "path": ran.path,
                "kind": ran.kind,
                "output_shapes": ran.outputs,
                "dtypes": ran.dtypes,
                "parameter_shapes": ran.parameters,
                "buffer_shapes": ran.buffers,
                "frozen": sorted(ran.frozen),
                "counts": {one.counter: one.layers.get(ran.path, 0) for one in counters},
                "backward": {} if trace.untrained else {trace.backward.counter: trace.backward.layers.get(ran.path, 0)},
                "allocated_bytes": ran.allocated_bytes,
                "freed_bytes": ran.freed_bytes,
                "peak_bytes": ran.peak_bytes,
                "allocator_bytes": ran.allocator_bytes,
                "seconds": ran.seconds,
            }
            for ran in trace.layers
        ],
        "uncounted": {one.counter: one.unsupported for one in counters if one.unsupported},
        "notes": trace.notes,
    }


def _fact_json(fact: Fact) -> dict[str, Any]:
    def value(one: Any) -> Any:
        return sorted(one) if isinstance(one, frozenset) else one

    gaps = [
        {"path": path, "computed": value(computed), "measured": value(measured)} for path, computed, measured in fact.differences
    ]
    return {**fact._asdict(), "measured": dict(fact.measured), "differences": gaps}


def mismatch(graph: Graph, verification: Verification) -> Diagnostic:
    """The first layer that differs, at its line in the spec."""
    first = verification.first_difference
    if first is None:
        wrong = next(fact for fact in verification.facts if fact.verdict == "differs")
        found = next(value for value in wrong.measured.values() if value != wrong.computed)
        return Diagnostic("ARC401", f"{wrong.name}: {_value(wrong.computed)} computed, {_value(found)} measured", None)
    fact, (path, computed, measured) = first
    span = next((node.span for node in graph.nodes if node.path == path), None)
    message = f"{path}: {fact.name}: {_value(computed)} computed, {_value(measured)} measured"
    return Diagnostic(
        "ARC401", message, span, "the first layer that differs", help="the two should agree; please report the spec"
    )
