"""An activation or a norm after one that leaves it nothing to do.

## What it does

Finds an activation that changes nothing of what arrives, as `relu` after `relu`, `relu6`, `sigmoid` or `softmax`; two
activations in a row that squash their input, as `sigmoid` and then `softmax`; a `sigmoid` next to a `relu`; and a norm behind
the same norm. Pooling, dropout and changes of shape, which leave values between the same bounds, may stand between activations.

## Why it is bad

The second is superfluous at best. Two that squash leave little of the range: softmax over 10 values that a sigmoid has put
between 0 and 1 gives no class more than 0.23, however sure the network is, and passes hardly any gradient. Behind a `relu` a
sigmoid never gives less than 0.5.

## Example

```yaml
archlens: 1
input: 784
layers:
  - linear: 128
  - relu
  - relu
  - linear: 10
  - sigmoid
  - softmax
```

## Use instead

```yaml
archlens: 1
input: 784
layers:
  - linear: 128
  - relu
  - linear: 10
  - softmax
```

## Not reported

Softmax along one axis and then along another. A `sigmoid` that multiplies: there it is a gate. Norms of which something else
reads the first as well, as in Swin and CLIP, whose residual stream begins with a norm that the first block has again.
Different norms in a row.

## Reference

relu(relu(x)) = relu(x); Nikanjam, Ben Braiek, Morovati & Khomh, Automatic Fault Detection for Deep Learning Programs Using Graph
Transformations (NeuraLint), arXiv:2105.08095, a rule of which forbids redundant activations in a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import exp, inf, log, log1p, tanh

from archlens.graph.model import Node
from archlens.rules.kinds import is_activation, is_norm, passes_on
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check", "leaves_alone"]

_LINEAR_ABOVE_0 = ("relu", "leaky_relu", "prelu", "rrelu", "elu", "celu")
_SQUASHING: Mapping[str, Callable[[float], float]] = {
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "hardsigmoid": lambda x: min(max(x / 6 + 0.5, 0), 1),
    "tanh": tanh,
    "softsign": lambda x: x / (1 + abs(x)),
    "logsigmoid": lambda x: -log1p(exp(-x)),
}
_SOFTMAX = ("softmax", "softmin", "log_softmax")
_SQUASHES = ("sigmoid", "hardsigmoid", "tanh", "softsign", "softmax", "softmin")
_POOLS = ("max_pool", "avg_pool", "adaptive_max_pool", "adaptive_avg_pool", "global_max_pool", "global_avg_pool")


def check(subject: Subject) -> Iterator[Finding]:
    """Every activation or norm to which the one before leaves nothing, or little."""
    for node in subject.nodes:
        if is_norm(node):
            first = subject.before(node, passes_on)
            if first is not None and subject.after(first, passes_on) is node and _is_same_norm(first, node):
                yield _norm(first, node)
        elif is_activation(node):
            first = subject.before(node, _keeps_bounds)
            if first is not None and is_activation(first):
                bounded = first.layer.bounds[1] < inf
                if bounded and subject.before(node, lambda node: _keeps_bounds(node) and not _is_dropout(node)) is not first:
                    continue  # dropout scales up
                found = _activation(subject, first, node)
                if found:
                    yield found


def leaves_alone(node: Node) -> tuple[float, float]:
    """Between which bounds an activation gives back what it gets; from 0 to 0 where that is not known."""
    kind = node.layer.type_name
    if kind in _LINEAR_ABOVE_0:
        return 0, inf
    return node.layer.bounds if kind in ("relu6", "hardtanh") else (0, 0)


def _activation(subject: Subject, first: Node, second: Node) -> Finding | None:
    low, high = first.layer.bounds
    kinds = first.layer.type_name, second.layer.type_name
    least, most = leaves_alone(second)
    related = ((first, "this one first"),)
    if least <= low and high <= most:
        come = f"values come between {low:g} and {high:g}" if high < inf else f"values are at least {low:g}"
        return Finding(
            f"after {first.path} {come}, and those `{kinds[1]}` does not change",
            second,
            "leave it out",
            "changes nothing",
            related,
        )
    next_to = subject.before(second, passes_on) is first
    if kinds[0] in _SOFTMAX and kinds[1] in _SOFTMAX and not (next_to and _axis(first) == _axis(second)):
        return None
    if kinds[0] == "log_softmax" and kinds[1] in ("softmax", "log_softmax"):
        same = "it changes nothing" if kinds[1] == "log_softmax" else "it gives what it would give without the first"
        return Finding(
            f"it follows {first.path} along the same axis: {same}", second, "leave one of the two out", "again", related
        )
    if kinds[0] in _SQUASHES and (kinds[1] in _SQUASHING or kinds[1] in _SOFTMAX):
        return Finding(
            f"it squashes what {first.path} has put between {low:g} and {high:g} already: {_left(second, low, high)}",
            second,
            f"leave {first.path} out, or this one",
            "squashed twice",
            related,
        )
    is_gate = any(reader.layer.type_name == "multiply" for reader in subject.readers(second.outputs[0]))
    if next_to and (low, high) == (0, inf) and kinds[1] in ("sigmoid", "hardsigmoid") and not is_gate:
        message = f"after {first.path} values are at least 0, and of those `{kinds[1]}` makes 0.5 and more"
        return Finding(message, second, f"leave {first.path} out", "0.5 and more", related)
    return None


def _left(node: Node, low: float, high: float) -> str:
    """What range is left."""
    squash = _SQUASHING.get(node.layer.type_name)
    if squash:
        return f"what comes out is between {squash(low):.3g} and {squash(high):.3g} only"
    classes = node.input_shapes[0][_axis(node)]
    top = 1 / (1 + (classes - 1) * exp(low - high))
    if node.layer.type_name == "log_softmax":
        return f"of {classes:,} classes none comes above {log(top):.3g}, the logarithm of {top:.2g}"
    return f"of {classes:,} classes none comes above {top:.2g}"


def _axis(node: Node) -> int:
    return node.layer.axis("dim", node.input_shapes[0])


def _keeps_bounds(node: Node) -> bool:
    """Whether what comes out lies between the bounds of what goes in, and 0; but for dropout, which scales up."""
    kind = node.layer.type_name
    if kind == "pad":
        return bool(node.layer.arguments["value"] == 0)
    if kind == "upsample":
        return bool(node.layer.arguments["mode"] != "bicubic")
    return passes_on(node) or node.layer.family == "shape" or kind in _POOLS


def _is_dropout(node: Node) -> bool:
    return node.layer.family == "regularization"


def _is_same_norm(first: Node, second: Node) -> bool:
    if first.layer.type_name != second.layer.type_name:
        return False
    ours, theirs = first.layer.arguments, second.layer.arguments
    return all(ours.get(name) == theirs.get(name) for name in ("num_groups", "dims", "channels_first"))


def _norm(first: Node, second: Node) -> Finding:
    return Finding(
        f"it normalises again what {first.path} has just normalised",
        second,
        "leave one of the two out",
        "again",
        ((first, "normalised here"),),
    )
