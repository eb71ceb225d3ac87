"""Are the computed facts those of a run? Fact by fact, layer by layer, every difference accounted for or told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.measured_field import TOO_MANY, MeasuredFields, field_gaps
from archlens.analysis.policies.recount import Recount
from archlens.analysis.storage import Storage, storage
from archlens.analysis.traced import Counted, Trace
from archlens.graph.model import Graph

__all__ = ["Difference", "Expected", "Fact", "PeerCount", "Verdict", "Verification", "verify"]

Verdict: TypeAlias = Literal["equal", "accounted", "estimated", "differs", "not measured"]


class Difference(NamedTuple):
    """A layer of which something is not as computed. measured: None where nothing is."""

    path: str
    computed: Any
    measured: Any


class Fact(NamedTuple):
    """One kind of figure, computed and measured.

    key: its name in JSON. computed: the figure. measured: what others find, by name. verdict: `accounted` is a difference that is
    explained to the last unit, `estimated` is a figure that hangs on the machine or on values. note: what explains it, or why
    nothing was measured. differences: layers that differ unexplained.
    """

    key: str
    name: str
    computed: int | None
    measured: Mapping[str, int | None]
    verdict: Verdict
    note: str = ""
    differences: tuple[Difference, ...] = ()


class Expected(NamedTuple):
    """What a counter found, and what it should find by its habits.

    layers: by path, in the counter's unit. per_mac: its counts for a multiply–accumulate. reasons: why its total is not that of
    archlens, with how many multiply–accumulates each makes.
    """

    counted: Counted
    layers: Mapping[str, int]
    per_mac: int
    reasons: Sequence[tuple[str, int]] = ()


class PeerCount(NamedTuple):
    """What a tool should count by its policy, and what it does; or why that is not known."""

    computed: Recount
    measured: int | str


class Verification(NamedTuple):
    """Every fact of one network, and the run they were held against."""

    static: Analysis
    trace: Trace
    facts: tuple[Fact, ...]

    @property
    def ok(self) -> bool:
        """Whether no fact differs."""
        return all(fact.verdict != "differs" for fact in self.facts)

    @property
    def first_difference(self) -> tuple[Fact, Difference] | None:
        """The first layer in the order of running that differs, and in what; None where no layer does."""
        order = {layer.path: at for at, layer in enumerate(self.static.layers)}
        found = [(fact, difference) for fact in self.facts for difference in fact.differences]
        return min(found, key=lambda one: order[one[1].path], default=None)


def verify(
    graph: Graph,
    static: Analysis,
    trace: Trace,
    fields: MeasuredFields,
    counters: Sequence[Expected] = (),
    peer: PeerCount | None = None,
) -> Verification:
    """The facts of `static` against those of `trace`, which ran `graph`, and its receptive fields against those measured.

    counters: of other tools, beside torch's own. peer: the tool whose policy was asked for.
    """
    nodes, said, ran = graph.nodes, static.layers, trace.layers
    frozen = [frozenset() if node.trainable else frozenset(one.parameters) for node, one in zip(nodes, ran, strict=True)]
    buffers = [node.layer.buffer_shapes(*node.input_shapes) for node in nodes]
    paths = [layer.path for layer in said]

    def each(key: str, name: str, computed: Sequence[Any], found: Sequence[Any], count: Callable[[Any], int] = len) -> Fact:
        gaps = [Difference(*row) for row in zip(paths, computed, found, strict=True) if row[1] != row[2]]
        return _fact(key, name, sum(map(count, computed)), sum(map(count, found)), gaps)

    def total(key: str, name: str, figure: Callable[[LayerFacts], int]) -> Fact:
        return each(key, name, [figure(layer) for layer in said], [figure(layer) for layer in trace.analysis.layers], int)

    forward, kept = [layer.macs for layer in said], storage(graph)
    return Verification(
        static,
        trace,
        (
            each("output_sizes", "output sizes", [layer.output_shapes for layer in said], [one.outputs for one in ran]),
            each("output_dtypes", "output dtypes", _dtypes(graph, static, kept), [one.dtypes for one in ran]),
            each("parameter_names", "parameter tensors", [a.parameter_shapes for a in said], [one.parameters for one in ran]),
            each("buffer_names", "buffer tensors", buffers, [one.buffers for one in ran]),
            each("frozen_names", "frozen tensors", frozen, [one.frozen for one in ran]),
            total("params", "params", lambda layer: layer.params),
            total("trainable_params", "trainable params", lambda layer: layer.params if layer.trainable else 0),
            total("buffers", "buffers", lambda layer: layer.buffers),
            _counts("macs", "MACs forward", forward, [_torch_forward(static, trace), *counters], paths),
            _backward_counts(graph, static, trace, paths),
            *([] if peer is None else [_peer_count(peer, [one.counted.counter for one in counters])]),
            *_memory(graph, static, trace, kept),
            _fields(graph, static, fields),
        ),
    )


def _fact(key: str, name: str, computed: int, measured: int, gaps: Sequence[Difference]) -> Fact:
    differs = gaps or computed != measured
    return Fact(key, name, computed, {"PyTorch": measured}, "differs" if differs else "equal", "", tuple(gaps))


def _dtypes(graph: Graph, static: Analysis, kept: Storage) -> list[tuple[str, ...]]:
    """The dtype of every layer's outputs: the network's, but for indices."""
    integers = {tensor for tensor, home in enumerate(kept.home) if home in kept.integers}
    return [tuple(["int64" if tensor in integers else static.totals.dtype for tensor in node.outputs]) for node in graph.nodes]


# ---- operations ----


def _torch_forward(static: Analysis, trace: Trace) -> Expected:
    return Expected(trace.forward, {layer.path: 2 * layer.macs for layer in static.layers}, 2)


def _backward_counts(graph: Graph, static: Analysis, trace: Trace, paths: Sequence[str]) -> Fact:
    key, name, computed = "backward_macs", "MACs backward", static.training.backward_macs
    if trace.untrained:
        return Fact(key, name, sum(computed), {}, "not measured", f"PyTorch does not train this network: {trace.untrained}")
    return _counts(key, name, computed, [_torch_backward(graph, static, trace)], paths)


def _torch_backward(graph: Graph, static: Analysis, trace: Trace) -> Expected:
    """torch takes the weight gradient of a grouped convolution for that of one group."""
    layers, more = {}, 0
    for node, macs, backward in zip(graph.nodes, static.layers, static.training.backward_macs, strict=True):
        groups = node.layer.torch_kwargs(*node.input_shapes).get("groups", 1)
        extra = macs.macs * (groups - 1) if backward and macs.trainable else 0
        layers[node.path] = 2 * (backward + extra)
        more += extra
    reasons = [("weight gradients of grouped convolutions counted as of one group", more)] if more else []
    return Expected(trace.backward, layers, 2, reasons)


def _counts(key: str, name: str, computed: Sequence[int], claims: Sequence[Expected], paths: Sequence[str]) -> Fact:
    """What counters find, each held to its own habits."""
    ours = sum(computed)
    verdict: Verdict = "equal"
    notes, gaps, measured = [], [], {}
    for counted, layers, per_mac, reasons in claims:
        found = counted.total // per_mac
        measured[counted.counter] = found
        wrong = [path for path in paths if counted.layers.get(path, 0) != layers[path]]
        gaps += [Difference(path, layers[path] // per_mac, counted.layers.get(path, 0) // per_mac) for path in wrong]
        explained = sum([amount for _, amount in reasons])
        if wrong or counted.total != per_mac * (ours + explained):
            verdict = "differs"
        elif reasons and verdict == "equal":
            verdict = "accounted"
        if reasons and not wrong:
            notes.append(f"{counted.counter}: " + ", ".join([f"{amount:+,} {reason}" for reason, amount in reasons]))
    return Fact(key, name, ours, measured, verdict, "; ".join(notes), tuple(gaps))


def _peer_count(peer: PeerCount, explained: Collection[str]) -> Fact:
    """The total of another tool. explained: those whose difference to the MACs is told elsewhere."""
    said, found = peer
    tool = said.policy.name
    notes = [] if tool in explained else [f"{one.amount:+,} {one.reason}" for one in said.differences]
    if said.uncounted:
        notes.append(f"nothing for {', '.join(said.uncounted)}")
    fact = Fact(f"{tool}_count", f"count of {tool}", said.total, {}, "not measured", "; ".join(notes))
    if isinstance(found, str):
        return fact._replace(note="; ".join([found, *notes]))
    return fact._replace(measured={tool: found}, verdict="equal" if found == said.total else "differs")


# ---- memory ----


def _memory(graph: Graph, static: Analysis, trace: Trace, kept: Storage) -> list[Fact]:
    """The most that is alive at once, in the network and while each layer runs."""
    key, name = "peak_activation_bytes", "peak activation bytes"
    computed = static.totals.peak_activation_bytes
    if trace.device == "meta":
        return [Fact(key, name, computed, {}, "not measured", "what kernels make beside their outputs is not made on meta")]
    rows = [*zip(graph.nodes, static.layers, trace.layers, strict=True)]
    guessed = {node.path for node, _, _ in rows if node.layer.room_is_estimated(*node.input_shapes)}
    guessed.update([graph.nodes[step].path for step in kept.estimated])
    gaps = [
        Difference(layer.path, layer.live_bytes, one.peak_bytes)
        for _, layer, one in rows
        if layer.live_bytes != one.peak_bytes and layer.path not in guessed
    ]
    if trace.device != "cpu":
        return [_on_cuda(Fact(key, name, computed, {"PyTorch": trace.peak_bytes}, "equal"), trace, len(gaps))]
    fact = _fact(key, name, computed, trace.peak_bytes, gaps)
    if guessed and not gaps and fact.verdict == "differs":
        note = f"what {', '.join(sorted(guessed))} hold while they run is an estimate; all other layers are equal"
        return [fact._replace(verdict="estimated", note=note)]
    return [fact]


def _on_cuda(fact: Fact, trace: Trace, others: int) -> Fact:
    """Kernels there hold other things for themselves, which is told and not judged."""
    held = trace.allocator_bytes or 0
    beside = f"the allocator gave out {held:,}: blocks of 512 bytes, and the rooms that cuBLAS and cuDNN take"
    kernels = f"; {others} layers hold something else than on a CPU while they run" if others else ""
    verdict: Verdict = "equal" if fact.computed == trace.peak_bytes else "accounted"
    return fact._replace(verdict=verdict, note=beside + kernels, measured={**fact.measured, "allocator": held})


# ---- receptive field ----


def _fields(graph: Graph, static: Analysis, measured: MeasuredFields) -> Fact:
    key, name = "receptive_fields", "receptive fields"
    others = _unmeasured(measured)
    if not measured.fields:
        return Fact(key, name, None, {}, "not measured", "; ".join(others) or "no layer puts out a feature map")
    found = field_gaps(graph, [layer.receptive_field for layer in static.layers], measured)
    bounds = sum([gap.is_bound for gap in found])
    gaps = tuple(
        [Difference(gap.path, f"{gap.figure} {_told(gap.computed)}", _told(gap.measured)) for gap in found if not gap.is_bound]
    )
    note = "; ".join(["by gradient, at the layers that put out feature maps", *others])
    if bounds:
        note += f"; {bounds:,} fields are wider, as windows leave holes in them"
    verdict: Verdict = "differs" if gaps else "accounted" if bounds else "equal"
    return Fact(key, name, len(measured.fields), {"PyTorch": len(measured.fields) - len(found)}, verdict, note, gaps)


def _unmeasured(measured: MeasuredFields) -> list[str]:
    """Why there are fewer fields than feature maps."""
    of_layers = [f"{path} is not followed: {why}" for path, why in measured.unmeasured.items() if why != TOO_MANY]
    count = len(of_layers) - 1
    more = [f"nor are {count:,} others" if count > 1 else "nor is 1 other"] if count > 0 else []
    return [*of_layers[:1], *more, *([TOO_MANY] if TOO_MANY in measured.unmeasured.values() else [])]


def _told(figure: object) -> str:
    return "×".join(map(str, figure)) if isinstance(figure, tuple) else str(figure)
