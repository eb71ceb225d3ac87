"""Two layers of weights with nothing nonlinear between them.

## What it does

Finds a convolution or a linear layer that alone reads another one, where at most dropout, average pooling or a change of shape
stands between them.

## Why it is bad

A weighted sum of weighted sums is a weighted sum. Whatever the two learn, one layer computes it too (at the border of a padded
map up to the zeros there), so the second adds weights and time but nothing that the network could not say without it. Mostly an
activation was forgotten. What makes a network deep is the bend between its layers.

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 32 3x3 same
  - conv: 64 3x3 same
  - relu
  - flatten
  - linear: 128
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 32 3x3 same
  - relu
  - conv: 64 3x3 same
  - relu
  - flatten
  - linear: 128
  - relu
  - linear: 10
```

## Not reported

Factors that need fewer weights than one layer: a bottleneck between the two, narrower than what goes in and what comes out, as
in MobileNetV2 (beside a layer of 1×1 the values in the other's window count, not its channels alone), and a code of one place
between an encoder and a decoder; groups and depthwise convolutions; windows along different axes (1×7 and 7×1). Upsampling
between, where the first works on the smaller map, and transposed convolutions behind one of 1×1, as in FCN. A norm between: in
training it is not linear. What a join reads, so residual branches and the projections of attention. Weights that another place
shares (`weights:`), unless both layers are shared together; a frozen layer before one that learns.

## Reference

Goodfellow, Bengio & Courville, Deep Learning, MIT Press 2016, section 6.1 (a network of linear layers is linear); Schoop, Huang &
Hartmann, UMLAUT, CHI 2021, whose check for missing activations this is for graphs of any kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archlens.graph.model import Node
from archlens.rules.kinds import is_depthwise, passes_on
from archlens.rules.model import Finding
from archlens.rules.sliding import by, short
from archlens.rules.subject import Subject

__all__ = ["check", "single"]

_KEEPS_APART = ("upsample", "pixel_shuffle", "permute")
"""Linear layers after which the two could not be put into one that costs no more."""

_MAKES_FEATURES = ("tokens", "window_partition", "flatten", "reshape")


def check(subject: Subject) -> Iterator[Finding]:
    """Every layer of weights that alone reads another, and bends nothing."""
    uses: dict[str, int] = {}  # by the layer that owns the weights
    pairs: dict[tuple[str, str], list[tuple[Node, Node]]] = {}
    for node in subject.nodes:
        if _is_weighted_sum(node):
            uses[node.owner] = uses.get(node.owner, 0) + 1
            second = subject.after(node, _is_carried_through)
            if second is not None and _is_weighted_sum(second):
                pairs.setdefault((node.owner, second.owner), []).append((node, second))
    for (first_owner, second_owner), found in pairs.items():
        if uses[first_owner] == uses[second_owner] == len(found):  # else the weights are needed apart
            for first, second in found:
                learns = first.trainable or not second.trainable
                if learns and _along_one_axis(subject, first, second) and _keeps_rank(first, second):
                    yield _finding(subject, first, second)


def _finding(subject: Subject, first: Node, second: Node) -> Finding:
    both = first.layer.params(*first.input_shapes) + second.layer.params(*second.input_shapes)
    one = single(first, second) if subject.after(first, passes_on) is second else None
    instead = f"write one layer, `{one[0]}`" if one else "one of the two will do"
    cost = f"of {both:,} parameters"
    if one and one[1] <= both:
        cost = f"for which one layer of {one[1]:,} parameters does instead of {both:,}"
    return Finding(
        f"nothing nonlinear stands between {first.path} and this layer: together they are one linear map {cost}",
        second,
        f"put an activation after {first.path}, e.g. `relu`; if none is wanted, {instead}",
        "linear again",
        ((first, "linear"),),
    )


def single(first: Node, second: Node) -> tuple[str, int] | None:
    """The one layer that is both, where the second reads the first as it is: its line, and its parameters; None for layers of
    different kinds, or whose borders do not fit into one."""
    has_bias = first.layer.arguments["bias"] or second.layer.arguments["bias"]
    wide_in, wide_out = _width_in(first), _width_out(second)
    end = "" if has_bias else " bias=false"
    if first.layer.type_name == second.layer.type_name == "linear":
        return f"linear: {wide_out}{end}", (wide_in + has_bias) * wide_out
    if not first.layer.type_name == second.layer.type_name == "conv":
        return None
    kernels, strides, pads = [], [], []
    for a, b in zip(first.layer.slides(first.input_shapes[0]), second.layer.slides(second.input_shapes[0]), strict=True):  # type: ignore[attr-defined]
        if a.low != a.high or b.low != b.high:
            return None
        kernels.append(a.dilation * (a.kernel - 1) + 1 + a.stride * b.dilation * (b.kernel - 1))
        strides.append(a.stride * b.stride)
        pads.append(a.low + a.stride * b.low)
    line = f"conv: {wide_out} {by(kernels)}"
    line += f" stride={short(strides)}" if set(strides) != {1} else ""
    line += f" padding={short(pads)}" if set(pads) != {0} else ""
    return line + end, (wide_in * prod(kernels) + has_bias) * wide_out


def _is_weighted_sum(node: Node) -> bool:
    return node.layer.linear and node.layer.family in ("convolution", "linear")


def _is_carried_through(node: Node) -> bool:
    """Whether two layers before and after it are still one linear map of a size with them."""
    layer = node.layer
    one = len(node.inputs) == len(node.outputs) == 1
    return one and layer.linear and not _is_weighted_sum(node) and layer.type_name not in (*_KEEPS_APART, "class_token")


def _along_one_axis(subject: Subject, first: Node, second: Node) -> bool:
    """Whether what the first has made of channels the second reads as features: not where it runs along another axis."""
    if first.layer.type_name == "linear" or second.layer.type_name != "linear" or len(second.input_shapes[0]) == 2:
        return True
    before = subject.before(second, passes_on)
    return before is not None and before.layer.type_name in _MAKES_FEATURES


def _keeps_rank(first: Node, second: Node) -> bool:
    """Whether between the two there is room for all that goes in or all that comes out, so that one layer is no larger."""
    if _is_grouped(first) or _is_grouped(second):
        return False
    here, there = _window(first), _window(second)
    between = _width_out(first)
    # What a linear layer reads of a flattened map is a window over all of it.
    flat = max(1, _width_in(second) // between) if second.layer.type_name == "linear" else 1
    before, after = _width_in(first), _width_out(second)
    if second.layer.type_name == "conv_transpose" and prod(first.output_shapes[0][2:]) == 1:
        return between >= min(before * prod(here), after * prod(there))  # a code, all of which is one place
    if prod(here) == 1:
        return between >= min(before, after * prod(there) * flat)
    if prod(there) * flat == 1:
        return between >= min(before * prod(here), after)
    apart = len(here) == len(there) and all(a == 1 or b == 1 for a, b in zip(here, there, strict=True))
    return not apart and between >= min(before, after)


def _is_grouped(node: Node) -> bool:
    return is_depthwise(node) or getattr(node.layer, "groups", 1) > 1


def _window(node: Node) -> tuple[int, ...]:
    """The taps of a layer along each spatial axis."""
    return () if node.layer.type_name == "linear" else node.layer.spread("kernel_size", len(node.input_shapes[0]) - 2)


def _width_in(node: Node) -> int:
    """The channels, or features, that a layer reads."""
    return int(node.input_shapes[0][-1 if node.layer.type_name == "linear" else 1])


def _width_out(node: Node) -> int:
    """The channels, or features, that a layer gives."""
    return int(node.output_shapes[0][-1 if node.layer.type_name == "linear" else 1])
