"""A last layer that does not fit the loss.

## What it does

Asks, where the spec says its `loss:`, what the last layer before each output is.

Before `cross_entropy`, which takes scores of any size and does a log-softmax of its own, it finds a softmax, a sigmoid or
another activation that bounds scores, a `relu`, and as a note `log_softmax`, which is then done twice; before
`binary_cross_entropy_with_logits`, which does a sigmoid of its own, any activation that bounds scores; before `nll_loss`,
`kl_div` and `ctc_loss`, which take logarithms of probabilities, a softmax or bare scores; before `binary_cross_entropy`, which
takes probabilities, bare scores and activations that leave 0 to 1.

## Why it is bad

A probability is at most 1 and a score must be large for the loss to be small: with scores between 0 and 1 the cross-entropy of
10 classes never falls below log(1 + 9/e) = 1.46, however sure the network is, and its gradient is small all the way. The
network trains, slowly and badly, and nothing tells why. Bare scores where logarithms of probabilities are due make a "loss"
that falls without end; where probabilities are due PyTorch stops.

## Example

```yaml
archlens: 1
input: 784
layers:
  - linear: 128
  - relu
  - linear: 10
  - softmax
loss: cross_entropy
```

## Use instead

Scores as they are:

```yaml
archlens: 1
input: 784
layers:
  - linear: 128
  - relu
  - linear: 10
loss: cross_entropy
```

or logarithms of probabilities with the loss that takes them:

```yaml
archlens: 1
input: 784
layers:
  - linear: 128
  - relu
  - linear: 10
  - log_softmax
loss: nll_loss
```

## Not reported

Anything where no `loss:` stands; an output that comes of a join, a norm or a layer whose range is not known.

## Reference

PyTorch, `CrossEntropyLoss` ("the unnormalized logits for each class"), `NLLLoss` ("log-probabilities of each class"),
`BCEWithLogitsLoss`, `BCELoss`, `KLDivLoss`, `CTCLoss`; Schoop, Huang & Hartmann, UMLAUT, CHI 2021, "softmax computed twice".
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf, log1p

from archlens.graph.model import Node
from archlens.rules.kinds import passes_on
from archlens.rules.model import Finding
from archlens.rules.subject import Subject

__all__ = ["check"]

_LOGITS = {"cross_entropy": "softmax", "binary_cross_entropy_with_logits": "sigmoid"}
"""Losses that take scores, and what they do to these themselves."""

_LOGARITHMS = ("nll_loss", "kl_div", "ctc_loss")


def check(subject: Subject) -> Iterator[Finding]:
    """Every output whose last layer does not fit its loss."""
    for name, loss in subject.graph.loss.items():
        last = subject.source(subject.graph.outputs[name], lambda node: passes_on(node) or node.layer.family == "shape")
        if last is None:
            continue
        if loss in _LOGITS:
            found = _before_logits(last, loss)
        elif loss in _LOGARITHMS:
            found = _before_logarithms(last, loss)
        else:
            found = _before_probabilities(last) if loss == "binary_cross_entropy" else None
        if found:
            yield found


def _before_logits(last: Node, loss: str) -> Finding | None:
    """What is wrong with a layer before a loss that takes scores of any size."""
    kind, own = last.layer.type_name, _LOGITS[loss]
    low, high = last.layer.bounds
    classes = _classes(last)
    if loss == "cross_entropy" and classes == 1:
        return Finding(
            "one class comes out, over which cross_entropy is always 0: nothing is learned",
            last,
            "give it two outputs, or write `loss: binary_cross_entropy_with_logits`",
            "one score",
        )
    if loss == "cross_entropy" and kind == "log_softmax":
        return Finding(
            "cross_entropy does a log-softmax of its own: here it is done twice, and the second changes nothing",
            last,
            "leave it out, or write `loss: nll_loss`",
            "done twice",
            severity="note",
        )
    if loss == "cross_entropy":
        if high - low == inf and kind != "relu":
            return None
        least = f"{log1p((classes - 1) * exp(low - high)):.2f} ({classes:,} classes)" if classes else "a figure above 0"
        floor = f"{_between(low, high)}: the loss never falls below {least}, however sure the network is"
        figures = floor if high < inf else "a score below 0 becomes 0 and gets no gradient"
    elif (low, high) == (-inf, inf):
        return None
    else:
        floors = [f"for a {label} never below {log1p(exp(-at)):.2f}" for label, at in ((1, high), (0, -low)) if at != inf]
        figures = f"{_between(low, high)}: the loss falls {' and '.join(floors)}"
    cure = f"leave the `{kind}` out"
    if kind in ("softmax", "sigmoid"):
        cure += f"; to read probabilities, apply a {own} where the network is used"
    if (kind, own) == ("sigmoid", "softmax"):
        cure += "; for several labels at once write `loss: binary_cross_entropy_with_logits`"
    message = f"{loss} takes scores of any size and does a {own} of its own; after `{kind}` {figures}"
    return Finding(message, last, cure, "not before this loss")


def _before_logarithms(last: Node, loss: str) -> Finding | None:
    """What is wrong with a layer before a loss that takes logarithms of probabilities."""
    low, high = last.layer.bounds
    if not _is_final(last) or (low, high) == (-inf, 0):
        return None
    if (low, high) == (0, 1):
        why = f"{_between(low, high)}: a wrong answer costs hardly more than a right one"
        help = f"write `log_softmax` in place of `{last.layer.type_name}`"
    else:
        why = "come scores, which are none"
        help = f"put a `log_softmax` after {last.path}" + (", or write `loss: cross_entropy`" if loss == "nll_loss" else "")
    return Finding(f"{loss} takes logarithms of probabilities; from `{last.layer.type_name}` {why}", last, help, "no logarithms")


def _before_probabilities(last: Node) -> Finding | None:
    """What is wrong with a layer before a loss that takes probabilities."""
    low, high = last.layer.bounds
    if not _is_final(last) or (low >= 0 and high <= 1):
        return None
    return Finding(
        f"binary_cross_entropy takes probabilities; from `{last.layer.type_name}` {_between(low, high)}: "
        "PyTorch stops at the first that is not between 0 and 1",
        last,
        f"write `loss: binary_cross_entropy_with_logits`, or put a `sigmoid` after {last.path}",
        "no probabilities",
        severity="error",
    )


def _is_final(node: Node) -> bool:
    """Whether nothing but its kind is needed to know what it puts out."""
    return node.layer.family in ("convolution", "linear", "activation", "normalization")


def _between(low: float, high: float) -> str:
    if low == -inf:
        return "values come of any size" if high == inf else f"values are at most {high:g}"
    return f"values are at least {low:g}" if high == inf else f"values lie between {low:g} and {high:g}"


def _classes(node: Node) -> int:
    """The number of classes, 0 where it is not known which axis they are on."""
    shape = node.output_shapes[0]
    if node.layer.family == "activation" and "dim" in node.layer.field_names:
        return int(shape[node.layer.axis("dim", shape)])
    return int(shape[1]) if len(shape) != 3 else 0
