"""Attention that cannot know where its tokens stand.

## What it does

Follows the tokens of self-attention back to the input. It reports the first attention that they reach although nothing on the
way tells tokens apart but what they hold: patches cut without overlap, words looked up in one table, and layers that treat
every token alike.

## Why it is bad

Attention is a weighted mean over a set. Shuffle the tokens, and what comes out is shuffled alike; behind a mean or a class
token nothing changes at all. An image is then a bag of patches, a text a bag of words: "dog bites man" is "man bites dog".

## Example

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 64 4x4 /4
  - tokens
  - add: {x: [], attention: [layer_norm, multihead_attention: 4]}
  - mean: 1
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x32x32
layers:
  - conv: 64 4x4 /4
  - tokens
  - add: {x: [], position: [parameter: 64x64]}
  - add: {x: [], attention: [layer_norm, multihead_attention: 4]}
  - mean: 1
  - linear: 10
```

## Not reported

Tokens that arrive as an input T×F: they may hold positions already, or be a set. Causal attention, whose mask gives the order
away, and attention with a bias or mask as a fourth input. Windows that overlap and borders of zeros, recurrent layers, learned
values of several tokens, a second table of embeddings: each tells places apart. Rotary embeddings have no parameters and stand
in no spec; where they are meant, say so with `allow:`.

## Reference

Vaswani et al., Attention Is All You Need, arXiv:1706.03762, section 3.5; Lee et al., Set Transformer, arXiv:1810.00825,
property 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archlens.graph.model import Node
from archlens.layers.dims import show
from archlens.rules.kinds import is_activation, passes_on
from archlens.rules.model import Finding
from archlens.rules.sliding import by
from archlens.rules.subject import Subject

__all__ = ["check"]

_ATTENTION = ("multihead_attention", "scaled_dot_product_attention")
_JOINS = ("add", "subtract", "multiply", "divide", "maximum", "minimum")
_OF_VECTORS = ("layer_norm", "rms_norm")
_OF_MAPS = ("batch_norm", "group_norm", "instance_norm", "local_response_norm")


class _Blind(NamedTuple):
    """A tensor whose units differ in nothing but what they hold.

    form: where the units are: the cells of a `map`, or of a `flat` one C×T; vectors of the last axis (`tokens`); `numbers` to
    look up; `any` where all units would have the same. tables: the embeddings that it is made of, by the layer that owns them.
    """

    form: str
    tables: frozenset[str] = frozenset()


def check(subject: Subject) -> Iterator[Finding]:
    """The first attention that blind tokens reach, on every way."""
    graph = subject.graph
    states: dict[int, _Blind] = {}  # those that are not there can tell their units apart
    for tensor in graph.inputs.values():
        if tensor in graph.integers:
            states[tensor] = _Blind("numbers")
        elif len(graph.shapes[tensor]) > 3:
            states[tensor] = _Blind("map")
    for node in subject.nodes:
        given = [states.get(tensor) for tensor in node.inputs]
        if None in given:
            continue
        known = [state for state in given if state is not None]
        if node.layer.type_name not in _ATTENTION:
            state = _after(node, known)
            if state is not None:
                states.update(dict.fromkeys(node.outputs, state))
        elif _is_of_a_set(node, known):
            yield _finding(node)


def _is_of_a_set(node: Node, states: list[_Blind]) -> bool:
    """Whether an attention weighs several blind tokens, with no mask that tells their order."""
    blind = all(state.form == "tokens" for state in states)
    return blind and len(states) < 4 and not node.layer.arguments["is_causal"] and node.input_shapes[0][-2] > 1


def _finding(node: Node) -> Finding:
    shape = node.input_shapes[0]
    tokens, features = shape[-2:]
    size = by([*[1] * (len(shape) - 3), tokens, features])
    help = f"add learned positions to the tokens that arrive: `- add: {{x: [], position: [parameter: {size}]}}`"
    if len(shape) > 3 and node.layer.type_name == "scaled_dot_product_attention":
        help = "let a `relative_position_bias` be its fourth input"
    return Finding(
        f"nothing tells the {tokens:,} tokens of {show(shape)} apart but what they hold: "
        "in another order they give the same, in that order",
        node,
        help,
        "does not know where they stand",
    )


def _after(node: Node, states: list[_Blind]) -> _Blind | None:
    """What a layer makes of blind tensors; None where units can then be told apart, or where that is not known."""
    kind = node.layer.type_name
    if kind == "parameter":
        return _Blind("any") if sum([size > 1 for size in node.output_shapes[0]]) < 2 else None
    if len(node.inputs) > 1:
        return _joined(node, states)
    if not states:
        return None
    (state,) = states
    form = _form(node, state.form)
    tables = state.tables | {node.owner} if kind == "embedding" else state.tables
    return _Blind(form, tables) if form else None


def _form(node: Node, form: str) -> str:
    """The form of what a layer of one input puts out; empty where its units can be told apart."""
    layer, kind, rank = node.layer, node.layer.type_name, len(node.input_shapes[0])
    if passes_on(node) or (is_activation(node) and "dim" not in layer.field_names and kind != "prelu"):
        return form
    if form == "numbers":
        return "tokens" if kind == "embedding" and rank == 2 else ""
    if form == "flat":
        return "tokens" if kind == "permute" and layer.output_shapes((1, 2, 3)) == ((1, 3, 2),) else ""
    if form == "map":
        if kind in _OF_MAPS or (kind in _OF_VECTORS and layer.arguments["channels_first"]):
            return "map"
        if hasattr(layer, "slides"):
            apart = all(
                slide.dilation * (slide.kernel - 1) < slide.stride and slide.low == slide.high == 0
                for slide in layer.slides(node.input_shapes[0])
            )
            return "map" if apart and kind != "locally_connected" else ""
        if kind == "flatten":
            return "flat" if layer.axis("start_dim", node.input_shapes[0]) == 2 and len(node.output_shapes[0]) == 3 else ""
        return "tokens" if kind in ("tokens", "window_partition") else ""
    if form == "tokens":
        if kind in _OF_VECTORS:
            return "tokens" if layer.arguments["dims"] == 1 and not layer.arguments["channels_first"] else ""
        if kind in ("chunk", "split"):
            return "tokens" if layer.axis("dim", node.input_shapes[0]) == rank - 1 else ""
        return {"linear": "tokens", "class_token": "tokens", "untokens": "map", "window_reverse": "map"}.get(kind, "")
    return ""


def _joined(node: Node, states: list[_Blind]) -> _Blind | None:
    """What a join makes of blind branches: no more than they, unless two tables make it, of words and of their places say."""
    forms = {state.form for state in states} - {"any"}
    tables = frozenset[str]().union(*[state.tables for state in states])
    if len(forms) > 1 or len(tables) > 1:
        return None
    form = next(iter(forms), "any")
    if node.layer.type_name in _JOINS:
        return _Blind(form, tables)
    features = {"map": 1, "tokens": len(node.output_shapes[0]) - 1}.get(form)
    if node.layer.type_name == "concat" and node.layer.axis("dim", node.output_shapes[0]) == features:
        return _Blind(form, tables)
    return None
