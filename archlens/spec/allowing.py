"""`allow:` → Allow: a design rule that is broken on purpose, where, and why; `loss:` → what each output is trained with."""

from __future__ import annotations

from archlens.errors import did_you_mean
from archlens.spec.document import Mapping, Node, Scalar, Sequence
from archlens.spec.model import Allow, Word
from archlens.spec.reader import Reader, is_empty, kind_of_node

__all__ = ["LOSSES", "read_allow", "read_loss"]

_EXAMPLE = "allow: {bias-before-norm: the published weights have these biases}"
_KEYS = ("layers", "reason")

LOSSES = (
    "cross_entropy",
    "nll_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "kl_div",
    "multi_margin_loss",
    "mse_loss",
    "l1_loss",
    "smooth_l1_loss",
    "huber_loss",
    "ctc_loss",
)
"""Loss functions, called as in `torch.nn.functional`."""

_FAMILIAR = {
    "crossentropyloss": "cross_entropy",
    "categorical_crossentropy": "nll_loss",
    "sparse_categorical_crossentropy": "nll_loss",
    "softmax_cross_entropy": "cross_entropy",
    "nllloss": "nll_loss",
    "nll": "nll_loss",
    "bceloss": "binary_cross_entropy",
    "bce": "binary_cross_entropy",
    "binary_crossentropy": "binary_cross_entropy",
    "bcewithlogitsloss": "binary_cross_entropy_with_logits",
    "bce_with_logits": "binary_cross_entropy_with_logits",
    "mseloss": "mse_loss",
    "mse": "mse_loss",
    "mae": "l1_loss",
    "l1": "l1_loss",
    "l1loss": "l1_loss",
    "kldivloss": "kl_div",
}
"""What people and other frameworks call them, in small letters."""


def read_allow(reader: Reader, node: Node, whole: bool = True) -> tuple[Allow, ...]:
    """Every line of an `allow:` mapping: a rule and why it may be broken.

    whole: at the top of a spec, where a line may name the `layers` it is about; beside a layer it is about that one.
    """
    block = reader.mapping(node, "`allow`", _EXAMPLE)
    found = []
    for key, value in block.pairs if block else ():
        layers: tuple[Word, ...] = ()
        reason: Node | None = value
        if isinstance(value, Mapping) and whole:
            for name, _ in value.pairs:
                if name.text not in _KEYS:
                    help = did_you_mean(name.text, _KEYS)
                    reader.fault("ARC106", f"`{name.text[:40]}` means nothing in `allow`", name.span, help)
            layers = reader.words(value.get("layers"), "a pattern of `layers`") if value.get("layers") is not None else ()
            reason = value.get("reason")
        if isinstance(reason, Scalar) and reason.text.strip() and not is_empty(reason):
            found.append(Allow(key.text, layers, " ".join(reason.text.split()), key.span))
        elif reason is None or is_empty(reason):
            help = f"say why it may be broken here: `{key.text}: the paper does so`"
            reader.fault("ARC106", f"`{key.text[:60]}` is allowed without a reason", key.span, help)
        else:
            form = "text, or {layers: GLOB, reason: text}" if whole else "text"
            help = f"write `allow: {{{key.text}: the paper does so}}`"
            reader.fault("ARC105", f"the reason must be {form}, not {kind_of_node(reason)}", reason.span, help)
    return tuple(found)


def read_loss(reader: Reader, node: Node) -> tuple[tuple[str, Word], ...]:
    """`loss:` as pairs of an output's name, empty for every output, and a loss."""
    if isinstance(node, Sequence) or is_empty(node):
        help = "write `loss: cross_entropy`, or {OUTPUT: cross_entropy}"
        reader.fault("ARC105", f"`loss` must be a name, not {kind_of_node(node)}", node.span, help)
        return ()
    pairs = [(key.text, value) for key, value in node.pairs] if isinstance(node, Mapping) else [("", node)]
    found = []
    for output, value in pairs:
        word = reader.word(value, "a loss")
        if word is None:
            continue
        if word.text in LOSSES:
            found.append((output, word))
        else:
            familiar = _FAMILIAR.get(word.text.lower())
            help = f"here it is called `{familiar}`" if familiar else did_you_mean(word.text, LOSSES)
            reader.fault(
                "ARC138",
                f"no loss is called `{word.text[:40]}`",
                word.span,
                help or f"losses: {', '.join(LOSSES)}; or leave it out",
            )
    return tuple(found)
