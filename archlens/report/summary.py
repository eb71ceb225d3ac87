"""What stands under a table: the totals in words, expectations, notes, and how each figure is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from archlens.analysis.facts import POLICY, Analysis, Outcome, conventions
from archlens.analysis.levels import families
from archlens.analysis.receptive_field import Misalignment
from archlens.errors import printable
from archlens.layers.dtypes import FIGURES_DTYPE
from archlens.report.grid import Paint, cut, plain, wrapped
from archlens.report.numbers import bytes_text, counted, grouped, percent, ratio, short, size_text, sizes_text

if TYPE_CHECKING:
    from archlens.analysis.policies.rules import Policy

__all__ = [
    "Fact",
    "convention_lines",
    "convention_texts",
    "difference_texts",
    "expectation_text",
    "facts",
    "family_texts",
    "misalignment_texts",
    "summary_lines",
]

_MISALIGNED = 5  # joins named; the rest are counted
_LABEL = 17
_COMMENT = 24  # the fewest columns a comment has; longer words of it lose their beginning
_AXES = {1: "L", 2: "HW", 3: "DHW"}
_SPELLED = {"macs": "MACs", "flops": "FLOPs", "receptive_field": "receptive field"}


class Fact(NamedTuple):
    """One total: `MACs`, `4,089,184,256`, `4.089G`."""

    label: str
    figure: str
    comment: str


def way_text(analysis: Analysis) -> str:
    """Which of several outputs the receptive field of the network is that of; nothing where there is one."""
    return f"on the way to {next(iter(analysis.outputs))}" if len(analysis.outputs) > 1 else ""


def facts(analysis: Analysis) -> Iterator[Fact]:
    """The totals as people read them."""
    totals = analysis.totals
    frozen = totals.params - totals.trainable_params
    split = f"{grouped(totals.trainable_params)} trainable, {grouped(frozen)} frozen" if frozen else "all trainable"
    shared = "; shared ones once" if any(layer.shared_with for layer in analysis.layers) else ""
    batch = f" for a batch of {grouped(analysis.batch)}" if analysis.batch != 1 else ""
    yield Fact("params", grouped(totals.params), f"{split}{shared}; {bytes_text(totals.parameter_bytes)} as {totals.dtype}")
    if totals.buffers:
        kept = "saved with the parameters, not learned"
        yield Fact("buffers", grouped(totals.buffers), f"{kept}; {bytes_text(totals.buffer_bytes)}")
    yield Fact("MACs", grouped(totals.macs), f"{short(totals.macs)}{batch}")
    if analysis.recount:
        total, policy = analysis.recount.total, analysis.recount.policy
        yield Fact(policy.name, grouped(total), f"{short(total)}{batch}, the {policy.unit} of {policy.name} {policy.version}")
    yield Fact("FLOPs", grouped(totals.flops), f"{short(totals.flops)}{batch}, policy {POLICY}")
    peak = bytes_text(totals.peak_activation_bytes)
    yield Fact("activations", grouped(totals.activations), f"values put out{batch}; at most {peak} alive at once")
    if totals.arithmetic_intensity:
        per_param = f"; {ratio(totals.macs_per_param)} MACs per parameter" if totals.macs_per_param else ""
        yield Fact("intensity", ratio(totals.arithmetic_intensity), f"FLOPs per byte moved{per_param}")
    depth = f"weight layers on the longest path; {grouped(totals.weight_layers)} in all"
    if totals.paper_depth is not None and totals.paper_depth != totals.depth:
        depth += f"; {grouped(totals.paper_depth)} as the paper counts"
    yield Fact("depth", grouped(totals.depth), depth)
    if totals.receptive_field is None:
        yield Fact("receptive field", "none", "no layer moves a window over the input")
    else:
        maps = [size_text(shape[1:]) for shape in analysis.inputs.values() if len(shape) == len(totals.receptive_field) + 2]
        way = way_text(analysis)
        local = f"local, {way}" if way else "local"
        comment = f"{local}; the input is {maps[0]}" if maps else local
        if analysis.whole_from is not None:
            comment += f"; `all` first at {analysis.layers[analysis.whole_from].path}"
        yield Fact("receptive field", sizes_text(totals.receptive_field), comment)


def summary_lines(analysis: Analysis, width: int = 80, paint: Paint = plain) -> list[str]:
    """Totals, expectations, notes and misaligned joins, for a terminal."""
    lines = []
    found = list(facts(analysis))
    room = max(len(fact.figure) for fact in found)
    indent = _LABEL + room + 2
    for fact in found:
        head = f"{fact.label:<{_LABEL}}{fact.figure:>{room}}"
        left = indent
        if width < indent + _COMMENT:  # too narrow for a second column
            lines.append(paint(head, "head"))
            head, left = "", 4
        words = [cut(word, max(width - left, _COMMENT), keep_end=True) for word in fact.comment.split(" ")]
        lines += wrapped(head, " ".join(words), width, left, paint)
    for label, text in family_texts(analysis):
        lines += wrapped(label, text, width, _LABEL, paint)
    for label, texts in (
        ("differs", [(text, "") for text in difference_texts(analysis)]),
        ("expected", _outcomes(analysis)),
        ("note", [(note, "") for note in analysis.notes]),
        ("misaligned", [(text, "") for text in misalignment_texts(analysis)]),
    ):
        for text, role in texts:
            lines += wrapped(label, printable(text), width, _LABEL, paint, role)
            label = ""
    return lines


def difference_texts(analysis: Analysis) -> Iterator[str]:
    """Why what a policy counts is not the MACs: `+22,227,968 batch_norm: 2 per value, 53 layers`; and what it leaves out."""
    found = analysis.recount
    if not found:
        return
    for one in found.differences:
        yield f"{one.amount:+,} {one.reason}, {counted(one.layers)}"
    if not found.differences:
        yield f"0, {found.policy.name} counts what archlens does"
    if found.uncounted:
        yield f"{found.policy.name} counts nothing for {', '.join(found.uncounted)}"


def family_texts(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """What kinds of layer hold the MACs and the parameters: `MACs by family`, `convolution 97.4 %, linear 2.6 %`.

    Nothing where one kind holds them all.
    """
    groups = families(analysis.layers)
    for name, label in (("macs", "MACs by family"), ("params", "params by family")):
        parts = sorted([(getattr(group, name), group.path) for group in groups if getattr(group, name)], reverse=True)
        if len(parts) > 1:
            whole = getattr(analysis.totals, name)
            yield label, ", ".join([f"{family}\u00a0{percent(part, whole)}" for part, family in parts])


def convention_lines(
    uncounted: Iterable[str] = (),
    width: int = 80,
    paint: Paint = plain,
    dtype: str = FIGURES_DTYPE,
    policy: Policy | None = None,
) -> list[str]:
    """How each figure is meant, for a terminal; uncounted: layer types for which no operation is counted."""
    lines = []
    for name, text in convention_texts(uncounted, dtype, policy):
        lines += wrapped(name, text, width, _LABEL) if width >= 60 else [name, *wrapped("", text, width, 4)]
    return [paint(line, "faint") for line in lines]


def _outcomes(analysis: Analysis) -> list[tuple[str, str]]:
    """What was met in one text, what was missed one by one; each with its role."""
    met = ", ".join([one.key for one in analysis.expectations if one.ok])
    missed = [(expectation_text(one), "bad") for one in analysis.expectations if not one.ok]
    return [*([(f"✓ {met}", "good")] if met else []), *missed]


def expectation_text(outcome: Outcome) -> str:
    """`✓ params 25,557,032`, or `✗ params 25,000,000, expected 25_557_032`."""
    actual = outcome.actual
    shown = "none" if actual is None else sizes_text(tuple(actual)) if isinstance(actual, list) else grouped(actual)
    return f"✓ {outcome.key} {shown}" if outcome.ok else f"✗ {outcome.key} {shown}, expected {outcome.expected}"


def misalignment_texts(analysis: Analysis) -> Iterator[str]:
    """The joins whose paths lie on different grids."""
    axes: dict[Misalignment, list[int]] = {}
    for one in analysis.misalignments:
        axes.setdefault(one._replace(axis=0), []).append(one.axis)
    rank = {layer.path: len(layer.receptive_field.size) for layer in analysis.layers if layer.receptive_field}
    for one, along in list(axes.items())[:_MISALIGNED]:
        letters = _AXES.get(rank[one.path], "")
        named = " and ".join(letters[axis] if letters else f"axis {axis}" for axis in along)
        a, b = one.paths
        yield f"{one.path}: {one.differs} {one.values[0]} by way of {a}, {one.values[1]} by way of {b}, along {named}"
    if len(axes) > _MISALIGNED:
        yield f"and {len(axes) - _MISALIGNED} more joins"


def convention_texts(
    uncounted: Iterable[str] = (), dtype: str = FIGURES_DTYPE, policy: Policy | None = None
) -> Iterator[tuple[str, str]]:
    """Name and meaning of each figure; uncounted: layer types for which no operation is counted."""
    if policy:
        yield policy.name, policy.about
    for name, text in conventions(dtype).items():
        named = ", ".join(uncounted) if name == "not counted" else ""
        yield _SPELLED.get(name, name), f"{text}; hence 0 for {named}" if named else text
