"""What the boxes and arrows of a diagram say."""

from __future__ import annotations

from collections.abc import Iterator

from archlens.layers.dims import Shape
from archlens.report.diagram.model import Box
from archlens.report.numbers import bytes_text, grouped, short, size_text, sizes_text

__all__ = ["SIGNS", "channels", "figures", "heading", "parameters", "shape_words", "together", "tooltip"]

SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷"}
"""Joins that are said by a sign."""


def heading(box: Box) -> str:
    """The first line: what it does. Of a join its sign."""
    return SIGNS.get(box.title, box.title) if box.kind == "join" else box.title


def figures(box: Box) -> str:
    """The second line: channels, parameters, MACs, of each where it stands for several; the size of an input or output."""
    if box.kind in ("input", "output"):
        return shape_words(box.shape)
    if box.kind == "join":
        return ""
    parts = [
        shape_words(box.shape) if box.family == "shape" else channels(box.shape),
        parameters(box),
        _counted(box.macs, "MACs"),
    ]
    return " · ".join(filter(None, parts)) + (" each" if box.times > 1 and (box.params or box.macs) else "")


def channels(shape: Shape) -> str:
    """`64 ch` of a map; of what is no map its size."""
    return f"{shape[1]} ch" if len(shape) > 3 else shape_words(shape)


def together(box: Box) -> tuple[int, int]:
    """Parameters and MACs of all that a box stands for."""
    return box.params * box.times, box.macs * box.times


def shape_words(shape: Shape) -> str:
    """`64×56×56`."""
    return size_text(shape)


def tooltip(box: Box) -> str:
    """The path, the line, and every figure, a line each."""
    return "\n".join(_told(box))


def _told(box: Box) -> Iterator[str]:
    where = f", line {box.line}" if box.line is not None else ""
    yield f"{box.path}{where}"
    yield ", ".join([box.title, *box.folded])
    yield f"output {shape_words(box.shape)}"
    params, macs = together(box)
    for count, each, unit in ((params, box.params, "params"), (macs, box.macs, "MACs")):
        if count:
            yield f"{grouped(count)} {unit}" + (f" = {box.times} × {grouped(each)}" if box.times > 1 else "")
    if box.activation_bytes:
        yield f"{bytes_text(box.activation_bytes)} put out, {bytes_text(box.live_bytes)} alive at most"
    if box.receptive_field is not None:
        yield f"receptive field {sizes_text(box.receptive_field) if box.receptive_field else 'all'}"
    if box.shared:
        yield "parameters shared with another"
    if box.frozen:
        yield "frozen"


def parameters(box: Box) -> str:
    """`64 params`; of those that another counts, that they are shared."""
    return "shared params" if box.shared else _counted(box.params, "params")


def _counted(count: int, unit: str) -> str:
    return f"{short(count)} {unit}" if count else ""
