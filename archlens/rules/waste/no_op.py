"""A layer that changes nothing.

## What it does

Finds layers that put out what they get, value for value: pooling of 1×1 in steps of 1, dropout with p=0, `upsample: 1`, a
border of width 0, `crop` and `slice` of all there is, `flatten` of a vector, `reshape` to the size that is there, `permute`
and `roll` that leave everything in place, `channel_shuffle` of one group, `concat` of one branch, `leaky_relu: 1`, and
`identity` that holds no place.

## Why it is bad

Somebody expected it to do something: a pool of 1 was to halve the map, dropout was to be on. Where it is there by intent it
still costs a copy, and the reader's time.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 1
  - dropout: 0
  - flatten
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 16 3x3 same
  - relu
  - max_pool: 2
  - dropout: 0.2
  - flatten
  - linear: 10
```

## Not reported

A line that does something in another use of its block, or whose arguments are computed: a parameter may be 0 here and more
elsewhere. Adaptive pooling and `upsample` to a size that is there already: they serve other input sizes. `identity` as a
branch, with a name, or read by several; else it is a note, as `flatten` of a vector is, which other frameworks want.

## Reference

Follows from what the layers do.
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.errors import Span
from archlens.graph.model import Node
from archlens.layers.dims import show
from archlens.layers.windows import taps
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check", "does_nothing"]

_BY_ARGUMENT = {
    "dropout": ("p", 0, "a chance above 0"),
    "drop_path": ("p", 0, "a chance above 0"),
    "leaky_relu": ("negative_slope", 1, "a slope below 1, such as 0.01"),
    "hardshrink": ("lambd", 0, "a dead zone wider than 0"),
    "softshrink": ("lambd", 0, "a dead zone wider than 0"),
}
"""For types that do nothing where an argument has a value: which, and what to write instead."""


def check(subject: Subject) -> Iterator[Finding]:
    """Every line whose layers all change nothing."""
    idle: dict[Span | None, Node] = {}
    busy: set[Span | None] = set()
    for node in subject.nodes:
        if does_nothing(node) and not _holds_a_place(subject, node):
            idle.setdefault(node.span, node)
        else:
            busy.add(node.span)
    for span, node in idle.items():
        if span not in busy and not _is_computed(node):
            yield _finding(node)


def does_nothing(node: Node) -> bool:
    """Whether every value comes out as it went in, in its place."""
    layer, kind = node.layer, node.layer.type_name
    if len(node.inputs) != 1 or node.input_shapes != node.output_shapes:
        return False
    if kind in _BY_ARGUMENT:
        name, value, _ = _BY_ARGUMENT[kind]
        return bool(layer.arguments[name] == value)
    if kind == "upsample":
        return layer.arguments["size"] is None and _stays(node)
    if kind in ("max_pool", "avg_pool"):
        return all(slide.kernel == 1 for slide in layer.slides(node.input_shapes[0])) and _stays(node)  # type: ignore[attr-defined]
    if layer.family != "shape":
        return kind in ("identity", "concat")
    return kind in ("flatten", "reshape") or _stays(node)


def _stays(node: Node) -> bool:
    """Whether a layer that only moves values leaves each where it is."""
    shape = node.input_shapes[0]
    moved = node.layer.rearranges(shape)
    if moved is not None:
        before, after = ([[digit for digit in axis if moved.sizes[digit] > 1] for axis in axes] for axes in moved[1:])
        return before == after
    for place, (size, along) in enumerate(zip(shape[1:], node.layer.reads(shape)[0], strict=True), 1):
        ends = (0, size - 1)
        if size > 1 and (along.axis != place or any(list(taps(along.how, end)) != [end] for end in ends)):
            return False
    return True


def _holds_a_place(subject: Subject, node: Node) -> bool:
    """Whether an identity stands for something: a branch, a name, a fork, an output."""
    if node.layer.type_name != "identity":
        return False
    tensor = node.outputs[0]
    readers = subject.readers(tensor)
    is_named = tensor in subject.graph.names or node.path.rpartition("/")[2].rstrip("0123456789") != "identity"
    return is_named or len(readers) != 1 or tensor in subject.outputs or len(readers[0].inputs) > 1


def _is_computed(node: Node) -> bool:
    """Whether an argument of the line is an expression or a parameter, as far as the line shows."""
    if node.span is None:
        return False
    import re

    line = node.span.source.line(node.span.line)[node.span.end - 1 :]
    written = re.split(r"[,}\]#]", line.replace("[", " "), maxsplit=1)[0]
    given = [f for f in node.layer.fields if f.required or node.layer.arguments[f.name] != f.default]
    if given and not written.strip(" :{"):  # they stand on other lines
        return True
    known = {"true", "false", "same", "valid", "ceil"}.union(*node.layer.words.values())
    return any(word not in known for word in re.findall(r"\b[A-Za-z_]\w*\b(?!\s*[=:])", written))


def _finding(node: Node) -> Finding:
    kind = node.layer.type_name
    if kind in _BY_ARGUMENT:
        name, value, instead = _BY_ARGUMENT[kind]
        return Finding(f"with {name}={value} it changes nothing", node, f"give it {instead}, or leave it out", "does nothing")
    if kind == "flatten":
        message = "it changes nothing: what arrives has no two axes to make one of"
        return Finding(message, node, "leave it out", "does nothing", severity="note")
    if kind == "identity":
        return Finding("it changes nothing", node, "leave it out", "does nothing", severity="note")
    same = f"{show(node.input_shapes[0])} comes out as it went in"
    if kind in ("max_pool", "avg_pool"):
        help = f"a window of 2 would halve the map: `{kind}: 2`; if it is to stay as it is, leave the layer out"
        return Finding(f"windows of one cell, one step apart, change nothing: {same}", node, help, "does nothing")
    return Finding(f"it changes nothing: {same}", node, "leave it out, or write what it was to do", "does nothing")
