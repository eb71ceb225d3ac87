"""What tools count in recurrent layers beside their products: sums, functions and biases of every token, layer and direction."""

from __future__ import annotations

from archlens.analysis.policies.rules import Part, Rule, Shapes
from archlens.layers.base import Layer

__all__ = ["directions", "gates", "recurrent"]

gates = {"rnn": 1, "gru": 3, "lstm": 4}


def directions(layer: Layer) -> int:
    """1, or 2 for a layer that also runs backwards."""
    return 2 if layer.arguments["bidirectional"] else 1


def recurrent(unit_ops: dict[str, int], wide: bool) -> Rule:
    """The MACs, and for each value of the state `unit_ops` by type and two biases a gate.

    wide: whether a projected state counts as one of hidden_size; else its projection is left out.
    """

    def rule(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
        (batch, tokens, features), given = inputs[0], layer.arguments
        ways, hidden, layers = directions(layer), given["hidden_size"], given["num_layers"]
        width = given.get("proj_size") or hidden
        runs = batch * tokens * ways
        each = unit_ops[layer.type_name] + (2 * gates[layer.type_name] if given["bias"] else 0)
        seen = hidden if wide else width
        products = gates[layer.type_name] * hidden * (features + seen + (layers - 1) * (ways * seen + seen))
        macs = layer.macs(*inputs)
        return [
            Part("", macs),
            Part("sums, functions and biases of the state", runs * layers * hidden * each),
            Part("a projected state counts as a whole one" if wide else "the projection is not known", runs * products - macs),
        ]

    return rule
