"""What became of a layer, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archlens.analysis.difference import Call, Change
from archlens.analysis.facts import LayerFacts
from archlens.report.numbers import listed, size_text
from archlens.report.operations import typed_operation, value_text

__all__ = ["call_text", "change_text", "layer_text", "merged_text", "shape_text"]

_MANY = 4  # inputs that are named


def layer_text(layer: LayerFacts) -> str:
    """`conv 64 3×3 /2 same`."""
    shapes = layer.output_shapes
    return typed_operation(layer.type, layer.arguments, len(shapes[0]) - 2 if shapes else 0)


def call_text(call: Call | None) -> str:
    """`Bottleneck(width=64)`; nothing of a scope that is no block's."""
    if call is None or not call.block:
        return ""
    values = ", ".join([f"{name}={value_text(value)}" for name, value in call.values.items()])
    return f"{call.block}({values})" if values else call.block


def change_text(change: Change) -> str:
    """What differs in a layer itself: `conv: out_channels 64 → 32`, `relu → gelu`; what a layer is that came or went."""
    old, new = change.old, change.new
    if old is None or new is None:
        return layer_text(change.layer)
    if change.kind == "resized":
        return f"{new.type}: sizes follow"
    if "type" in change.aspects:
        return "; ".join([f"{layer_text(old)} → {layer_text(new)}", *_besides(change)])
    parts = [f"{name} {value_text(before)} → {value_text(after)}" for name, (before, after) in change.arguments.items()]
    return f"{new.type}: {'; '.join([', '.join(parts), *_besides(change)] if parts else _besides(change))}"


def _besides(change: Change) -> Iterator[str]:
    """What differs but for type and arguments."""
    old, new = change.old, change.new
    assert old is not None
    assert new is not None
    if "inputs" in change.aspects:
        yield _inputs_text(old.inputs, new.inputs)
    if "trainable" in change.aspects:
        yield "trained now" if new.trainable else "frozen now"
    if "weights" in change.aspects:
        yield f"weights of {new.shared_with}" if new.shared_with else "weights of its own" if old.shared_with else "other weights"


def _inputs_text(old: Sequence[str], new: Sequence[str]) -> str:
    lost, got = [name for name in old if name not in new], [name for name in new if name not in old]
    if got and lost:
        return f"reads {listed(got, _MANY)} instead of {listed(lost, _MANY)}"
    if got or lost:
        return f"reads {listed(got, _MANY)} too" if got else f"no longer reads {listed(lost, _MANY)}"
    return "reads its inputs in another order" if sorted(old) == sorted(new) and old != new else "reads other outputs"


def merged_text(changes: Sequence[Change]) -> str:
    """The same of several that differ in the same respects: `conv: out_channels 64…512 → 32…256`."""
    first = changes[0]
    if first.kind != "changed" or "type" in first.aspects or not first.arguments:
        kind = first.layer.type
        if first.kind == "changed":
            kind = (
                f"{first.old.type if first.old else ''} → {kind}"
                if "type" in first.aspects
                else f"{kind}: {', '.join(first.aspects)}"
            )
        return kind
    parts = [f"{name} {_span(changes, name, 0)} → {_span(changes, name, 1)}" for name in first.arguments]
    others = [aspect for aspect in first.aspects if aspect != "arguments"]
    return f"{first.layer.type}: {', '.join([*parts, *others])}"


def _span(changes: Sequence[Change], name: str, side: int) -> str:
    """The values of an argument: one, the least and the most, or a few."""
    values: Mapping[Any, None] = dict.fromkeys([change.arguments[name][side] for change in changes])
    if len(values) > 1 and all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return f"{min(values)}…{max(values)}"
    shown = [value_text(value) for value in values]
    return "/".join(shown) if len(shown) <= _MANY else f"{shown[0]}/…/{shown[-1]}"


def shape_text(layer: LayerFacts | None) -> str:
    """The sizes of what it puts out; nothing of a layer that there is not."""
    return ", ".join(map(size_text, layer.output_shapes)) if layer else ""
