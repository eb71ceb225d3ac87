"""What stands in a box: a layer by its type and window, a block by its name and the values that its line gives."""

from __future__ import annotations

from typing import Any

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.errors import printable
from archlens.graph.scope import Call
from archlens.layers import layer_types
from archlens.report.grid import cut
from archlens.report.numbers import each, short, size_text, sizes_text
from archlens.report.operations import operation_text

__all__ = ["block_title", "layer_title", "totals_text"]

_LONGEST = 40  # columns of a title
_SAID = 4  # values of a block; of one with more its own name says more
_WIDENS = ("dilation", "groups")  # arguments that say what a window reads, where they are not 1
_TURNS = ("num_layers", "bidirectional", "is_causal")  # and what else changes a layer's picture in a paper


def layer_title(facts: LayerFacts) -> str:
    """`conv 64 7×7 /2`, `linear 1000`, `add`."""
    axes = len(facts.output_shapes[0]) - 2
    words = [facts.type, operation_text(facts.type, facts.arguments, axes, brief=True)]
    for field in layer_types()[facts.type].fields:
        value = facts.arguments[field.name]
        if field.name in (*_WIDENS, *_TURNS) and not field.required and value not in (field.default, (field.default,) * axes):
            words.append(field.name if value is True else f"{field.name}={each(value) if isinstance(value, tuple) else value}")
    return cut(printable(" ".join(filter(None, words))), _LONGEST)


def block_title(path: str, call: Call | None, axes: int) -> str:
    """`Bottleneck 64 /2`, `Inception 3a`; the scope's own name where it is no block. axes: spatial axes of its map."""
    name = path.rpartition("/")[2]
    if call is None or not call.block:
        return cut(printable(name), _LONGEST)
    values = {said: call.values.get(said) for said in call.said}
    shown: list[str] = []
    counted = False
    for said, value in values.items():
        word = _value(said, value, axes)
        counts = word.replace(".", "").isdigit()
        if word:  # the first number is a width; what another is, its name says
            shown.append(f"{said}={word}" if counts and counted else word)
        counted = counted or counts
    if len(shown) > _SAID:
        shown = [] if name.rstrip("0123456789") == call.block else [name]
    return cut(printable(" ".join([call.block, *shown])), _LONGEST)


def _value(name: str, value: Any, axes: int) -> str:
    """A value as the line would say it; nothing for names of tensors and what is no number."""
    if name == "stride" and isinstance(value, int | tuple):
        return f"/{each(value) if isinstance(value, tuple) else value}"
    if name in _WIDENS:
        return "" if value == 1 else f"{name}={value}"
    if isinstance(value, tuple):
        return sizes_text(value) if value and all(isinstance(size, int) for size in value) else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if name.startswith("kernel") and axes > 1:
        return sizes_text((value,) * axes)
    return f"{value:g}" if isinstance(value, float) else str(value)


def totals_text(analysis: Analysis) -> str:
    """`25.56M params · 4.09G MACs · receptive field 427 · 3×224×224 → 1000`; of a batch how many samples."""
    totals = analysis.totals
    parts = [f"{short(totals.params)} params", f"{short(totals.macs)} MACs"]
    if analysis.batch > 1:
        parts[-1] += f" for a batch of {analysis.batch:,}"
    if totals.receptive_field:
        parts.append(f"receptive field {each(totals.receptive_field)}")
    flow = [", ".join([size_text(shape) for shape in shapes.values()]) for shapes in (analysis.inputs, analysis.outputs)]
    return " · ".join([*parts, " → ".join(flow)])
